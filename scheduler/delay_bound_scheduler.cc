// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/delay_bound_scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"

namespace orrery {
namespace {

// If nobody has said how many choices there are.
constexpr uint64_t kUnknownSteps = 100;

}  // namespace

DelayBoundScheduler::DelayBoundScheduler(DelayBoundOptions options)
    : ProfiledScheduler(options.steps == 0 && options.bound > 0
                            ? Learns::kCounts
                            : Learns::kNothing),
      options_(options),
      steps_(options.steps == 0 ? kUnknownSteps : options.steps) {
  ORRERY_CHECK(options.bound <= DelayBoundOptions::kMaxBound,
               "DelayBoundOptions::bound is at most 1000");
  ORRERY_CHECK(options.steps <= DelayBoundOptions::kMaxSteps,
               "DelayBoundOptions::steps is at most 2^40");
}

std::string DelayBoundScheduler::Spec() const {
  std::string spec = absl::StrCat("delay:bound=", options_.bound);
  if (options_.steps != 0) absl::StrAppend(&spec, ",steps=", options_.steps);
  return spec;
}

void DelayBoundScheduler::Learn(const RunProfile& profile) {
  // An empty profile has shown nothing.
  steps_ = profile.steps != 0    ? profile.steps
           : options_.steps != 0 ? options_.steps
                                 : kUnknownSteps;
}

void DelayBoundScheduler::StartRun() {
  choices_ = 0;
  delays_ = 0;
  next_point_ = 0;
  delayed_.clear();
  points_.clear();
  for (uint64_t i = 0; i < options_.bound; ++i) {
    points_.push_back(1 + prng().Below(steps_));
  }
  std::sort(points_.begin(), points_.end());
}

size_t DelayBoundScheduler::Pick(Candidates ready) {
  ++choices_;
  size_t first = First(ready);
  while (next_point_ < points_.size() && points_[next_point_] == choices_) {
    ++next_point_;
    ++delays_;
    SendBack(ready, ready[first]->id);
    first = First(ready);
  }
  if (!delayed_.empty()) {
    const EntityId runs = ready[first]->id;
    delayed_.erase(
        std::remove_if(delayed_.begin(), delayed_.end(),
                       [runs](const Delayed& d) { return d.id == runs; }),
        delayed_.end());
  }
  return first;
}

size_t DelayBoundScheduler::First(Candidates ready) const {
  if (delayed_.empty()) return 0;
  // Nobody stands between a place in first-in first-out order and the one who
  // was sent there.
  const auto place = [this](const Candidate& candidate) {
    for (const Delayed& delayed : delayed_) {
      if (delayed.id == candidate.id) {
        return std::pair(delayed.order, delayed.number);
      }
    }
    return std::pair(candidate.order, uint64_t{0});
  };
  return static_cast<size_t>(
      std::min_element(ready.begin(), ready.end(),
                       [&place](const Candidate* a, const Candidate* b) {
                         return place(*a) < place(*b);
                       }) -
      ready.begin());
}

void DelayBoundScheduler::SendBack(Candidates ready, EntityId id) {
  Delayed sent{.id = id, .order = 0, .number = delays_};
  for (const Candidate* candidate : ready) {
    sent.order = std::max(sent.order, candidate->order);
  }
  for (Delayed& delayed : delayed_) {
    sent.order = std::max(sent.order, delayed.order);
    if (delayed.id != id) continue;
    delayed.order = sent.order;
    delayed.number = sent.number;
    return;
  }
  delayed_.push_back(sent);
}

}  // namespace orrery
