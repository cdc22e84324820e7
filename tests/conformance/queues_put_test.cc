// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Queue against asyncio.Queue: putting, and cancelling either side.

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
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

using testing::Optional;

Task<int> GetOne(Queue<int>& queue) { co_return co_await queue.Get(); }
Task<> PutOne(Queue<int>& queue, int item) { co_await queue.Put(item); }

// ---- Putting ----------------------------------------------------------------

// Answers: test_queues.py QueuePutTests.test_blocking_put
SIM_TEST(QueuePutTest, DoesNotSuspendIfThereIsRoom, {.max_steps = 1}) {
  Queue<int> queue;
  co_await queue.Put(1);
  EXPECT_EQ(co_await queue.Get(), 1);
}

struct Stage {
  Event started;
  bool finished = false;
};

Task<> PutTwoAndFinish(Queue<int>& queue, Stage& stage) {
  stage.started.Set();
  co_await queue.Put(1);
  co_await queue.Put(2);
  stage.finished = true;
}

// Answers: test_queues.py QueuePutTests.test_blocking_put_wait
ANY_ORDER_SIM_TEST(QueuePutTest, WaitsUntilACallbackTakesSomething) {
  Queue<int> queue(1);
  Stage stage;
  PostAfter(absl::Milliseconds(10), [&queue] { queue.TryGet(); });
  JoinHandle<> putter =
      Spawn(PutTwoAndFinish, std::ref(queue), std::ref(stage));
  co_await stage.started.Wait();
  EXPECT_FALSE(stage.finished);
  co_await putter;
  EXPECT_TRUE(stage.finished);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
}

// Answers: test_queues.py QueuePutTests.test_nonblocking_put
SIM_TEST(QueuePutTest, TryPutAddsAnItemIfThereIsRoom) {
  Queue<int> queue;
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_THAT(queue.TryGet(), Optional(1));
  co_return;
}

// Answers: test_queues.py QueuePutTests.test_nonblocking_put_exception
SIM_TEST(QueuePutTest, TryPutAddsNothingToAFullQueue) {
  Queue<int> queue(1);
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_FALSE(queue.TryPut(2));
  EXPECT_EQ(queue.size(), 1);
  co_return;
}

// Answers: test_queues.py QueuePutTests.test_put_with_waiting_getters
SIM_TEST(QueuePutTest, WakesTheGetterThatWaits) {
  Queue<int> queue;
  JoinHandle<int> getter = Spawn(GetOne, std::ref(queue));
  co_await Yield();
  EXPECT_EQ(CountWaiters(queue), 1);
  co_await queue.Put(7);
  EXPECT_EQ(co_await getter, 7);
}

Task<> TakeAllAfterATurn(Queue<int>& queue) {
  co_await Yield();
  for (size_t left = queue.size(); left > 0; --left) {
    EXPECT_TRUE(queue.TryGet().has_value());
  }
}

// Each place that becomes free in one step wakes a putter of its own.
// Answers: test_queues.py QueuePutTests.test_why_are_putters_waiting
SIM_TEST(QueuePutTest, TwoThatAreTakenAtOnceLetTwoPuttersGoOn) {
  Queue<int> queue(2);
  std::vector<JoinHandle<>> tasks;
  tasks.push_back(Spawn(TakeAllAfterATurn, std::ref(queue)));
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(Spawn(PutOne, std::ref(queue), i));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_EQ(queue.size(), 2);
}

// ---- Cancelled --------------------------------------------------------------

// Answers: test_queues.py QueuePutTests.test_get_cancel_drop_one_pending_reader
ANY_ORDER_SIM_TEST(QueueCancelTest,
                   AGetterCancelledAfterItWasWokenDropsNothing) {
  Queue<int> queue;
  JoinHandle<int> reader = Spawn(GetOne, std::ref(queue));
  co_await Yield();
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_TRUE(queue.TryPut(2));
  EXPECT_TRUE(reader.Cancel());
  // Whether it still gets its item is not fixed; that the item stays is.
  bool cancelled = false;
  try {
    co_await reader;
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) {
    reader = Spawn(GetOne, std::ref(queue));
    co_await reader;
  }
  EXPECT_EQ(reader.Result(), 1) << "with 2, the 1 is lost";
  EXPECT_TRUE(cancelled) << "a cancel comes before a result not seen yet";
}

