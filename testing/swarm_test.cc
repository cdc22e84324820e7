// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/swarm.h"

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::HasSubstr;

TEST(SwarmTest, EverySeedIsInOneSlice) {
  for (const uint64_t seeds : {0, 1, 7, 100, 1000, 1001}) {
    for (const uint32_t shards : {1u, 2u, 3u, 8u, 1000u}) {
      uint64_t next = 0;
      for (uint32_t shard = 0; shard < shards; ++shard) {
        const SwarmSlice slice = SliceOf(seeds, shard, shards);
        EXPECT_EQ(slice.first_run, next);
        EXPECT_GE(slice.runs, seeds / shards);
        EXPECT_LE(slice.runs, seeds / shards + 1);
        next += slice.runs;
      }
      EXPECT_EQ(next, seeds);
    }
  }
}

TEST(SwarmTest, ManySeedsDoNotOverflow) {
  constexpr uint64_t kMany = std::numeric_limits<uint64_t>::max();
  const SwarmSlice last = SliceOf(kMany, 999, 1000);
  EXPECT_EQ(last.first_run + last.runs, kMany);
}

class SwarmEnvironmentTest : public testing::Test {
 protected:
  void SetUp() override { TearDown(); }
  void TearDown() override {
    ::unsetenv("TEST_TOTAL_SHARDS");
    ::unsetenv("TEST_SHARD_INDEX");
    ::unsetenv("TEST_SHARD_STATUS_FILE");
  }
};

TEST_F(SwarmEnvironmentTest, WithoutShardsAProcessHasAllSeeds) {
  const absl::StatusOr<SwarmSlice> slice = SliceOfThisProcess(100);
  ASSERT_TRUE(slice.ok());
  EXPECT_EQ(slice->shards, 1);
  EXPECT_EQ(slice->first_run, 0);
  EXPECT_EQ(slice->runs, 100);
}

TEST_F(SwarmEnvironmentTest, BazelSaysWhichShardItIs) {
  ::setenv("TEST_TOTAL_SHARDS", "4", 1);
  ::setenv("TEST_SHARD_INDEX", "3", 1);
  const absl::StatusOr<SwarmSlice> slice = SliceOfThisProcess(100);
  ASSERT_TRUE(slice.ok());
  EXPECT_EQ(slice->shard, 3);
  EXPECT_EQ(slice->shards, 4);
  EXPECT_EQ(slice->first_run, 75);
  EXPECT_EQ(slice->runs, 25);
}

TEST_F(SwarmEnvironmentTest, NonsenseIsNamed) {
  ::setenv("TEST_TOTAL_SHARDS", "4", 1);
  ::setenv("TEST_SHARD_INDEX", "4", 1);
  EXPECT_THAT(SliceOfThisProcess(100).status().message(),
              HasSubstr("TEST_SHARD_INDEX=4: expected a number below "
                        "TEST_TOTAL_SHARDS, which is 4"));
  ::setenv("TEST_SHARD_INDEX", "first", 1);
  EXPECT_THAT(SliceOfThisProcess(100).status().message(),
              HasSubstr("TEST_SHARD_INDEX=first: expected a number"));
}

TEST_F(SwarmEnvironmentTest, TakesTheShardsOverFromGoogleTest) {
  const std::string path = absl::StrCat(testing::TempDir(), "/status");
  ::setenv("GTEST_TOTAL_SHARDS", "4", 1);
  ::setenv("GTEST_SHARD_INDEX", "1", 1);
  ::setenv("TEST_SHARD_STATUS_FILE", path.c_str(), 1);
  TakeOverSharding();
  EXPECT_EQ(std::getenv("GTEST_TOTAL_SHARDS"), nullptr);
  EXPECT_EQ(std::getenv("GTEST_SHARD_INDEX"), nullptr);
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST(SwarmTest, FilesOfAllShardsAndRepetitionsHaveNamesOfTheirOwn) {
  EXPECT_EQ(CampaignFile("/out", SliceOf(10, 2, 4), ""),
            "/out/swarm.2-of-4.campaign");
  EXPECT_EQ(CampaignFile("/out", SliceOf(10, 2, 4), "3"),
            "/out/swarm.2-of-4.3.campaign");
}

}  // namespace
}  // namespace orrery
