// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/seed.h"

#include <set>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(SeedTest, TheFirstRunHasTheSeedItself) {
  EXPECT_EQ(Seed(42).ForRun(0), Seed(42));
  EXPECT_EQ(Seed(0).ForRun(0), Seed(0));
  EXPECT_EQ(Seed(), Seed(1)) << "the default";
}

TEST(SeedTest, TheRunsOfACampaignHaveSeedsOfTheirOwn) {
  std::set<uint64_t> seen;
  for (uint64_t seed : {uint64_t{0}, uint64_t{1}, uint64_t{2}, ~uint64_t{0}}) {
    for (uint64_t run = 0; run < 10'000; ++run) {
      EXPECT_TRUE(seen.insert(Seed(seed).ForRun(run).value).second)
          << seed << ", run " << run;
    }
  }
}

// Campaigns are repeated by number: "run 2 of seed 1" must stay what it was.
TEST(SeedTest, SeedsOfRunsAreThoseOfEveryOtherBuild) {
  EXPECT_EQ(Seed(1).ForRun(1), Seed(0x910a2dec89025cc1u));
  EXPECT_EQ(Seed(1).ForRun(2), Seed(0xbeeb8da1658eec67u));
}

}  // namespace
}  // namespace orrery
