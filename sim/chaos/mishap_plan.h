// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A plan of mishaps, as values and as text, a line for each:
//
//   at 5.000s crash replica-1 for 2.000s
//   at 9.250s partition a b | c
//   at 12.000s heal
//
// `Nemesis::Done` is such a plan, and `Nemesis::Follow` does what one says.

#ifndef ORRERY_SIM_CHAOS_MISHAP_PLAN_H_
#define ORRERY_SIM_CHAOS_MISHAP_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/sim/chaos/mishap.h"

namespace orrery {

struct PlannedMishap {
  // When it begins: simulated time since the run began, as in traces.
  absl::Duration at;
  Mishap what;
  // How long it lasts, until it is undone. Infinite: until `Heal`.
  absl::Duration lasts = absl::InfiniteDuration();

  friend bool operator==(const PlannedMishap&, const PlannedMishap&) = default;
};

// Returns the text of one, without the end of the line.
std::string ToString(const PlannedMishap& planned);

// Returns the text of all, a line for each.
std::string ToPlan(const std::vector<PlannedMishap>& plan);

// Reads what `ToPlan` writes. Empty lines, and what follows a '#' at the
// beginning of a line, do not matter. Times are written as "5s", "1m30s",
// "250ms" or "5.250s".
//
// Errors:
//   kInvalidArgument  a line is no mishap; the message names it
absl::StatusOr<std::vector<PlannedMishap>> FromPlan(absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_SIM_CHAOS_MISHAP_PLAN_H_
