// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RandomScheduler`: a random walk. Each time, every candidate is equally
// likely to run next.
//
// Guarantee: with n candidates at most and k choices, each schedule has
// probability at least n^-k. Short tasks tend to be over early, so bugs that
// need one task to fall far behind are found slowly.
//
// Cost: one draw per step, whatever the number of candidates.

#ifndef ORRERY_SCHEDULER_RANDOM_SCHEDULER_H_
#define ORRERY_SCHEDULER_RANDOM_SCHEDULER_H_

#include <string>

#include "orrery/base/prng.h"
#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class RandomScheduler final : public Scheduler {
 public:
  std::string Spec() const override { return "random"; }

  void BeginRun(const RunInfo& run) override {
    order_ = Prng(run.seed.value);
    streams_.Begin(run.seed);
  }

  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    return order_.Below(ready.size());
  }

  uint64_t Draw(const ChoicePoint& where) override {
    return streams_.Below(where.node, where.kind, where.n, where.site);
  }

 private:
  Prng order_{0};
  DrawStreams streams_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_RANDOM_SCHEDULER_H_
