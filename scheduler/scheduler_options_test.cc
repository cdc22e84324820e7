// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/scheduler_options.h"

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr OptionSpec kKnown[] = {
    {.name = "depth", .otherwise = "3", .min = 1, .max = 100},
    {.name = "members", .otherwise = "all of them"},
};
constexpr OptionSpec kNeeded[] = {{.name = "file"}};

// Returns why `text` is refused.
std::string ErrorOf(absl::string_view text,
                    absl::Span<const OptionSpec> known = kKnown) {
  const absl::StatusOr<SchedulerOptions> options =
      SchedulerOptions::Parse(text, known);
  if (options.ok()) return "it was accepted";
  EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(options.status().message());
}

TEST(SchedulerOptionsTest, WhatIsGivenIsReadAndTheRestIsAsOtherwise) {
  absl::StatusOr<SchedulerOptions> options =
      SchedulerOptions::Parse("members=a+b:c=1,depth=7", kKnown);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->Number("depth", 3), 7u);
  EXPECT_EQ(options->Text("members", "x"), "a+b:c=1");

  options = SchedulerOptions::Parse(std::nullopt, kKnown);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->Number("depth", 3), 3u);
  EXPECT_EQ(options->Text("members", "x"), "x");
}

TEST(SchedulerOptionsTest, AnUnknownOptionIsAnsweredWithThoseThatThereAre) {
  EXPECT_EQ(ErrorOf("depht=3"),
            "it has no option \"depht\"; it has depth (a number from 1 to 100; "
            "otherwise 3), members (a text; otherwise all of them)");
  EXPECT_EQ(ErrorOf("depth=3", {}),
            "it has no option \"depth\"; it has none at all");
}

TEST(SchedulerOptionsTest, ValuesHaveTypesAndBounds) {
  for (const char* value :
       {"0", "101", "-1", "3x", "", "99999999999999999999"}) {
    EXPECT_EQ(ErrorOf(std::string("depth=") + value),
              std::string("the option \"depth\" is a number from 1 to 100, "
                          "not \"") +
                  value + "\"");
  }
  EXPECT_EQ(ErrorOf("members="), "the option \"members\" is a text, not \"\"");
}

TEST(SchedulerOptionsTest, AnOptionIsGivenOnce) {
  EXPECT_EQ(ErrorOf("depth=3,depth=3"), "the option \"depth\" is given twice");
}

TEST(SchedulerOptionsTest, AnOptionMayHaveToBeGiven) {
  EXPECT_EQ(ErrorOf("fil=x", kNeeded),
            "it has no option \"fil\"; it has file (a text; must be given)");
  EXPECT_EQ(SchedulerOptions::Parse(std::nullopt, kNeeded).status().message(),
            "the option \"file\" is missing");
  EXPECT_EQ(ErrorOf("file=x", kNeeded), "it was accepted");
}

TEST(SchedulerOptionsTest, WhatIsNotKeyAndValueIsQuoted) {
  for (const char* text :
       {"", "depth", "=3", "depth=3,", "depth=3,,members=a"}) {
    EXPECT_TRUE(
        ErrorOf(text).starts_with("expected KEY=VALUE after the ':', found \""))
        << ErrorOf(text);
  }
}

}  // namespace
}  // namespace orrery
