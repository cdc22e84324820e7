// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Queue against asyncio.Queue: what it is, and getting.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/waiters.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Eq;
using testing::IsEmpty;
using testing::Optional;

template <typename T>
Task<T> GetOne(Queue<T>& queue) {
  co_return co_await queue.Get();
}

template <typename T>
Task<> PutOne(Queue<T>& queue, T item) {
  co_await queue.Put(std::move(item));
}

// ---- What it is -------------------------------------------------------------

// Answers: test_queues.py QueueBasicTests.test_empty
SIM_TEST(QueueTest, IsEmptyUntilSomethingIsPut, {.max_steps = 1}) {
  Queue<int> queue;
  EXPECT_TRUE(queue.empty());
  co_await queue.Put(1);
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(co_await queue.Get(), 1);
  EXPECT_TRUE(queue.empty());
}

// Answers: test_queues.py QueueBasicTests.test_full
SIM_TEST(QueueTest, IsFullWhenItHasAsManyItemsAsItMay, {.max_steps = 1}) {
  Queue<int> unbounded;
  co_await unbounded.Put(1);
  EXPECT_FALSE(unbounded.full());
  Queue<int> one(1);
  EXPECT_FALSE(one.full());
  co_await one.Put(1);
  EXPECT_TRUE(one.full());
}

// Answers: test_queues.py QueueBasicTests.test_order
SIM_TEST(QueueTest, ItemsComeOutInTheOrderInWhichTheyWentIn) {
  Queue<int> queue;
  for (int item : {1, 3, 2}) co_await queue.Put(item);
  std::vector<int> items;
  for (int i = 0; i < 3; ++i) {
    const int item = co_await queue.Get();
    items.push_back(item);
  }
  EXPECT_THAT(items, ElementsAre(1, 3, 2));
}

Task<> PutAndNote(Queue<int>& queue, int count, std::vector<int>& put) {
  for (int i = 0; i < count; ++i) {
    co_await queue.Put(i);
    put.push_back(i);
  }
}

// Answers: test_queues.py QueueBasicTests.test_maxsize
SIM_TEST(QueueTest, APutterWaitsWhileItIsFull) {
  Queue<int> queue(2);
  std::vector<int> put;
  JoinHandle<> putter = Spawn(PutAndNote, std::ref(queue), 3, std::ref(put));
  co_await Yield();
  co_await Yield();
  EXPECT_THAT(put, ElementsAre(0, 1));
  EXPECT_EQ(queue.capacity(), 2);
  EXPECT_TRUE(queue.full());
  EXPECT_EQ(co_await queue.Get(), 0);

  co_await Yield();
  EXPECT_THAT(put, ElementsAre(0, 1, 2));
  EXPECT_EQ(co_await queue.Get(), 1);
  EXPECT_EQ(co_await queue.Get(), 2);
  EXPECT_TRUE(putter.Done());
}

// ---- Getting ----------------------------------------------------------------

// Answers: test_queues.py QueueGetTests.test_blocking_get
SIM_TEST(QueueGetTest, DoesNotSuspendIfThereIsAnItem, {.max_steps = 1}) {
  Queue<int> queue;
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_EQ(co_await queue.Get(), 1);
}

// Answers: test_queues.py QueueGetTests.test_get_with_putters
SIM_TEST(QueueGetTest, WakesThePutterThatWaitsForRoom) {
  Queue<int> queue(1);
  co_await queue.Put(1);
  JoinHandle<> putter = Spawn(PutOne<int>, std::ref(queue), 2);
  co_await Yield();
  EXPECT_EQ(CountWaiters(queue), 1);
  EXPECT_EQ(co_await queue.Get(), 1);
  EXPECT_EQ(CountWaiters(queue), 0);
  EXPECT_FALSE(putter.Done()) << "woken, but it has yet to run";
  co_await Yield();
  EXPECT_TRUE(putter.Done());
  EXPECT_TRUE(queue.full());
}

struct Stage {
  Event started;
  bool finished = false;
};

