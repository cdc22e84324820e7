// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/prefix_scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

Schedule FirstOf(Schedule schedule, size_t length) {
  schedule.choices.resize(std::min(length, schedule.choices.size()));
  return schedule;
}

std::string After(size_t length) {
  return absl::StrCat(" after ", length,
                      length == 1 ? " recorded choice" : " recorded choices");
}

}  // namespace

PrefixScheduler::PrefixScheduler(Schedule recorded, size_t length,
                                 std::unique_ptr<Scheduler> policy)
    : ordered_(recorded.ordered),
      length_(std::min(length, recorded.choices.size())),
      prefix_(FirstOf(std::move(recorded), length)),
      policy_(std::move(policy)),
      policy_orders_(policy_->traits().orders) {}

std::string PrefixScheduler::Spec() const {
  return absl::StrCat(policy_->Spec(), After(length_));
}

std::string PrefixScheduler::SpecOfRun() const {
  return absl::StrCat(policy_->SpecOfRun(), After(length_));
}

SchedulerTraits PrefixScheduler::traits() const {
  SchedulerTraits traits = policy_->traits();
  traits.orders = traits.orders || ordered_;
  traits.follows = true;
  return traits;
}

void PrefixScheduler::BeginRun(const RunInfo& run) {
  prefix_.BeginRun(run);
  policy_->BeginRun(run);
}

size_t PrefixScheduler::PickNext(const ChoicePoint& where, Candidates ready) {
  if (Follows()) {
    // Where only draws were recorded, the order was first in, first out.
    return ordered_ ? prefix_.PickNext(where, ready) : 0;
  }
  return policy_orders_ ? policy_->PickNext(where, ready) : 0;
}

uint64_t PrefixScheduler::Draw(const ChoicePoint& where) {
  return Follows() ? prefix_.Draw(where) : policy_->Draw(where);
}

NextRun PrefixScheduler::EndRun(const RunSummary& run) {
  // The run may be over before the prefix is: then it has diverged, and no
  // other one will get any further.
  prefix_.EndRun(run);
  if (prefix_.divergence().has_value()) return NextRun::kOutOfBudget;
  return policy_->EndRun(run);
}

}  // namespace orrery
