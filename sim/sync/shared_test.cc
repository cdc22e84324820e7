// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/shared.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

Task<> ReadAndWrite() {
  Shared<int> zero;
  EXPECT_EQ(zero.Peek(), 0);
  Shared<std::string> text("before", "text");
  const std::string seen = co_await text.Read();
  EXPECT_EQ(seen, "before");
  const std::string after = "after";
  co_await text.Write(after);
  EXPECT_EQ(text.Peek(), "after");
  EXPECT_EQ(text.ToString(), "Shared \"text\"");
}

TEST(SharedTest, ReadsWhatWasWrittenLast) {
  const RunResult result = Simulation().Run(ReadAndWrite);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1) << "alone, an access does not suspend";
}

Task<> Increment(Shared<int>& cell, int times) {
  for (int i = 0; i < times; ++i) {
    const int seen = co_await cell.Read();
    co_await cell.Write(seen + 1);
  }
}

Task<> IncrementTogether(int* total) {
  Shared<int> cell;
  JoinHandle<> a = Spawn(Increment, std::ref(cell), 2);
  JoinHandle<> b = Spawn(Increment, std::ref(cell), 2);
  co_await a;
  co_await b;
  *total = cell.Peek();
}

TEST(SharedTest, UnderFifoAnUpdateIsNotTornApart) {
  int total = 0;
  EXPECT_TRUE(Simulation().Run(IncrementTogether, &total).ok());
  EXPECT_EQ(total, 4);
}

// Two updates of two tasks: some are lost in some schedules, one survives in
// every one.
TEST(SharedTest, APolicyThatOrdersFindsEveryLostUpdate) {
  std::set<int> totals;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    int total = 0;
    ASSERT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &random})
                    .Run(IncrementTogether, &total)
                    .ok());
    totals.insert(total);
  }
  EXPECT_EQ(totals, (std::set<int>{2, 3, 4}));
}

// Dekker's store buffering: with one order of all accesses, not both tasks can
// miss the other's write.
Task<> WriteThenRead(Shared<int>& mine, Shared<int>& other, int* seen) {
  co_await mine.Write(1);
  *seen = co_await other.Read();
}

Task<> StoreBuffering(int* seen_a, int* seen_b) {
  Shared<int> x(0, "x");
  Shared<int> y(0, "y");
  JoinHandle<> a = Spawn(WriteThenRead, std::ref(x), std::ref(y), seen_a);
  JoinHandle<> b = Spawn(WriteThenRead, std::ref(y), std::ref(x), seen_b);
  co_await a;
  co_await b;
}

TEST(SharedTest, AllAccessesHaveOneOrder) {
  std::set<std::pair<int, int>> seen;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    int a = -1;
    int b = -1;
    ASSERT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &random})
                    .Run(StoreBuffering, &a, &b)
                    .ok());
    seen.insert({a, b});
  }
  EXPECT_EQ(seen, (std::set<std::pair<int, int>>{{0, 1}, {1, 0}, {1, 1}}));
}

Task<> AddOne(Shared<int>& count, bool atomic) {
  if (atomic) {
    const int before = co_await count.Update([](int& n) { return n++; });
    EXPECT_GE(before, 0);
  } else {
    const int before = co_await count.Read();
    co_await count.Write(before + 1);
  }
}

// Returns how many of 50 seeds lose an update.
int LostUpdates(bool atomic) {
  int lost = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RandomScheduler scheduler;
    Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
    EXPECT_TRUE(simulation
                    .Run([&]() -> Task<> {
                      Shared<int> count;
                      JoinHandle<> a = Spawn(AddOne, std::ref(count), atomic);
                      JoinHandle<> b = Spawn(AddOne, std::ref(count), atomic);
                      co_await a;
                      co_await b;
                      if (count.Peek() != 2) ++lost;
                    })
                    .ok());
  }
  return lost;
}

TEST(SharedTest, AnUpdateIsOneStep) {
  EXPECT_GT(LostUpdates(/*atomic=*/false), 0);
  EXPECT_EQ(LostUpdates(/*atomic=*/true), 0);
}

TEST(SharedTest, AnUpdateMayReturnNothing) {
  EXPECT_TRUE(Simulation()
                  .Run([]() -> Task<> {
                    Shared<int> count(1);
                    co_await count.Update([](int& n) { n = 7; });
                    EXPECT_EQ(count.Peek(), 7);
                  })
                  .ok());
}

}  // namespace
}  // namespace orrery
