// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PosScheduler`: partial order sampling (Yuan, Yang and Gu, "Partial order
// aware concurrency sampling", CAV 2018). Each step that could run next has a
// random priority, and the highest runs. Those that would have raced with it,
// and lost, draw a new one; the others keep theirs.
//
// Guarantee: every order of the steps that depend on each other has a
// probability that does not shrink with the number of steps that do not. Which
// do is seen from the accesses that are declared, so code that declares none is
// scheduled as if nothing in it were shared.
//
// Cost: O(n) per choice with n candidates. Nothing to set, and nothing to
// learn.

#ifndef ORRERY_SCHEDULER_POS_SCHEDULER_H_
#define ORRERY_SCHEDULER_POS_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/prng.h"
#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/entity_slots.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class PosScheduler final : public Scheduler {
 public:
  std::string Spec() const override { return "pos"; }

  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override {
    return streams_.Below(where.node, where.kind, where.n, where.site);
  }

 private:
  Prng random_{0};
  DrawStreams streams_;
  EntitySlots slots_;
  // Of the next step of each entity, by slot.
  static constexpr uint64_t kNone = 0;
  std::vector<uint64_t> priorities_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_POS_SCHEDULER_H_
