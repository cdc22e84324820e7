// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Semaphore and BoundedSemaphore against asyncio's.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/bounded_semaphore.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/awaitable.h"
#include "orrery/tests/conformance/waiters.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<> Acquire(Semaphore& semaphore) { co_await semaphore.Acquire(); }

Task<> AcquireAndNote(Semaphore& semaphore, std::vector<int>& order, int id) {
  co_await semaphore.Acquire();
  order.push_back(id);
}

// ---- What it is -------------------------------------------------------------

// Answers: test_locks.py SemaphoreTests.test_initial_value_zero
SIM_TEST(SemaphoreTest, WithNoUnitsItIsLocked) {
  Semaphore semaphore(0);
  EXPECT_TRUE(semaphore.IsLocked());
  EXPECT_FALSE(semaphore.TryAcquire());
  co_return;
}

// Answers: test_locks.py SemaphoreTests.test_semaphore_value
TEST(SemaphoreDeathTest, ANegativeNumberOfUnitsIsAnError) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(Semaphore(-1), "cannot have fewer than 0 units");
}

// Answers: test_locks.py SemaphoreTests.test_semaphore
SIM_TEST(SemaphoreTest, HasOneUnitAndIsNotAwaitedItself) {
  Semaphore semaphore;
  EXPECT_EQ(semaphore.Available(), 1);
  EXPECT_FALSE(CanBeAwaited<Semaphore&>) << "what is awaited is its Acquire()";
  EXPECT_TRUE(CanBeAwaited<Semaphore::AcquireAwaiter>);
  EXPECT_FALSE(semaphore.IsLocked());
  co_return;
}

// A `with` statement that forgets to say what it waits for.
// Answers: test_locks.py LockTests.test_lock_by_with_statement
SIM_TEST(SemaphoreTest, NothingThatLocksIsAwaitedItself) {
  EXPECT_FALSE(CanBeAwaited<Mutex&>);
  EXPECT_FALSE(CanBeAwaited<ConditionVariable&>);
  EXPECT_FALSE(CanBeAwaited<Semaphore&>);
  EXPECT_FALSE(CanBeAwaited<BoundedSemaphore&>);
  ConditionVariable condition;
  BoundedSemaphore bounded;
  co_await Sleep(absl::Milliseconds(10));
  EXPECT_FALSE(condition.mutex().IsLocked());
  EXPECT_FALSE(bounded.IsLocked());
}

// Answers: test_locks.py SemaphoreTests.test_release_not_acquired
SIM_TEST(BoundedSemaphoreTest, ReleasingMoreThanThereWereIsAnError) {
  BoundedSemaphore semaphore;
  EXPECT_THROW(semaphore.Release(), InvalidStateError);
  EXPECT_EQ(semaphore.Available(), 1);
  co_return;
}

// Answers: test_locks.py SemaphoreTests.test_release_no_waiters
SIM_TEST(SemaphoreTest, AUnitThatIsReleasedIsThereAgain, {.max_steps = 1}) {
  Semaphore semaphore;
  co_await semaphore.Acquire();
  EXPECT_TRUE(semaphore.IsLocked());
  semaphore.Release();
  EXPECT_FALSE(semaphore.IsLocked());
}

// Answers: test_locks.py SemaphoreTests.test_acquire
SIM_TEST(SemaphoreTest, UnitsGoToThoseWhoWaitedLongest) {
  Semaphore semaphore(3);
  std::vector<int> order;
  co_await semaphore.Acquire();
  co_await semaphore.Acquire();
  EXPECT_FALSE(semaphore.IsLocked());

  std::vector<JoinHandle<>> tasks;
  for (int id : {1, 2, 3}) {
    tasks.push_back(
        Spawn(AcquireAndNote, std::ref(semaphore), std::ref(order), id));
  }
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1));
  EXPECT_TRUE(semaphore.IsLocked());
  EXPECT_EQ(CountWaiters(semaphore), 2);
  EXPECT_EQ(semaphore.Available(), 0);

  tasks.push_back(
      Spawn(AcquireAndNote, std::ref(semaphore), std::ref(order), 4));
  semaphore.Release();
  semaphore.Release();
  EXPECT_EQ(semaphore.Available(), 0) << "both are on their way";
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  EXPECT_TRUE(semaphore.IsLocked());
  EXPECT_EQ(CountWaiters(semaphore), 1);
  EXPECT_EQ(semaphore.Available(), 0);
  EXPECT_TRUE(tasks[0].Done());
  EXPECT_FALSE(tasks[3].Done());

  semaphore.Release();
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
}

// ---- Cancelled --------------------------------------------------------------

