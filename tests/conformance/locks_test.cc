// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Mutex against asyncio.Lock. In asyncio anybody may release a lock; a Mutex is
// given back by the task that holds it, so here tasks that are to keep it wait
// for an Event before they do.

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/future.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/awaitable.h"
#include "orrery/tests/conformance/waiters.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<> LockOnce(Mutex& mutex) { Mutex::Guard guard = co_await mutex.Lock(); }

// Says when it has the mutex, and keeps it until `release` is set.
Task<> Keep(Mutex& mutex, Event& release, std::vector<int>& order, int id) {
  Mutex::Guard guard = co_await mutex.Lock();
  order.push_back(id);
  co_await release.Wait();
}

// Answers: test_locks.py LockTests.test_lock
SIM_TEST(MutexTest, IsNotAwaitedItself) {
  Mutex mutex;
  EXPECT_FALSE(CanBeAwaited<Mutex&>) << "what is awaited is its Lock()";
  EXPECT_TRUE(CanBeAwaited<Mutex::LockAwaiter>);
  EXPECT_FALSE(mutex.IsLocked());
  co_return;
}

// Answers: test_locks.py LockTests.test_acquire
SIM_TEST(MutexTest, IsHandedFromOneWaiterToTheNext) {
  Mutex mutex;
  Event first, second, third;
  std::vector<int> order;
  Mutex::Guard guard = co_await mutex.Lock();
  JoinHandle<> t1 =
      Spawn(Keep, std::ref(mutex), std::ref(first), std::ref(order), 1);
  JoinHandle<> t2 =
      Spawn(Keep, std::ref(mutex), std::ref(second), std::ref(order), 2);
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());
  EXPECT_EQ(CountWaiters(mutex), 2);

  guard.Unlock();
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1));
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1)) << "the first one has it";

  JoinHandle<> t3 =
      Spawn(Keep, std::ref(mutex), std::ref(third), std::ref(order), 3);
  first.Set();
  co_await Yield();  // the first one gives it back
  EXPECT_TRUE(t1.Done());
  EXPECT_THAT(order, ElementsAre(1));
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1, 2));

  second.Set();
  co_await Yield();
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_TRUE(t2.Done());
  third.Set();
  co_await Yield();
  EXPECT_TRUE(t3.Done());
  EXPECT_FALSE(mutex.IsLocked());
}

// Answers: test_locks.py LockTests.test_acquire_cancel
ANY_ORDER_SIM_TEST(MutexTest, AWaiterThatIsCancelledWaitsNoMore) {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  JoinHandle<> task = Spawn(LockOnce, std::ref(mutex));
  Post([&task] { task.Cancel(); });
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_EQ(CountWaiters(mutex), 0);
  guard.Unlock();
  EXPECT_TRUE(mutex.TryLock()) << "nobody is in the way";
  mutex.Unlock();
}

Task<> LockUntil(Mutex& mutex, Future<> blocker) {
  Mutex::Guard guard = co_await mutex.Lock();
  if (blocker) co_await blocker;
}

// The waiter at the head of the line is cancelled in the very instant in which
// the mutex becomes free.
// Answers: test_locks.py LockTests.test_cancel_race
SIM_TEST(MutexTest, ACancelledWaiterIsPassedOver) {
  Mutex mutex;
  Promise<> blocker;
  JoinHandle<> a = Spawn(LockUntil, std::ref(mutex), blocker.GetFuture());
  co_await Yield();
  EXPECT_TRUE(mutex.IsLocked());
  JoinHandle<> b = Spawn(LockUntil, std::ref(mutex), Future<>());
  co_await Yield();
  EXPECT_EQ(CountWaiters(mutex), 1);
  JoinHandle<> c = Spawn(LockUntil, std::ref(mutex), Future<>());
  co_await Yield();
  EXPECT_EQ(CountWaiters(mutex), 2);

  blocker.Set();
  b.Cancel();
  EXPECT_EQ(CountWaiters(mutex), 1) << "only c; b has yet to be told";
  co_await Yield();
  EXPECT_FALSE(mutex.IsLocked()) << "on its way from a to c";
  EXPECT_TRUE(a.Done());
  EXPECT_TRUE(b.Cancelled());
  co_await c;
}

