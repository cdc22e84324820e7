// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/text_pattern.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

// std::regex goes one call deeper for each character that it looks at, so a
// long line would end the process: of such a line the beginning counts.
constexpr size_t kMaxRegexLine = 1000;

absl::string_view Problem(std::regex_constants::error_type code) {
  using namespace std::regex_constants;  // NOLINT: its names say what they are
  if (code == error_paren) {             // libstdc++ says this of "*a" as well
    return "a ( or ) has no other half, or nothing stands before a * or +";
  }
  if (code == error_brack) return "a [ or ] has no other half";
  if (code == error_brace) return "a { or } has no other half";
  if (code == error_badbrace) return "between { and } stands no range";
  if (code == error_range) return "a range ends before it begins";
  if (code == error_escape) return "a \\ stands before what needs none";
  if (code == error_badrepeat) return "nothing stands before a *, +, ? or {";
  if (code == error_backref) return "a group that it refers to is not there";
  if (code == error_ctype) return "there is no such class of characters";
  if (code == error_collate) return "there is no such element";
  return "it is too complex";
}

}  // namespace

absl::StatusOr<TextPattern> TextPattern::Make(const std::string& text,
                                              TextPatternOptions options) {
  TextPattern pattern;
  pattern.text_ = text;
  pattern.ignore_case_ = options.ignore_case;
  if (!options.regex) {
    if (options.ignore_case) absl::AsciiStrToLower(&pattern.text_);
    return pattern;
  }
  auto flags = std::regex::ECMAScript | std::regex::optimize;
  if (options.ignore_case) flags |= std::regex::icase;
  try {
    pattern.regex_ = std::make_shared<const std::regex>(text, flags);
  } catch (const std::regex_error& error) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", text, "\" is no regular expression: ", Problem(error.code())));
  }
  return pattern;
}

absl::StatusOr<bool> TextPattern::Matches(absl::string_view line) const {
  if (regex_ == nullptr) {
    if (!ignore_case_) return absl::StrContains(line, text_);
    return absl::StrContains(absl::AsciiStrToLower(line), text_);
  }
  line = line.substr(0, kMaxRegexLine);
  try {
    return std::regex_search(line.begin(), line.end(), *regex_);
  } catch (const std::regex_error& error) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "\"", text_, "\": ", Problem(error.code()), " for a line that begins ",
        "with \"", line.substr(0, 60), "\""));
  }
}

}  // namespace orrery