// Answers: test_locks.py SemaphoreTests.test_acquire_cancel
ANY_ORDER_SIM_TEST(SemaphoreCancelTest, AWaiterThatIsCancelledWaitsNoMore) {
  Semaphore semaphore;
  co_await semaphore.Acquire();
  JoinHandle<> task = Spawn(Acquire, std::ref(semaphore));
  Post([&task] { task.Cancel(); });
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_EQ(CountWaiters(semaphore), 0);
  semaphore.Release();
  EXPECT_FALSE(semaphore.IsLocked());
}

// Answers: test_locks.py SemaphoreTests.test_acquire_cancel_before_awoken
SIM_TEST(SemaphoreCancelTest, AUnitPassesOverWaitersThatWereCancelled) {
  Semaphore semaphore(0);
  JoinHandle<> t1 = Spawn(Acquire, std::ref(semaphore));
  JoinHandle<> t2 = Spawn(Acquire, std::ref(semaphore));
  JoinHandle<> t3 = Spawn(Acquire, std::ref(semaphore));
  JoinHandle<> t4 = Spawn(Acquire, std::ref(semaphore));
  co_await Yield();
  t1.Cancel();
  t2.Cancel();
  semaphore.Release();
  co_await Yield();
  co_await Yield();
  EXPECT_TRUE(t3.Done());
  EXPECT_FALSE(t3.Cancelled());
  EXPECT_FALSE(t4.Done());
  EXPECT_FALSE(t3.Cancel()) << "it is over";
  t4.Cancel();
  co_await Yield();
  EXPECT_TRUE(t4.Cancelled());
}

// Answers: test_locks.py SemaphoreTests.test_acquire_hang
SIM_TEST(SemaphoreCancelTest, AUnitReleasedBehindACancelReachesTheNext) {
  Semaphore semaphore(0);
  JoinHandle<> t1 = Spawn(Acquire, std::ref(semaphore));
  JoinHandle<> t2 = Spawn(Acquire, std::ref(semaphore));
  co_await Yield();
  t1.Cancel();
  semaphore.Release();
  co_await Yield();
  co_await Yield();
  EXPECT_TRUE(semaphore.IsLocked());
  EXPECT_TRUE(t2.Done());
}

Task<> YieldWithUnitThenCancel(Semaphore& semaphore,
                               const JoinHandle<>& other) {
  {
    Semaphore::Guard unit = co_await semaphore.AcquireScoped();
    co_await Yield();
  }
  other.Cancel();
}

Task<> NeverGetUnit(Semaphore& semaphore) {
  Semaphore::Guard unit = co_await semaphore.AcquireScoped();
  ADD_FAILURE() << "it was cancelled";
}

