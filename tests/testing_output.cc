// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/testing_output.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "orrery/testing/subprocess.h"

namespace orrery {

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string> FailureIn(const std::string& output) {
  std::vector<std::string> failure;
  for (const std::string& line : SplitLines(output)) {
    if (failure.empty() && !absl::EndsWith(line, ": Failure")) continue;
    if (absl::StartsWith(line, "[  FAILED  ]")) break;
    failure.push_back(line);
  }
  return failure;
}

std::vector<std::string> WhatFailed(const std::vector<std::string>& failure) {
  std::vector<std::string> what;
  for (const std::string& line : failure) {
    if (absl::StartsWith(line, "seed ")) return what;
    what.push_back(line);
  }
  return {};
}

std::string ValueOf(const std::string& prefix,
                    const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, prefix)) return line.substr(prefix.size());
  }
  return "";
}

std::string WithSourceLines(const std::string& text, const std::string& file) {
  const std::vector<std::string> source = SplitLines(ReadWholeFile(file));
  const std::string mark = absl::StrCat(file, ":");
  std::string result;
  size_t done = 0;
  for (size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, done)) {
    size_t end = at + mark.size();
    while (end < text.size() &&
           absl::ascii_isdigit(static_cast<unsigned char>(text[end])))
      ++end;
    size_t number = 0;
    const std::string digits =
        text.substr(at + mark.size(), end - at - mark.size());
    absl::StrAppend(&result, text.substr(done, at - done));
    if (absl::SimpleAtoi(digits, &number) && number >= 1 &&
        number <= source.size()) {
      absl::StrAppend(&result, "<",
                      absl::StripAsciiWhitespace(source[number - 1]), ">");
    } else {
      absl::StrAppend(&result, text.substr(at, end - at));
    }
    done = end;
  }
  return absl::StrCat(result, text.substr(done));
}

}  // namespace orrery
