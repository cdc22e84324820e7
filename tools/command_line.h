// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The command line of `orrery`. Its flags are ABSL_FLAGs, but
// absl::ParseCommandLine is not for it: that ends the process with 1 where a
// flag is wrong, and from `orrery diff` a 1 says that two traces differ.

#ifndef ORRERY_TOOLS_COMMAND_LINE_H_
#define ORRERY_TOOLS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace orrery {

struct CommandLine {
  std::vector<std::string> operands;  // in their order
  std::vector<std::string> flags;     // the names of those that were set
};

// Sets the flags that are among `arguments`. A flag is --name=value or
// --name value; a switch is --name, --noname or --no-name. One dash does too,
// and a - within the name is as good as a _. "-" is an operand, and so is all
// after "--". An entry of `known` is the name of an ABSL_FLAG, or "output|o" if
// -o does for --output.
//
// Errors:
//   kInvalidArgument  a flag is not among `known`, or the value is none for it
absl::StatusOr<CommandLine> ParseFlags(
    absl::Span<char* const> arguments,
    absl::Span<const absl::string_view> known);

// Returns an error if no flag of `known` has this name.
absl::Status CheckKnown(absl::string_view flag,
                        absl::Span<const absl::string_view> known);

// Returns " (did you mean `before`print?)" if one of `known` is nearly `word`;
// "" otherwise.
std::string DidYouMean(absl::string_view word,
                       absl::Span<const absl::string_view> known,
                       absl::string_view before);

}  // namespace orrery

#endif  // ORRERY_TOOLS_COMMAND_LINE_H_
