// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The commands that repeat a run of a test in this process: by its seed, and
// from its trace. They are to be pasted into a shell: where the process was
// started by hand, into that one; under `bazel test`, which says so in the
// environment, into one at the root of the workspace.

#ifndef ORRERY_TESTING_REPEAT_COMMANDS_H_
#define ORRERY_TESTING_REPEAT_COMMANDS_H_

#include <optional>
#include <string>

#include "orrery/base/seed.h"

namespace orrery {

// Returns the command that runs the test with this seed. `scheduler` is named
// if the test does not name it itself. `settings` is the list that was fixed.
std::string RerunCommand(const std::string& full_test_name, Seed seed,
                         const std::optional<std::string>& scheduler,
                         const std::string& settings);

// Returns the command that replays `trace_file`, which knows what was fixed.
std::string ReplayCommand(const std::string& full_test_name,
                          const std::string& trace_file);

// Returns where `trace_file` is found when the test is over: Bazel keeps the
// folder for outputs, and takes the one away in which the test saw it.
std::string LastingPath(const std::string& trace_file);

}  // namespace orrery

#endif  // ORRERY_TESTING_REPEAT_COMMANDS_H_
