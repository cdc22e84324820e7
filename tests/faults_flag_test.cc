// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// --orrery_set and what is told of faults, on a real test program.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

using Environment = std::vector<std::pair<std::string, std::string>>;
using Flags = std::vector<std::string>;

constexpr char kSample[] = "tests/faults_sample";
constexpr char kFails[] = "FaultsSample.FailsInSomeWorlds";
constexpr char kPasses[] = "FaultsSample.Passes";

class FaultsFlagTest : public testing::Test {
 protected:
  FaultsFlagTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const std::string& test, const Flags& flags,
                    Environment environment = {}) {
    Flags words = {kSample, absl::StrCat("--gtest_filter=", test)};
    words.insert(words.end(), flags.begin(), flags.end());
    environment.emplace_back("TMPDIR", folder_);
    return RunProgram({.words = words, .environment = environment});
  }

  std::string folder_;
};

// Returns the lines of the block that a swarm has left in a report.
std::vector<std::string> BlockIn(const std::vector<std::string>& failure) {
  std::vector<std::string> block;
  bool in_block = false;
  for (const std::string& line : failure) {
    if (in_block && line.rfind("  ", 0) != 0) break;
    if (in_block) block.push_back(line);
    if (line.rfind("the swarm has drawn", 0) == 0) in_block = true;
  }
  return block;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) absl::StrAppend(&text, line, "\n");
  return text;
}

TEST_F(FaultsFlagTest, TheReportOfAFailureHasWhatWasDrawnInOneBlock) {
  for (const char* isolate : {"yes", "no"}) {
    const std::vector<std::string> failure = FailureIn(
        Run(kFails, {absl::StrCat("--orrery_isolate=", isolate)}).output);
    const std::vector<std::string> block = BlockIn(failure);
    ASSERT_EQ(block.size(), 2u) << Joined(failure);
    EXPECT_THAT(block[0], AllOf(HasSubstr("  net.duplication=off,net.loss=on,"
                                          "net.loss.rate="),
                                EndsWith("%,")));
    EXPECT_THAT(block[1], HasSubstr("  topology.nodes="));
  }
}

TEST_F(FaultsFlagTest, AProcessThatDiesSaysWhatItsRunHasDrawn) {
  for (const char* isolate : {"yes", "no"}) {
    EXPECT_THAT(
        Run("FaultsSample.Dies", {absl::StrCat("--orrery_isolate=", isolate),
                                  "--orrery_set=topology.nodes=6"})
            .output,
        HasSubstr("topology.nodes=6\n"));
  }
}

TEST_F(FaultsFlagTest, WhatIsPrintedCanBeSetAndGivesTheSameFailure) {
  const std::vector<std::string> failure = FailureIn(Run(kFails, {}).output);
  const std::string seed = ValueOf("seed ", failure);
  const std::string number = seed.substr(0, seed.find(' '));
  const ProgramResult again =
      Run(kFails, {absl::StrCat("--orrery_seed=", number), "--orrery_runs=1",
                   absl::StrCat("--orrery_set=", Joined(BlockIn(failure)))});
  EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure))
      << again.output;
  EXPECT_EQ(BlockIn(FailureIn(again.output)), BlockIn(failure));
}

TEST_F(FaultsFlagTest, WhatIsSetHoldsInAllRunsIsolatedOrNot) {
  for (const char* isolate : {"yes", "no"}) {
    const std::string flag = absl::StrCat("--orrery_isolate=", isolate);
    EXPECT_EQ(Run(kFails, {"--orrery_set=net.loss=off", flag}).exit_code, 0);
    EXPECT_EQ(Run(kFails, {"--orrery_set=topology.nodes=3", flag}).exit_code,
              0);
    EXPECT_EQ(Run(kFails, {flag}, {{"ORRERY_SET", "net=off"}}).exit_code, 0);
    const ProgramResult fails =
        Run(kFails, {"--orrery_set=topology.nodes=50,net.loss.rate=50%", flag});
    EXPECT_THAT(Joined(BlockIn(FailureIn(fails.output))),
                AllOf(HasSubstr("net.loss=on,net.loss.rate=50%,"),
                      HasSubstr("topology.nodes=50")));
  }
}

