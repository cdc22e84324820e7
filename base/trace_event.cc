// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/trace_event.h"

namespace orrery {

absl::string_view EntityKindName(EntityKind kind) {
  switch (kind) {
    case EntityKind::kTask:
      return "task";
    case EntityKind::kCallback:
      return "callback";
    case EntityKind::kTimer:
      return "timer";
    case EntityKind::kMessage:
      return "message";
  }
  return "unknown";
}

absl::string_view WaitName(WaitKind kind) {
  switch (kind) {
    case WaitKind::kNothing:
      return "nothing";
    case WaitKind::kTurn:
      return "its turn";
    case WaitKind::kSleep:
      return "sleep";
    case WaitKind::kJoin:
      return "task";
    case WaitKind::kAll:
      return "all of several tasks";
    case WaitKind::kMutex:
      return "mutex";
    case WaitKind::kEvent:
      return "event";
    case WaitKind::kQueueGet:
      return "item in queue";
    case WaitKind::kQueuePut:
      return "room in queue";
    case WaitKind::kForeign:
      return "something outside Orrery";
  }
  return "unknown";
}

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kUnknown:
      return "unknown";
    case Outcome::kCompleted:
      return "completed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kDeadlock:
      return "deadlock";
    case Outcome::kStepLimit:
      return "step limit";
    case Outcome::kTimeLimit:
      return "time limit";
    case Outcome::kDiverged:
      return "diverged";
  }
  return "unknown";
}

}  // namespace orrery