// Answers: test_queues.py
// QueuePutTests.test_get_cancel_drop_many_pending_readers
SIM_TEST(QueueCancelTest, AGetterCancelledAfterItWasWokenWakesAnother) {
  Queue<int> queue;
  JoinHandle<int> reader1 = Spawn(GetOne, std::ref(queue));
  JoinHandle<int> reader2 = Spawn(GetOne, std::ref(queue));
  JoinHandle<int> reader3 = Spawn(GetOne, std::ref(queue));
  co_await Yield();
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_TRUE(queue.TryPut(2));
  reader1.Cancel();
  EXPECT_THROW(co_await reader1, Cancelled);
  co_await reader3;
  co_await reader2;
  EXPECT_EQ(reader2.Result(), 1);
  EXPECT_EQ(reader3.Result(), 2);
}

// Answers: test_queues.py QueuePutTests.test_put_cancel_drop
ANY_ORDER_SIM_TEST(QueueCancelTest,
                   APutterCancelledAfterItWasWokenPutsNothingTwice) {
  Queue<int> queue(1);
  EXPECT_TRUE(queue.TryPut(1));
  JoinHandle<> writer = Spawn(PutOne, std::ref(queue), 2);
  co_await Yield();
  EXPECT_THAT(queue.TryGet(), Optional(1));
  writer.Cancel();
  bool cancelled = false;
  try {
    co_await writer;
  } catch (const Cancelled&) {
    cancelled = true;
  }
  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(queue.empty());
  if (cancelled) {
    writer = Spawn(PutOne, std::ref(queue), 2);
    co_await writer;
  }
  EXPECT_THAT(queue.TryGet(), Optional(2));
  EXPECT_EQ(queue.size(), 0);
}

// Answers: test_queues.py QueuePutTests.test_put_cancelled
ANY_ORDER_SIM_TEST(QueueCancelTest, APutterIsDoneOnceItsItemCouldBeTaken) {
  Queue<int> queue;
  JoinHandle<> putter = Spawn(PutOne, std::ref(queue), 1);
  EXPECT_EQ(co_await queue.Get(), 1);
  EXPECT_TRUE(putter.Done());
}

// Answers: test_queues.py QueuePutTests.test_put_cancelled_race
SIM_TEST(QueueCancelTest, RoomPassesOverAPutterThatWasCancelled) {
  Queue<int> queue(1);
  JoinHandle<> a = Spawn(PutOne, std::ref(queue), 1);
  JoinHandle<> b = Spawn(PutOne, std::ref(queue), 2);
  JoinHandle<> c = Spawn(PutOne, std::ref(queue), 3);
  co_await Yield();
  EXPECT_TRUE(a.Done());
  EXPECT_FALSE(b.Done());
  c.Cancel();
  co_await Yield();
  EXPECT_TRUE(c.Done());
  EXPECT_THAT(queue.TryGet(), Optional(1));
  co_await Yield();
  EXPECT_THAT(queue.TryGet(), Optional(2));
  co_await b;
  EXPECT_TRUE(queue.empty());
}

// Answers: test_queues.py
// QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters
SIM_TEST(QueueCancelTest, APutterThatIsCancelledWaitsNoMore) {
  Queue<int> queue(1);
  EXPECT_TRUE(queue.TryPut(1));
  JoinHandle<> putter = Spawn(PutOne, std::ref(queue), 1);
  co_await Yield();
  EXPECT_EQ(CountWaiters(queue), 1);
  putter.Cancel();
  EXPECT_THROW(co_await putter, Cancelled);
  EXPECT_EQ(CountWaiters(queue), 0);
}

// It has left the line of putters before it is cancelled.
// Answers: test_queues.py
// QueuePutTests.test_cancelled_put_silence_value_error_exception
ANY_ORDER_SIM_TEST(QueueCancelTest, APutterThatHasBeenWokenCanBeCancelled) {
  Queue<int> queue(1);
  EXPECT_TRUE(queue.TryPut(1));
  JoinHandle<> putter = Spawn(PutOne, std::ref(queue), 1);
  co_await Yield();
  EXPECT_THAT(queue.TryGet(), Optional(1));
  putter.Cancel();
  EXPECT_THROW(co_await putter, Cancelled);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace orrery
