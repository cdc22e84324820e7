// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A swarm as Bazel runs it: every seed once over all shards, and results that
// `orrery merge` adds up.

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/testing/subprocess.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

using Environment = std::vector<std::pair<std::string, std::string>>;

class SwarmRunTest : public testing::Test {
 protected:
  SwarmRunTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  std::string FolderOf(int shard) const {
    const std::string folder = absl::StrCat(folder_, "/shard", shard);
    fs::create_directories(folder);
    return folder;
  }

  // Runs one shard of a swarm, with what Bazel tells it.
  ProgramResult RunShard(int shard, int shards, int seeds,
                         Environment more = {},
                         const std::string& program = "whole_program_sample") {
    Environment env = {{"ORRERY_SWARM_SEEDS", absl::StrCat(seeds)},
                       {"ORRERY_SWARM_SCHEDULER", "random"},
                       {"TEST_TARGET", "//tests/swarm:sample"},
                       {"TEST_TOTAL_SHARDS", absl::StrCat(shards)},
                       {"TEST_SHARD_INDEX", absl::StrCat(shard)},
                       {"GTEST_TOTAL_SHARDS", absl::StrCat(shards)},
                       {"GTEST_SHARD_INDEX", absl::StrCat(shard)},
                       {"TEST_SHARD_STATUS_FILE", FolderOf(shard) + "/status"},
                       {"TEST_UNDECLARED_OUTPUTS_DIR", FolderOf(shard)}};
    env.insert(env.end(), more.begin(), more.end());
    return RunProgram(
        {.words = {absl::StrCat("tests/swarm/", program)}, .environment = env});
  }

  CampaignResults ResultsOf(int shard, int shards) {
    const absl::StatusOr<CampaignResults> results =
        ReadCampaignResults(absl::StrCat(FolderOf(shard), "/swarm.", shard,
                                         "-of-", shards, ".campaign"));
    EXPECT_TRUE(results.ok()) << results.status();
    return results.value_or(CampaignResults());
  }

  ProgramResult Merge(const std::string& operands) {
    return RunShell(absl::StrCat("tools/orrery merge ", operands));
  }

  const std::string folder_;
};

PropertyCount CountOf(const CampaignResults& results, const std::string& name) {
  for (const PropertyResult& result : results.properties) {
    if (result.property.name == name) return result.count;
  }
  ADD_FAILURE() << "no property \"" << name << "\"";
  return {};
}

TEST_F(SwarmRunTest, EverySeedOfEveryTestIsRunOnce) {
  constexpr int kShards = 3;
  constexpr int kSeeds = 20;
  std::map<std::string, int> traces;  // "Program.First.SEED.orrery"
  for (int shard = 0; shard < kShards; ++shard) {
    // Each run leaves a trace then, which is named by its seed.
    const ProgramResult result =
        RunShard(shard, kShards, kSeeds, {{"ORRERY_TRACE_LEVEL", "events"}});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, HasSubstr("[  PASSED  ] 2 tests."));
    EXPECT_TRUE(fs::exists(FolderOf(shard) + "/status"));
    for (const auto& entry : fs::directory_iterator(FolderOf(shard))) {
      if (entry.path().extension() == ".orrery") {
        ++traces[entry.path().filename()];
      }
    }
  }
  EXPECT_EQ(traces.size(), 2 * kSeeds);
  for (const char* test : {"Program.First", "Program.Second"}) {
    for (uint64_t run = 0; run < kSeeds; ++run) {
      const std::string name =
          absl::StrCat(test, ".", Seed(1).ForRun(run).value, ".orrery");
      EXPECT_EQ(traces[name], 1) << name;
    }
  }
}

TEST_F(SwarmRunTest, ShardsTogetherComeToWhatOneProcessDoes) {
  constexpr int kSeeds = 40;
  RunShard(0, 1, kSeeds);
  const CampaignResults whole = ResultsOf(0, 1);
  TestRuns sum;
  PropertyCount count;
  for (int shard = 0; shard < 4; ++shard) {
    // In processes of their own or not: the counts are the same.
    RunShard(shard, 4, kSeeds, {{"ORRERY_ISOLATE", shard < 2 ? "yes" : "no"}});
    const CampaignResults part = ResultsOf(shard, 4);
    EXPECT_TRUE(part.complete);
    EXPECT_EQ(part.target, "//tests/swarm:sample");
    EXPECT_EQ(part.seeds, kSeeds);
    ASSERT_EQ(part.tests.size(), 2);
    sum.runs += part.tests[0].runs;
    sum.steps += part.tests[0].steps;
    sum.traces.Merge(part.tests[0].traces);
    count.evaluated += CountOf(part, "a draw is zero").evaluated;
    count.held += CountOf(part, "a draw is zero").held;
  }
  ASSERT_EQ(whole.tests.size(), 2);
  EXPECT_EQ(whole.tests[0].test, "Program.First");
  EXPECT_EQ(whole.tests[0].runs, kSeeds);
  EXPECT_EQ(sum.runs, kSeeds);
  EXPECT_EQ(sum.steps, whole.tests[0].steps);
  EXPECT_EQ(sum.traces.kept(), whole.tests[0].traces.kept());
  EXPECT_EQ(count, CountOf(whole, "a draw is zero"));
  EXPECT_EQ(count.evaluated, 10 * kSeeds);
  EXPECT_EQ(CountOf(whole, "nobody comes here"), PropertyCount());
}

