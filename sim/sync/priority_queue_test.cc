// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/priority_queue.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> UseWithoutWaiting(std::vector<int>* got) {
  PriorityQueue<int> queue(4);
  for (int i : {3, 1, 4, 1}) co_await queue.Put(i);
  EXPECT_TRUE(queue.full());
  while (!queue.empty()) {
    const int item = co_await queue.Get();
    got->push_back(item);
  }
}

TEST(PriorityQueueTest, TheLeastItemComesOutFirst) {
  std::vector<int> got;
  const RunResult result = Simulation().Run(UseWithoutWaiting, &got);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1) << "where nobody need wait nothing suspends";
  EXPECT_THAT(got, ElementsAre(1, 1, 3, 4));
}

// An item whose order says nothing about which of its equals it is.
struct Job {
  int priority;
  int number;
};
struct Sooner {
  bool operator()(const Job& a, const Job& b) const {
    return a.priority < b.priority;
  }
};

// What comes out is always the first of the least, as a sorted list has it.
Task<> CompareWithList() {
  const Random draws("jobs");
  PriorityQueue<Job, Sooner> queue;
  std::vector<Job> list;
  for (int number = 0; number < 2000; ++number) {
    if (!list.empty() && draws.OneIn(3)) {
      const Job job = co_await queue.Get();
      const auto first = std::min_element(list.begin(), list.end(), Sooner());
      EXPECT_EQ(job.number, first->number);
      list.erase(first);
    } else {
      const Job job{static_cast<int>(draws.Below(8)), number};
      co_await queue.Put(job);
      list.push_back(job);
    }
    EXPECT_EQ(queue.size(), list.size());
  }
}

TEST(PriorityQueueTest, EqualItemsComeOutInTheOrderTheyWentIn) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_TRUE(Simulation({.seed = Seed(seed)}).Run(CompareWithList).ok());
  }
}

// A comparison that is made at run time, and items that can only be moved.
using Item = std::unique_ptr<int>;
using Before = std::function<bool(const Item&, const Item&)>;

Task<> GreatestFirst(std::vector<int>* got) {
  Before greater = [](const Item& a, const Item& b) { return *a > *b; };
  PriorityQueue<Item, Before> queue(8, "greatest first", greater);
  for (int i : {2, 7, 1, 8}) {
    Item item = std::make_unique<int>(i);
    co_await queue.Put(std::move(item));
  }
  while (!queue.empty()) {
    Item item = co_await queue.Get();
    got->push_back(*item);
  }
}

TEST(PriorityQueueTest, TheComparisonMayBeAnObject) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(GreatestFirst, &got).ok());
  EXPECT_THAT(got, ElementsAre(8, 7, 2, 1));
}

Task<> PutOne(PriorityQueue<int>& queue, int item) { co_await queue.Put(item); }

Task<> ServePutters(std::vector<int>* got) {
  PriorityQueue<int> queue(1);
  for (int item : {5, 9, 1}) Spawn(PutOne, std::ref(queue), item);
  co_await Sleep(absl::Seconds(1));
  for (int i = 0; i < 3; ++i) {
    const int item = co_await queue.Get();
    got->push_back(item);
    co_await Sleep(absl::Seconds(1));
  }
}

TEST(PriorityQueueTest, PriorityCountsAmongItemsNotAmongThoseWhoWait) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(ServePutters, &got).ok());
  EXPECT_THAT(got, ElementsAre(5, 9, 1));
}

}  // namespace
}  // namespace orrery
