// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Access`: what a step does to shared state, declared before the step runs.
//
// Partial-order methods (POS, SURW, DPOR) decide by it which steps may be
// exchanged without a difference: two steps depend on each other if they touch
// the same object and at least one of them does more than read it.

#ifndef ORRERY_BASE_ACCESS_H_
#define ORRERY_BASE_ACCESS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"

namespace orrery {

enum class AccessKind : uint8_t {
  kNone = 0,     // touches nothing that others can see, or is not known
  kRead = 1,     // observes a value
  kWrite = 2,    // changes a value
  kAcquire = 3,  // takes a lock, a unit or an item; may have to wait for it
  kRelease = 4,  // gives one back or puts one in
  kWait = 5,     // waits for a signal or for another task's end
  kSignal = 6,   // sends a signal, ends, starts another task
  // Of a lock that is handed over to those who wait, first come, first served.
  // Who comes first matters; whether somebody comes before or after it is given
  // back does not.
  kLock = 7,    // asks for it, whether or not it has to wait
  kUnlock = 8,  // gives it back
};

struct Access {
  ObjectKey object;
  AccessKind kind = AccessKind::kNone;

  friend constexpr bool operator==(const Access&, const Access&) = default;
};

// What a step touches that lets simulated time pass within it. Every other step
// may have looked at the clock.
inline constexpr ObjectKey kClockKey{0x636c6f636b000000u};
// What a step touches that logs a line: the order of lines can be seen.
inline constexpr ObjectKey kLogKey{0x6c6f670000000000u};

// Returns whether exchanging two steps with these accesses could be noticed.
constexpr bool Dependent(const Access& a, const Access& b) {
  if (a.kind == AccessKind::kNone || b.kind == AccessKind::kNone) return false;
  if (a.object != b.object) return false;
  return a.kind != AccessKind::kRead || b.kind != AccessKind::kRead;
}

// Returns "reads", "writes", ...: what comes between a task and an object.
absl::string_view AccessVerb(AccessKind kind);

}  // namespace orrery

#endif  // ORRERY_BASE_ACCESS_H_
