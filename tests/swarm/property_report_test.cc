// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is said, and by whom, about properties that are violated or that never
// happen.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class PropertyReportTest : public testing::Test {
 protected:
  PropertyReportTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const std::string& program,
                    const std::vector<std::string>& flags) {
    std::vector<std::string> words = {absl::StrCat("tests/swarm/", program)};
    words.insert(words.end(), flags.begin(), flags.end());
    return RunProgram(
        {.words = words, .environment = {{"ORRERY_TRACE_DIR", folder_}}});
  }
  ProgramResult RunSample(const std::string& test,
                          std::vector<std::string> flags = {}) {
    flags.push_back(absl::StrCat("--gtest_filter=Sample.", test));
    return Run("property_sample", flags);
  }

  const std::string folder_;
};

TEST_F(PropertyReportTest, ASometimesThatIsNeverTrueFailsItsCampaign) {
  for (const char* isolate : {"yes", "no"}) {
    const ProgramResult result = RunSample(
        "SometimesNever", {absl::StrCat("--orrery_isolate=", isolate)});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.output,
                HasSubstr("in 20 runs of this test, these were missed:\n"
                          "Sometimes \"i is seven\" never happened: evaluated "
                          "60 times, never true, at "
                          "tests/swarm/property_sample.cc:"));
  }
}

TEST_F(PropertyReportTest, ASometimesThatIsTrueInOneRunIsEnough) {
  for (const char* isolate : {"yes", "no"}) {
    const ProgramResult result = RunSample(
        "SometimesOnce", {absl::StrCat("--orrery_isolate=", isolate)});
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }
}

TEST_F(PropertyReportTest, FewerRunsThanTheTestWantsTellNothing) {
  EXPECT_EQ(RunSample("SometimesNever", {"--orrery_runs=19"}).exit_code, 0);
  EXPECT_EQ(RunSample("SometimesNever", {"--orrery_runs=20"}).exit_code, 1);
}

TEST_F(PropertyReportTest, WhatATestNamesMustHappen) {
  const ProgramResult result = RunSample("MustHappen");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.output,
      HasSubstr("Reachable \"nobody comes here\" never happened: no run "
                "came by, at tests/swarm/property_sample.cc:"));
}

TEST_F(PropertyReportTest, ANameThatIsMisspeltIsTold) {
  const ProgramResult result = RunSample("MustHappenIsMisspelt");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr(".must_happen names \"nobdy\", but this program "
                              "has no such property; it has "),
                    HasSubstr("\"nobody comes here\"")));
}

TEST_F(PropertyReportTest, AViolatedAlwaysFailsTheRunWithNameAndPlace) {
  const ProgramResult result = RunSample("AlwaysViolated");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      result.output,
      AllOf(HasSubstr("Always \"the draw is never zero\" does not hold"),
            HasSubstr("tests/swarm/property_sample.cc:"),
            HasSubstr("--orrery_replay=")));
}

TEST_F(PropertyReportTest, AReachedUnreachableFailsTheRunWithNameAndPlace) {
  const ProgramResult result = RunSample("UnreachableReached");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("Unreachable \"nothing is here\" was reached"),
                    HasSubstr("tests/swarm/property_sample.cc:")));
}

TEST_F(PropertyReportTest, WhatComesTooLateFailsTheRun) {
  const ProgramResult result = RunSample("EventuallyTooLate");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("EventuallyWithin \"the work is done\" "
                                       "did not come true within 5s"));
}

// ---- The program as a whole -------------------------------------------------

constexpr char kMissedByAll[] =
    "in all tests of this program together, these were missed:\n"
    "Reachable \"nobody comes here\" never happened: no run came by, at "
    "tests/swarm/whole_program_sample.cc:";

TEST_F(PropertyReportTest, WhatNoTestComesByFailsTheProgram) {
  const ProgramResult result = Run("whole_program_sample", {});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("[  PASSED  ] 2 tests."), HasSubstr(kMissedByAll),
                    Not(HasSubstr("a draw is zero"))));
}

TEST_F(PropertyReportTest, APartOfTheProgramTellsNothing) {
  for (const char* flag : {"--gtest_filter=*First*", "--orrery_runs=5",
                           "--orrery_time_budget=1ns"}) {
    const ProgramResult result = Run("whole_program_sample", {flag});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, Not(HasSubstr("were missed")));
  }
}

TEST_F(PropertyReportTest, MoreThanTheWholeProgramTellsAsMuch) {
  const ProgramResult result =
      Run("whole_program_sample", {"--orrery_runs=25"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr(kMissedByAll));
}

TEST_F(PropertyReportTest, PropertiesCanBeListed) {
  const ProgramResult result =
      Run("whole_program_sample", {"--orrery_list_properties=yes"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("Sometimes \"a draw is zero\" at "
                              "tests/swarm/whole_program_sample.cc:"),
                    HasSubstr("Reachable \"nobody comes here\" at "),
                    Not(HasSubstr("[ RUN "))));
}

}  // namespace
}  // namespace orrery
