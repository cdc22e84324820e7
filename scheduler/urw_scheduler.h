// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `UrwScheduler`: a random walk that is uniform over schedules (Zhao, Wolff,
// Mathur and Roychoudhury, "Selectively uniform concurrency testing", ASPLOS
// 2025). Each task is chosen in proportion to the steps that it and the tasks
// it has yet to start will still make.
//
// Guarantee: if the profile run tells how many steps each task makes, and no
// task waits for another, all schedules are equally likely. As far as that is
// not so, those that differ much in their probability become fewer all the
// same: a task that makes many steps is not left behind, as in a random walk.
//
// A task that the profile run did not meet counts as one step, and so does
// everything if there was no profile run: then this is a random walk.
//
// Cost: O(n) per choice with n candidates, and one for each step.

#ifndef ORRERY_SCHEDULER_URW_SCHEDULER_H_
#define ORRERY_SCHEDULER_URW_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/scheduler/entity_slots.h"
#include "orrery/scheduler/profiled_scheduler.h"
#include "orrery/scheduler/run_profile.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class UrwScheduler final : public ProfiledScheduler {
 public:
  UrwScheduler() : ProfiledScheduler(Learns::kAll) {}

  std::string Spec() const override { return "urw"; }
  // To see who makes a step, and who starts whom.
  SchedulerTraits traits() const override { return {.observes_steps = true}; }

 protected:
  void Learn(const RunProfile& profile) override;
  void StartRun() override;
  size_t Pick(Candidates ready) override;
  void Observe(const StepInfo& step) override;

 private:
  // Returns the place of `id` in `left_`.
  uint32_t SlotOf(EntityId id);

  EntitySlots slots_;
  // By slot. Steps of an entity and its descendants, at least 1.
  std::vector<uint64_t> profiled_;
  std::vector<uint64_t> left_;  // without descendants that are there
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_URW_SCHEDULER_H_
