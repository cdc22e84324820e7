// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/condition_variable.h"

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> WaitThenNote(ConditionVariable& condition, int id,
                    std::vector<int>* woken) {
  Mutex::Guard guard = co_await condition.Lock();
  co_await condition.Wait();
  EXPECT_TRUE(guard);
  EXPECT_EQ(condition.mutex().holder(), CurrentTask().id());
  woken->push_back(id);
}

// ---- Notifying --------------------------------------------------------------

Task<> NotifySome(std::vector<int>* woken) {
  ConditionVariable condition;
  for (int id = 0; id < 7; ++id) {
    Spawn(WaitThenNote, std::ref(condition), id, woken);
  }
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(condition.mutex().IsLocked()) << "not held while one waits";
  Mutex::Guard guard = co_await condition.Lock();
  condition.NotifyOne();
  condition.Notify(0);
  guard.Unlock();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(*woken, ElementsAre(0));
  guard = co_await condition.Lock();
  condition.Notify(2);
  condition.NotifyOne();
  guard.Unlock();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(*woken, ElementsAre(0, 1, 2, 3));
  guard = co_await condition.Lock();
  condition.NotifyAll();
  condition.Notify(100);
  guard.Unlock();
  co_await Sleep(absl::Seconds(1));
}

TEST(ConditionVariableTest, WakesAsManyAsItIsToldFirstComeFirstServed) {
  std::vector<int> woken;
  EXPECT_TRUE(Simulation().Run(NotifySome, &woken).ok());
  EXPECT_THAT(woken, ElementsAre(0, 1, 2, 3, 4, 5, 6));
}

Task<> NotifyNobody(std::vector<int>* woken) {
  ConditionVariable condition;
  {
    Mutex::Guard guard = co_await condition.Lock();
    condition.NotifyAll();
  }
  JoinHandle<> waiter = Spawn(WaitThenNote, std::ref(condition), 1, woken);
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(*woken, ElementsAre()) << "a notify is not kept for later";
  Mutex::Guard guard = co_await condition.Lock();
  condition.NotifyOne();
  EXPECT_FALSE(waiter.Done());
  guard.Unlock();
  co_await waiter;
}

TEST(ConditionVariableTest, WhereNobodyWaitsANotifyIsForNothing) {
  std::vector<int> woken;
  EXPECT_TRUE(Simulation().Run(NotifyNobody, &woken).ok());
}

// The one that is notified goes on when the notifier gives the mutex back.
Task<> NotifyAndKeep(std::vector<int>* woken) {
  ConditionVariable condition;
  JoinHandle<> waiter = Spawn(WaitThenNote, std::ref(condition), 1, woken);
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await condition.Lock();
  condition.NotifyOne();
  co_await Sleep(absl::Seconds(1));
  woken->push_back(2);
  guard.Unlock();
  co_await waiter;
}

TEST(ConditionVariableTest, WhoIsNotifiedWaitsForTheMutex) {
  std::vector<int> woken;
  EXPECT_TRUE(Simulation().Run(NotifyAndKeep, &woken).ok());
  EXPECT_THAT(woken, ElementsAre(2, 1));
}

// ---- Predicates -------------------------------------------------------------

Task<> CountTo(ConditionVariable& condition, int* count, int end) {
  for (int i = 0; i < end; ++i) {
    Mutex::Guard guard = co_await condition.Lock();
    ++*count;
    condition.NotifyAll();
    guard.Unlock();
    co_await Yield();
  }
}

Task<> WaitForThree() {
  ConditionVariable condition;
  int count = 0;
  int asked = 0;
  JoinHandle<> counter = Spawn(CountTo, std::ref(condition), &count, 5);
  Mutex::Guard guard = co_await condition.Lock();
  auto three_or_more = [&]() -> const char* {
    ++asked;
    return count >= 3 ? "enough" : nullptr;
  };
  const char* answer = co_await condition.WaitFor(three_or_more);
  EXPECT_STREQ(answer, "enough") << "what the predicate returned";
  EXPECT_EQ(count, 3);
  EXPECT_EQ(asked, 4);
  answer = co_await condition.WaitFor(three_or_more);
  EXPECT_EQ(asked, 5) << "that is true already: it need not wait";
  guard.Unlock();
  co_await counter;
}

TEST(ConditionVariableTest, WaitsForAPredicate) {
  EXPECT_TRUE(Simulation().Run(WaitForThree).ok());
}

struct Stock {
  Mutex mutex;
  ConditionVariable more{&mutex, "more"};
  ConditionVariable less{&mutex, "less"};
  int items = 0;
  int taken = 0;
};

Task<> Produce(Stock& stock, int count) {
  for (int i = 0; i < count; ++i) {
    Mutex::Guard guard = co_await stock.mutex.Lock();
    co_await stock.less.WaitFor([&stock] { return stock.items < 2; });
    ++stock.items;
    stock.more.NotifyOne();
  }
}

