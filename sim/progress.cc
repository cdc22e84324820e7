// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/progress.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"

namespace orrery {

absl::string_view StopReasonName(StopReason reason) {
  switch (reason) {
    case StopReason::kIdle:
      return "idle";
    case StopReason::kStepped:
      return "stepped";
    case StopReason::kTimeReached:
      return "time reached";
    case StopReason::kCompleted:
      return "completed";
    case StopReason::kClockHeld:
      return "clock held";
    case StopReason::kFailed:
      return "failed";
    case StopReason::kDeadlock:
      return "deadlock";
    case StopReason::kStepLimit:
      return "step limit";
    case StopReason::kLiveLock:
      return "live-lock";
    case StopReason::kTimeLimit:
      return "time limit";
    case StopReason::kDiverged:
      return "diverged";
  }
  return "unknown";
}

std::string FormatProgress(const Progress& progress) {
  return absl::StrCat(StopReasonName(progress.reason), " after ",
                      progress.steps, " steps and ",
                      FormatSimTime(SimTime(ToNanoseconds(progress.elapsed))));
}

}  // namespace orrery
