// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a condition variable when those who wait for it are
// cancelled: they hold the mutex again, and what they were told is passed on.

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

struct Stock {
  ConditionVariable changed;
  int items = 0;
  int taken = 0;
  bool closed = false;
};

Task<> TakeOne(Stock& stock) {
  Mutex::Guard guard = co_await stock.changed.Lock();
  bool waited = false;
  try {
    waited = true;
    co_await stock.changed.WaitFor(
        [&stock] { return stock.items > 0 || stock.closed; });
    waited = false;
  } catch (const Cancelled&) {
    EXPECT_TRUE(waited);
    EXPECT_TRUE(guard);
    EXPECT_EQ(stock.changed.mutex().holder(), CurrentTask().id())
        << "who is cancelled holds the mutex, too";
    throw;
  }
  if (stock.items == 0) co_return;
  --stock.items;
  ++stock.taken;
}

Task<> AddOne(Stock& stock) {
  Mutex::Guard guard = co_await stock.changed.Lock();
  ++stock.items;
  stock.changed.NotifyOne();
  co_await Yield();
}

// ---- At every point ---------------------------------------------------------

// There is an item for each, and each is told to one: if the one is cancelled,
// another has to learn of it.
Task<> CancelConsumers(Victims& victims) {
  Stock stock;
  for (int i = 0; i < 3; ++i) victims.Add(Spawn(TakeOne, std::ref(stock)));
  co_await Yield();
  std::vector<JoinHandle<>> producers;
  for (int i = 0; i < 3; ++i) {
    producers.push_back(Spawn(AddOne, std::ref(stock)));
  }
  for (const JoinHandle<>& producer : producers) co_await producer;
  const size_t cancelled = co_await victims.Join();
  EXPECT_EQ(stock.taken, static_cast<int>(victims.size() - cancelled));
  EXPECT_EQ(stock.items, static_cast<int>(cancelled));
  Mutex::Guard guard = co_await stock.changed.Lock();
  stock.changed.NotifyAll();  // walks over whoever was left behind
}

TEST(ConditionVariableCancelTest, AtEveryPointNoNotifyIsLost) {
  EXPECT_EQ(
      CancelEverywhere(CancelConsumers, {.random_seeds = 50, .pairs = true}),
      "");
}

Task<> CancelAnybody(Victims& victims) {
  Stock stock;
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(TakeOne, std::ref(stock)));
    victims.Add(Spawn(AddOne, std::ref(stock)));
  }
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await stock.changed.Lock();
  EXPECT_TRUE(stock.items == 0 || victims.Alive() == 0);
  stock.closed = true;
  stock.changed.NotifyAll();
  guard.Unlock();
  co_await victims.Join();
  EXPECT_FALSE(stock.changed.mutex().IsLocked());
}

TEST(ConditionVariableCancelTest, AtEveryPointTheMutexIsGivenBack) {
  EXPECT_EQ(
      CancelEverywhere(CancelAnybody, {.random_seeds = 50, .pairs = true}), "");
}

// ---- Races ------------------------------------------------------------------

// asyncio lost the notify here until CPython 3.13: it went to a waiter that was
// cancelled before it had got the lock back.
Task<> CancelAfterNotify() {
  Stock stock;
  JoinHandle<> first = Spawn(TakeOne, std::ref(stock));
  JoinHandle<> second = Spawn(TakeOne, std::ref(stock));
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await stock.changed.Lock();
  stock.items = 1;
  stock.changed.NotifyOne();
  first.Cancel();
  guard.Unlock();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_EQ(stock.taken, 1);
}

TEST(ConditionVariableCancelTest, ANotifyToOneThatIsCancelledReachesTheNext) {
  EXPECT_TRUE(Simulation().Run(CancelAfterNotify).ok());
}

// The same when the one that was notified already waits for the mutex.
Task<> CancelWhileLockingAgain() {
  Stock stock;
  JoinHandle<> first = Spawn(TakeOne, std::ref(stock));
  JoinHandle<> second = Spawn(TakeOne, std::ref(stock));
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await stock.changed.Lock();
  stock.items = 1;
  stock.changed.NotifyOne();
  co_await Sleep(absl::Seconds(1));
  first.Cancel();
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(first.Done()) << "it holds out for the mutex";
  guard.Unlock();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_EQ(stock.taken, 1);
}

TEST(ConditionVariableCancelTest, WhoIsCancelledWhileLockingAgainGetsTheMutex) {
  EXPECT_TRUE(Simulation().Run(CancelWhileLockingAgain).ok());
}

// The mutex is contested when the waiter is cancelled, and it is cancelled
// again and again while it stands in line for it.
Task<> CancelContested() {
  Stock stock;
  JoinHandle<> waiter = Spawn(TakeOne, std::ref(stock));
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await stock.changed.Lock();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(waiter.Cancel());
    co_await Sleep(absl::Seconds(1));
    EXPECT_FALSE(waiter.Done());
  }
  EXPECT_EQ(waiter.CancelRequests(), 3);
  guard.Unlock();
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(waiter.Cancelled());
  EXPECT_FALSE(stock.changed.mutex().IsLocked());
}

TEST(ConditionVariableCancelTest, NoNumberOfRequestsKeepsItFromTheMutex) {
  EXPECT_TRUE(Simulation().Run(CancelContested).ok());
}

// Those that are not cancelled stay where they are in the line.
Task<> NoteOrder(Stock& stock, int id, std::vector<int>* order) {
  Mutex::Guard guard = co_await stock.changed.Lock();
  co_await stock.changed.Wait();
  order->push_back(id);
}

Task<> CancelInFront() {
  Stock stock;
  std::vector<int> order;
  std::vector<JoinHandle<>> waiters;
  for (int id = 0; id < 4; ++id) {
    waiters.push_back(Spawn(NoteOrder, std::ref(stock), id, &order));
  }
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await stock.changed.Lock();
  waiters[0].Cancel();
  waiters[2].Cancel();
  stock.changed.Notify(2);
  guard.Unlock();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(order, ElementsAre(1, 3));
}

TEST(ConditionVariableCancelTest, ANotifySkipsThoseThatAreCancelled) {
  EXPECT_TRUE(Simulation().Run(CancelInFront).ok());
}

}  // namespace
}  // namespace orrery