Task<> Consume(Stock& stock, int count) {
  for (int i = 0; i < count; ++i) {
    Mutex::Guard guard = co_await stock.mutex.Lock();
    co_await stock.more.WaitFor([&stock] { return stock.items > 0; });
    --stock.items;
    ++stock.taken;
    stock.less.NotifyOne();
  }
}

Task<> Trade(int* taken) {
  Stock stock;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(Spawn(Produce, std::ref(stock), 4));
    tasks.push_back(Spawn(Consume, std::ref(stock), 4));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_EQ(stock.items, 0);
  *taken = stock.taken;
}

TEST(ConditionVariableTest, SeveralMayShareAMutexUnderAThousandSchedules) {
  for (uint64_t seed = 0; seed <= 1000; ++seed) {
    RandomScheduler random;
    int taken = 0;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(Trade, &taken);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    ASSERT_EQ(taken, 12) << "seed " << seed;
  }
}

// ---- Guards -----------------------------------------------------------------

Task<> WaitWithoutGuard(ConditionVariable& condition, bool* done) {
  EXPECT_TRUE(condition.mutex().TryLock());
  co_await condition.Wait();
  EXPECT_EQ(condition.mutex().holder(), CurrentTask().id());
  condition.mutex().Unlock();
  *done = true;
}

Task<> NotifyOneWithoutGuard() {
  Mutex mutex;
  ConditionVariable condition(&mutex);
  EXPECT_EQ(&condition.mutex(), &mutex);
  bool done = false;
  JoinHandle<> waiter = Spawn(WaitWithoutGuard, std::ref(condition), &done);
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await mutex.Lock();
  condition.NotifyOne();
  guard.Unlock();
  co_await waiter;
  EXPECT_TRUE(done);
  EXPECT_FALSE(mutex.IsLocked());
}

TEST(ConditionVariableTest, TheMutexMayBeHeldWithoutAGuard) {
  EXPECT_TRUE(Simulation().Run(NotifyOneWithoutGuard).ok());
}

// ---- Reports and misuse -----------------------------------------------------

Task<> WaitInVain() {
  ConditionVariable condition("stock changed");
  Mutex::Guard guard = co_await condition.Lock();
  co_await condition.Wait();
}

TEST(ConditionVariableTest, ADeadlockNamesIt) {
  const RunResult result = Simulation().Run(WaitInVain);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]),
            "waits for ConditionVariable \"stock changed\"");
}

Task<> LeaveWaiters(std::vector<int>* woken) {
  ConditionVariable own;
  Mutex mutex;
  ConditionVariable other(&mutex);
  Spawn(WaitThenNote, std::ref(own), 1, woken);
  Spawn(WaitThenNote, std::ref(other), 2, woken);
  co_await Sleep(absl::Seconds(1));
}

// It is gone when they are cancelled, and with it the mutex: there is nothing
// to lock again.
TEST(ConditionVariableTest, MayBeWaitedForWhenTheRunEnds) {
  std::vector<int> woken;
  const RunResult result = Simulation().Run(LeaveWaiters, &woken);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_THAT(woken, ElementsAre());
}

Task<> LeaveWaiterWithoutMutex(std::vector<int>* woken) {
  ConditionVariable condition;
  Spawn(WaitThenNote, std::ref(condition), 1, woken);
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await condition.Lock();
  condition.NotifyOne();
  co_await Yield();  // the waiter waits for the mutex now
}

TEST(ConditionVariableTest, MayBeOnTheWayOutWhenTheRunEnds) {
  std::vector<int> woken;
  const RunResult result = Simulation().Run(LeaveWaiterWithoutMutex, &woken);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_THAT(woken, ElementsAre());
}

Task<> WaitWithoutLock() {
  ConditionVariable condition;
  co_await condition.Wait();
}

Task<> NotifyWithoutLock() {
  ConditionVariable condition;
  condition.NotifyOne();
  co_return;
}

Task<> NotifyWithOthersLock(ConditionVariable& condition) {
  condition.NotifyAll();
  co_return;
}

Task<> LetOtherNotify() {
  ConditionVariable condition;
  Mutex::Guard guard = co_await condition.Lock();
  co_await Spawn(NotifyWithOthersLock, std::ref(condition));
}

TEST(ConditionVariableDeathTest, IsForThoseWhoHoldTheMutex) {
  EXPECT_DEATH(Simulation().Run(WaitWithoutLock),
               "waits for a condition without holding its mutex");
  EXPECT_DEATH(Simulation().Run(NotifyWithoutLock),
               "by a task that does not hold the mutex");
  EXPECT_DEATH(Simulation().Run(LetOtherNotify),
               "by a task that does not hold the mutex");
}

}  // namespace
}  // namespace orrery
