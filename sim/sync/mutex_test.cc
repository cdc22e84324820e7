// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"

#include <functional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// ---- Guards -----------------------------------------------------------------

Task<> UseGuards() {
  Mutex a;
  Mutex b;
  {
    Mutex::Guard guard = co_await a.Lock();
    EXPECT_TRUE(a.IsLocked());
    Mutex::Guard moved = std::move(guard);
    EXPECT_TRUE(a.IsLocked());
    guard.Unlock();
    EXPECT_TRUE(a.IsLocked()) << "a guard that was moved from holds nothing";
    moved.Unlock();
    EXPECT_FALSE(a.IsLocked());
    moved.Unlock();
    EXPECT_FALSE(a.IsLocked()) << "the second time does nothing";
    moved = co_await b.Lock();
    EXPECT_TRUE(b.IsLocked());
    moved = co_await a.Lock();
    EXPECT_FALSE(b.IsLocked()) << "what a guard held is given back";
    Mutex::Guard& alias = moved;
    moved = std::move(alias);
    EXPECT_TRUE(a.IsLocked());
  }
  EXPECT_FALSE(a.IsLocked()) << "given back at the end of the block";
}

Task<> DetachGuard() {
  Mutex mutex;
  {
    Mutex::Guard guard = co_await mutex.Lock();
    EXPECT_TRUE(guard);
    guard.Detach();
    EXPECT_FALSE(guard);
    guard.Unlock();
  }
  EXPECT_TRUE(mutex.IsLocked()) << "that is up to the caller now";
  mutex.Unlock();
  EXPECT_FALSE(mutex.IsLocked());
}

TEST(MutexTest, AGuardCanLetGoWithoutGivingItBack) {
  EXPECT_TRUE(Simulation().Run(DetachGuard).ok());
}

TEST(MutexTest, AGuardGivesItBackOnce) {
  const RunResult result = Simulation().Run(UseGuards);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1) << "without contention nothing suspends";
}

Task<> ThrowHolding(Mutex& mutex) {
  Mutex::Guard guard = co_await mutex.Lock();
  throw 1;
}

Task<> CatchAndLock() {
  Mutex mutex;
  try {
    co_await ThrowHolding(mutex);
  } catch (int) {
  }
  EXPECT_FALSE(mutex.IsLocked());
}

TEST(MutexTest, AnExceptionGivesItBack) {
  EXPECT_TRUE(Simulation().Run(CatchAndLock).ok());
}

// ---- Trying -----------------------------------------------------------------

Task<> HoldUntil(Mutex& mutex, Event& release) {
  Mutex::Guard guard = co_await mutex.Lock();
  co_await release.Wait();
}

Task<> TryBoth() {
  Mutex mutex;
  Event release;
  EXPECT_TRUE(mutex.TryLock());
  EXPECT_FALSE(mutex.TryLock()) << "also for the one that holds it";
  mutex.Unlock();
  JoinHandle<> holder = Spawn(HoldUntil, std::ref(mutex), std::ref(release));
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(mutex.TryLock());
  release.Set();
  co_await holder;
  EXPECT_TRUE(mutex.TryLock());
  mutex.Unlock();
}

TEST(MutexTest, TryingTakesItOnlyIfItIsFree) {
  EXPECT_TRUE(Simulation().Run(TryBoth).ok());
}

Task<> LockAndNote(Mutex& mutex, std::vector<int>* order, int id) {
  Mutex::Guard guard = co_await mutex.Lock();
  order->push_back(id);
}

// Between the giving back and the waiter's step nobody has the mutex, and
// nobody but the waiter can get it.
Task<> TryToBarge(std::vector<int>* order) {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  JoinHandle<> waiter = Spawn(LockAndNote, std::ref(mutex), order, 1);
  co_await Sleep(absl::Seconds(1));
  guard.Unlock();
  EXPECT_FALSE(mutex.IsLocked());
  EXPECT_FALSE(mutex.TryLock());
  guard = co_await mutex.Lock();
  order->push_back(2);
  guard.Unlock();
  co_await waiter;
}

TEST(MutexTest, NobodyBargesIn) {
  for (uint64_t seed = 0; seed <= 200; ++seed) {
    RandomScheduler random;
    std::vector<int> order;
    EXPECT_TRUE(Simulation({.seed = Seed(seed),
                            .scheduler = seed == 0 ? nullptr : &random})
                    .Run(TryToBarge, &order)
                    .ok());
    EXPECT_THAT(order, ElementsAre(1, 2));
  }
}

Task<> StandInLine(std::vector<int>* order) {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  std::vector<JoinHandle<>> waiters;
  for (int i = 0; i < 20; ++i) {
    waiters.push_back(Spawn(LockAndNote, std::ref(mutex), order, i));
    co_await Sleep(absl::Seconds(1));  // it waits before the next one comes
  }
  guard.Unlock();
  for (const JoinHandle<>& waiter : waiters) co_await waiter;
}

TEST(MutexTest, UnderAnyPolicyWaitersGetItInTheOrderTheyCame) {
  std::vector<int> expected;
  for (int i = 0; i < 20; ++i) expected.push_back(i);
  for (uint64_t seed = 0; seed <= 100; ++seed) {
    RandomScheduler random;
    std::vector<int> order;
    EXPECT_TRUE(Simulation({.seed = Seed(seed),
                            .scheduler = seed == 0 ? nullptr : &random})
                    .Run(StandInLine, &order)
                    .ok());
    EXPECT_EQ(order, expected) << "seed " << seed;
  }
}

// ---- Mutual exclusion -------------------------------------------------------

