// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Progress`: what a simulation did that was driven from outside for a while.

#ifndef ORRERY_SIM_PROGRESS_H_
#define ORRERY_SIM_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace orrery {

// Why it stopped.
enum class StopReason : uint8_t {
  kIdle,         // nothing is ready, and no timer is set
  kStepped,      // it has taken the step that was asked for
  kTimeReached,  // all that was due up to the instant asked for has run
  kCompleted,    // the task that was waited for is over
  kClockHeld,    // nothing is ready, and the clock may not move: see FreezeTime
                 // and HoldTime (time_control.h)
  // The run has failed, and goes on no more; `Simulation::Finish` says how.
  kFailed,
  kDeadlock,
  kStepLimit,
  kLiveLock,
  kTimeLimit,
  kDiverged,
};
// Returns "idle", "time reached" and so on.
absl::string_view StopReasonName(StopReason reason);

struct Progress {
  StopReason reason = StopReason::kIdle;
  uint64_t steps = 0;                             // how many were executed
  absl::Duration elapsed = absl::ZeroDuration();  // by how much the clock moved

  // Whether the run can go on.
  bool ok() const { return reason < StopReason::kFailed; }

  friend bool operator==(const Progress&, const Progress&) = default;
};

// Returns "time reached after 3 steps and 2.000s".
std::string FormatProgress(const Progress& progress);

}  // namespace orrery

#endif  // ORRERY_SIM_PROGRESS_H_
