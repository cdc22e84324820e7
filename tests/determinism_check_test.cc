// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user sees of the check of determinism: leaking_sample is run, and what
// it prints is looked at.

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/leaks.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kAlarm[] = "NOT DETERMINISTIC";

ProgramResult RunSample(const std::string& test,
                        const std::vector<std::string>& flags = {}) {
  Program program;
  program.words = {
      absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                   std::getenv("TEST_WORKSPACE"), "/tests/leaking_sample"),
      absl::StrCat("--gtest_filter=", test)};
  program.words.insert(program.words.end(), flags.begin(), flags.end());
  program.environment = {
      {"ORRERY_TRACE_DIR", MakeTestFolder("determinism_check_test")},
      {"TEST_TMPDIR", testing::TempDir()}};
  return RunProgram(program);
}

std::string PlaceOf(const Leak& leak) {
  for (const char* name : {"tests/leaks.cc", "tests/leaks_in_order.cc"}) {
    std::ifstream file(name);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
      if (absl::EndsWith(line, absl::StrCat("// LEAK: ", leak.marker))) {
        return absl::StrCat(name, ":", number, " ");
      }
    }
  }
  return "no line is marked so";
}

class LeakTest : public testing::TestWithParam<Leak> {};

TEST_P(LeakTest, IsReportedAtItsFirstEvent) {
  const Leak& leak = GetParam();
  const ProgramResult run = RunSample(absl::StrCat("Leaking.", leak.name));
  EXPECT_EQ(run.exit_code, 1) << run.output;
  const std::vector<std::string> lines = FailureIn(run.output);
  EXPECT_THAT(lines, Contains(StartsWith(kAlarm)).Times(1)) << run.output;
  EXPECT_THAT(lines, Contains(StartsWith("  first difference at event #")));
  for (const char* side : {"    first run: #", "    second run: #"}) {
    EXPECT_THAT(lines, Contains(testing::AllOf(
                           StartsWith(side),
                           HasSubstr(absl::StrCat(" ", leak.task, "#")),
                           HasSubstr(PlaceOf(leak)))))
        << run.output;
  }
  EXPECT_THAT(lines, Contains(HasSubstr("was spawned at tests/leaks")));
  EXPECT_THAT(lines, Contains(ContainsRegex(leak.cause))) << run.output;
}

INSTANTIATE_TEST_SUITE_P(All, LeakTest, testing::ValuesIn(Leaks()),
                         [](const testing::TestParamInfo<Leak>& info) {
                           return std::string(info.param.name);
                         });

TEST(DeterminismCheckTest, OneRunInTwentyIsCheckedByDefault) {
  ProgramResult run = RunSample("Sampled.Sound");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  run = RunSample("Sampled.Leaking");
  EXPECT_EQ(run.exit_code, 1) << run.output;
  EXPECT_THAT(run.output, HasSubstr(kAlarm));
  EXPECT_THAT(run.output, ContainsRegex("seed [0-9]+ .run [0-9]+ of 100."));
}

// The same leak, and nobody notices.
TEST(DeterminismCheckTest, ItCanBeTurnedOff) {
  ProgramResult run = RunSample("Sampled.Unchecked");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  run = RunSample("Sampled.Leaking", {"--orrery_check_determinism=off"});
  EXPECT_EQ(run.exit_code, 0) << run.output;
  run = RunSample("Sampled.Unchecked", {"--orrery_check_determinism=all"});
  EXPECT_EQ(run.exit_code, 1) << run.output;
  run = RunSample("Sampled.Sound", {"--orrery_check_determinism=some"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("--orrery_check_determinism=some: expected "
                                    "off, sample or all"));
}

TEST(DeterminismCheckTest, WhatRunsLeaveBehindInOneProcessIsFound) {
  const ProgramResult run = RunSample("InProcess.CountsForEver");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("log: request 1"));
  EXPECT_THAT(run.output, HasSubstr("a static variable"));
}

TEST(DeterminismCheckTest, AFailureIsChecked) {
  ProgramResult run = RunSample("Failing.AndSound");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("Expected equality"));
  EXPECT_THAT(run.output, Not(HasSubstr(kAlarm)));
  run = RunSample("Failing.AndLeaking");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("always"));
  EXPECT_THAT(run.output, HasSubstr(kAlarm));
  EXPECT_THAT(run.output, HasSubstr("getenv"));
  run = RunSample("Failing.AndLeaking", {"--orrery_check_determinism=off"});
  EXPECT_THAT(run.output, Not(HasSubstr(kAlarm)));
}

TEST(DeterminismCheckTest, BothTracesAreKept) {
  const ProgramResult run = RunSample("Leaking.PrintedAddress");
  const std::vector<std::string> lines = FailureIn(run.output);
  const std::string first = ValueOf("traces: ", lines);
  std::string second = ValueOf("        ", lines);
  const absl::StatusOr<Trace> a = ReadTrace(first);
  const absl::StatusOr<Trace> b = ReadTrace(second);
  ASSERT_TRUE(a.ok()) << a.status() << run.output;
  ASSERT_TRUE(b.ok()) << b.status() << run.output;
  EXPECT_NE(DiffTraces(*a, *b, {.exact = true}), std::nullopt);
  EXPECT_THAT(ValueOf("rerun:", lines),
              HasSubstr("--orrery_check_determinism=all"));
}

TEST(DeterminismCheckTest, TheOtherProcessFindsATestHoweverItWasMade) {
  EXPECT_THAT(RunSample("Fixture.*").output, HasSubstr(kAlarm));
  EXPECT_THAT(RunSample("*Numbers.AreTheSame/0").exit_code, 0);
  EXPECT_THAT(RunSample("*Numbers.AreTheSame/1").output, HasSubstr(kAlarm));
  EXPECT_THAT(
      RunSample("Disabled.*", {"--gtest_also_run_disabled_tests"}).output,
      HasSubstr(kAlarm));
}

TEST(DeterminismCheckTest, TheOtherProcessesAreNotSeen) {
  const ProgramResult run = RunSample("Leaking.StaticCounter");
  EXPECT_THAT(run.output, HasSubstr("[==========] Running 1 test"));
  EXPECT_THAT(run.output, Not(HasSubstr("checked: ")));
}

TEST(DeterminismCheckTest, AnEndOfTheOtherProcessIsTold) {
  const ProgramResult run = RunSample("Unchecked.Exits");
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.output, HasSubstr("the process exited with code 9"));
}

}  // namespace
}  // namespace orrery
