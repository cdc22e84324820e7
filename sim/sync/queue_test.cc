// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/queue.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Optional;

// ---- Without waiting --------------------------------------------------------

Task<> UseWithoutWaiting() {
  Queue<int> queue(3);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(queue.TryGet(), std::nullopt);
  EXPECT_TRUE(queue.TryPut(1));
  co_await queue.Put(2);
  EXPECT_TRUE(queue.TryPut(3));
  EXPECT_TRUE(queue.full());
  EXPECT_FALSE(queue.TryPut(4));
  EXPECT_EQ(queue.size(), 3);
  const int first = co_await queue.Get();
  EXPECT_EQ(first, 1);
  EXPECT_THAT(queue.TryGet(), Optional(2));
  EXPECT_THAT(queue.TryGet(), Optional(3));
  EXPECT_TRUE(queue.empty());
}

TEST(QueueTest, ItemsComeOutInTheOrderTheyWentIn) {
  const RunResult result = Simulation().Run(UseWithoutWaiting);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1) << "where nobody need wait nothing suspends";
}

Task<> FillUnbounded() {
  Queue<int> queue;
  for (int i = 0; i < 10'000; ++i) co_await queue.Put(i);
  EXPECT_EQ(queue.size(), 10'000);
  EXPECT_FALSE(queue.full());
}

TEST(QueueTest, WithoutACapacityItIsNeverFull) {
  EXPECT_EQ(Simulation().Run(FillUnbounded).steps, 1);
}

// Counts its copies.
struct Item {
  explicit Item(int* copies) : copies(copies) {}
  Item(const Item& other) : copies(other.copies) { ++*copies; }
  Item(Item&&) = default;
  Item& operator=(const Item&) = delete;
  Item& operator=(Item&&) = default;
  int* copies;
};

Task<> PassAlong(Queue<Item>& in, Queue<std::unique_ptr<int>>& out,
                 int* copies) {
  Item item = co_await in.Get();
  EXPECT_EQ(item.copies, copies);
  co_await out.Put(std::make_unique<int>(7));
}

Task<> MoveItems(int* copies) {
  Queue<Item> in(1);
  Queue<std::unique_ptr<int>> out(1);
  JoinHandle<> other = Spawn(PassAlong, std::ref(in), std::ref(out), copies);
  co_await Yield();
  co_await in.Put(Item(copies));
  std::unique_ptr<int> answer = co_await out.Get();
  EXPECT_EQ(*answer, 7);
  EXPECT_TRUE(out.TryPut(std::make_unique<int>(8)));
  std::optional<std::unique_ptr<int>> tried = out.TryGet();
  EXPECT_EQ(**tried, 8);
  co_await other;
}

TEST(QueueTest, ItemsAreMovedNeverCopied) {
  for (uint64_t seed = 0; seed <= 50; ++seed) {
    RandomScheduler random;
    int copies = 0;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(MoveItems, &copies);
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
    EXPECT_EQ(copies, 0);
  }
}

// ---- Waiting ----------------------------------------------------------------

Task<> PutAll(Queue<int>& queue, int first, int count) {
  for (int i = 0; i < count; ++i) co_await queue.Put(first + i);
}

Task<> GetAll(Queue<int>& queue, int count, std::vector<int>* got) {
  for (int i = 0; i < count; ++i) {
    const int item = co_await queue.Get();
    got->push_back(item);
  }
}

Task<> ManyGetters(std::vector<int>* got) {
  Queue<int> queue(1);
  std::vector<JoinHandle<>> getters;
  for (int i = 0; i < 5; ++i) {
    getters.push_back(Spawn(GetAll, std::ref(queue), 1, got));
  }
  co_await Sleep(absl::Seconds(1));
  for (int i = 0; i < 5; ++i) co_await queue.Put(i);
  for (const JoinHandle<>& getter : getters) co_await getter;
}

TEST(QueueTest, GettersAreServedInTheOrderTheyCame) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(ManyGetters, &got).ok());
  EXPECT_THAT(got, ElementsAre(0, 1, 2, 3, 4));
}

Task<> ManyPutters(std::vector<int>* got) {
  Queue<int> queue(1);
  EXPECT_TRUE(queue.TryPut(-1));
  std::vector<JoinHandle<>> putters;
  for (int i = 0; i < 5; ++i) {
    putters.push_back(Spawn(PutAll, std::ref(queue), i, 1));
  }
  co_await Sleep(absl::Seconds(1));
  co_await GetAll(queue, 6, got);
  for (const JoinHandle<>& putter : putters) co_await putter;
}

TEST(QueueTest, PuttersAreServedInTheOrderTheyCame) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(ManyPutters, &got).ok());
  EXPECT_THAT(got, ElementsAre(-1, 0, 1, 2, 3, 4));
}

