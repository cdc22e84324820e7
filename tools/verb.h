// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The verbs of the `orrery` command. Each has a file of its own.

#ifndef ORRERY_TOOLS_VERB_H_
#define ORRERY_TOOLS_VERB_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// What the command returns to the shell.
inline constexpr int kSame = 0;       // done; for `diff`: no difference
inline constexpr int kDifferent = 1;  // `diff`; `merge`: not all is well
inline constexpr int kTrouble = 2;    // said on standard error

// `files` are the operands after the verb.
int RunInfo(const std::vector<std::string>& files);
int RunPrint(const std::vector<std::string>& files);
int RunDiff(const std::vector<std::string>& files);
int RunShrink(const std::vector<std::string>& operands);
int RunMerge(const std::vector<std::string>& files);

// Prints `line` on standard output. Returns false if nobody takes it any more;
// why is said at the end.
bool PrintLine(absl::string_view line);

// Prints "orrery: `message`" on standard error, after what is on standard
// output so far, and returns kTrouble.
int Trouble(absl::string_view message);

// Returns the path of a file named on the command line. A relative one is taken
// from where the user stands, under `bazel run` too.
std::string OperandPath(const std::string& file);

// Reads a trace named on the command line, also one of a process that died or
// one that is damaged.
absl::StatusOr<Trace> ReadOperand(const std::string& file);

}  // namespace orrery

#endif  // ORRERY_TOOLS_VERB_H_
