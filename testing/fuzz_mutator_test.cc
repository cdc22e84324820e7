// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/fuzz_mutator.h"

#include <algorithm>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;

using Bytes = std::vector<uint8_t>;

// Marks what libFuzzer would have changed.
size_t Fallback(uint8_t* data, size_t size, size_t max_size) {
  if (size < max_size) data[size++] = 0xee;
  return size;
}

Bytes Mutated(const FuzzMutator& mutator, Bytes bytes, uint64_t seed,
              size_t max_size = 64) {
  const size_t size = bytes.size();
  bytes.resize(std::max(size, max_size));
  bytes.resize(mutator.Mutate(bytes.data(), size, max_size, seed, &Fallback));
  return bytes;
}

TEST(FuzzMutatorTest, ChangesTheChoicesOfTheRunAndNothingElse) {
  const Bytes bytes = {1, 2, 3, 4};
  FuzzMutator mutator;
  mutator.NoteRun(bytes, 6);  // the run has asked for one choice more
  int last = 0;
  int other = 0;
  int fallback = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    const Bytes now = Mutated(mutator, bytes, seed);
    if (now.size() == 5) {
      ++fallback;
      EXPECT_THAT(now, ElementsAre(1, 2, 3, 4, 0xee));
    } else if (now.size() == 6) {
      ++last;
      EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), now.begin()));
    } else {
      ++other;
      ASSERT_EQ(now.size(), 4);
      // One of the two words is as it was.
      EXPECT_TRUE((now[0] == 1 && now[1] == 2) || (now[2] == 3 && now[3] == 4));
    }
  }
  EXPECT_NEAR(fallback, 1000, 150);
  EXPECT_NEAR(last, 3000 * 2 / 3, 200);
  EXPECT_NEAR(other, 3000 / 3, 150);
}

TEST(FuzzMutatorTest, EveryPositionOfAWheelComesUp) {
  FuzzMutator mutator;
  mutator.NoteRun({}, 2);
  std::set<int> positions;
  for (uint64_t seed = 0; seed < 20'000; ++seed) {
    const Bytes now = Mutated(mutator, {}, seed);
    if (now.size() == 2) positions.insert(now[0]);
  }
  EXPECT_EQ(positions.size(), 256);
}

TEST(FuzzMutatorTest, DropsBytesThatNobodyAskedFor) {
  const Bytes bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  FuzzMutator mutator;
  mutator.NoteRun(bytes, 2);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_LE(Mutated(mutator, bytes, seed).size(), 3);
  }
}

TEST(FuzzMutatorTest, ARunWithoutChoicesIsLeftToTheFuzzer) {
  FuzzMutator mutator;
  mutator.NoteRun({}, 0);
  for (uint64_t seed = 0; seed < 100; ++seed) {
    EXPECT_THAT(Mutated(mutator, {}, seed), ElementsAre(0xee));
  }
}

TEST(FuzzMutatorTest, BytesThatAreNotKnownMayGrow) {
  const FuzzMutator mutator;
  size_t largest = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    largest = std::max(largest, Mutated(mutator, {1, 2}, seed).size());
  }
  EXPECT_EQ(largest, 4);
}

TEST(FuzzMutatorTest, NeverGoesBeyondTheSizeThatIsAllowed) {
  const Bytes bytes = {1, 2, 3};
  FuzzMutator mutator;
  mutator.NoteRun(bytes, 1000);
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    EXPECT_LE(Mutated(mutator, bytes, seed, 5).size(), 5);
    EXPECT_LE(Mutated(mutator, {}, seed, 1).size(), 1);
  }
}

TEST(FuzzMutatorTest, TheSameSeedMakesTheSameChange) {
  FuzzMutator mutator;
  mutator.NoteRun({}, 20);
  EXPECT_EQ(Mutated(mutator, {}, 7), Mutated(mutator, {}, 7));
}

TEST(DigestOfBytesTest, TellsBytesApart) {
  EXPECT_NE(DigestOfBytes({}), DigestOfBytes(Bytes{0}));
  EXPECT_NE(DigestOfBytes(Bytes{0}), DigestOfBytes(Bytes{0, 0}));
  EXPECT_NE(DigestOfBytes(Bytes{1, 2}), DigestOfBytes(Bytes{2, 1}));
}

}  // namespace
}  // namespace orrery