Task<int> GetAndFinish(Queue<int>& queue, Stage& stage) {
  stage.started.Set();
  const int item = co_await queue.Get();
  stage.finished = true;
  co_return item;
}

// Answers: test_queues.py QueueGetTests.test_blocking_get_wait
ANY_ORDER_SIM_TEST(QueueGetTest, WaitsUntilACallbackPutsSomething) {
  Queue<int> queue;
  Stage stage;
  JoinHandle<int> getter =
      Spawn(GetAndFinish, std::ref(queue), std::ref(stage));
  co_await stage.started.Wait();
  EXPECT_FALSE(stage.finished);
  PostAfter(absl::Milliseconds(10), [&queue] { queue.TryPut(1); });
  EXPECT_EQ(co_await getter, 1);
  EXPECT_TRUE(stage.finished);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
}

// Answers: test_queues.py QueueGetTests.test_nonblocking_get
SIM_TEST(QueueGetTest, TryGetTakesAnItemThatIsThere) {
  Queue<int> queue;
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_THAT(queue.TryGet(), Optional(1));
  co_return;
}

// Answers: test_queues.py QueueGetTests.test_nonblocking_get_exception
SIM_TEST(QueueGetTest, TryGetTakesNothingIfThereIsNothing) {
  Queue<int> queue;
  EXPECT_THAT(queue.TryGet(), Eq(std::nullopt));
  co_return;
}

// Answers: test_queues.py QueueGetTests.test_get_cancelled_race
SIM_TEST(QueueGetTest, AnItemPassesOverAGetterThatWasCancelled) {
  Queue<std::string> queue;
  JoinHandle<std::string> t1 = Spawn(GetOne<std::string>, std::ref(queue));
  JoinHandle<std::string> t2 = Spawn(GetOne<std::string>, std::ref(queue));
  co_await Yield();
  t1.Cancel();
  co_await Yield();
  EXPECT_TRUE(t1.Done());
  std::string item = "a";
  co_await queue.Put(item);
  co_await Yield();
  EXPECT_TRUE(t2.Done());
  EXPECT_EQ(co_await t2, "a");
}

// Answers: test_queues.py QueueGetTests.test_get_with_waiting_putters
SIM_TEST(QueueGetTest, ItemsOfPuttersThatWaitComeInTheirOrder) {
  Queue<int> queue(1);
  JoinHandle<> a = Spawn(PutOne<int>, std::ref(queue), 1);
  JoinHandle<> b = Spawn(PutOne<int>, std::ref(queue), 2);
  EXPECT_EQ(co_await queue.Get(), 1);
  EXPECT_EQ(co_await queue.Get(), 2);
  EXPECT_TRUE(a.Done());
  EXPECT_TRUE(b.Done());
}

Task<> Produce(Queue<int>& queue, int count) {
  for (int i = 0; i < count; ++i) co_await queue.Put(i);
}

Task<> Consume(Queue<int>& queue, int count, std::vector<int>& got) {
  for (int i = 0; i < count; ++i) {
    const int item = co_await queue.Get();
    got.push_back(item);
  }
}

// Answers: test_queues.py QueueGetTests.test_why_are_getters_waiting
ANY_ORDER_SIM_TEST(QueueGetTest, NobodyIsLeftWaitingBesideAQueueOfOne) {
  Queue<int> queue(1);
  std::vector<int> got;
  JoinHandle<> producer = Spawn(Produce, std::ref(queue), 5);
  JoinHandle<> consumer = Spawn(Consume, std::ref(queue), 5, std::ref(got));
  co_await producer;
  co_await consumer;
  EXPECT_THAT(got, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_TRUE(queue.empty());
}

// Answers: test_queues.py
// QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters
ANY_ORDER_SIM_TEST(QueueGetTest, AGetterThatTimesOutWaitsNoMore) {
  Queue<int> queue(5);
  EXPECT_THROW(co_await WithTimeout(absl::Milliseconds(100), GetOne(queue)),
               TimeoutError);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));
  EXPECT_EQ(CountWaiters(queue), 0);
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_THAT(queue.TryGet(), Optional(1));
}

}  // namespace
}  // namespace orrery