TEST_F(FaultsFlagTest, AReplayKnowsWhatWasSetAndSoDoesTheCommandForARerun) {
  const ProgramResult recorded =
      Run(kFails, {"--orrery_set=topology.nodes=50,net.loss=on"});
  const std::vector<std::string> failure = FailureIn(recorded.output);
  EXPECT_THAT(ValueOf("rerun:  ", failure),
              HasSubstr(" --orrery_set=net.loss=on,topology.nodes=50"));
  const std::string trace = ValueOf("trace:  ", failure);
  ASSERT_TRUE(std::filesystem::exists(trace)) << recorded.output;
  const std::string replay = absl::StrCat("--orrery_replay=", trace);
  for (const char* mode : {"strict", "lenient"}) {
    const ProgramResult result =
        Run(kFails, {replay, absl::StrCat("--orrery_replay_mode=", mode)});
    EXPECT_EQ(WhatFailed(FailureIn(result.output)), WhatFailed(failure))
        << result.output;
    EXPECT_THAT(result.output, Not(HasSubstr("settings:")));
  }
  // The command for a rerun is right in a replay as well.
  EXPECT_THAT(ValueOf("rerun:  ", FailureIn(Run(kFails, {replay}).output)),
              HasSubstr(" --orrery_set=net.loss=on,topology.nodes=50"));
  // The trace holds, and that is said.
  const ProgramResult other =
      Run(kFails, {replay, "--orrery_set=topology.nodes=3"});
  EXPECT_THAT(other.output, HasSubstr("exactly as recorded\n"));
  EXPECT_THAT(other.output,
              HasSubstr("settings: recorded net.loss=on,topology.nodes=50, "
                        "which holds; now it would be topology.nodes=3\n"));
  EXPECT_EQ(WhatFailed(FailureIn(other.output)), WhatFailed(failure));
}

TEST_F(FaultsFlagTest, ATraceWithoutSettingsIsReplayedWithoutAny) {
  const std::vector<std::string> failure = FailureIn(Run(kFails, {}).output);
  const ProgramResult result = Run(
      kFails, {absl::StrCat("--orrery_replay=", ValueOf("trace:  ", failure)),
               "--orrery_set=net.loss=off"});
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("exactly as recorded\n"),
                    HasSubstr("settings: recorded none, which holds; now it "
                              "would be net.loss=off\n")));
}

TEST_F(FaultsFlagTest, WhatIsNoListOfSettingsIsRefused) {
  const ProgramResult result = Run(kPasses, {"--orrery_set=net.loss"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              HasSubstr("--orrery_set=net.loss: \"net.loss\": expected "
                        "NAME=VALUE"));
}

TEST_F(FaultsFlagTest, WhatCannotBeReadFailsTheRunThatAsks) {
  const ProgramResult result =
      Run(kFails, {"--orrery_set=topology.nodes=many"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(Joined(FailureIn(result.output)),
              HasSubstr("topology.nodes=many: \"many\": expected a whole "
                        "number"));
}

TEST_F(FaultsFlagTest, ANameThatNoRunHasAskedForIsAnError) {
  for (const char* isolate : {"yes", "no"}) {
    const ProgramResult result =
        Run(kPasses, {"--orrery_set=net.los=off,net.loss=off",
                      absl::StrCat("--orrery_isolate=", isolate)});
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_THAT(result.output,
                HasSubstr("--orrery_set=net.los=off,net.loss=off: no run has "
                          "asked for net.los; what was asked for: buggify, "
                          "buggify.late, net, net.loss, net.loss.rate"));
  }
}

TEST_F(FaultsFlagTest, StatisticsTellOfEachFaultInAllRuns) {
  for (const char* isolate : {"yes", "no"}) {
    const ProgramResult result =
        Run(kPasses, {"--orrery_stats=yes", "--orrery_set=net.loss.rate=100%",
                      absl::StrCat("--orrery_isolate=", isolate)});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output,
                HasSubstr("  net.loss: happened 200 of 200 times, in 20 of 20 "
                          "runs, and had an effect 200 times\n"));
  }
}

TEST_F(FaultsFlagTest, AFaultThatNeverHasAnEffectFailsTheTestOfTheFault) {
  for (const char* isolate : {"yes", "no"}) {
    const std::vector<std::string> failure =
        FailureIn(Run("FaultsSample.HasAFaultWithoutEffect",
                      {absl::StrCat("--orrery_isolate=", isolate)})
                      .output);
    EXPECT_THAT(
        Joined(failure),
        AllOf(HasSubstr("faults happened and never made a difference: "
                        "sample.rots ("),
              Not(HasSubstr("sample.works")), Not(HasSubstr("sample.never"))));
  }
}

}  // namespace
}  // namespace orrery
