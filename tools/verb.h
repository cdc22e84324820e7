// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Verb`: one thing that the `orrery` command does. Each has a file of its own,
// which defines its flags and one constant of this type; verbs.h lists those.

#ifndef ORRERY_TOOLS_VERB_H_
#define ORRERY_TOOLS_VERB_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// What the command returns to the shell. These are stable: scripts go by them.
inline constexpr int kSame = 0;       // done; the same; found
inline constexpr int kDifferent = 1;  // see `Verb::one_means`
inline constexpr int kTrouble = 2;    // said on standard error

// Example:
//   constinit const Verb kInfoVerb = {
//       .name = "info",
//       .summary = "what was run, and how it ended",
//       .operands = "FILE...",
//       .flags = "json",
//       .details = "  --json    as JSON, one object a trace",
//       .one_means = "",
//       .run = Run};
struct Verb {
  absl::string_view name;
  absl::string_view summary;   // one line, without a full stop
  absl::string_view operands;  // as a user writes them: "FILE FILE"
  // The names of the ABSL_FLAGs that it takes, with commas between them;
  // "output|o" if -o is short for --output.
  absl::string_view flags;
  // What `orrery VERB --help` says of it below the summary, in lines of at most
  // 80 columns: every flag, in a line "  --name=N    what it does".
  absl::string_view details;
  // When it returns 1: "they differ"; empty: never.
  absl::string_view one_means;
  // `operands` are what stands after the verb, without flags. Returns an exit
  // code.
  int (*run)(const std::vector<std::string>& operands) = nullptr;
};

// Returns what `orrery --help` prints.
std::string HelpPage(absl::Span<const Verb* const> verbs);
// Returns what `orrery VERB --help` prints.
std::string HelpPage(const Verb& verb);

// Does what the command line says, with those verbs. Returns the exit code.
int RunCommand(absl::Span<char* const> arguments,
               absl::Span<const Verb* const> verbs);

// ---- For verbs --------------------------------------------------------------

// Prints `line` on standard output. Returns false if nobody takes it any more;
// why is said at the end.
bool PrintLine(absl::string_view line);

// Prints `text` on standard output, as it is: for output that is not in lines.
bool PrintText(absl::string_view text);

// Prints "orrery: `message`" on standard error, after what is on standard
// output so far, and returns kTrouble.
int Trouble(absl::string_view message);

// Returns the path of a file named on the command line. A relative one is taken
// from where the user stands, under `bazel run` too.
std::string OperandPath(const std::string& file);

// Reads a trace named on the command line, also one of a process that died or
// one that is damaged. "-" is standard input.
absl::StatusOr<Trace> ReadOperand(const std::string& file);

// Says what of the trace could not be read, if anything, for a verb that has
// shown or counted, or whatever `done` is, the rest. Returns kSame, or
// kTrouble.
int TellWhatIsMissing(const Trace& trace, absl::string_view done);

}  // namespace orrery

#endif  // ORRERY_TOOLS_VERB_H_