struct Counts {
  int calls = 0;
  int locks = 0;
};

Task<> CountAndKeep(Mutex& mutex, Event& release, Counts& counts) {
  ++counts.calls;
  Mutex::Guard guard = co_await mutex.Lock();
  ++counts.locks;
  co_await release.Wait();
}

// Answers: test_locks.py LockTests.test_cancel_release_race
SIM_TEST(MutexTest, CancellingAndUnlockingInOneStepHandsItToOneTaskOnly) {
  Mutex mutex;
  Event release;
  Counts counts;
  Mutex::Guard guard = co_await mutex.Lock();
  JoinHandle<> t1 =
      Spawn(CountAndKeep, std::ref(mutex), std::ref(release), std::ref(counts));
  JoinHandle<> t2 =
      Spawn(CountAndKeep, std::ref(mutex), std::ref(release), std::ref(counts));
  JoinHandle<> t3 =
      Spawn(CountAndKeep, std::ref(mutex), std::ref(release), std::ref(counts));
  co_await Yield();
  t1.Cancel();
  guard.Unlock();
  EXPECT_THROW(co_await t1, Cancelled);
  EXPECT_EQ(counts.locks, 1);
  EXPECT_EQ(counts.calls, 3);
  EXPECT_TRUE(t1.Cancelled());
  EXPECT_EQ(mutex.holder(), t2.id()) << "it comes next";
  t3.Cancel();
  co_await Yield();
  EXPECT_TRUE(t3.Cancelled());
  release.Set();
  co_await t2;
}

// The waiter is cancelled first, and then nobody is woken in its place: it must
// not take the wake-up with it.
// Answers: test_locks.py LockTests.test_finished_waiter_cancelled
SIM_TEST(MutexTest, ANewcomerTakesItWhenAllWhoWaitAreCancelled) {
  Mutex mutex;
  Event release;
  std::vector<int> order;
  Mutex::Guard guard = co_await mutex.Lock();
  EXPECT_TRUE(mutex.IsLocked());
  JoinHandle<> b = Spawn(LockOnce, std::ref(mutex));
  co_await Yield();
  EXPECT_EQ(CountWaiters(mutex), 1);
  JoinHandle<> c =
      Spawn(Keep, std::ref(mutex), std::ref(release), std::ref(order), 1);
  b.Cancel();
  guard.Unlock();
  co_await Yield();
  EXPECT_TRUE(mutex.IsLocked());
  EXPECT_TRUE(b.Cancelled());
  EXPECT_THAT(order, ElementsAre(1));
  release.Set();
  co_await c;
}

Task<> UnlockWhatIsFree() {
  Mutex mutex;
  mutex.Unlock();
  co_return;
}

// Answers: test_locks.py LockTests.test_release_not_acquired
TEST(MutexDeathTest, UnlockingWhatNobodyHoldsIsAnError) {
  EXPECT_DEATH(Simulation().Run(UnlockWhatIsFree), "does not hold the mutex");
}

// Answers: test_locks.py LockTests.test_release_no_waiters
SIM_TEST(MutexTest, IsFreeAfterUnlockingIfNobodyWaits) {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  EXPECT_TRUE(mutex.IsLocked());
  guard.Unlock();
  EXPECT_FALSE(mutex.IsLocked());
}

// Answers: test_locks.py LockTests.test_context_manager
SIM_TEST(MutexTest, IsHeldAsLongAsTheGuardLives) {
  Mutex mutex;
  EXPECT_FALSE(mutex.IsLocked());
  {
    Mutex::Guard guard = co_await mutex.Lock();
    EXPECT_TRUE(mutex.IsLocked());
  }
  EXPECT_FALSE(mutex.IsLocked());
}

}  // namespace
}  // namespace orrery
