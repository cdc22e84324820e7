// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of queues when those who put and get are cancelled: no item is
// lost or doubled, and nobody sleeps on beside an item or beside room.

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/sync/lifo_queue.h"
#include "orrery/sim/sync/priority_queue.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

template <typename Q>
struct Exchange {
  Q queue{1};
  std::vector<int> put;
  std::vector<int> got;
};

template <typename Q>
Task<> PutTwo(Exchange<Q>& exchange, int first) {
  for (int item = first; item < first + 2; ++item) {
    co_await exchange.queue.Put(item);
    exchange.put.push_back(item);
  }
}

template <typename Q>
Task<> GetAll(Exchange<Q>& exchange) {
  try {
    for (;;) {
      const int item = co_await exchange.queue.Get();
      exchange.got.push_back(item);
      exchange.queue.TaskDone();
      co_await Yield();
    }
  } catch (const QueueShutDown&) {
  }
}

// ---- At every point ---------------------------------------------------------

template <typename Q>
Task<> TwoPutAndTwoGet(Victims& victims) {
  Exchange<Q> exchange;
  Q& queue = exchange.queue;
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(GetAll<Q>, std::ref(exchange)));
  }
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(PutTwo<Q>, std::ref(exchange), 10 * i));
  }
  for (;;) {
    co_await Sleep(absl::Seconds(1));
    const size_t getters = victims.Alive(0, 2);
    const size_t putters = victims.Alive(2, 4);
    EXPECT_TRUE(getters == 0 || queue.empty()) << "somebody waits for an item";
    EXPECT_TRUE(putters == 0 || queue.full()) << "somebody waits for room";
    if (putters == 0) break;
    // All who get were cancelled.
    while (std::optional<int> item = queue.TryGet()) {
      exchange.got.push_back(*item);
      queue.TaskDone();
    }
  }
  while (std::optional<int> item = queue.TryGet()) {
    exchange.got.push_back(*item);
    queue.TaskDone();
  }
  queue.Shutdown();
  co_await queue.Join();
  co_await victims.Join();
  EXPECT_THAT(exchange.got, UnorderedElementsAreArray(exchange.put));
}

template <typename Q>
class QueueCancelTest : public testing::Test {};

using Kinds = testing::Types<Queue<int>, LifoQueue<int>, PriorityQueue<int>>;
TYPED_TEST_SUITE(QueueCancelTest, Kinds);

TYPED_TEST(QueueCancelTest, AtEveryPointNoItemAndNoWakeUpIsLost) {
  EXPECT_EQ(CancelEverywhere(TwoPutAndTwoGet<TypeParam>, {.pairs = true}), "");
}

template <typename Q>
Task<> JoinOnce(Q& queue) {
  co_await queue.Join();
}

template <typename Q>
Task<> JoinersAndShutdown(Victims& victims) {
  Q queue(2);
  co_await queue.Put(1);
  co_await queue.Put(2);
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(JoinOnce<Q>, std::ref(queue)));
  }
  co_await Yield();
  EXPECT_NE(queue.TryGet(), std::nullopt);
  queue.TaskDone();
  co_await Yield();
  queue.Shutdown(/*immediate=*/true);
  co_await Yield();
  co_await victims.Join();
}

TYPED_TEST(QueueCancelTest, AtEveryPointTheOtherJoinersGoOn) {
  EXPECT_EQ(CancelEverywhere(JoinersAndShutdown<TypeParam>, {.pairs = true}),
            "");
}

// ---- Races ------------------------------------------------------------------

template <typename Q>
Task<> GetOne(Q& queue, int id, std::vector<int>* got) {
  const int item = co_await queue.Get();
  got->push_back(10 * id + item);
}

// asyncio lost the wake-up here for years: the getter that held it was
// cancelled, and the next one slept on beside the item.
template <typename Q>
Task<> CancelGetterThatWasWoken() {
  Q queue(1);
  std::vector<int> got;
  JoinHandle<> first = Spawn(GetOne<Q>, std::ref(queue), 1, &got);
  JoinHandle<> second = Spawn(GetOne<Q>, std::ref(queue), 2, &got);
  co_await Yield();
  EXPECT_TRUE(queue.TryPut(7));
  first.Cancel();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(got, ElementsAre(27));
}

TYPED_TEST(QueueCancelTest, AGetterThatHeldTheWakeUpPassesItOn) {
  EXPECT_TRUE(Simulation().Run(CancelGetterThatWasWoken<TypeParam>).ok());
}

template <typename Q>
Task<> PutOne(Q& queue, int item) {
  co_await queue.Put(item);
}

template <typename Q>
Task<> CancelPutterThatWasWoken() {
  Q queue(1);
  EXPECT_TRUE(queue.TryPut(0));
  JoinHandle<> first = Spawn(PutOne<Q>, std::ref(queue), 1);
  JoinHandle<> second = Spawn(PutOne<Q>, std::ref(queue), 2);
  co_await Yield();
  EXPECT_EQ(queue.TryGet(), 0);
  first.Cancel();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_EQ(queue.TryGet(), 2);
  EXPECT_EQ(queue.Unfinished(), 2) << "what was not put in does not count";
}

TYPED_TEST(QueueCancelTest, APutterThatHeldTheWakeUpPassesItOn) {
  EXPECT_TRUE(Simulation().Run(CancelPutterThatWasWoken<TypeParam>).ok());
}

// The getter is cancelled first, and the item comes before it has left.
template <typename Q>
Task<> PutBesideCancelled() {
  Q queue(1);
  std::vector<int> got;
  JoinHandle<> first = Spawn(GetOne<Q>, std::ref(queue), 1, &got);
  JoinHandle<> second = Spawn(GetOne<Q>, std::ref(queue), 2, &got);
  co_await Yield();
  first.Cancel();
  EXPECT_TRUE(queue.TryPut(7));
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(got, ElementsAre(27));
}

TYPED_TEST(QueueCancelTest, AnItemSkipsThoseThatAreCancelled) {
  EXPECT_TRUE(Simulation().Run(PutBesideCancelled<TypeParam>).ok());
}

// A getter that was woken finds that somebody was faster; then it is cancelled
// while it waits once more.
template <typename Q>
Task<> CancelOneThatWaitsAgain() {
  Q queue(1);
  std::vector<int> got;
  JoinHandle<> first = Spawn(GetOne<Q>, std::ref(queue), 1, &got);
  co_await Yield();
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_EQ(queue.TryGet(), 1);
  co_await Sleep(absl::Seconds(1));
  JoinHandle<> second = Spawn(GetOne<Q>, std::ref(queue), 2, &got);
  co_await Yield();
  first.Cancel();
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(first.Cancelled());
  EXPECT_TRUE(queue.TryPut(2));
  co_await second;
  EXPECT_THAT(got, ElementsAre(22));
}

TYPED_TEST(QueueCancelTest, OneThatWaitsAgainLeavesNoTrace) {
  EXPECT_TRUE(Simulation().Run(CancelOneThatWaitsAgain<TypeParam>).ok());
}

}  // namespace
}  // namespace orrery
