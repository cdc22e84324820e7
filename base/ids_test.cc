// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/ids.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"

namespace orrery {
namespace {

// A tree of 1,000 parents with 200 children and 200 objects each. Chance alone
// would make two of 400,000 64-bit numbers equal once in 200 million times.
TEST(IdsTest, NoTwoIdsOfABigTreeAreEqual) {
  std::vector<uint64_t> ids;
  const EntityId root(0x6f72726572790000u);
  for (uint32_t i = 0; i < 1000; ++i) {
    const EntityId parent = ChildEntity(root, i);
    ids.push_back(parent.value);
    for (uint32_t j = 0; j < 200; ++j) {
      ids.push_back(ChildEntity(parent, j).value);
      ids.push_back(ChildObject(parent, j).value);
    }
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_NE(ids.front(), 0);
}

// A chain has the shape that a bad mixing function would fold onto itself.
TEST(IdsTest, NoTwoIdsOfALongChainAreEqual) {
  std::vector<uint64_t> ids;
  EntityId last(1);
  for (int i = 0; i < 100'000; ++i) {
    ids.push_back(last.value);
    ids.push_back(ChildObject(last, 0).value);
    last = ChildEntity(last, 0);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

// The algorithm is part of the trace format: stored choices and digests mean
// these ids. The first is also what SplitMix64 gives for the seed 1.
TEST(IdsTest, StableIdsAreThoseOfEveryOtherBuild) {
  EXPECT_EQ(ChildEntity(EntityId(1), 0), EntityId(0x910a2dec89025cc1u));
  EXPECT_EQ(ChildEntity(EntityId(1), 1), EntityId(0xbeeb8da1658eec67u));
  EXPECT_EQ(ChildEntity(EntityId(0xdeadbeef), 7),
            EntityId(0xb30a4ccf430b1b5au));
  EXPECT_EQ(ChildObject(EntityId(1), 0), ObjectKey(0xde0dd7eb3aacbec3u));
  EXPECT_EQ(ChildObject(EntityId(1), 1), ObjectKey(0x5b704e6f7508e367u));
  EXPECT_EQ(ChildObject(EntityId(0xdeadbeef), 7),
            ObjectKey(0x285af98904b9f665u));
}

TEST(IdsTest, TheHighestOrdinalIsNotTheParentAgain) {
  EXPECT_EQ(ChildEntity(EntityId(1), 0xffffffffu),
            EntityId(0xc3fc3482a90cd79au));
  EXPECT_NE(ChildEntity(EntityId(1), 0xffffffffu),
            EntityId(ids_internal::Mix(1)));
}

TEST(IdsTest, ZeroIsNobody) {
  EXPECT_FALSE(static_cast<bool>(TaskId()));
  EXPECT_FALSE(static_cast<bool>(EntityId(0)));
  EXPECT_TRUE(static_cast<bool>(TaskId(1)));
}

TEST(IdsTest, IdsCompareByTheirNumber) {
  EXPECT_EQ(TaskId(3), TaskId(3));
  EXPECT_NE(TaskId(3), TaskId(4));
  EXPECT_LT(TaskId(3), TaskId(4));
}

TEST(IdsTest, KindsOfIdsDoNotMix) {
  static_assert(!std::is_convertible_v<TaskId, ObjectId>);
  static_assert(!std::is_convertible_v<uint32_t, TaskId>);
  static_assert(!std::is_convertible_v<TaskId, uint32_t>);
  static_assert(!std::is_constructible_v<ObjectKey, EntityId>);
}

}  // namespace
}  // namespace orrery