// The second task is cancelled in the step in which it is given the unit.
// Answers: test_locks.py SemaphoreTests.test_acquire_no_hang
SIM_TEST(SemaphoreCancelTest, AWaiterCancelledWithItsUnitGivesItBack) {
  Semaphore semaphore(1);
  JoinHandle<> t2;
  JoinHandle<> t1 =
      Spawn(YieldWithUnitThenCancel, std::ref(semaphore), std::cref(t2));
  t2 = Spawn(NeverGetUnit, std::ref(semaphore));
  co_await t1;
  EXPECT_THROW(co_await t2, Cancelled);
  co_await WithTimeout(absl::Seconds(1), Acquire(semaphore));
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// ---- First in, first out ----------------------------------------------------

Task<> AcquireTwice(Semaphore& semaphore, std::string name,
                    std::vector<std::string>& order) {
  for (int round : {1, 2}) {
    co_await semaphore.Acquire();
    order.push_back(absl::StrCat(name, round));
    co_await Sleep(absl::Milliseconds(10));
    semaphore.Release();
  }
}

// Answers: test_locks.py SemaphoreTests.test_acquire_fifo_order
SIM_TEST(SemaphoreOrderTest, WhoComesBackStandsBehindThoseWhoWait) {
  Semaphore semaphore(1);
  std::vector<std::string> order;
  std::vector<JoinHandle<>> tasks;
  for (const char* name : {"a", "b", "c"}) {
    tasks.push_back(
        Spawn(AcquireTwice, std::ref(semaphore), name, std::ref(order)));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(order, ElementsAre("a1", "b1", "c1", "a2", "b2", "c2"));
  EXPECT_EQ(Elapsed(), absl::Milliseconds(60));
}

// Whoever comes first: all have a turn before anyone has two, and the second
// turns come in the order of the first.
ANY_ORDER_SIM_TEST(SemaphoreTurnsTest, EveryoneHasAsManyTurns) {
  Semaphore semaphore(1);
  std::vector<std::string> order;
  std::vector<JoinHandle<>> tasks;
  for (const char* name : {"a", "b", "c"}) {
    tasks.push_back(
        Spawn(AcquireTwice, std::ref(semaphore), name, std::ref(order)));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_EQ(order.size(), 6);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(order[i][1], '1');
    EXPECT_EQ(order[i + 3], absl::StrCat(order[i].substr(0, 1), 2));
  }
  EXPECT_EQ(Elapsed(), absl::Milliseconds(60));
}

Task<> AcquirePassOnAndAcquire(Semaphore& semaphore, std::vector<int>& order) {
  co_await semaphore.Acquire();
  order.push_back(2);
  semaphore.Release();
  co_await semaphore.Acquire();
  order.push_back(4);
}

// Answers: test_locks.py SemaphoreTests.test_acquire_fifo_order_2
SIM_TEST(SemaphoreOrderTest, AUnitJustReleasedIsNotTakenBackPastAWaiter) {
  Semaphore semaphore(1);
  std::vector<int> order;
  std::vector<JoinHandle<>> tasks;
  tasks.push_back(
      Spawn(AcquireAndNote, std::ref(semaphore), std::ref(order), 1));
  tasks.push_back(
      Spawn(AcquirePassOnAndAcquire, std::ref(semaphore), std::ref(order)));
  tasks.push_back(
      Spawn(AcquireAndNote, std::ref(semaphore), std::ref(order), 3));
  co_await Yield();
  semaphore.Release();
  semaphore.Release();
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
}

// Answers: test_locks.py SemaphoreTests.test_acquire_fifo_order_3
SIM_TEST(SemaphoreOrderTest, TheOthersMoveUpWhenOneIsCancelled) {
  Semaphore semaphore(0);
  std::vector<int> order;
  std::vector<JoinHandle<>> tasks;
  for (int id : {1, 2, 3}) {
    tasks.push_back(
        Spawn(AcquireAndNote, std::ref(semaphore), std::ref(order), id));
  }
  co_await Yield();
  tasks[0].Cancel();
  co_await Yield();
  semaphore.Release();
  semaphore.Release();
  EXPECT_THROW(co_await tasks[0], Cancelled);
  co_await tasks[1];
  co_await tasks[2];
  EXPECT_THAT(order, ElementsAre(2, 3));
}

Task<> Note(std::vector<int>& order, int id) {
  order.push_back(id);
  co_return;
}

// Waits first, and when it is through starts a fourth task.
Task<> AcquireAndSpawn(Semaphore& semaphore, std::vector<int>& order,
                       JoinHandle<>& fourth) {
  EXPECT_EQ(semaphore.Available(), 0);
  co_await semaphore.Acquire();
  EXPECT_EQ(semaphore.Available(), 0) << "the two others have theirs already";
  fourth = Spawn(Note, std::ref(order), 4);
  order.push_back(1);
}

Task<> ReleaseThreeAndAcquire(Semaphore& semaphore, std::vector<int>& order) {
  for (int i = 0; i < 3; ++i) semaphore.Release();
  EXPECT_EQ(semaphore.Available(), 2);
  EXPECT_TRUE(semaphore.IsLocked()) << "the first has not run yet";
  co_await semaphore.Acquire();
  order.push_back(2);
}

Task<> AcquireLast(Semaphore& semaphore, std::vector<int>& order) {
  co_await semaphore.Acquire();
  EXPECT_TRUE(semaphore.IsLocked());
  order.push_back(3);
}

// One that gets through wakes all who had to stand behind it.
// Answers: test_locks.py SemaphoreTests.test_acquire_fifo_order_4
SIM_TEST(SemaphoreOrderTest, OneThatGetsThroughLetsAllGoForWhomThereAreUnits) {
  Semaphore semaphore(0);
  std::vector<int> order;
  JoinHandle<> t4;
  JoinHandle<> t1 = Spawn(AcquireAndSpawn, std::ref(semaphore), std::ref(order),
                          std::ref(t4));
  JoinHandle<> t2 =
      Spawn(ReleaseThreeAndAcquire, std::ref(semaphore), std::ref(order));
  JoinHandle<> t3 = Spawn(AcquireLast, std::ref(semaphore), std::ref(order));
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());
  EXPECT_EQ(semaphore.Available(), 2);
  EXPECT_EQ(CountWaiters(semaphore), 2) << "beside the first, which was woken";
  co_await Yield();
  co_await t1;
  co_await t2;
  co_await t3;
  co_await t4;
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace orrery
