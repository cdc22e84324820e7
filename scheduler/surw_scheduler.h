// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SurwScheduler`: a random walk that is uniform over the orders in which one
// object is used (Zhao, Wolff, Mathur and Roychoudhury, "Selectively uniform
// concurrency testing", ASPLOS 2025). Each run selects an object among those
// that the profile run has seen shared, in proportion to how often it was used.
// Which task uses it next is decided ahead, in proportion to how often each
// will still do so; the other tasks stop before their use of it. All else goes
// by random priorities, a new one for each step.
//
// Guarantee: if the profile run tells how often each task uses the selected
// object, and no task waits for another, all orders of those uses are equally
// likely; and every schedule has a probability that is not zero. Bugs that take
// a rare order of uses of one object are found as fast as if nothing else
// happened in the program.
//
// A use is a read, a write, an attempt to lock or to take. A task that the
// profile run did not meet counts as one use when it is about to make one.
// Without a profile run, or if nothing is shared, only the priorities are left.
//
// Cost: O(n) per choice with n candidates, O(m) per use with m tasks that will
// use the object.

#ifndef ORRERY_SCHEDULER_SURW_SCHEDULER_H_
#define ORRERY_SCHEDULER_SURW_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/entity_slots.h"
#include "orrery/scheduler/profiled_scheduler.h"
#include "orrery/scheduler/run_profile.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class SurwScheduler final : public ProfiledScheduler {
 public:
  SurwScheduler() : ProfiledScheduler(Learns::kAll) {}

  std::string Spec() const override { return "surw"; }
  // To see who uses what, and who starts whom.
  SchedulerTraits traits() const override { return {.observes_steps = true}; }

  // Returns the object that the current run has selected; 0 if there is none.
  ObjectKey selected() const { return selected_; }

 protected:
  void Learn(const RunProfile& profile) override;
  void StartRun() override;
  size_t Pick(Candidates ready) override;
  void Observe(const StepInfo& step) override;

 private:
  static constexpr uint32_t kNobody = ~uint32_t{0};

  uint32_t SlotOf(EntityId id);
  // Whether it is a use of the selected object.
  bool IsUse(const Access& access) const;
  // Decides who uses the object next: of all who will, or of the candidates.
  uint32_t DrawNextUser(Candidates ready);
  size_t DrawAmong(Candidates ready);

  RunProfile profile_;
  uint64_t all_uses_ = 0;  // of all shared objects
  EntitySlots slots_;

  // Of the run.
  ObjectKey selected_;
  uint32_t next_user_ = kNobody;  // a slot
  // By slot. Uses of the selected object in the profile run, descendants
  // included; and those to come, without descendants that are there.
  std::vector<uint64_t> profiled_;
  std::vector<uint64_t> left_;
  std::vector<uint64_t> priorities_;  // of the next step; 0: none yet
  std::vector<uint32_t> users_;       // slots whose `profiled_` is not 0
  absl::Span<const uint32_t> at_;     // slots of the candidates, while choosing
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_SURW_SCHEDULER_H_
