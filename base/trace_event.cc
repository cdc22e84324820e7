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
    case WaitKind::kFuture:
      return "future";
    case WaitKind::kSemaphore:
      return "unit of semaphore";
    case WaitKind::kCondition:
      return "condition";
    case WaitKind::kBarrier:
      return "barrier";
    case WaitKind::kChannelReceive:
      return "item in channel";
    case WaitKind::kChannelSend:
      return "room in channel";
    case WaitKind::kReadLock:
      return "read lock";
    case WaitKind::kWriteLock:
      return "write lock";
    case WaitKind::kGroup:
      return "children of task group";
    case WaitKind::kAny:
      return "the first of several";
    case WaitKind::kSelect:
      return "the first ready case of a select";
    case WaitKind::kPool:
      return "worker of thread pool";
  }
  return "unknown";
}

absl::string_view WaitPrefix(WaitKind kind) {
  switch (kind) {
    case WaitKind::kJoin:
      return "task ";
    case WaitKind::kQueueGet:
    case WaitKind::kChannelReceive:
      return "an item in ";
    case WaitKind::kQueuePut:
    case WaitKind::kChannelSend:
      return "room in ";
    case WaitKind::kSemaphore:
      return "a unit of ";
    case WaitKind::kReadLock:
      return "a read lock of ";
    case WaitKind::kWriteLock:
      return "a write lock of ";
    case WaitKind::kGroup:
      return "the children of ";
    case WaitKind::kPool:
      return "a worker of ";
    default:
      return "";
  }
}

absl::string_view NodeStateVerb(NodeState state) {
  switch (state) {
    case NodeState::kUp:
      return "is up";
    case NodeState::kStopped:
      return "has stopped";
    case NodeState::kKilled:
      return "is killed";
    case NodeState::kCrashed:
      return "crashes";
    case NodeState::kPaused:
      return "pauses";
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
    case Outcome::kLiveLock:
      return "live-lock";
  }
  return "unknown";
}

}  // namespace orrery
