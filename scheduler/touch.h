// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Touch`: an access, as partial-order reduction sees it: with all that follows
// from who has done it and to what, so that two touches tell by themselves
// whether their steps can be exchanged.

#ifndef ORRERY_SCHEDULER_TOUCH_H_
#define ORRERY_SCHEDULER_TOUCH_H_

#include <cstdint>
#include <vector>

#include "orrery/base/ids.h"

namespace orrery {

// The numbers are saved: see `Scheduler::SaveState`.
enum class TouchKind : uint8_t {
  kRead = 0,
  kWrite = 1,
  // Of a lock that is handed over to those who wait.
  kLock = 2,
  kUnlock = 3,
  // Of an entity.
  kStep = 4,   // a step of its own
  kEnd = 5,    // its last one
  kTell = 6,   // somebody else does something to it: cancels it
  kWake = 7,   // somebody else makes it ready
  kAwait = 8,  // somebody else waits for its end
};
inline constexpr TouchKind kLastTouchKind = TouchKind::kAwait;

struct Touch {
  ObjectKey object;
  TouchKind kind = TouchKind::kRead;

  friend bool operator==(const Touch&, const Touch&) = default;
};

// All that a step does.
struct Touches {
  std::vector<Touch> list;
  // It ends the run or moves the clock: it can be exchanged with nothing.
  bool everything = false;

  void Clear() {
    list.clear();
    everything = false;
  }
  // Adds one, if it is not in the list.
  void Add(Touch touch) {
    for (const Touch& other : list) {
      if (other == touch) return;
    }
    list.push_back(touch);
  }
  void AddAll(const Touches& other) {
    for (const Touch& touch : other.list) Add(touch);
    everything = everything || other.everything;
  }
};

// How two steps of different entities stand to each other.
enum class TouchOrder : uint8_t {
  kFree = 0,        // their order makes no difference
  kFixed = 1,       // the later one could not have come first
  kReversible = 2,  // it could have, with a difference
};

// Returns how a later touch stands to an earlier one of the same object.
constexpr TouchOrder OrderOf(TouchKind earlier, TouchKind later) {
  using enum TouchKind;
  constexpr auto either = [](TouchKind a, TouchKind b, TouchKind x,
                             TouchKind y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  if (earlier == kRead && later == kRead) return TouchOrder::kFree;
  // Who gives a lock back has it, so the other one waits or comes later.
  if (earlier == kUnlock && (later == kLock || later == kUnlock)) {
    return TouchOrder::kFixed;
  }
  if (earlier == kLock && later == kUnlock) return TouchOrder::kFree;
  // The same for an entity and those who wait for its end.
  if (earlier == kEnd && later == kAwait) return TouchOrder::kFixed;
  if (either(earlier, later, kEnd, kTell) ||
      either(earlier, later, kEnd, kRead) ||
      either(earlier, later, kEnd, kWrite)) {
    return TouchOrder::kReversible;
  }
  if (earlier == kEnd || later == kEnd) return TouchOrder::kFree;
  if (earlier == kAwait || later == kAwait) {
    return earlier == kWrite || later == kWrite ? TouchOrder::kReversible
                                                : TouchOrder::kFree;
  }
  // What it does by itself matters to those who tell it something.
  if (either(earlier, later, kStep, kRead) ||
      either(earlier, later, kStep, kWake) ||
      either(earlier, later, kRead, kWake) ||
      (earlier == kWake && later == kWake)) {
    return TouchOrder::kFree;
  }
  return TouchOrder::kReversible;
}

// Returns whether steps with these touches, of two entities that both could run
// now, can be exchanged without a difference.
inline bool Independent(const Touches& a, const Touches& b) {
  if (a.everything || b.everything) return false;
  for (const Touch& x : a.list) {
    for (const Touch& y : b.list) {
      if (x.object == y.object &&
          (OrderOf(x.kind, y.kind) == TouchOrder::kReversible ||
           OrderOf(y.kind, x.kind) == TouchOrder::kReversible)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_TOUCH_H_
