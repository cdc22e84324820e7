// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunProgram`: runs another program, for tests of what ours print.

#ifndef ORRERY_TESTING_SUBPROCESS_H_
#define ORRERY_TESTING_SUBPROCESS_H_

#include <string>
#include <utility>
#include <vector>

namespace orrery {

struct Program {
  std::vector<std::string> words = {};  // the first is its path
  // All of its environment, but for PATH and what steers sanitizers: what this
  // test was told is not for it.
  std::vector<std::pair<std::string, std::string>> environment = {};
  std::string folder = {};  // where it starts; empty: where we are
  // It is sent a SIGTERM then, and a SIGKILL as much later again.
  int patience_seconds = 60;
};

struct ProgramResult {
  int exit_code = 0;   // -1 if it was killed by a signal
  int signal = 0;      // the one that killed it; 0 if none did
  std::string output;  // to standard output and standard error, as it came
};

// Runs `program` to its end. One that cannot be started ends with exit code
// 127, and the reason as its output.
ProgramResult RunProgram(const Program& program);

// The same for a line as it would be typed into a shell.
ProgramResult RunShell(const std::string& line, Program program = {});

// Makes an empty folder for a test, in the one that Bazel gives it, and returns
// its path.
std::string MakeTestFolder(const std::string& name);

// Returns the whole file; "" if there is none.
std::string ReadWholeFile(const std::string& path);
void WriteWholeFile(const std::string& path, const std::string& bytes);

}  // namespace orrery

#endif  // ORRERY_TESTING_SUBPROCESS_H_
