// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/slow_step_detector.h"

#include "absl/strings/str_cat.h"

namespace orrery {

SlowStep* SlowStepDetector::TimePassed(uint64_t step, SimTime now,
                                       int64_t nanoseconds,
                                       const SourceSite& site) {
  if (step != step_) {
    step_ = step;
    begin_ = now;
    passed_ = 0;
    most_ = 0;
    slow_ = false;
  }
  passed_ = After(SimTime(passed_), nanoseconds).ns;  // it stops at infinity
  bool elsewhere = false;
  if (nanoseconds > most_) {
    most_ = nanoseconds;
    site_ = site;
    elsewhere = true;
  }
  if (ToDuration(SimTime(passed_)) <= limit_) return nullptr;
  if (!slow_) {
    slow_ = true;
    elsewhere = true;
    ++count_;
    if (count_ <= kMaxKept) steps_.emplace_back();
  }
  if (count_ > kMaxKept) return nullptr;
  SlowStep& slow = steps_.back();
  slow.begin = begin_;
  slow.passed = ToDuration(SimTime(passed_));
  slow.step = step;
  if (elsewhere) {
    slow.site = absl::StrCat(FormatSite(site_), " ", SiteFunction(site_));
  }
  return &slow;
}

}  // namespace orrery
