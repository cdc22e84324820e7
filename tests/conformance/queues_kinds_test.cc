// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The three kinds of queue against asyncio's: the order of items, counting what
// has been dealt with, shutting down. As in CPython's tests, what all kinds can
// do is tested with each of them.

#include <functional>
#include <ostream>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/lifo_queue.h"
#include "orrery/sim/sync/priority_queue.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/queue_shut_down.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

using testing::ElementsAre;

template <typename AnyQueue>
Task<std::vector<int>> PutThreeAndGetThem(AnyQueue& queue) {
  for (int item : {1, 3, 2}) co_await queue.Put(item);
  std::vector<int> items;
  for (int i = 0; i < 3; ++i) {
    const int item = co_await queue.Get();
    items.push_back(item);
  }
  co_return items;
}

// Answers: test_queues.py LifoQueueTests.test_order
SIM_TEST(LifoQueueTest, TheLatestItemComesOutFirst) {
  LifoQueue<int> queue;
  EXPECT_THAT(co_await PutThreeAndGetThem(queue), ElementsAre(2, 3, 1));
}

// Answers: test_queues.py PriorityQueueTests.test_order
SIM_TEST(PriorityQueueTest, TheLeastItemComesOutFirst) {
  PriorityQueue<int> queue;
  EXPECT_THAT(co_await PutThreeAndGetThem(queue), ElementsAre(1, 2, 3));
}

// ---- What all kinds can do --------------------------------------------------

enum class Kind { kFifo, kLifo, kPriority };

void PrintTo(Kind kind, std::ostream* out) {
  constexpr const char* kNames[] = {"Queue", "LifoQueue", "PriorityQueue"};
  *out << kNames[static_cast<int>(kind)];
}

class AnyQueueTest : public SimTestWithParam<Kind> {};

INSTANTIATE_SIM_TEST_SUITE_P(Kinds, AnyQueueTest,
                             testing::Values(Kind::kFifo, Kind::kLifo,
                                             Kind::kPriority),
                             testing::PrintToStringParamName());

// Awaits `program` with the type of the queue that the test is run with.
#define WITH_QUEUE_OF_KIND(kind, program)     \
  switch (kind) {                             \
    case Kind::kFifo:                         \
      co_await program<Queue<int>>();         \
      break;                                  \
    case Kind::kLifo:                         \
      co_await program<LifoQueue<int>>();     \
      break;                                  \
    case Kind::kPriority:                     \
      co_await program<PriorityQueue<int>>(); \
      break;                                  \
  }

template <typename AnyQueue>
Task<> Get(AnyQueue& queue) {
  co_await queue.Get();
}
template <typename AnyQueue>
Task<> Put(AnyQueue& queue) {
  co_await queue.Put(2);
}
template <typename AnyQueue>
Task<> Join(AnyQueue& queue) {
  co_await queue.Join();
}

// ---- Dealt with -------------------------------------------------------------

template <typename AnyQueue>
Task<> CallTaskDoneOnceTooOften() {
  AnyQueue queue;
  EXPECT_THROW(queue.TaskDone(), InvalidStateError);
  co_return;
}

// Answers: test_queues.py _QueueJoinTestMixin.test_task_done_underflow
SIM_TEST_P(AnyQueueTest, MoreCannotBeDoneThanWasPutIn) {
  WITH_QUEUE_OF_KIND(GetParam(), CallTaskDoneOnceTooOften);
}

struct Work {
  bool running = true;
  int sum = 0;
};

template <typename AnyQueue>
Task<> AddUp(AnyQueue& queue, Work& work) {
  while (work.running) {
    const int item = co_await queue.Get();
    work.sum += item;
    queue.TaskDone();
  }
}

template <typename AnyQueue>
Task<> TwoWorkersDealWithAHundredItems() {
  AnyQueue queue;
  Work work;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(queue.TryPut(i));
  JoinHandle<> a = Spawn(AddUp<AnyQueue>, std::ref(queue), std::ref(work));
  JoinHandle<> b = Spawn(AddUp<AnyQueue>, std::ref(queue), std::ref(work));
  co_await queue.Join();
  EXPECT_EQ(work.sum, 99 * 100 / 2);
  EXPECT_EQ(queue.Unfinished(), 0);
  work.running = false;
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(queue.TryPut(0));
  co_await a;
  co_await b;
}

// Answers: test_queues.py _QueueJoinTestMixin.test_task_done
SIM_TEST_P(AnyQueueTest, JoinWaitsUntilEveryItemHasBeenDealtWith) {
  WITH_QUEUE_OF_KIND(GetParam(), TwoWorkersDealWithAHundredItems);
}

SIM_TEST_P(AnyQueueTest, JoinWaitsForEveryItemInAnyOrder,
           {.runs = 1000, .scheduler = "random", .isolate = false}) {
  WITH_QUEUE_OF_KIND(GetParam(), TwoWorkersDealWithAHundredItems);
}

template <typename AnyQueue>
Task<> JoinTwice() {
  AnyQueue queue;
  co_await queue.Join();
  co_await queue.Join();
}

