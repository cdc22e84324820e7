// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// ConditionVariable against asyncio.Condition: waiting and notifying. As with
// Mutex, a task that is to keep the mutex waits for an Event before it gives it
// back.

#include <functional>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

// ---- Waiting ----------------------------------------------------------------

struct Shop {
  ConditionVariable changed;
  Event release[3];
  std::vector<int> order;
};

// Waits, notes that it was notified and keeps the mutex until it is released.
// It notifies `notifies` others then.
Task<> WaitAndKeep(Shop& shop, int id, int notifies) {
  Mutex::Guard guard = co_await shop.changed.Lock();
  co_await shop.changed.Wait();
  shop.order.push_back(id);
  co_await shop.release[id - 1].Wait();
  shop.changed.Notify(notifies);
}

// Answers: test_locks.py ConditionTests.test_wait
SIM_TEST(ConditionTest, TheNotifiedGoOnOneByOneAsTheMutexBecomesFree) {
  Shop shop;
  const Mutex& mutex = shop.changed.mutex();
  JoinHandle<> t1 = Spawn(WaitAndKeep, std::ref(shop), 1, 2);
  JoinHandle<> t2 = Spawn(WaitAndKeep, std::ref(shop), 2, 0);
  JoinHandle<> t3 = Spawn(WaitAndKeep, std::ref(shop), 3, 0);
  co_await Yield();
  EXPECT_THAT(shop.order, IsEmpty());
  EXPECT_FALSE(mutex.IsLocked()) << "those who wait do not hold it";

  Mutex::Guard guard = co_await shop.changed.Lock();
  shop.changed.NotifyOne();
  co_await Yield();
  EXPECT_THAT(shop.order, IsEmpty()) << "notified, but the mutex is held";
  EXPECT_TRUE(mutex.IsLocked());
  guard.Unlock();
  co_await Yield();
  EXPECT_THAT(shop.order, ElementsAre(1));
  EXPECT_EQ(mutex.holder(), t1.id());

  shop.release[0].Set();  // it notifies the two others
  co_await Yield();
  EXPECT_TRUE(t1.Done());
  EXPECT_THAT(shop.order, ElementsAre(1));
  co_await Yield();
  EXPECT_THAT(shop.order, ElementsAre(1, 2));
  EXPECT_EQ(mutex.holder(), t2.id());

  shop.release[1].Set();
  co_await Yield();
  EXPECT_TRUE(t2.Done());
  EXPECT_THAT(shop.order, ElementsAre(1, 2));
  co_await Yield();
  EXPECT_THAT(shop.order, ElementsAre(1, 2, 3));
  EXPECT_EQ(mutex.holder(), t3.id());
  shop.release[2].Set();
  co_await t3;
}

Task<> WaitFor(ConditionVariable& changed, const bool& flag,
               std::vector<int>& order, int id) {
  Mutex::Guard guard = co_await changed.Lock();
  EXPECT_TRUE(co_await changed.WaitFor([&flag] { return flag; }));
  order.push_back(id);
}

// Answers: test_locks.py ConditionTests.test_wait_for
SIM_TEST(ConditionTest, WaitForGoesOnWaitingUntilThePredicateHolds) {
  ConditionVariable changed;
  bool flag = false;
  std::vector<int> order;
  JoinHandle<> task =
      Spawn(WaitFor, std::ref(changed), std::cref(flag), std::ref(order), 1);
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());
  {
    Mutex::Guard guard = co_await changed.Lock();
    changed.NotifyOne();
  }
  co_await Yield();
  EXPECT_THAT(order, IsEmpty()) << "notified, but the predicate is false";
  flag = true;
  {
    Mutex::Guard guard = co_await changed.Lock();
    changed.NotifyOne();
  }
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1));
  EXPECT_TRUE(task.Done());
}

Task<> WaitWithoutLocking() {
  ConditionVariable changed;
  co_await changed.Wait();
}

// Answers: test_locks.py ConditionTests.test_wait_unacquired
TEST(ConditionDeathTest, WaitingWithoutTheMutexIsAnError) {
  EXPECT_DEATH(Simulation().Run(WaitWithoutLocking),
               "waits for a condition without holding its mutex");
}

Task<> WaitForWithoutLocking() {
  ConditionVariable changed;
  co_await changed.WaitFor([] { return false; });
}

// Answers: test_locks.py ConditionTests.test_wait_for_unacquired
TEST(ConditionDeathTest, WaitForNeedsTheMutexOnlyIfItHasToWait) {
  EXPECT_DEATH(Simulation().Run(WaitForWithoutLocking),
               "waits for a condition without holding its mutex");
  const RunResult result = Simulation().Run([]() -> Task<> {
    ConditionVariable changed;
    const std::optional<int> item =
        co_await changed.WaitFor([] { return std::optional<int>(3); });
    EXPECT_THAT(item, Optional(3)) << "it gives what the predicate returned";
  });
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1);
}

