// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceClasses`: how many of the schedules that a policy tries are different
// in what they mean.

#ifndef ORRERY_BENCH_EXPLORATION_TRACE_CLASSES_H_
#define ORRERY_BENCH_EXPLORATION_TRACE_CLASSES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "orrery/base/access.h"
#include "orrery/base/digest.h"
#include "orrery/base/ids.h"
#include "orrery/explorer/trace_counter.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Stands in for a policy and watches what comes of its choices. Two runs are
// taken for the same if each object that several tasks touch was touched by the
// same ones in the same order, reads between two writes in any order: what
// Mazurkiewicz calls a trace ("Trace theory", 1987). An exchange of steps that
// touch nothing in common makes no other one, and neither does who waits how
// long for a lock or for another task's end. A run that fails stops there, so
// how far the others have got makes a difference.
//
// Traces are told apart by digests of 64 bits. Memory: some 30 bytes each.
class TraceClasses final : public Scheduler {
 public:
  // `policy` is not owned.
  explicit TraceClasses(Scheduler* policy) : policy_(policy) {}

  uint64_t distinct() const { return counter_.distinct(); }
  // Returns how many were seen in one run only.
  uint64_t once() const { return counter_.once(); }

  std::string Spec() const override { return policy_->Spec(); }
  std::string SpecOfRun() const override { return policy_->SpecOfRun(); }
  SchedulerTraits traits() const override;
  void BeginRun(const RunInfo& run) override;
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    return policy_->PickNext(where, ready);
  }
  uint64_t Draw(const ChoicePoint& where) override;
  void OnStep(const StepInfo& step) override;
  bool NeedsProfile() const override { return policy_->NeedsProfile(); }
  std::string SaveState() const override { return policy_->SaveState(); }
  bool RestoreState(absl::string_view state) override {
    return policy_->RestoreState(state);
  }
  std::string Completeness() const override { return policy_->Completeness(); }
  std::string Explain() const override { return policy_->Explain(); }
  NextRun EndRun(const RunSummary& run) override;

 private:
  bool Counts(const Access& access) const;

  // Who has touched an object.
  struct Past {
    Digest writes;        // up to the latest, and all reads before it
    uint64_t reads = 0;   // since then: a sum, as their order does not matter
    EntityId first;       // who touched it first
    bool shared = false;  // somebody else has, too
  };

  Scheduler* policy_;
  TraceCounter counter_;
  bool counts_ = true;
  // Of the run.
  std::set<EntityId> entities_;
  std::map<ObjectKey, Past> objects_;
  std::map<EntityId, Digest> drawn_;
};

}  // namespace orrery

#endif  // ORRERY_BENCH_EXPLORATION_TRACE_CLASSES_H_
