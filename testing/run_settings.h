// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How the settings of a run (sim/settings.h) travel with its trace: as a word
// among the arguments in its header, the one that had to be on the command
// line. So a replay knows them, and so do all programs that print the command
// for one.

#ifndef ORRERY_TESTING_RUN_SETTINGS_H_
#define ORRERY_TESTING_RUN_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "orrery/sim/settings.h"
#include "orrery/traces/format.h"

namespace orrery {

// Returns "--orrery_set=LIST".
std::string SettingsWord(const Settings& settings);

// Returns the settings of a recorded run; empty if nothing was fixed.
//
// Errors:
//   kInvalidArgument  the header has such a word, and it is no list of settings
absl::StatusOr<Settings> SettingsOf(const TraceHeader& header);

// Returns the other arguments.
std::vector<std::string> WithoutSettings(const TraceHeader& header);

}  // namespace orrery

#endif  // ORRERY_TESTING_RUN_SETTINGS_H_
