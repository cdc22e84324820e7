// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/pct_scheduler.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

// If nobody has said how many choices there are.
constexpr uint64_t kUnknownSteps = 100;

}  // namespace

PctScheduler::PctScheduler(PctOptions options)
    // Without change points nothing depends on the number of choices.
    : ProfiledScheduler(options.steps == 0 && options.depth > 1
                            ? Learns::kCounts
                            : Learns::kNothing),
      options_(options),
      steps_(options.steps == 0 ? kUnknownSteps : options.steps) {
  ORRERY_CHECK(options.depth >= 1 && options.depth <= PctOptions::kMaxDepth,
               "PctOptions::depth is from 1 to 100");
  ORRERY_CHECK(options.steps <= PctOptions::kMaxSteps,
               "PctOptions::steps is at most 2^40");
}

std::string PctScheduler::Spec() const {
  std::string spec = absl::StrCat("pct:depth=", options_.depth);
  if (options_.steps != 0) absl::StrAppend(&spec, ",steps=", options_.steps);
  return spec;
}

void PctScheduler::Learn(const RunProfile& profile) {
  // An empty profile has shown nothing.
  steps_ = profile.steps != 0    ? profile.steps
           : options_.steps != 0 ? options_.steps
                                 : kUnknownSteps;
}

void PctScheduler::StartRun() {
  key_ = prng().Next();
  choices_ = 0;
  slots_.StartRun();
  priorities_.clear();
  yields_ = 0;
  goes_on_ = EntityId();
  // Two changes at one choice would be one change. If there are fewer choices
  // than changes, each of them is one.
  change_points_.clear();
  const uint64_t changes = std::min(options_.depth - 1, steps_);
  while (change_points_.size() < changes) {
    const uint64_t point = 1 + prng().Below(steps_);
    if (std::find(change_points_.begin(), change_points_.end(), point) ==
        change_points_.end()) {
      change_points_.push_back(point);
    }
  }
}

// The priority that somebody begins with follows from the run's key and from
// the stable id, so it is the same wherever and whenever he appears, and every
// order of priorities is equally likely.
uint64_t PctScheduler::FirstPriority(EntityId id) const {
  return kHigh | ids_internal::Mix(key_ + ids_internal::Mix(id.value ^ key_));
}

size_t PctScheduler::Highest(Candidates ready,
                             absl::Span<const uint32_t> slots) const {
  size_t best = 0;
  for (size_t i = 1; i < ready.size(); ++i) {
    const uint64_t priority = priorities_[slots[i]];
    const uint64_t best_priority = priorities_[slots[best]];
    // Equal ones are as good as impossible; the ids decide.
    if (priority > best_priority ||
        (priority == best_priority && ready[i]->id < ready[best]->id)) {
      best = i;
    }
  }
  return best;
}

size_t PctScheduler::Pick(Candidates ready) {
  ++choices_;
  const absl::Span<const uint32_t> slots = slots_.SlotsOf(ready);
  priorities_.resize(slots_.size(), kNone);
  for (size_t i = 0; i < ready.size(); ++i) {
    uint64_t& priority = priorities_[slots[i]];
    if (priority == kNone) priority = FirstPriority(ready[i]->id);
    // It has just run, and has stopped, but not before something that it is
    // about to touch: it has yielded.
    if (ready[i]->id == goes_on_ &&
        ready[i]->access_kind == AccessKind::kNone) {
      priority = kMiddle - ++yields_;
    }
  }
  size_t best = Highest(ready, slots);
  for (size_t i = 0; i < change_points_.size(); ++i) {
    if (choices_ != change_points_[i]) continue;
    // Above those that have yielded: they let even this one go first.
    priorities_[slots[best]] = kMiddle + 1 + i;
    best = Highest(ready, slots);
  }
  return best;
}

void PctScheduler::Observe(const StepInfo& step) {
  if (step.forced) return;
  goes_on_ = EntityId();
  for (const Readied& readied : step.readied) {
    if (readied.id == step.id) goes_on_ = step.id;
  }
}

}  // namespace orrery
