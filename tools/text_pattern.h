// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TextPattern`: what a user looks for in a line.

#ifndef ORRERY_TOOLS_TEXT_PATTERN_H_
#define ORRERY_TOOLS_TEXT_PATTERN_H_

#include <memory>
#include <regex>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orrery {

struct TextPatternOptions {
  bool regex = false;        // a regular expression, as of ECMAScript
  bool ignore_case = false;  // for the letters of ASCII
};

class TextPattern {
 public:
  // Errors:
  //   kInvalidArgument  it is no regular expression
  static absl::StatusOr<TextPattern> Make(const std::string& text,
                                          TextPatternOptions options = {});

  // Returns whether some part of `line` is as the pattern says.
  //
  // Errors:
  //   kResourceExhausted  it takes too much to tell, which some regular
  //                       expressions do for some lines
  absl::StatusOr<bool> Matches(absl::string_view line) const;

 private:
  TextPattern() = default;

  std::string text_;  // in small letters, if their size does not matter
  bool ignore_case_ = false;
  std::shared_ptr<const std::regex> regex_;  // null: it is a plain text
};

}  // namespace orrery

#endif  // ORRERY_TOOLS_TEXT_PATTERN_H_
