// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The test program that a trace is of: only the program itself can run the
// test. Verbs find it and start it here.

#ifndef ORRERY_TOOLS_TEST_PROGRAM_H_
#define ORRERY_TOOLS_TEST_PROGRAM_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns the words of the command that replays `trace`: the program, its
// arguments, the filter, and --orrery_replay. `operands` are those of `verb`:
// the trace's file, and after it the program and its arguments. If these are
// left out, the program is looked for in bazel-bin, and has the arguments that
// it was recorded with.
//
// Errors:
//   kInvalidArgument  it is not known which program it is
//   kNotFound         there is no such program
absl::StatusOr<std::vector<std::string>> ReplayWords(
    absl::string_view verb, const Trace& trace,
    const std::vector<std::string>& operands);

// Returns the environment of the test program, as execve wants it: what a test
// that runs us was told is not for it.
std::vector<char*> TestEnvironment();

struct EndedProgram {
  std::string problem;  // why it could not be started; empty: it was
  int status = 0;       // as of waitpid
};

// Runs the program to its end. `on_output` is called for what it prints on
// standard output, as it comes. Ctrl-C is for the program alone.
EndedProgram RunTestProgram(
    std::vector<std::string> words,
    const std::function<void(absl::string_view)>& on_output);

}  // namespace orrery

#endif  // ORRERY_TOOLS_TEST_PROGRAM_H_
