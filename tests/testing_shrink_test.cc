// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a failing test leaves behind that is smaller than its failure.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

constexpr char kSample[] = "tests/failing_sample";
constexpr char kCrashing[] = "tests/testing_crashing_sample";

class TestingShrinkTest : public testing::Test {
 protected:
  TestingShrinkTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const std::string& program, const std::string& test,
                    const std::vector<std::string>& flags = {}) {
    Program with = {.words = {program, absl::StrCat("--gtest_filter=", test)},
                    .environment = {{"ORRERY_TRACE_DIR", folder_}}};
    with.words.insert(with.words.end(), flags.begin(), flags.end());
    return RunProgram(with);
  }

  // Returns how many choices of the trace are not the simplest ones.
  static size_t Unusual(const std::string& path) {
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    if (!trace.ok()) {
      ADD_FAILURE() << trace.status();
      return 0;
    }
    size_t unusual = 0;
    for (const ScheduledChoice& choice : trace->schedule.choices) {
      if (choice.chosen != 0) ++unusual;
    }
    return unusual;
  }

  // Returns the paths of the two traces that a failure leaves.
  static std::string Original(const std::string& output) {
    return ValueOf("trace:  ", SplitLines(output));
  }
  static std::string Small(const std::string& output) {
    return ValueOf("  trace:  ", SplitLines(output));
  }

  const std::string folder_;
};

TEST_F(TestingShrinkTest, BothTracesAreKeptAndTheSmallOneFailsToo) {
  const ProgramResult result = Run(kSample, "FailingSample.LosesAnUpdate");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("shrunk: 1 deviation from FIFO order"));
  EXPECT_GT(Unusual(Original(result.output)), 1);
  EXPECT_EQ(Unusual(Small(result.output)), 1);
  const ProgramResult again =
      RunShell(ValueOf("  replay: ", SplitLines(result.output)));
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(again.output, HasSubstr("exactly as recorded"));
  EXPECT_THAT(again.output, HasSubstr("a deposit is lost"));
}

TEST_F(TestingShrinkTest, OffItLeavesTheFailureAsItIs) {
  const ProgramResult result =
      Run(kSample, "FailingSample.LosesAnUpdate", {"--orrery_shrink=off"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, Not(HasSubstr("shrunk")));
  EXPECT_FALSE(fs::exists(absl::StrCat(Original(result.output), ".min")));
}

TEST_F(TestingShrinkTest, WithoutTracesItSaysHowSmallItGets) {
  const ProgramResult result =
      Run(kSample, "FailingSample.LosesAnUpdate", {"--orrery_trace_level=off"});
  EXPECT_THAT(result.output, HasSubstr("shrunk: 1 deviation from FIFO order"));
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(TestingShrinkTest, AFailureWithoutAnyChoiceHasNothingToBeLeftOut) {
  const ProgramResult result =
      Run(kSample, "FailingSample.FivePhilosophersDeadlock");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, Not(HasSubstr("shrunk")));
}

TEST_F(TestingShrinkTest, ATestThatIsNotDeterministicIsNotShrunk) {
  const ProgramResult result = Run(kSample, "FailingSample.ChoosesByAGlobal");
  EXPECT_THAT(result.output, HasSubstr("NOT DETERMINISTIC"));
  EXPECT_THAT(result.output, Not(HasSubstr("shrunk")));
}

TEST_F(TestingShrinkTest, ACrashIsShrunkToo) {
  const ProgramResult result =
      Run(kCrashing, "CrashingSample.Segfaults", {"--orrery_isolate=yes"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("shrunk: no deviation from FIFO order"));
  EXPECT_GT(Unusual(Original(result.output)), 100);
  EXPECT_EQ(Unusual(Small(result.output)), 0);
  // It is a crash when it is followed, in a process that nothing guards.
  const ProgramResult again =
      RunShell(ValueOf("  replay: ", SplitLines(result.output)));
  EXPECT_THAT(again.output, HasSubstr("in CrashingSample.Segfaults"));
}

TEST_F(TestingShrinkTest, AFlagThatIsNoNumberIsNamed) {
  const ProgramResult result =
      Run(kSample, "FailingSample.LosesAnUpdate", {"--orrery_shrink=some"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              HasSubstr("--orrery_shrink=some: expected a number of replays, "
                        "or off"));
}

}  // namespace
}  // namespace orrery
