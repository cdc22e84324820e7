// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RecordingScheduler`: hands every question on to a policy, and takes down the
// answers. It keeps what the engine has no use for: whether the policy wants
// another run, and which policy it was that made this one.

#ifndef ORRERY_EXPLORER_RECORDING_SCHEDULER_H_
#define ORRERY_EXPLORER_RECORDING_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/explorer/choice_log.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class RecordingScheduler final : public Scheduler {
 public:
  // Neither is owned.
  RecordingScheduler(Scheduler* policy, ChoiceLog* log)
      : policy_(policy), log_(log) {}

  std::string Spec() const override { return policy_->Spec(); }
  std::string SpecOfRun() const override { return policy_->SpecOfRun(); }
  SchedulerTraits traits() const override { return policy_->traits(); }
  void BeginRun(const RunInfo& run) override {
    next_.reset();
    log_->Begin();
    policy_->BeginRun(run);
    log_->SetPolicy(policy_->SpecOfRun());
  }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    return Note(where, policy_->PickNext(where, ready));
  }
  uint64_t Draw(const ChoicePoint& where) override {
    return Note(where, policy_->Draw(where));
  }
  void OnStep(const StepInfo& step) override { policy_->OnStep(step); }
  bool NeedsProfile() const override { return policy_->NeedsProfile(); }
  std::string SaveState() const override { return policy_->SaveState(); }
  bool RestoreState(absl::string_view state) override {
    return policy_->RestoreState(state);
  }
  std::string Completeness() const override { return policy_->Completeness(); }
  std::string Explain() const override { return policy_->Explain(); }
  NextRun EndRun(const RunSummary& run) override {
    next_ = policy_->EndRun(run);
    return *next_;
  }

  // Returns what the policy said at the end of the latest run; none if that
  // run never came to an end.
  std::optional<NextRun> next() const { return next_; }

 private:
  uint64_t Note(const ChoicePoint& where, uint64_t chosen) {
    if (chosen >= where.n) return chosen;  // it has diverged
    Choice choice = {.kind = where.kind, .n = where.n, .chosen = chosen};
    // As in a trace: who runs next belongs to no group and has no label.
    if (where.kind != ChoiceKind::kNextEntity) {
      choice.site = where.site;
      choice.span = where.span;
    }
    log_->Add(choice, where.now, where.step);
    return chosen;
  }

  Scheduler* policy_;
  ChoiceLog* log_;
  std::optional<NextRun> next_;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_RECORDING_SCHEDULER_H_
