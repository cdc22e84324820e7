// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Escapes as who writes a SIM_TEST sees them: the report, the ways to allow
// them, and that what this library does itself is none.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"

namespace orrery {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr char kSample[] = "testing/escape_sample";
constexpr char kFree[] = "testing/escape_sample_with_escapes";

ProgramResult RunSample(const std::string& program, const std::string& test,
                        std::vector<std::string> flags = {}) {
  Program run;
  run.words = {program, absl::StrCat("--gtest_filter=", test)};
  run.words.insert(run.words.end(), flags.begin(), flags.end());
  run.environment = {{"ORRERY_TRACE_DIR", MakeTestFolder("traces")}};
  return RunProgram(run);
}

TEST(SimTestEscapesTest, AreReportedWithPlaceAndCommands) {
  for (const char* test :
       {"EscapeSample.ReadsTheClock", "EscapeSample.ReadsTheClockInEachRun"}) {
    const ProgramResult result = RunSample(kSample, test);
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_THAT(result.output,
                ContainsRegex("escape: (absl::Now|clock_gettime) was called "
                              "inside a simulation"));
    EXPECT_THAT(result.output, HasSubstr("use Now() for the time of day"));
    EXPECT_THAT(result.output, HasSubstr("ReadTheClock"));
    EXPECT_THAT(result.output, HasSubstr(", in task main#1"));
    EXPECT_THAT(result.output, HasSubstr("\nreplay: "));
    // Run again to be explained, it goes the same way.
    EXPECT_THAT(result.output, Not(HasSubstr("NOT DETERMINISTIC")));
  }
}

TEST(SimTestEscapesTest, AreAllowedByAnOption) {
  EXPECT_EQ(RunSample(kSample, "EscapeSample.MayReadTheClock").exit_code, 0);
}

TEST(SimTestEscapesTest, AreAllowedByAFlag) {
  const std::string test =
      "EscapeSample.ReadsTheClock:EscapeSample.ReadsTheClockInEachRun";
  EXPECT_EQ(
      RunSample(kSample, test, {"--orrery_allow_escapes=clock"}).exit_code, 0);
  EXPECT_EQ(RunSample(kSample, test, {"--orrery_allow_escapes=all"}).exit_code,
            0);
  EXPECT_EQ(RunSample(kSample, test, {"--orrery_allow_escapes=file"}).exit_code,
            1);
}

TEST(SimTestEscapesTest, WhatWasAllowedStandsInTheCommandsThatRepeatTheRun) {
  const ProgramResult result =
      RunSample(kSample, "EscapeSample.ReadsTheClockAndFails",
                {"--orrery_allow_escapes=clock,rand"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, Not(HasSubstr("escape: ")));
  for (const char* command : {"rerun", "replay"}) {
    EXPECT_THAT(
        result.output,
        ContainsRegex(absl::StrCat(
            "\n", command, ": [^\n]* '?--orrery_allow_escapes=clock,rand")));
  }
}

TEST(SimTestEscapesTest, AnUnknownNameIsAnError) {
  const ProgramResult option =
      RunSample(kSample, "EscapeSample.AllowsWhatThereIsNot");
  EXPECT_EQ(option.exit_code, 1);
  EXPECT_THAT(option.output,
              HasSubstr("{.allow_escapes = \"clocks\"}: \"clocks\" is no "
                        "escape; known are all; kinds: clock sleep"));
  const ProgramResult flag = RunSample(kSample, "EscapeSample.MayReadTheClock",
                                       {"--orrery_allow_escapes=clocks"});
  EXPECT_EQ(flag.exit_code, 1);
  EXPECT_THAT(flag.output, HasSubstr("--orrery_allow_escapes=clocks: "
                                     "\"clocks\" is no escape"));
}

TEST(SimTestEscapesTest, AFixtureIsOutsideOfAllSteps) {
  const ProgramResult result = RunSample(kSample, "FileTest.*");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST(SimTestEscapesTest, ACrashThatFollowsNamesTheEscape) {
  const ProgramResult result =
      RunSample(kSample, "EscapeSample.DiesOfTheAnswer");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output,
              HasSubstr("before that, the run had failed:\nescape: "
                        "pthread_create was called inside a simulation"));
  EXPECT_THAT(result.output, HasSubstr("StartAThread"));
}

TEST(SimTestEscapesTest, AreNotCaughtInAProgramThatLinksTheOtherTarget) {
  const ProgramResult result = RunSample(
      kFree, "EscapeSample.ReadsTheClock:EscapeSample.DiesOfTheAnswer");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

// A whole test of this library's with all that it can be asked to write.
TEST(SimTestEscapesTest, WritingTracesIsNone) {
  for (const char* level : {"off", "choices", "events"}) {
    const ProgramResult result =
        RunSample("testing/sim_test_test", "-OptionsTest.*",
                  {absl::StrCat("--orrery_trace_level=", level)});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, Not(HasSubstr("escape: ")));
  }
}

}  // namespace
}  // namespace orrery
