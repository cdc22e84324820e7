// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery merge`: finding the files, and exit codes. What it prints is tested
// in traces/campaign_merge_test.cc.

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"
#include "orrery/traces/campaign_results.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class OrreryMergeTest : public OrreryFixture {
 protected:
  // Writes the results of one shard of two, in which a Sometimes was true
  // `held` times, and `failed` runs have failed.
  void WriteShard(const std::string& file, uint32_t shard, uint64_t held,
                  uint64_t failed = 0) {
    CampaignResults results;
    results.target = "//bank:swarm";
    results.shard = shard;
    results.shards = 2;
    results.complete = true;
    TestRuns& campaign = results.Find("Bank.Keeps", "random");
    campaign.runs = 50;
    campaign.failed = failed;
    for (uint64_t run = 0; run < campaign.runs; ++run) campaign.traces.Add(run);
    if (failed > 0) campaign.AddFailure({.signature = "lost", .runs = failed});
    results.properties.push_back(
        {{PropertyKind::kSometimes, "a retry", "bank.cc", 1}, {50, held}});
    EXPECT_TRUE(WriteCampaignResults(results, PathOf(file)).ok());
  }
};

TEST_F(OrreryMergeTest, AllIsWellIsZero) {
  WriteShard("0.campaign", 0, 0);
  WriteShard("1.campaign", 1, 1);
  const Output output = Orrery("merge 0.campaign 1.campaign");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(output.out,
              StartsWith("2 files, 1 test, 100 runs, 0 failed\n\n//bank:swarm "
                         "Bank.Keeps, policy random\n  100 runs, 0 steps, 50 "
                         "distinct traces, 0 seen once\n"));
}

TEST_F(OrreryMergeTest, ASometimesThatNeverHappenedIsOne) {
  WriteShard("0.campaign", 0, 0);
  WriteShard("1.campaign", 1, 0);
  const Output output = Orrery("merge 0.campaign 1.campaign");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_EQ(output.err, "");
  EXPECT_THAT(output.out, HasSubstr("NEVER HAPPENED: Sometimes \"a retry\" at "
                                    "bank.cc:1, evaluated 100 times\n"));
}

TEST_F(OrreryMergeTest, ARunThatFailedIsOne) {
  WriteShard("0.campaign", 0, 1);
  WriteShard("1.campaign", 1, 1, 3);
  const Output output = Orrery("merge 0.campaign 1.campaign");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.out, HasSubstr("  3 runs failed, in 1 way:\n  * lost\n"));
}

TEST_F(OrreryMergeTest, AShardThatIsMissingIsOne) {
  WriteShard("0.campaign", 0, 1);
  const Output output = Orrery("merge 0.campaign");
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.out,
              HasSubstr("MISSING: //bank:swarm: shard 1 of 2, seed 1\n"));
}

TEST_F(OrreryMergeTest, LooksThroughFoldersAndBazelsArchives) {
  WriteShard("0.campaign", 0, 1);
  WriteShard("1.campaign", 1, 1);
  const Output output = Shell(
      "mkdir -p logs/shard_1_of_2/test.outputs logs/shard_2_of_2/test.outputs\n"
      "mv 0.campaign logs/shard_1_of_2/test.outputs\n"
      "python3 -c \"import zipfile; zipfile.ZipFile("
      "'logs/shard_2_of_2/test.outputs/outputs.zip', 'w').write('1.campaign')\""
      "\norrery merge logs");
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, StartsWith("2 files, 1 test, 100 runs"));
}

TEST_F(OrreryMergeTest, NamesTheFileWithinAnArchive) {
  WriteShard("0.campaign", 0, 1);
  const Output output = Shell(
      "python3 -c \"import zipfile; zipfile.ZipFile('outputs.zip', 'w')"
      ".write('0.campaign')\"\norrery merge 0.campaign outputs.zip");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.err,
            "orrery: merge: outputs.zip/0.campaign and 0.campaign are both "
            "shard 0 of 2 of //bank:swarm, seed 1: name one of them\n");
}

TEST_F(OrreryMergeTest, JsonIsOneObject) {
  WriteShard("0.campaign", 0, 1);
  WriteShard("1.campaign", 1, 1);
  const Output output = Shell(
      "orrery merge --json 0.campaign 1.campaign | python3 -c '"
      "import json, sys; merged = json.load(sys.stdin); "
      "print(merged[\"ok\"], merged[\"runs\"], "
      "merged[\"property\"][0][\"held\"])'");
  EXPECT_EQ(output.out, "True 100 2\n");
}

// ---- Trouble ----------------------------------------------------------------

TEST_F(OrreryMergeTest, BadOperandsAreNamedAndTheOthersMerged) {
  WriteShard("0.campaign", 0, 1);
  WriteShard("1.campaign", 1, 1);
  const Output output = Shell(
      "mkdir empty\necho hello >bad.zip\n"
      "orrery merge 0.campaign events.trace empty bad.zip gone 1.campaign");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.out, StartsWith("2 files, 1 test, 100 runs"));
  EXPECT_EQ(
      output.err,
      "orrery: merge: events.trace is no file of results: they end in "
      ".campaign, and a swarm test writes them\n"
      "orrery: merge: empty has no results (files *.campaign); a swarm test "
      "leaves them in its test.outputs, see docs/scaling.md\n"
      "orrery: merge: bad.zip: cannot be unpacked; is it a zip archive?\n"
      "orrery: merge: there is no file or folder gone\n");
}

TEST_F(OrreryMergeTest, WithoutOperandsThereIsNothingToDo) {
  ExpectTrouble("merge",
                "merge: name files of results, or folders that have some");
}

TEST_F(OrreryMergeTest, HasNoFlagsOfOthers) {
  const Output output = Orrery("merge --exact x");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("merge: "));
}

}  // namespace
}  // namespace orrery
