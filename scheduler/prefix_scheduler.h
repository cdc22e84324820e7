// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PrefixScheduler`: follows a recorded run to one of its choices, and lets
// another policy go on from there. What else could have happened?

#ifndef ORRERY_SCHEDULER_PREFIX_SCHEDULER_H_
#define ORRERY_SCHEDULER_PREFIX_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// A run in which a choice before that one is not the recorded one has diverged.
// What the policy learns from its runs, it learns from whole ones; what it
// searches is what comes after.
class PrefixScheduler final : public Scheduler {
 public:
  // Follows the first `length` choices of `recorded`, or all if there are
  // fewer, and then `policy`.
  PrefixScheduler(Schedule recorded, size_t length,
                  std::unique_ptr<Scheduler> policy);

  std::string Spec() const override;
  std::string SpecOfRun() const override;
  SchedulerTraits traits() const override;
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override;
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override { policy_->OnStep(step); }
  bool NeedsProfile() const override { return policy_->NeedsProfile(); }
  std::string SaveState() const override { return policy_->SaveState(); }
  bool RestoreState(absl::string_view state) override {
    return policy_->RestoreState(state);
  }
  std::string Completeness() const override { return policy_->Completeness(); }
  std::string Explain() const override { return prefix_.Explain(); }
  NextRun EndRun(const RunSummary& run) override;

  // Returns how many choices of the latest run were those recorded.
  uint64_t followed() const { return prefix_.followed(); }

 private:
  bool Follows() const { return prefix_.followed() < length_; }

  const bool ordered_;  // the recorded policy chose who runs next
  const size_t length_;
  ReplayScheduler prefix_;
  std::unique_ptr<Scheduler> policy_;
  bool policy_orders_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_PREFIX_SCHEDULER_H_