struct Account {
  Mutex mutex{"account"};
  Shared<int> balance{0, "balance"};
  int inside = 0;
};

Task<> Deposit(Account& account, int times) {
  for (int i = 0; i < times; ++i) {
    Mutex::Guard guard = co_await account.mutex.Lock();
    EXPECT_EQ(++account.inside, 1) << "alone";
    const int seen = co_await account.balance.Read();
    co_await Yield();
    co_await account.balance.Write(seen + 1);
    EXPECT_EQ(--account.inside, 0);
  }
}

Task<> DepositTogether(int* total) {
  Account account;
  std::vector<JoinHandle<>> workers;
  for (int i = 0; i < 4; ++i) {
    workers.push_back(Spawn(Deposit, std::ref(account), 3));
  }
  for (const JoinHandle<>& worker : workers) co_await worker;
  EXPECT_FALSE(account.mutex.IsLocked());
  *total = account.balance.Peek();
}

TEST(MutexTest, OneAtATimeUnderAThousandSchedules) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    int total = 0;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &random})
            .Run(DepositTogether, &total);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    ASSERT_EQ(total, 12) << "seed " << seed;
  }
}

// ---- Reports and misuse -----------------------------------------------------

Task<> LockTwice() {
  Mutex mutex("state");
  Mutex::Guard first = co_await mutex.Lock();
  Mutex::Guard second = co_await mutex.Lock();
}

TEST(MutexTest, LockingWhatOneHoldsIsADeadlockWithOneself) {
  const RunResult result = Simulation().Run(LockTwice);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]),
            "waits for Mutex \"state\" held by main#1");
}

Task<> TakeAndForget(Mutex& mutex) {
  EXPECT_TRUE(mutex.TryLock());
  co_return;
}

Task<> LockWhatWasForgotten() {
  Mutex mutex("state");
  Spawn("forgetful", TakeAndForget, std::ref(mutex));
  co_await Sleep(absl::Seconds(1));
  // Whoever comes after it is not blamed.
  Event never;
  Spawn("innocent", HoldUntil, std::ref(mutex), std::ref(never));
  Mutex::Guard guard = co_await mutex.Lock();
}

TEST(MutexTest, ADeadlockNamesAHolderThatIsOver) {
  const RunResult result = Simulation().Run(LockWhatWasForgotten);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]),
            "waits for Mutex \"state\" held by forgetful#2, which is over");
  EXPECT_EQ(result.tasks[1].held_by, "forgetful#2, which is over");
}

Task<> LeaveWaiter(std::vector<int>* order) {
  {
    Mutex mutex("short-lived");
    EXPECT_TRUE(mutex.TryLock());
    Spawn("waiter", LockAndNote, std::ref(mutex), order, 1);
    co_await Yield();
  }
  co_await Sleep(absl::InfiniteDuration());
}

TEST(MutexTest, ADeadlockSaysThatTheMutexIsGone) {
  std::vector<int> order;
  const RunResult result = Simulation().Run(LeaveWaiter, &order);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for mutex, which is gone");
  EXPECT_EQ(result.tasks[1].held_by, "");
}

Task<> LeaveHeldAndAwaited() {
  Mutex mutex;
  Event never;
  std::vector<int> order;
  Spawn(HoldUntil, std::ref(mutex), std::ref(never));
  for (int i = 0; i < 3; ++i) Spawn(LockAndNote, std::ref(mutex), &order, i);
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(mutex.IsLocked());
}

// The mutex is gone when the others are cancelled: their guards hold nothing.
TEST(MutexTest, MayBeHeldAndWaitedForWhenTheRunEnds) {
  EXPECT_TRUE(Simulation().Run(LeaveHeldAndAwaited).ok());
}

Task<> UnlockOfOther(Mutex& mutex) {
  mutex.Unlock();
  co_return;
}

Task<> LetOtherUnlock() {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  co_await Spawn(UnlockOfOther, std::ref(mutex));
}

Task<> UnlockWhatIsFree() {
  Mutex mutex;
  mutex.Unlock();
  co_return;
}

Task<> UnlockGuard(Mutex::Guard guard) {
  guard.Unlock();
  co_return;
}

Task<> GiveGuardAway() {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  JoinHandle<> keeper = Spawn(UnlockGuard, std::move(guard));
  co_await keeper;
}

Task<> LockInCallback() {
  Mutex mutex;
  Post([&mutex] { mutex.TryLock(); });
  co_await Sleep(absl::Seconds(1));
}

TEST(MutexDeathTest, OnlyTheTaskThatHoldsItGivesItBack) {
  constexpr char kMessage[] =
      "Mutex::Unlock\\(\\) was called by a task that does not hold the mutex";
  EXPECT_DEATH(Simulation().Run(LetOtherUnlock), kMessage);
  EXPECT_DEATH(Simulation().Run(UnlockWhatIsFree), kMessage);
  EXPECT_DEATH(Simulation().Run(GiveGuardAway), kMessage);
}

Task<> UnlockInCallback() {
  Mutex mutex;
  Post([&mutex] { mutex.Unlock(); });
  co_await Sleep(absl::Seconds(1));
}

TEST(MutexDeathTest, BelongsToATaskNotToACallback) {
  EXPECT_DEATH(Simulation().Run(LockInCallback),
               "Mutex::TryLock\\(\\) was called outside of a task");
  EXPECT_DEATH(Simulation().Run(UnlockInCallback), "does not hold the mutex");
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Mutex mutex;
  EXPECT_DEATH(mutex.Unlock(), "does not hold the mutex")
      << "it is free, and nobody runs";
}

}  // namespace
}  // namespace orrery
