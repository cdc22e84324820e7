// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/campaign_merge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::Not;

// One shard of 100 runs of a campaign with two properties.
CampaignResults Shard(uint32_t shard, uint32_t shards, uint64_t held) {
  CampaignResults results;
  results.target = "//bank:swarm";
  results.shard = shard;
  results.shards = shards;
  results.seeds = 100 * shards;
  results.complete = true;
  TestRuns& campaign = results.Find("Bank.Keeps", "portfolio");
  campaign.runs = 100;
  campaign.steps = 1000;
  campaign.traces.Add(1, 98);          // seen everywhere
  campaign.traces.Add(2);              // once in each shard
  campaign.traces.Add(1000u + shard);  // once at all
  results.properties = {
      {{PropertyKind::kSometimes, "a retry", "bank.cc", 12}, {100, held}},
      {{PropertyKind::kAlways, "the total", "bank.cc", 20}, {500, 500}}};
  return results;
}

void AddFailure(CampaignResults& results, const std::string& signature,
                uint64_t run) {
  TestRuns& campaign = results.tests[0];
  ++campaign.failed;
  campaign.AddFailure({.signature = signature,
                       .message = "it went wrong",
                       .runs = 1,
                       .seed = Seed(1000 + run),
                       .run = run,
                       .trace = "bank.orrery"});
}