// Answers: test_locks.py ConditionTests.test_timeout_in_block
ANY_ORDER_SIM_TEST(ConditionTest, AWaitCanTimeOutWhileTheMutexIsHeld) {
  ConditionVariable changed;
  Mutex::Guard guard = co_await changed.Lock();
  EXPECT_THROW(co_await WithTimeout(absl::Milliseconds(500), changed.Wait()),
               TimeoutError);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(500));
  EXPECT_EQ(changed.mutex().holder(), CurrentTask().id()) << "locked again";
}

// ---- Notifying --------------------------------------------------------------

Task<> WaitAndNote(ConditionVariable& changed, std::vector<int>& order,
                   int id) {
  Mutex::Guard guard = co_await changed.Lock();
  co_await changed.Wait();
  order.push_back(id);
}

// Answers: test_locks.py ConditionTests.test_notify
SIM_TEST(ConditionTest, NotifyWakesAsManyAsItSaysInTheOrderTheyCame) {
  ConditionVariable changed;
  std::vector<int> order;
  std::vector<JoinHandle<>> tasks;
  for (int id : {1, 2, 3}) {
    tasks.push_back(Spawn(WaitAndNote, std::ref(changed), std::ref(order), id));
  }
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());

  {
    Mutex::Guard guard = co_await changed.Lock();
    changed.Notify(1);
  }
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1));

  {
    Mutex::Guard guard = co_await changed.Lock();
    changed.Notify(1);
    changed.Notify(2048);  // the second one was woken already
  }
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
  for (const JoinHandle<>& task : tasks) EXPECT_TRUE(task.Done());
}

// Answers: test_locks.py ConditionTests.test_notify_all
SIM_TEST(ConditionTest, NotifyAllWakesAllInTheOrderTheyCame) {
  ConditionVariable changed;
  std::vector<int> order;
  JoinHandle<> t1 = Spawn(WaitAndNote, std::ref(changed), std::ref(order), 1);
  JoinHandle<> t2 = Spawn(WaitAndNote, std::ref(changed), std::ref(order), 2);
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());
  {
    Mutex::Guard guard = co_await changed.Lock();
    changed.NotifyAll();
  }
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1, 2));
  EXPECT_TRUE(t1.Done());
  EXPECT_TRUE(t2.Done());
}

Task<> NotifyWithoutLocking() {
  ConditionVariable changed;
  changed.NotifyOne();
  co_return;
}

// Answers: test_locks.py ConditionTests.test_notify_unacquired
TEST(ConditionDeathTest, NotifyingWithoutTheMutexIsAnError) {
  EXPECT_DEATH(Simulation().Run(NotifyWithoutLocking),
               "by a task that does not hold the mutex");
}

Task<> NotifyAllWithoutLocking() {
  ConditionVariable changed;
  changed.NotifyAll();
  co_return;
}

// Answers: test_locks.py ConditionTests.test_notify_all_unacquired
TEST(ConditionDeathTest, NotifyingAllWithoutTheMutexIsAnError) {
  EXPECT_DEATH(Simulation().Run(NotifyAllWithoutLocking),
               "by a task that does not hold the mutex");
}

// ---- Its mutex --------------------------------------------------------------

// Answers: test_locks.py ConditionTests.test_context_manager
SIM_TEST(ConditionTest, ItsMutexIsHeldAsLongAsTheGuardLives) {
  ConditionVariable changed;
  EXPECT_FALSE(changed.mutex().IsLocked());
  {
    Mutex::Guard guard = co_await changed.Lock();
    EXPECT_TRUE(changed.mutex().IsLocked());
  }
  EXPECT_FALSE(changed.mutex().IsLocked());
}

// Answers: test_locks.py ConditionTests.test_explicit_lock
SIM_TEST(ConditionTest, AMutexThatItWasGivenIsTheOneItLocks) {
  Mutex mutex;
  ConditionVariable changed(&mutex);
  ConditionVariable other(&mutex);
  EXPECT_EQ(&changed.mutex(), &mutex);
  EXPECT_EQ(&other.mutex(), &mutex);
  EXPECT_FALSE(mutex.IsLocked());
  {
    Mutex::Guard guard = co_await changed.Lock();
    EXPECT_TRUE(mutex.IsLocked());
    EXPECT_TRUE(other.mutex().IsLocked());
  }
  EXPECT_FALSE(mutex.IsLocked());
  {
    Mutex::Guard guard = co_await mutex.Lock();
    EXPECT_TRUE(changed.mutex().IsLocked());
  }
  EXPECT_FALSE(changed.mutex().IsLocked());
}

}  // namespace
}  // namespace orrery
