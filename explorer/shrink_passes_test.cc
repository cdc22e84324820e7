// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_passes.h"

#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

// A list of which some items have to stay.
class List {
 public:
  List(int size, std::set<int> needed) : needed_(std::move(needed)) {
    for (int i = 0; i < size; ++i) items_.push_back(i);
  }

  void Reduce() {
    RemoveItems([this] { return items_.size(); },
                [this](size_t first, size_t last) {
                  ++tries_;
                  EXPECT_LT(first, last);
                  EXPECT_LE(last, items_.size());
                  std::vector<int> fewer = items_;
                  fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(first),
                              fewer.begin() + static_cast<ptrdiff_t>(last));
                  const std::set<int> left(fewer.begin(), fewer.end());
                  for (const int item : needed_) {
                    if (left.count(item) == 0) return false;
                  }
                  items_ = fewer;
                  return true;
                });
  }

  const std::vector<int>& items() const { return items_; }
  int tries() const { return tries_; }

 private:
  std::set<int> needed_;
  std::vector<int> items_;
  int tries_ = 0;
};

TEST(RemoveItemsTest, TakesOutAllThatAreNotNeeded) {
  for (const std::set<int>& needed : std::vector<std::set<int>>{
           {0}, {99}, {0, 99}, {3, 50, 51}, {10, 20, 30, 40}}) {
    List list(100, needed);
    list.Reduce();
    EXPECT_THAT(list.items(), ElementsAreArray(needed));
  }
}

TEST(RemoveItemsTest, TakesOutEverythingAtOnceIfNothingIsNeeded) {
  List list(1000, {});
  list.Reduce();
  EXPECT_THAT(list.items(), IsEmpty());
  EXPECT_EQ(list.tries(), 1);
}

TEST(RemoveItemsTest, AFewNeededOnesTakeFewTries) {
  List list(1000, {123, 456});
  list.Reduce();
  EXPECT_THAT(list.items(), ElementsAre(123, 456));
  EXPECT_LE(list.tries(), 60);
}

TEST(RemoveItemsTest, AnEmptyListIsNotTried) {
  List list(0, {});
  list.Reduce();
  EXPECT_EQ(list.tries(), 0);
}

// The second can go only once the first has gone.
TEST(RemoveItemsTest, GoesOnUntilNoneCanBeTakenOut) {
  std::vector<int> items = {1, 2, 3};
  RemoveItems([&items] { return items.size(); },
              [&items](size_t first, size_t last) {
                if (last - first != 1) return false;
                const int item = items[first];
                const bool allowed = item == 1 ||
                                     (item == 2 && items.front() != 1) ||
                                     (item == 3 && items.front() == 3);
                if (allowed) items.erase(items.begin() + first);
                return allowed;
              });
  EXPECT_THAT(items, IsEmpty());
}

}  // namespace
}  // namespace orrery
