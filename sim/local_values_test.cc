// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/local_values.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "gtest/gtest.h"

namespace orrery {
namespace {

LocalValues::Value Number(int n) { return std::make_shared<const int>(n); }

// Returns the number that the variable has; -1 if it has none.
int NumberIn(const LocalValues& values, uint32_t variable) {
  const LocalValues::Value value = values.Find(variable);
  return value != nullptr ? *static_cast<const int*>(value.get()) : -1;
}

TEST(LocalValuesTest, BeginsEmpty) {
  const LocalValues values;
  EXPECT_TRUE(values.empty());
  EXPECT_EQ(values.Find(1), nullptr);
}

TEST(LocalValuesTest, KeepsAValueForEachVariable) {
  LocalValues values;
  values.Set(1, Number(10));
  values.Set(2, Number(20));
  values.Set(1, Number(11));
  EXPECT_FALSE(values.empty());
  EXPECT_EQ(NumberIn(values, 1), 11);
  EXPECT_EQ(NumberIn(values, 2), 20);
  EXPECT_EQ(NumberIn(values, 3), -1);
}

TEST(LocalValuesTest, NullTakesTheValueAway) {
  LocalValues values;
  values.Set(1, nullptr);
  EXPECT_TRUE(values.empty());
  values.Set(1, Number(10));
  values.Set(2, Number(20));
  values.Set(1, nullptr);
  EXPECT_EQ(NumberIn(values, 1), -1);
  EXPECT_EQ(NumberIn(values, 2), 20);
  values.Set(2, nullptr);
  EXPECT_TRUE(values.empty());
}

TEST(LocalValuesTest, ACopyIsASnapshot) {
  LocalValues original;
  original.Set(1, Number(10));
  LocalValues copy = original;
  original.Set(1, Number(11));
  copy.Set(2, Number(20));
  EXPECT_EQ(NumberIn(original, 1), 11);
  EXPECT_EQ(NumberIn(original, 2), -1);
  EXPECT_EQ(NumberIn(copy, 1), 10);
  EXPECT_EQ(NumberIn(copy, 2), 20);
}

TEST(LocalValuesTest, AssignmentSharesAndMoves) {
  LocalValues original;
  original.Set(1, Number(10));
  LocalValues other;
  other.Set(1, Number(30));
  other = original;
  original.Set(1, Number(11));
  EXPECT_EQ(NumberIn(other, 1), 10);
  const LocalValues moved = std::move(other);
  EXPECT_EQ(NumberIn(moved, 1), 10);
}

TEST(LocalValuesTest, AValueLivesAsLongAsACopyHasIt) {
  const LocalValues::Value value = Number(10);
  {
    LocalValues copy;
    {
      LocalValues original;
      original.Set(1, value);
      copy = original;
      EXPECT_EQ(value.use_count(), 2) << "one table for both";
      original.Set(1, Number(11));
    }
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
}

// What goes with the old value may look at the table.
TEST(LocalValuesTest, TheOldValueGoesLast) {
  LocalValues values;
  int seen = 0;
  values.Set(1, std::shared_ptr<const int>(new int(10), [&](const int* n) {
               seen = NumberIn(values, 1);
               delete n;
             }));
  values.Set(1, Number(11));
  EXPECT_EQ(seen, 11);
}

}  // namespace
}  // namespace orrery
