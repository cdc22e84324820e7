// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimTime`: an instant of simulated time, in integer nanoseconds since the run
// began. Public interfaces take `absl::Duration` and `absl::Time`; this is the
// form in which the engine, the schedulers and the traces count.

#ifndef ORRERY_BASE_SIM_TIME_H_
#define ORRERY_BASE_SIM_TIME_H_

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/time/time.h"

namespace orrery {

struct SimTime {
  int64_t ns = 0;

  constexpr SimTime() = default;
  constexpr explicit SimTime(int64_t nanoseconds) : ns(nanoseconds) {}

  // Later than every instant that a run can reach: never.
  static constexpr SimTime Infinite() {
    return SimTime(std::numeric_limits<int64_t>::max());
  }

  friend constexpr bool operator==(SimTime a, SimTime b) = default;
  friend constexpr auto operator<=>(SimTime a, SimTime b) = default;
};

// The instant at which every simulation begins: 2000-01-01T00:00:00Z.
absl::Time SimEpoch();

// Returns `d` in nanoseconds, rounded up (so that nothing wakes early) and
// saturated at the limits of int64.
int64_t ToNanoseconds(absl::Duration d);

// Returns the instant `ns` nanoseconds after `t`, at the latest
// `SimTime::Infinite()`. `ns` may be negative.
constexpr SimTime After(SimTime t, int64_t ns) {
  int64_t sum = 0;
  if (__builtin_add_overflow(t.ns, ns, &sum)) {
    return ns < 0 ? SimTime(std::numeric_limits<int64_t>::min())
                  : SimTime::Infinite();
  }
  return SimTime(sum);
}

// Returns the time from the beginning of the run to `t`, exactly.
inline absl::Duration ToDuration(SimTime t) { return absl::Nanoseconds(t.ns); }

// Returns "1.250s": seconds with three decimals, or with as many as it takes to
// be exact; "never" for `SimTime::Infinite()`. The text is the same in every
// locale.
std::string FormatSimTime(SimTime t);

}  // namespace orrery

#endif  // ORRERY_BASE_SIM_TIME_H_
