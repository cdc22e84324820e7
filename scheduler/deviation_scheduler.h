// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DeviationScheduler`: goes on first in, first out, and draws zeros, but for a
// given set of deviations. It is total: it has an answer to everything. A
// deviation whose time never comes is left out, and so is one that asks for
// somebody who cannot run, or for a number that is too large.
//
// Delta debugging of schedules: Choi and Zeller, "Isolating failure-inducing
// thread schedules", ISSTA 2002. Keys by entity and local step are ours.
//
// Cost: a look-up per choice and per step.

#ifndef ORRERY_SCHEDULER_DEVIATION_SCHEDULER_H_
#define ORRERY_SCHEDULER_DEVIATION_SCHEDULER_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/draw_ordinals.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class DeviationScheduler final : public Scheduler {
 public:
  explicit DeviationScheduler(const Deviations& deviations);

  std::string Spec() const override { return "deviations"; }
  SchedulerTraits traits() const override {
    return {.orders = ordered_, .observes_steps = ordered_};
  }
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override;

 private:
  struct PickKey {
    EntityId before;
    uint64_t step;
    friend auto operator<=>(const PickKey&, const PickKey&) = default;
  };
  struct DrawKey {
    EntityId entity;
    ChoiceKind kind;
    std::string site;
    uint64_t ordinal;
    friend auto operator<=>(const DrawKey&, const DrawKey&) = default;
  };
  // Those who run before a step, and how many of them have had their turn.
  struct Queue {
    std::vector<EntityId> run;
    size_t next = 0;
  };

  bool ordered_;
  std::map<PickKey, Queue> order_;
  std::map<DrawKey, uint64_t> draws_;
  LocalSteps steps_;
  DrawOrdinals ordinals_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DEVIATION_SCHEDULER_H_
