// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SlowStepDetector`: adds up the simulated time that passes inside of steps.
// It hears of a step only when time passes in it, so the others cost nothing.

#ifndef ORRERY_SIM_SLOW_STEP_DETECTOR_H_
#define ORRERY_SIM_SLOW_STEP_DETECTOR_H_

#include <cstdint>
#include <vector>

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/slow_step.h"

namespace orrery {

class SlowStepDetector {
 public:
  // This many are kept in detail, those that came first.
  static constexpr size_t kMaxKept = 100;

  // Steps in which more time passes than this are slow.
  explicit SlowStepDetector(absl::Duration limit) : limit_(limit) {}

  // Notes that time passes in step `step`, from `now` on. If that makes the
  // step slow, returns its record, which is new if it has no name yet; null if
  // not, or if so many are kept already.
  SlowStep* TimePassed(uint64_t step, SimTime now, int64_t nanoseconds,
                       const SourceSite& site);

  const std::vector<SlowStep>& steps() const { return steps_; }
  // How many there were, with those that were not kept.
  uint64_t count() const { return count_; }

 private:
  absl::Duration limit_;
  uint64_t step_ = 0;  // the latest in which time has passed
  SimTime begin_;      // when it began to
  int64_t passed_ = 0;
  int64_t most_ = 0;  // at one go
  SourceSite site_;   // where that was
  bool slow_ = false;
  std::vector<SlowStep> steps_;
  uint64_t count_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SLOW_STEP_DETECTOR_H_
