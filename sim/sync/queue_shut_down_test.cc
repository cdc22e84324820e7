// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is the same for queues of all kinds: counting what has been dealt with,
// and shutting down.

#include "orrery/sim/sync/queue_shut_down.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/lifo_queue.h"
#include "orrery/sim/sync/priority_queue.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Optional;

// Runs tests for each kind of queue.
template <typename Q>
class AnyQueueTest : public testing::Test {};

using Kinds = testing::Types<Queue<int>, LifoQueue<int>, PriorityQueue<int>>;
TYPED_TEST_SUITE(AnyQueueTest, Kinds);

// Notes what a task was told, and when it was shut down.
template <typename Q>
Task<> GetUntilShutDown(Q& queue, std::vector<std::string>* log) {
  try {
    for (;;) {
      const int item = co_await queue.Get();
      log->push_back(std::to_string(item));
    }
  } catch (const QueueShutDown&) {
    log->push_back("shut down");
  }
}

template <typename Q>
Task<> PutOne(Q& queue, int item, std::vector<std::string>* log) {
  try {
    co_await queue.Put(item);
    log->push_back("put");
  } catch (const QueueShutDown&) {
    log->push_back("refused");
  }
}

template <typename Q>
Task<> JoinThenNote(Q& queue, std::vector<std::string>* log) {
  co_await queue.Join();
  log->push_back("joined");
}

// ---- Dealing with items -----------------------------------------------------

template <typename Q>
Task<> CountItems() {
  Q queue(4);
  std::vector<std::string> log;
  co_await queue.Join();  // nothing was put in
  for (int i = 0; i < 3; ++i) co_await queue.Put(i);
  EXPECT_EQ(queue.Unfinished(), 3);
  JoinHandle<> joiner = Spawn(JoinThenNote<Q>, std::ref(queue), &log);
  for (int i = 0; i < 3; ++i) {
    EXPECT_NE(queue.TryGet(), std::nullopt);
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(log, ElementsAre()) << "to take it out is not enough";
    queue.TaskDone();
  }
  co_await joiner;
  EXPECT_EQ(queue.Unfinished(), 0);
  EXPECT_THROW(queue.TaskDone(), InvalidStateError);
}

TYPED_TEST(AnyQueueTest, JoinWaitsUntilAllItemsHaveBeenDealtWith) {
  const RunResult result = Simulation().Run(CountItems<TypeParam>);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

template <typename Q>
Task<> AddWhileJoinersWake() {
  Q queue(4);
  std::vector<std::string> log;
  co_await queue.Put(1);
  for (int i = 0; i < 3; ++i) {
    Spawn(JoinThenNote<Q>, std::ref(queue), &log);
  }
  co_await Sleep(absl::Seconds(1));
  queue.TaskDone();
  co_await queue.Put(2);
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(log, ElementsAre("joined", "joined", "joined"))
      << "everything was done once";
}

TYPED_TEST(AnyQueueTest, WhatComesAfterwardsHoldsNoJoinerBack) {
  EXPECT_TRUE(Simulation().Run(AddWhileJoinersWake<TypeParam>).ok());
}

// ---- Shutting down ----------------------------------------------------------

template <typename Q>
Task<> ShutDownWithItems() {
  Q queue(4);
  std::vector<std::string> log;
  co_await queue.Put(1);
  co_await queue.Put(1);
  EXPECT_FALSE(queue.IsShutDown());
  queue.Shutdown();
  EXPECT_TRUE(queue.IsShutDown());
  co_await PutOne(queue, 2, &log);
  EXPECT_THROW(queue.TryPut(2), QueueShutDown);
  EXPECT_THAT(queue.TryGet(), Optional(1)) << "what is in it can be taken out";
  co_await GetUntilShutDown(queue, &log);
  EXPECT_THAT(log, ElementsAre("refused", "1", "shut down"));
  EXPECT_THROW(queue.TryGet(), QueueShutDown);
  EXPECT_EQ(queue.Unfinished(), 2);
}

TYPED_TEST(AnyQueueTest, WhatIsInItComesOutAfterAShutdown) {
  const RunResult result = Simulation().Run(ShutDownWithItems<TypeParam>);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1) << "nobody need wait for that";
}

template <typename Q>
Task<> ShutDownWhileAllWait() {
  Q empty(1);
  Q full(1);
  std::vector<std::string> getters;
  std::vector<std::string> putters;
  co_await full.Put(0);
  for (int i = 0; i < 2; ++i) {
    Spawn(GetUntilShutDown<Q>, std::ref(empty), &getters);
    Spawn(PutOne<Q>, std::ref(full), i, &putters);
  }
  co_await Sleep(absl::Seconds(1));
  empty.Shutdown();
  full.Shutdown();
  full.Shutdown();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(getters, ElementsAre("shut down", "shut down"));
  EXPECT_THAT(putters, ElementsAre("refused", "refused"));
  EXPECT_EQ(full.size(), 1);
}

TYPED_TEST(AnyQueueTest, AShutdownSendsAwayThoseWhoWait) {
  const RunResult result = Simulation().Run(ShutDownWhileAllWait<TypeParam>);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// A getter was woken for an item, and that is gone when it runs.
template <typename Q>
Task<> DropItems() {
  Q queue(4);
  std::vector<std::string> log;
  Spawn(GetUntilShutDown<Q>, std::ref(queue), &log);
  co_await Sleep(absl::Seconds(1));
  for (int i = 0; i < 3; ++i) co_await queue.Put(i);
  Spawn(JoinThenNote<Q>, std::ref(queue), &log);
  queue.Shutdown(/*immediate=*/true);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.Unfinished(), 0) << "dropped counts as dealt with";
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(log, ElementsAre("shut down", "joined"));
}

TYPED_TEST(AnyQueueTest, AnImmediateShutdownDropsWhatIsLeft) {
  const RunResult result = Simulation().Run(DropItems<TypeParam>);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// Some items were taken out and not dealt with: joiners still wait for those.
template <typename Q>
Task<> DropWhileOneIsOut() {
  Q queue(4);
  std::vector<std::string> log;
  for (int i = 0; i < 3; ++i) co_await queue.Put(i);
  EXPECT_NE(queue.TryGet(), std::nullopt);
  Spawn(JoinThenNote<Q>, std::ref(queue), &log);
  co_await Sleep(absl::Seconds(1));
  queue.Shutdown(/*immediate=*/true);
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(log, ElementsAre());
  EXPECT_EQ(queue.Unfinished(), 1);
  queue.TaskDone();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(log, ElementsAre("joined"));
}

TYPED_TEST(AnyQueueTest, WhatWasTakenOutBeforeHasYetToBeDealtWith) {
  EXPECT_TRUE(Simulation().Run(DropWhileOneIsOut<TypeParam>).ok());
}

// ---- Reports ----------------------------------------------------------------

Task<> JoinInVain() {
  Queue<int> queue(1, "jobs");
  co_await queue.Put(1);
  co_await queue.Join();
}

TEST(QueueShutDownTest, ADeadlockNamesTheQueueThatIsJoined) {
  const RunResult result = Simulation().Run(JoinInVain);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for Queue \"jobs\"");
}

Task<> Refuse() {
  PriorityQueue<int> queue(1, "jobs");
  queue.Shutdown();
  co_await queue.Put(1);
}

TEST(QueueShutDownTest, TheErrorNamesTheQueue) {
  const RunResult result = Simulation().Run(Refuse);
  EXPECT_THAT(FormatRunResult(result),
              testing::HasSubstr("PriorityQueue \"jobs\" is shut down"));
}

}  // namespace
}  // namespace orrery