void AddAll(CampaignMerge& merge, const std::vector<CampaignResults>& all) {
  int number = 0;
  for (const CampaignResults& results : all) {
    const absl::Status status =
        merge.Add(results, "file" + std::to_string(number++));
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(CampaignMergeTest, AddsUpRunsTracesAndProperties) {
  CampaignMerge merge;
  AddAll(merge, {Shard(0, 2, 0), Shard(1, 2, 3)});
  EXPECT_TRUE(merge.ok());
  EXPECT_EQ(merge.AsText(),
            "2 files, 1 test, 200 runs, 0 failed\n"
            "\n"
            "//bank:swarm Bank.Keeps, policy portfolio\n"
            "  200 runs, 2000 steps, 4 distinct traces, 2 seen once\n"
            "  chance that one more run shows a new trace: 1 %\n"
            "  no run failed\n"
            "\n"
            "properties, held of evaluated:\n"
            "  Sometimes \"a retry\": 3 of 200  bank.cc:12\n"
            "  Always \"the total\": 1000 of 1000  bank.cc:20\n");
}

TEST(CampaignMergeTest, ASometimesThatNeverHappenedInAnyShardIsNamed) {
  CampaignMerge merge;
  AddAll(merge, {Shard(0, 2, 0), Shard(1, 2, 0)});
  EXPECT_FALSE(merge.ok());
  EXPECT_THAT(merge.AsText(),
              HasSubstr("NEVER HAPPENED: Sometimes \"a retry\" at bank.cc:12, "
                        "evaluated 200 times\n"));
}

TEST(CampaignMergeTest, OtherProgramsMayMakeItHappen) {
  CampaignResults other = Shard(0, 1, 5);
  other.target = "//bank:other";
  CampaignMerge merge;
  AddAll(merge, {Shard(0, 2, 0), Shard(1, 2, 0), other});
  EXPECT_TRUE(merge.ok());
}

TEST(CampaignMergeTest, AReachableThatNobodyCameByIsMissed) {
  CampaignResults results = Shard(0, 1, 1);
  results.properties.push_back(
      {{PropertyKind::kReachable, "failover", "node.cc", 3}, {}});
  results.properties.push_back(
      {{PropertyKind::kUnreachable, "split brain", "node.cc", 9}, {}});
  CampaignMerge merge;
  AddAll(merge, {results});
  EXPECT_FALSE(merge.ok());
  EXPECT_THAT(merge.AsText(),
              HasSubstr("NEVER HAPPENED: Reachable \"failover\" at node.cc:3"));
  EXPECT_THAT(merge.AsText(), Not(HasSubstr("NEVER HAPPENED: Unreachable")));
}

TEST(CampaignMergeTest, FailuresAreDistinctBySignature) {
  CampaignResults first = Shard(0, 2, 1);
  CampaignResults second = Shard(1, 2, 1);
  AddFailure(first, "lost update", 40);
  AddFailure(first, "deadlock", 52);
  AddFailure(second, "lost update", 7);
  CampaignMerge merge;
  AddAll(merge, {first, second});
  EXPECT_FALSE(merge.ok());
  EXPECT_THAT(merge.AsText(), HasSubstr("  3 runs failed, in 2 ways:\n"
                                        "  * deadlock\n"
                                        "    1 run; the first: run 52, seed "
                                        "1052\n"
                                        "    it went wrong\n"
                                        "    trace: bank.orrery\n"
                                        "  * lost update\n"
                                        "    2 runs; the first: run 7, seed "
                                        "1007\n"));
}

TEST(CampaignMergeTest, TheOrderOfTheFilesChangesNothing) {
  std::vector<CampaignResults> all = {Shard(0, 3, 0), Shard(1, 3, 1),
                                      Shard(2, 3, 2)};
  AddFailure(all[0], "a", 40);
  AddFailure(all[1], "b", 3);
  AddFailure(all[2], "a", 7);
  CampaignMerge forwards, backwards;
  AddAll(forwards, all);
  std::reverse(all.begin(), all.end());
  AddAll(backwards, all);
  EXPECT_EQ(forwards.AsText(), backwards.AsText());
  EXPECT_EQ(forwards.AsJson(), backwards.AsJson());
}

TEST(CampaignMergeTest, MissingShardsAreNamed) {
  CampaignMerge merge;
  AddAll(merge, {Shard(0, 4, 1), Shard(3, 4, 1)});
  EXPECT_FALSE(merge.ok());
  EXPECT_THAT(merge.AsText(),
              HasSubstr("MISSING: //bank:swarm: shard 1 of 4, seed 1\n"
                        "MISSING: //bank:swarm: shard 2 of 4, seed 1\n"));
}

TEST(CampaignMergeTest, AProcessThatDidNotComeToItsEndIsNamed) {
  CampaignResults results = Shard(0, 1, 1);
  results.complete = false;
  CampaignMerge merge;
  AddAll(merge, {results});
  EXPECT_FALSE(merge.ok());
  EXPECT_THAT(merge.AsText(),
              HasSubstr("MISSING: file0: the process did not come to its end"));
}

TEST(CampaignMergeTest, RepetitionsWithOtherSeedsAreCampaignsOfTheirOwn) {
  CampaignResults again = Shard(0, 1, 1);
  again.seed = Seed(77);
  CampaignMerge merge;
  AddAll(merge, {Shard(0, 1, 1), again});
  EXPECT_TRUE(merge.ok());
  EXPECT_THAT(merge.AsText(), HasSubstr("  200 runs, "));
}

TEST(CampaignMergeTest, TheSamePartTwiceIsRefusedAndNotCounted) {
  CampaignMerge merge;
  ASSERT_TRUE(merge.Add(Shard(0, 1, 1), "a.campaign").ok());
  const absl::Status status = merge.Add(Shard(0, 1, 1), "b.campaign");
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(status.message(),
              HasSubstr("b.campaign and a.campaign are both shard 0 of 1"));
  EXPECT_THAT(merge.AsText(), HasSubstr("1 file, 1 test, 100 runs"));
}

TEST(CampaignMergeTest, APropertyIsOfOneKindInAllPrograms) {
  CampaignResults other = Shard(0, 1, 1);
  other.target = "//bank:other";
  other.properties[0].property.kind = PropertyKind::kAlways;
  CampaignMerge merge;
  ASSERT_TRUE(merge.Add(Shard(0, 1, 1), "a").ok());
  const absl::Status status = merge.Add(other, "b");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("b: the property \"a retry\" is Always at bank.cc:12, "
                        "but Sometimes at bank.cc:12 in another file"));
}

TEST(CampaignMergeTest, JsonHasTheSame) {
  CampaignResults results = Shard(0, 2, 0);
  AddFailure(results, "lost \"update\"", 40);
  CampaignMerge merge;
  AddAll(merge, {results});
  EXPECT_EQ(
      merge.AsJson(),
      R"({"ok":false,"files":1,"runs":100,"failed":1,"test":[{"target":)"
      R"("//bank:swarm","test":"Bank.Keeps","scheduler":"portfolio",)"
      R"("runs":100,"failed":1,"steps":1000,"distinct_traces":3,)"
      R"("seen_once":2,"exact":true,"residual_chance_billionths":20000000,)"
      R"("failure":[{"signature":"lost \"update\"","message":)"
      R"("it went wrong","runs":1,"seed":"1040","run":40,"trace":)"
      R"("bank.orrery"}]}],"property":[{"kind":"Sometimes","name":"a retry",)"
      R"("place":"bank.cc:12","evaluated":100,"held":0,"missed":true},)"
      R"({"kind":"Always","name":"the total","place":"bank.cc:20",)"
      R"("evaluated":500,"held":500,"missed":false}],"missing":)"
      R"(["//bank:swarm: shard 1 of 2, seed 1"]})");
}

TEST(CampaignMergeTest, NothingAtAllIsNothingWrong) {
  const CampaignMerge merge;
  EXPECT_TRUE(merge.ok());
  EXPECT_EQ(merge.AsText(), "0 files, 0 tests, 0 runs, 0 failed\n");
}

}  // namespace
}  // namespace orrery
