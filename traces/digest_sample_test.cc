// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/digest_sample.h"

#include <cstdlib>

#include "gtest/gtest.h"
#include "orrery/base/prng.h"

namespace orrery {
namespace {

TEST(DigestSampleTest, IsExactWhileItIsSmall) {
  DigestSample sample;
  for (uint64_t digest = 0; digest < 1000; ++digest) sample.Add(digest);
  for (uint64_t digest = 0; digest < 400; ++digest) sample.Add(digest);
  EXPECT_TRUE(sample.exact());
  EXPECT_EQ(sample.Distinct(), 1000);
  EXPECT_EQ(sample.SeenOnce(), 600);
}

TEST(DigestSampleTest, MergingIsAsIfOneHadSeenAll) {
  DigestSample all(100), left(100), right(100);
  Prng prng(5);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t digest = prng.Below(10'000);
    all.Add(digest);
    (i % 3 == 0 ? left : right).Add(digest);
  }
  left.Merge(right);
  EXPECT_FALSE(left.exact());
  EXPECT_EQ(left.shift(), all.shift());
  EXPECT_EQ(left.kept(), all.kept());
}

TEST(DigestSampleTest, SmallSamplesMergeExactlyEither) {
  DigestSample left, right;
  left.Add(1);
  left.Add(2);
  right.Add(2);
  right.Add(3, 5);
  left.Merge(right);
  EXPECT_EQ(left.Distinct(), 3);
  EXPECT_EQ(left.SeenOnce(), 1);
}

TEST(DigestSampleTest, KeepsNoMoreThanItMay) {
  DigestSample sample(64);
  for (uint64_t digest = 0; digest < 100'000; ++digest) {
    sample.Add(digest);
    ASSERT_LE(sample.kept().size(), 64);
  }
}

TEST(DigestSampleTest, EstimatesLieCloseToTheTruth) {
  DigestSample sample(4096);
  constexpr int64_t kDistinct = 1'000'000;
  for (uint64_t digest = 0; digest < kDistinct; ++digest) {
    sample.Add(digest, digest % 4 == 0 ? 1 : 2);
  }
  EXPECT_FALSE(sample.exact());
  // At least 2,048 are kept: the error is below 7 % in all but one of 1,000
  // samples, and this sample is always the same.
  EXPECT_LT(std::abs(static_cast<int64_t>(sample.Distinct()) - kDistinct),
            70'000);
  EXPECT_LT(std::abs(static_cast<int64_t>(sample.SeenOnce()) - kDistinct / 4),
            35'000);
}

TEST(ResidualChanceTest, IsThePartOfTheRunsThatShowedSomethingOnce) {
  EXPECT_EQ(ResidualChanceBillionths(0, 1000), 0);
  EXPECT_EQ(ResidualChanceBillionths(1, 1000), 1'000'000);
  EXPECT_EQ(ResidualChanceBillionths(1000, 1000), 1'000'000'000);
  EXPECT_EQ(ResidualChanceBillionths(1, 3), 333'333'333);
}

TEST(ResidualChanceTest, WithoutRunsEverythingIsNew) {
  EXPECT_EQ(ResidualChanceBillionths(0, 0), 1'000'000'000);
}

TEST(ResidualChanceTest, DoesNotOverflow) {
  EXPECT_EQ(ResidualChanceBillionths(uint64_t{1} << 60, uint64_t{1} << 62),
            250'000'000);
  EXPECT_EQ(ResidualChanceBillionths(70, 64), 1'000'000'000);
}

// The estimate against the truth: a population of 1,000 traces, of which those
// that were seen make up a known part.
TEST(ResidualChanceTest, IsRightOnAverage) {
  constexpr uint64_t kTraces = 1000;
  constexpr int kRuns = 1500;
  uint64_t estimated = 0;
  uint64_t real = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Prng prng(seed);
    DigestSample sample;
    for (int run = 0; run < kRuns; ++run) sample.Add(prng.Below(kTraces));
    estimated += ResidualChanceBillionths(sample.SeenOnce(), kRuns);
    real += (kTraces - sample.Distinct()) * 1'000'000;
  }
  EXPECT_NEAR(static_cast<double>(estimated), static_cast<double>(real),
              0.05 * static_cast<double>(real));
}

}  // namespace
}  // namespace orrery
