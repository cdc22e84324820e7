// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/prng.h"

#include <array>
#include <bit>
#include <cstddef>
#include <vector>

#include "gtest/gtest.h"

namespace orrery {
namespace {

// The first outputs of Vigna's xoshiro256starstar.c from the state 1, 2, 3, 4,
// as other implementations publish them.
TEST(PrngTest, IsTheReferenceXoshiro256StarStar) {
  constexpr uint64_t kExpected[] = {11520u,
                                    0u,
                                    1509978240u,
                                    1215971899390074240u,
                                    1216172134540287360u,
                                    607988272756665600u,
                                    16172922978634559625u,
                                    8476171486693032832u,
                                    10595114339597558777u,
                                    2904607092377533576u};
  Prng prng = std::bit_cast<Prng>(std::array<uint64_t, 4>{1, 2, 3, 4});
  for (uint64_t expected : kExpected) EXPECT_EQ(prng.Next(), expected);
}

// The first outputs of Vigna's splitmix64.c for the seed 1234567.
TEST(PrngTest, IsSeededByTheReferenceSplitMix64) {
  constexpr std::array<uint64_t, 4> kExpected = {
      6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
      4593380528125082431u};
  const auto state = std::bit_cast<std::array<uint64_t, 4>>(Prng(1234567));
  EXPECT_EQ(state, kExpected);
}

TEST(PrngTest, TheFirstNumbersOfASeedAreThoseOfEveryOtherBuild) {
  Prng zero(0);
  EXPECT_EQ(zero.Next(), 0x99ec5f36cb75f2b4u);
  EXPECT_EQ(zero.Next(), 0xbf6e1f784956452au);
  Prng one(1);
  EXPECT_EQ(one.Next(), 0xb3f2af6d0fc710c5u);
  EXPECT_EQ(one.Next(), 0x853b559647364ceau);
  static_assert(Prng(1).Next() == 0xb3f2af6d0fc710c5u, "at compile time too");
}

// Pearson's statistic of `draws` numbers below `n` in `n` classes.
double ChiSquare(uint64_t seed, size_t n, int draws) {
  Prng prng(seed);
  std::vector<int> counts(n);
  for (int i = 0; i < draws; ++i) ++counts[prng.Below(n)];
  const double expected = static_cast<double>(draws) / static_cast<double>(n);
  double sum = 0;
  for (int count : counts) {
    sum += (count - expected) * (count - expected) / expected;
  }
  return sum;
}

// The bounds are exceeded once in 10,000 times; the seeds are fixed.
TEST(PrngTest, BelowIsUniform) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    EXPECT_LT(ChiSquare(seed, 2, 100'000), 15.1) << "seed " << seed;
    EXPECT_LT(ChiSquare(seed, 3, 100'000), 18.4) << "seed " << seed;
    EXPECT_LT(ChiSquare(seed, 10, 100'000), 33.7) << "seed " << seed;
    EXPECT_LT(ChiSquare(seed, 256, 100'000), 346.0) << "seed " << seed;
    EXPECT_LT(ChiSquare(seed, 1000, 100'000), 1174.0) << "seed " << seed;
  }
}

// With n of three quarters of the range, scaling a number without rejecting any
// would hit every third result twice as often as its neighbors.
TEST(PrngTest, BelowHasNoBiasWhereTheRangeIsLarge) {
  constexpr uint64_t kN = uint64_t{3} << 62;
  Prng prng(1);
  int counts[3] = {};
  for (int i = 0; i < 30'000; ++i) ++counts[prng.Below(kN) % 3];
  for (int count : counts) EXPECT_NEAR(count, 10'000, 400);
}

TEST(PrngTest, BelowStaysBelow) {
  Prng prng(7);
  for (uint64_t n : {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{1} << 32,
                     (uint64_t{1} << 63) - 1, uint64_t{1} << 63,
                     (uint64_t{1} << 63) + 1, ~uint64_t{0}}) {
    for (int i = 0; i < 1000; ++i) ASSERT_LT(prng.Below(n), n);
  }
}

TEST(PrngTest, BelowOneIsZeroAndTakesOneNumber) {
  Prng a(3);
  Prng b(3);
  EXPECT_EQ(a.Below(1), 0);
  b.Next();
  EXPECT_EQ(a.Next(), b.Next());
}

TEST(PrngTest, BelowTheWholeRangeReachesItsUpperHalf) {
  Prng prng(5);
  int high = 0;
  for (int i = 0; i < 1000; ++i) {
    if (prng.Below(~uint64_t{0}) >> 63 != 0) ++high;
  }
  EXPECT_NEAR(high, 500, 80);
}

}  // namespace
}  // namespace orrery
