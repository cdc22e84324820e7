// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/text_pattern.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/terminal.h"

namespace orrery {
namespace {

using testing::StartsWith;

bool Matches(const std::string& pattern, absl::string_view line,
             TextPatternOptions options = {}) {
  const absl::StatusOr<TextPattern> made = TextPattern::Make(pattern, options);
  EXPECT_TRUE(made.ok()) << made.status();
  const absl::StatusOr<bool> matches = made->Matches(line);
  EXPECT_TRUE(matches.ok()) << matches.status();
  return *matches;
}

TEST(TextPatternTest, ATextIsPartOfTheLine) {
  EXPECT_TRUE(Matches("a.c", "xa.cx"));
  EXPECT_FALSE(Matches("a.c", "abc"));
  EXPECT_FALSE(Matches("a.c", "A.C"));
  EXPECT_TRUE(Matches("", "anything"));
}

TEST(TextPatternTest, CaseMayNotMatter) {
  EXPECT_TRUE(Matches("A.c", "xa.Cx", {.ignore_case = true}));
  EXPECT_TRUE(Matches("A.[C]", "xabcx", {.regex = true, .ignore_case = true}));
}

TEST(TextPatternTest, ARegularExpressionMatchesAnywhereInTheLine) {
  EXPECT_TRUE(Matches("a.c", "xabcx", {.regex = true}));
  EXPECT_TRUE(Matches("^x(a|b)\\w+$", "xabcx", {.regex = true}));
  EXPECT_FALSE(Matches("^a", "xabcx", {.regex = true}));
}

TEST(TextPatternTest, WhatIsNoRegularExpressionSaysWhy) {
  auto problem = [](const std::string& text) {
    return std::string(
        TextPattern::Make(text, {.regex = true}).status().message());
  };
  EXPECT_EQ(problem("[a"),
            "\"[a\" is no regular expression: a [ or ] has no other half");
  EXPECT_THAT(problem("(a"),
              StartsWith("\"(a\" is no regular expression: a ( or ) has no "
                         "other half"));
  EXPECT_THAT(problem("*a"), StartsWith("\"*a\" is no regular expression: "));
  EXPECT_EQ(TextPattern::Make("(", {}).status(), absl::OkStatus());
}

// std::regex would use up the stack.
TEST(TextPatternTest, ALongLineDoesNotEndTheProcess) {
  const std::string line(10'000'000, 'a');
  EXPECT_TRUE(Matches("((a|b)|.)*", line, {.regex = true}));
  EXPECT_TRUE(Matches("aaa", line));
}

// ---- Terminal ---------------------------------------------------------------

TEST(ProgressTest, TellsHowMuchIsDone) {
  EXPECT_EQ(FormatProgress("searching", 0, 10), "searching: 0%");
  EXPECT_EQ(FormatProgress("searching", 459'999, 1'000'000), "searching: 45%");
  EXPECT_EQ(FormatProgress("searching", 10, 10), "searching: 100%");
  EXPECT_EQ(FormatProgress("searching", 0, 0), "searching: 100%");
  EXPECT_EQ(FormatProgress("searching", ~uint64_t{0}, ~uint64_t{0}),
            "searching: 100%");
}

}  // namespace
}  // namespace orrery
