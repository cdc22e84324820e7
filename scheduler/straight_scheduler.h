// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StraightScheduler`: takes the steps of a recorded run in an order that comes
// nearer to first in, first out, without exchanging two steps that could notice
// it. What failed in the recorded run then fails in this one, and most of the
// switching to and fro is gone.
//
// Trace simplification: Jalbert and Sen, "A trace simplification technique for
// effective debugging of concurrent programs", FSE 2010; Huang and Zhang, "An
// efficient static trace simplification technique for debugging concurrent
// programs", SAS 2011.
//
// Guarantee: none. Where a step touches what it does not tell, the run may go
// another way. Among the runs that are the same but for the order of steps
// which commute, the one it finds need not be the straightest.
//
// Cost: in all, O(a log a) for a run with a accesses; memory for each step.

#ifndef ORRERY_SCHEDULER_STRAIGHT_SCHEDULER_H_
#define ORRERY_SCHEDULER_STRAIGHT_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/access.h"
#include "orrery/scheduler/deviation_scheduler.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// A step as a run has taken it.
struct RecordedStep {
  EntityId entity;
  bool forced = false;
  std::vector<Access> accesses = {};
  std::vector<Readied> readied = {};
};

// Who runs where the one whose turn it is may not yet.
enum class WhenNotYet : uint8_t {
  kLongestReady,  // whoever became ready first, of those who may
  kAsRecorded,    // whoever came first in the recorded run, of those who may
};

class StraightScheduler final : public Scheduler {
 public:
  // `draws` are those of the recorded run that were not 0.
  StraightScheduler(const std::vector<RecordedStep>& steps,
                    const std::vector<KeyedDraw>& draws, WhenNotYet when_not);

  std::string Spec() const override { return "straight"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override {
    return draws_.Draw(where);
  }
  void OnStep(const StepInfo& step) override;

 private:
  // The first `steps` steps of `entity` have been taken.
  struct Progress {
    EntityId entity;
    uint64_t steps;
  };
  struct Step {
    uint64_t place = 0;           // in the recorded run
    std::vector<Progress> after;  // what it must not overtake
  };

  // Returns the next step of `entity` if it may be taken now; else null.
  const Step* NextOf(EntityId entity) const;

  const WhenNotYet when_not_;
  DeviationScheduler draws_;
  absl::flat_hash_map<EntityId, std::vector<Step>> steps_;
  LocalSteps taken_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_STRAIGHT_SCHEDULER_H_
