// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How chances, numbers and times are written in settings (sim/settings.h). What
// is written here is read again as exactly the same.

#ifndef ORRERY_SIM_FAULTS_SETTING_VALUES_H_
#define ORRERY_SIM_FAULTS_SETTING_VALUES_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"

namespace orrery {

// Returns "2.5%".
std::string FormatChance(Chance chance);

// Errors:
//   kInvalidArgument  it is no number from 0 to 100, with at most four digits
//                     after the point, and a percent sign
absl::StatusOr<Chance> ParseChance(absl::string_view text);

// Errors:
//   kInvalidArgument  it does not consist of digits, or is above 2^64 - 1
absl::StatusOr<uint64_t> ParseNumber(absl::string_view text);

// Returns "2.5ms": whole nanoseconds.
std::string FormatTime(absl::Duration time);

// Errors:
//   kInvalidArgument  it is no time such as 250us or 2.5ms, or it is below zero
absl::StatusOr<absl::Duration> ParseTime(absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_SETTING_VALUES_H_