TEST_F(SwarmRunTest, MergingNamesWhatNoShardCameBy) {
  // A shard sees only its slice: it does not complain.
  for (int shard = 0; shard < 2; ++shard) {
    EXPECT_EQ(RunShard(shard, 2, 30).exit_code, 0);
  }
  const ProgramResult merged = Merge(folder_);
  EXPECT_EQ(merged.exit_code, 1);
  EXPECT_THAT(merged.output,
              AllOf(HasSubstr("2 files, 2 tests, 60 runs, 0 failed\n"),
                    HasSubstr("//tests/swarm:sample Program.First, policy "
                              "random\n  30 runs, "),
                    HasSubstr("NEVER HAPPENED: Reachable \"nobody comes here\" "
                              "at tests/swarm/whole_program_sample.cc:"),
                    Not(HasSubstr("MISSING"))));
}

TEST_F(SwarmRunTest, AShardThatWasNeverRunIsMissing) {
  RunShard(1, 3, 30);
  const ProgramResult merged = Merge(folder_);
  EXPECT_EQ(merged.exit_code, 1);
  EXPECT_THAT(
      merged.output,
      AllOf(HasSubstr("MISSING: //tests/swarm:sample: shard 0 of 3, seed 1"),
            HasSubstr("MISSING: //tests/swarm:sample: shard 2 of 3, seed 1")));
}

TEST_F(SwarmRunTest, ASliceGoesOnAfterAFailureAndKeepsItsTrace) {
  const ProgramResult result = RunShard(0, 1, 400, {}, "canary");
  EXPECT_EQ(result.exit_code, 1);
  // It can be repeated alone.
  EXPECT_THAT(result.output, HasSubstr("ORRERY_RUNS=1"));
  const ProgramResult merged = Merge(FolderOf(0));
  EXPECT_EQ(merged.exit_code, 1);
  EXPECT_THAT(
      merged.output,
      AllOf(HasSubstr("  400 runs, "), HasSubstr(" failed, in 1 way:\n"),
            HasSubstr("the canary is silent"), HasSubstr("trace: ")));
}

TEST_F(SwarmRunTest, RunsThatDieAreCountedAndTheOthersSeen) {
  const ProgramResult result =
      RunShard(0, 1, 100, {{"GTEST_FILTER", "Sample.Dies"}}, "property_sample");
  EXPECT_EQ(result.exit_code, 1);
  const CampaignResults results = ResultsOf(0, 1);
  ASSERT_EQ(results.tests.size(), 1);
  const TestRuns& runs = results.tests[0];
  EXPECT_EQ(runs.runs, 100);
  EXPECT_GT(runs.failed, 0);
  EXPECT_LT(runs.failed, 100);
  // A run whose process dies takes its counts with it.
  EXPECT_EQ(CountOf(results, "each run comes by").held, 100 - runs.failed);
}

TEST_F(SwarmRunTest, AViolatedPropertyIsOneFailureHoweverOften) {
  RunShard(0, 1, 100, {{"GTEST_FILTER", "Sample.AlwaysViolated"}},
           "property_sample");
  const CampaignResults results = ResultsOf(0, 1);
  ASSERT_EQ(results.tests.size(), 1);
  const TestRuns& runs = results.tests[0];
  ASSERT_EQ(runs.failures.size(), 1);
  EXPECT_EQ(runs.failures[0].signature, "Always \"the draw is never zero\"");
  EXPECT_EQ(runs.failures[0].runs, runs.failed);
  EXPECT_GT(runs.failed, 1);
  // Runs that fail are counted as well.
  EXPECT_EQ(CountOf(results, "the draw is never zero"),
            (PropertyCount{100, 100 - runs.failed}));
}

TEST_F(SwarmRunTest, RepetitionsHaveOtherSeeds) {
  RunShard(0, 1, 20);
  const CampaignResults first = ResultsOf(0, 1);
  const ProgramResult result = RunShard(1, 2, 20, {{"TEST_RANDOM_SEED", "2"}});
  EXPECT_EQ(result.exit_code, 0);
  const absl::StatusOr<CampaignResults> second =
      ReadCampaignResults(FolderOf(1) + "/swarm.1-of-2.2.campaign");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(first.seed, second->seed);
}

TEST_F(SwarmRunTest, MoreShardsThanSeedsLeaveSomeWithNothingToDo) {
  const ProgramResult result = RunShard(0, 5, 3);
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(ResultsOf(0, 5).tests[0].runs, 0);
}

// ---- Trouble ----------------------------------------------------------------

TEST_F(SwarmRunTest, ASearchCannotBeSpread) {
  const ProgramResult result =
      RunShard(0, 2, 10, {{"ORRERY_SCHEDULER", "dfs"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output,
              HasSubstr("is a search, each run of which follows from the ones "
                        "before; it cannot be spread over 2 shards"));
}

TEST_F(SwarmRunTest, NonsenseIsNamed) {
  EXPECT_THAT(RunShard(0, 1, 0).output,
              HasSubstr("ORRERY_SWARM_SEEDS=0: expected a number of seeds"));
  EXPECT_THAT(RunShard(7, 2, 10).output,
              HasSubstr("TEST_SHARD_INDEX=7: expected a number below "
                        "TEST_TOTAL_SHARDS, which is 2"));
  const ProgramResult result =
      RunShard(0, 1, 10, {{"ORRERY_TRACE_DIR", "/dev/null/nowhere"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("/dev/null/nowhere"));
}

}  // namespace
}  // namespace orrery