Task<> PutFromCallbacks(std::vector<int>* got) {
  Queue<int> queue;
  for (int i = 0; i < 3; ++i) {
    PostAfter(absl::Seconds(3 - i), [&queue, i] { queue.TryPut(i); });
  }
  co_await GetAll(queue, 3, got);
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
}

TEST(QueueTest, CallbacksMayPut) {
  std::vector<int> got;
  EXPECT_TRUE(Simulation().Run(PutFromCallbacks, &got).ok());
  EXPECT_THAT(got, ElementsAre(2, 1, 0));
}

// ---- Nothing is lost --------------------------------------------------------

Task<> TryPutAll(Queue<int>& queue, int first, int count) {
  for (int i = 0; i < count;) {
    if (queue.TryPut(first + i)) ++i;
    co_await Yield();
  }
}

Task<> TryGetAll(Queue<int>& queue, int count, std::vector<int>* got) {
  while (count > 0) {
    std::optional<int> item = queue.TryGet();
    if (item.has_value()) {
      got->push_back(*item);
      --count;
    }
    co_await Yield();
  }
}

// Producers and consumers that wait beside some that barge in.
Task<> Exchange(std::vector<int>* got) {
  Queue<int> queue(1 + Random("capacity").Below(3));
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(Spawn(PutAll, std::ref(queue), 100 * i, 4));
    tasks.push_back(Spawn(GetAll, std::ref(queue), 4, got));
  }
  tasks.push_back(Spawn(TryPutAll, std::ref(queue), 300, 4));
  tasks.push_back(Spawn(TryGetAll, std::ref(queue), 4, got));
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_TRUE(queue.empty());
}

TEST(QueueTest, EveryItemArrivesOnceUnderAThousandSchedules) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    std::vector<int> got;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = &random, .max_steps = 100'000})
            .Run(Exchange, &got);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    ASSERT_EQ(got.size(), 16);
    std::sort(got.begin(), got.end());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], 100 * static_cast<int>(i / 4) + static_cast<int>(i % 4))
          << "seed " << seed;
    }
  }
}

// With one producer and one consumer, the order is the producer's.
Task<> ExchangeInOrder(std::vector<int>* got) {
  Queue<int> queue(1 + Random("capacity").Below(3));
  JoinHandle<> producer = Spawn(PutAll, std::ref(queue), 0, 10);
  co_await GetAll(queue, 10, got);
  co_await producer;
}

TEST(QueueTest, OneProducersItemsStayInOrderUnderAThousandSchedules) {
  std::vector<int> expected(10);
  std::iota(expected.begin(), expected.end(), 0);
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    std::vector<int> got;
    ASSERT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &random})
                    .Run(ExchangeInOrder, &got)
                    .ok());
    ASSERT_EQ(got, expected) << "seed " << seed;
  }
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitForRoom(Queue<int>& queue) { co_await queue.Put(2); }

Task<> WaitOnBothSides() {
  Queue<int> full(1, "full");
  Queue<int> empty(1, "empty");
  EXPECT_TRUE(full.TryPut(1));
  Spawn(WaitForRoom, std::ref(full));
  const int item = co_await empty.Get();
  ADD_FAILURE() << item;
}

TEST(QueueTest, ADeadlockSaysWhichSideWaits) {
  const RunResult result = Simulation().Run(WaitOnBothSides);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]),
            "waits for an item in Queue \"empty\"");
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for room in Queue \"full\"");
}

Task<> WaitForItem(Queue<int>& queue) {
  const int item = co_await queue.Get();
  ADD_FAILURE() << item;
}

Task<> LeaveWaiters() {
  {
    Queue<int> full(1, "full");
    Queue<int> empty(1, "empty");
    EXPECT_TRUE(full.TryPut(1));
    Spawn("putter", WaitForRoom, std::ref(full));
    Spawn("getter", WaitForItem, std::ref(empty));
    co_await Yield();
  }
  co_await Sleep(absl::InfiniteDuration());
}

TEST(QueueTest, ADeadlockSaysThatTheQueueIsGone) {
  const RunResult result = Simulation().Run(LeaveWaiters);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(FormatWait(result.tasks[1]),
            "waits for room in queue, which is gone");
  EXPECT_EQ(FormatWait(result.tasks[2]),
            "waits for item in queue, which is gone");
}

TEST(QueueDeathTest, WithoutRoomForAnythingIsRefused) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(Queue<int>(0), "a Queue needs a capacity of at least 1");
}

Task<> LeaveItems(std::shared_ptr<int> item) {
  Queue<std::shared_ptr<int>> queue(1);
  co_await queue.Put(item);
  co_await queue.Put(item);
}

TEST(QueueTest, ItemsThatWaitToGoInAreDestroyedWithTheRun) {
  auto item = std::make_shared<int>(1);
  EXPECT_EQ(Simulation().Run(LeaveItems, item).outcome, Outcome::kDeadlock);
  EXPECT_EQ(item.use_count(), 1);
}

}  // namespace
}  // namespace orrery
