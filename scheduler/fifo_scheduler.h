// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FifoScheduler`: the default policy, the order of CPython's asyncio. Ready
// things run first in, first out; random numbers come from the seed.
//
// Cost: none per step, the engine does not ask.

#ifndef ORRERY_SCHEDULER_FIFO_SCHEDULER_H_
#define ORRERY_SCHEDULER_FIFO_SCHEDULER_H_

#include <string>

#include "orrery/scheduler/draw_streams.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class FifoScheduler final : public Scheduler {
 public:
  std::string Spec() const override { return "fifo"; }
  SchedulerTraits traits() const override { return {.orders = false}; }
  void BeginRun(const RunInfo& run) override { streams_.Begin(run.seed); }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint& where) override {
    return streams_.Below(where.node, where.kind, where.n, where.site);
  }

 private:
  DrawStreams streams_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_FIFO_SCHEDULER_H_