// Answers: test_queues.py _QueueJoinTestMixin.test_join_empty_queue
SIM_TEST_P(AnyQueueTest, JoinDoesNotSuspendIfNothingWasPutIn,
           {.max_steps = 1}) {
  WITH_QUEUE_OF_KIND(GetParam(), JoinTwice);
}

// ---- Shut down --------------------------------------------------------------

// Neither side can be used any more.
template <typename AnyQueue>
Task<> ExpectNothingGoesInOrOut(AnyQueue& queue) {
  EXPECT_TRUE(queue.IsShutDown());
  EXPECT_THROW(co_await queue.Put(1), QueueShutDown);
  EXPECT_THROW(queue.TryPut(1), QueueShutDown);
  EXPECT_THROW(co_await queue.Get(), QueueShutDown);
  EXPECT_THROW(queue.TryGet(), QueueShutDown);
}

template <typename AnyQueue>
Task<> ShutDownAnEmptyQueue() {
  AnyQueue queue;
  JoinHandle<> getter = Spawn(Get<AnyQueue>, std::ref(queue));
  co_await Yield();
  queue.Shutdown();
  EXPECT_EQ(queue.size(), 0);
  co_await queue.Join();
  co_await Yield();
  EXPECT_TRUE(getter.Done());
  EXPECT_THROW(co_await getter, QueueShutDown);
  co_await ExpectNothingGoesInOrOut(queue);
}

// Answers: test_queues.py _QueueShutdownTestMixin.test_shutdown_empty
SIM_TEST_P(AnyQueueTest, ShuttingDownSendsAwayAGetter) {
  WITH_QUEUE_OF_KIND(GetParam(), ShutDownAnEmptyQueue);
}

template <typename AnyQueue>
Task<> ShutDownAFullQueue() {
  AnyQueue queue(1);
  EXPECT_TRUE(queue.TryPut(1));
  JoinHandle<> joiner = Spawn(Join<AnyQueue>, std::ref(queue));
  JoinHandle<> putter = Spawn(Put<AnyQueue>, std::ref(queue));
  co_await Yield();
  EXPECT_FALSE(putter.Done());
  queue.Shutdown();
  EXPECT_EQ(queue.size(), 1) << "what is in can be taken out";
  co_await Yield();
  EXPECT_TRUE(putter.Done());
  EXPECT_THROW(co_await putter, QueueShutDown);

  EXPECT_EQ(co_await queue.Get(), 1);
  co_await Yield();
  EXPECT_FALSE(joiner.Done()) << "it has yet to be dealt with";
  co_await ExpectNothingGoesInOrOut(queue);
  queue.TaskDone();
  co_await Yield();
  EXPECT_TRUE(joiner.Done());
  co_await joiner;
  EXPECT_THROW(queue.TaskDone(), InvalidStateError);
}

// Answers: test_queues.py _QueueShutdownTestMixin.test_shutdown_nonempty
SIM_TEST_P(AnyQueueTest, ShuttingDownSendsAwayAPutterAndKeepsWhatIsIn) {
  WITH_QUEUE_OF_KIND(GetParam(), ShutDownAFullQueue);
}

template <typename AnyQueue>
Task<> ShutDownAtOnce() {
  AnyQueue queue;
  EXPECT_TRUE(queue.TryPut(1));
  JoinHandle<> joiner = Spawn(Join<AnyQueue>, std::ref(queue));
  queue.Shutdown(/*immediate=*/true);
  EXPECT_EQ(queue.size(), 0);
  co_await Yield();
  EXPECT_TRUE(joiner.Done());
  co_await joiner;
  co_await ExpectNothingGoesInOrOut(queue);
  EXPECT_THROW(queue.TaskDone(), InvalidStateError);
}

// Answers: test_queues.py _QueueShutdownTestMixin.test_shutdown_immediate
SIM_TEST_P(AnyQueueTest, ShuttingDownAtOnceDropsWhatIsIn) {
  WITH_QUEUE_OF_KIND(GetParam(), ShutDownAtOnce);
}

template <typename AnyQueue>
Task<> ShutDownAtOnceWithAnItemOut() {
  AnyQueue queue;
  EXPECT_TRUE(queue.TryPut(1));
  EXPECT_TRUE(queue.TryPut(1));
  JoinHandle<> joiner = Spawn(Join<AnyQueue>, std::ref(queue));
  EXPECT_EQ(co_await queue.Get(), 1);
  queue.Shutdown(/*immediate=*/true);
  EXPECT_EQ(queue.size(), 0);
  co_await Yield();
  EXPECT_FALSE(joiner.Done()) << "the one that is out counts";
  co_await ExpectNothingGoesInOrOut(queue);
  queue.TaskDone();
  EXPECT_THROW(queue.TaskDone(), InvalidStateError);
  co_await Yield();
  EXPECT_TRUE(joiner.Done());
  co_await joiner;
}

// Answers: test_queues.py
// _QueueShutdownTestMixin.test_shutdown_immediate_with_unfinished
SIM_TEST_P(AnyQueueTest, ShuttingDownAtOnceWaitsForWhatIsBeingDealtWith) {
  WITH_QUEUE_OF_KIND(GetParam(), ShutDownAtOnceWithAnItemOut);
}

}  // namespace
}  // namespace orrery
