// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The alarm works: what must fail in one of a hundred seeds does.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/campaign_results.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::HasSubstr;

constexpr char kCanary[] = "tests/swarm/canary";
constexpr char kTest[] = "Canary.FallsSilentInOneSeedOfAHundred";

class CanaryTest : public testing::Test {
 protected:
  CanaryTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(std::vector<std::pair<std::string, std::string>> env,
                    const std::vector<std::string>& flags = {}) {
    env.emplace_back("ORRERY_TRACE_DIR", folder_);
    std::vector<std::string> words = {kCanary};
    words.insert(words.end(), flags.begin(), flags.end());
    return RunProgram({.words = words, .environment = env});
  }

  // Runs the canary with so many seeds, to the end, and returns how that went.
  TestRuns Swarm(int seeds, bool isolated) {
    const ProgramResult result =
        Run({{"ORRERY_SWARM_SEEDS", absl::StrCat(seeds)},
             {"ORRERY_ISOLATE", isolated ? "yes" : "no"}});
    EXPECT_EQ(result.exit_code, 1) << result.output;
    const absl::StatusOr<CampaignResults> results =
        ReadCampaignResults(folder_ + "/swarm.0-of-1.campaign");
    EXPECT_TRUE(results.ok()) << results.status();
    if (!results.ok() || results->tests.size() != 1) return {};
    return results->tests[0];
  }

  const std::string folder_;
};

TEST_F(CanaryTest, FailsWithExitCodeSeedAndTrace) {
  const ProgramResult result = Run({});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("the canary is silent"));
  const std::vector<std::string> failure = FailureIn(result.output);
  const std::string path = ValueOf("trace:  ", failure);
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_EQ(trace->schedule.choices.size(), 1);
  EXPECT_EQ(trace->schedule.choices[0].n, 100);
  EXPECT_EQ(trace->schedule.choices[0].chosen, 0);

  const ProgramResult rerun =
      Run({}, {absl::StrCat("--orrery_seed=", trace->header.seed.value),
               "--orrery_runs=1"});
  EXPECT_EQ(rerun.exit_code, 1);
  EXPECT_THAT(rerun.output, HasSubstr("the canary is silent"));
  const ProgramResult replay =
      Run({}, {absl::StrCat("--orrery_replay=", path),
               absl::StrCat("--gtest_filter=", kTest)});
  EXPECT_EQ(replay.exit_code, 1);
  EXPECT_THAT(replay.output, HasSubstr("the canary is silent"));
}

TEST_F(CanaryTest, OneSeedInAHundredFails) {
  const TestRuns runs = Swarm(10'000, /*isolated=*/false);
  EXPECT_EQ(runs.runs, 10'000);
  // Binomial with 10,000 and 1/100: 100, and 9.95 the deviation. Four of them
  // to either side.
  EXPECT_GE(runs.failed, 60);
  EXPECT_LE(runs.failed, 140);
  // All fail alike, and the first is kept.
  ASSERT_EQ(runs.failures.size(), 1);
  EXPECT_EQ(runs.failures[0].runs, runs.failed);
  EXPECT_THAT(runs.failures[0].message, HasSubstr("the canary is silent"));
  EXPECT_EQ(runs.failures[0].seed, Seed(1).ForRun(runs.failures[0].run));
}

TEST_F(CanaryTest, RunsInProcessesOfTheirOwnFailTheSameSeeds) {
  const TestRuns together = Swarm(500, /*isolated=*/false);
  const TestRuns apart = Swarm(500, /*isolated=*/true);
  EXPECT_EQ(together.runs, 500);
  EXPECT_EQ(apart.runs, 500);
  EXPECT_GT(apart.failed, 0);
  EXPECT_EQ(together.failed, apart.failed);
  ASSERT_EQ(apart.failures.size(), 1);
  EXPECT_EQ(together.failures[0].seed, apart.failures[0].seed);
  EXPECT_EQ(together.failures[0].signature, apart.failures[0].signature);
  EXPECT_EQ(together.traces.kept(), apart.traces.kept());
}

TEST_F(CanaryTest, ASeedThatDoesNotFailPasses) {
  const ProgramResult result = Run({}, {"--orrery_runs=1"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

}  // namespace
}  // namespace orrery
