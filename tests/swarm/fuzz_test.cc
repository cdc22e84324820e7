// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A fuzzer finds what chance does not, and says how to see it again.

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kFuzzer[] = "examples/fuzz/lock_fuzz";
constexpr char kReplay[] = "examples/fuzz/lock_fuzz_replay";
constexpr char kTest[] = "Lock.NobodyGuessesTheCode";

class FuzzTest : public testing::Test {
 protected:
  FuzzTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(std::vector<std::string> words) {
    return RunProgram(
        {.words = std::move(words),
         .environment = {{"TEST_UNDECLARED_OUTPUTS_DIR", folder_}}});
  }

  const std::string folder_;
};

TEST_F(FuzzTest, CoverageOpensTheLockAndTheBytesOpenItAgain) {
  const ProgramResult found =
      Run({kFuzzer, "-seed=1", "-runs=100000", "-print_final_stats=1"});
  EXPECT_NE(found.exit_code, 0);
  EXPECT_THAT(found.output,
              AllOf(HasSubstr("Lock.NobodyGuessesTheCode failed"),
                    HasSubstr("Unreachable \"the lock is open\" was reached")));
  const std::vector<std::string> lines = SplitLines(found.output);
  int executions = 0;
  ASSERT_TRUE(absl::SimpleAtoi(
      ValueOf("stat::number_of_executed_units: ", lines), &executions))
      << found.output;
  EXPECT_LT(executions, 100'000);

  // "replay:  examples/fuzz/lock_fuzz FILE"
  std::string file;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".bytes") file = entry.path();
  }
  ASSERT_FALSE(file.empty());
  EXPECT_THAT(found.output,
              HasSubstr(absl::StrCat("replay:  ", kFuzzer, " ", file)));
  const ProgramResult again = Run({kFuzzer, file});
  EXPECT_NE(again.exit_code, 0);
  EXPECT_THAT(again.output, HasSubstr("\"the lock is open\" was reached"));

  // The test that is no fuzzer does the same, under any compiler.
  const std::string flag = absl::StrCat("--orrery_scheduler=bytes:", file);
  EXPECT_THAT(
      found.output,
      HasSubstr(absl::StrCat(kReplay, " --gtest_filter=", kTest, " ", flag)));
  const ProgramResult test =
      Run({kReplay, absl::StrCat("--gtest_filter=", kTest), flag});
  EXPECT_EQ(test.exit_code, 1);
  EXPECT_THAT(test.output, AllOf(HasSubstr("\"the lock is open\" was reached"),
                                 HasSubstr("--orrery_replay=")));
}

TEST_F(FuzzTest, TheSameSeedFindsTheSameBytes) {
  std::vector<std::string> names[2];
  for (std::vector<std::string>& found : names) {
    Run({kFuzzer, "-seed=1", "-runs=100000"});
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().extension() != ".bytes") continue;
      found.push_back(entry.path().filename());
      std::filesystem::remove(entry.path());
    }
    EXPECT_EQ(found.size(), 1);
  }
  EXPECT_EQ(names[0], names[1]);
}

TEST_F(FuzzTest, ATargetThatIsMissingIsNamed) {
  const ProgramResult result =
      RunProgram({.words = {kFuzzer, "-runs=1"},
                  .environment = {{"ORRERY_FUZZ", "Lock.Opens"}}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output,
              HasSubstr("ORRERY_FUZZ=Lock.Opens: there is no such SIM_FUZZ; "
                        "known: Lock.NobodyGuessesTheCode"));
}

}  // namespace
}  // namespace orrery
