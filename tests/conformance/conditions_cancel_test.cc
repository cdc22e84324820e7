// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// ConditionVariable against asyncio.Condition: cancelling those who wait. They
// have the mutex again before they are told, and what they were notified of is
// not lost.

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/waiters.h"

namespace orrery {
namespace {

// What a task has seen of its wait.
struct Seen {
  bool waits = false;
  bool cancelled_with_mutex = false;
};

Task<> Wait(ConditionVariable& changed, Seen& seen) {
  Mutex::Guard guard = co_await changed.Lock();
  seen.waits = true;
  try {
    co_await changed.Wait();
  } catch (const Cancelled&) {
    seen.cancelled_with_mutex =
        changed.mutex().holder() == CurrentTask().id() && guard;
    throw;
  }
}

// Answers: test_locks.py ConditionTests.test_wait_cancel
SIM_TEST(ConditionCancelTest, AWaiterLocksAgainBeforeItIsTold) {
  ConditionVariable changed;
  Seen seen;
  JoinHandle<> task = Spawn(Wait, std::ref(changed), std::ref(seen));
  co_await Yield();
  EXPECT_EQ(CountWaiters(changed), 1);
  Post([&task] { task.Cancel(); });
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(seen.cancelled_with_mutex);
  EXPECT_EQ(CountWaiters(changed), 0);
  EXPECT_FALSE(changed.mutex().IsLocked());
}

// It was notified, and is cancelled while it waits for the mutex, which becomes
// free in the same instant.
// Answers: test_locks.py ConditionTests.test_wait_cancel_contested
SIM_TEST(ConditionCancelTest, ANotifiedWaiterLocksAgainBeforeItIsTold) {
  ConditionVariable changed;
  Seen seen;
  JoinHandle<> task = Spawn(Wait, std::ref(changed), std::ref(seen));
  co_await Yield();
  EXPECT_FALSE(changed.mutex().IsLocked());
  Mutex::Guard guard = co_await changed.Lock();
  EXPECT_TRUE(changed.mutex().IsLocked());
  changed.NotifyOne();
  Post([&task] { task.Cancel(); });
  co_await Yield();
  EXPECT_FALSE(task.Done());
  guard.Unlock();
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(seen.cancelled_with_mutex);
}

// Answers: test_locks.py ConditionTests.test_wait_cancel_after_notify
SIM_TEST(ConditionCancelTest, OneThatIsCancelledBeforeItCanLockWaitsForIt) {
  ConditionVariable changed;
  Seen seen;
  JoinHandle<> task = Spawn(Wait, std::ref(changed), std::ref(seen));
  co_await Yield();
  Mutex::Guard guard = co_await changed.Lock();
  changed.NotifyOne();
  co_await Yield();  // it wants the mutex
  EXPECT_EQ(CountWaiters(changed.mutex()), 1);
  task.Cancel();
  co_await Yield();  // it is told, and still wants it
  EXPECT_EQ(CountWaiters(changed.mutex()), 1);
  EXPECT_FALSE(task.Done());
  guard.Unlock();
  co_await Yield();
  EXPECT_TRUE(task.Cancelled());
  EXPECT_TRUE(seen.waits);
  EXPECT_TRUE(seen.cancelled_with_mutex);
}

Task<> WaitForFlag(ConditionVariable& changed, const bool& flag, Seen& seen) {
  Mutex::Guard guard = co_await changed.Lock();
  try {
    co_await changed.WaitFor([&flag] { return flag; });
  } catch (const Cancelled&) {
    seen.cancelled_with_mutex =
        changed.mutex().holder() == CurrentTask().id() && guard;
    throw;
  }
}

// Answers: test_locks.py ConditionTests.test_cancelled_error_wakeup
SIM_TEST(ConditionCancelTest, CancelledComesOutOfWaitForAsItIs) {
  ConditionVariable changed;
  bool flag = false;
  Seen seen;
  JoinHandle<> task =
      Spawn(WaitForFlag, std::ref(changed), std::cref(flag), std::ref(seen));
  co_await Yield();
  task.Cancel();
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(seen.cancelled_with_mutex);
  EXPECT_TRUE(task.Cancelled());
}

// Answers: test_locks.py ConditionTests.test_cancelled_error_re_aquire
SIM_TEST(ConditionCancelTest, CancelledComesOutOfWaitForThoughTheFlagIsSet) {
  ConditionVariable changed;
  bool flag = false;
  Seen seen;
  JoinHandle<> task =
      Spawn(WaitForFlag, std::ref(changed), std::cref(flag), std::ref(seen));
  co_await Yield();
  Mutex::Guard guard = co_await changed.Lock();
  flag = true;
  changed.NotifyOne();
  co_await Yield();
  EXPECT_EQ(CountWaiters(changed.mutex()), 1) << "it wants to lock again";
  task.Cancel();
  guard.Unlock();
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(seen.cancelled_with_mutex);
  EXPECT_TRUE(task.Cancelled());
}

// ---- A notification is not lost ---------------------------------------------

struct Stock {
  ConditionVariable changed;
  int items = 0;  // negative: closed
};

Task<> ConsumeUntilClosed(Stock& stock) {
  Mutex::Guard guard = co_await stock.changed.Lock();
  for (;;) {
    co_await stock.changed.WaitFor([&stock] { return stock.items != 0; });
    if (stock.items < 0) co_return;
    --stock.items;
  }
}

// Waits until the items are gone, as far as one hears of it: a consumer
// notifies nobody.
Task<> WaitUntilConsumed(Stock& stock) {
  try {
    co_await WithTimeout(
        absl::Milliseconds(10),
        stock.changed.WaitFor([&stock] { return stock.items == 0; }));
  } catch (const TimeoutError&) {
  }
}

// Answers: test_locks.py ConditionTests.test_cancelled_wakeup
ANY_ORDER_SIM_TEST(ConditionCancelTest,
                   OneCancelledBeforeItWakesLetsTheNextOneGo) {
  Stock stock;
  JoinHandle<> first = Spawn(ConsumeUntilClosed, std::ref(stock));
  JoinHandle<> second = Spawn(ConsumeUntilClosed, std::ref(stock));
  co_await Sleep(absl::Milliseconds(1));  // both wait
  {
    Mutex::Guard guard = co_await stock.changed.Lock();
    ++stock.items;
    stock.changed.NotifyOne();
    first.Cancel();  // woken, but it has yet to run
    co_await WaitUntilConsumed(stock);
    EXPECT_EQ(stock.items, 0);
    EXPECT_TRUE(first.Cancelled());
    stock.items = -1;
    stock.changed.NotifyAll();
  }
  co_await second;
}

// Answers: test_locks.py ConditionTests.test_cancelled_wakeup_relock
ANY_ORDER_SIM_TEST(ConditionCancelTest,
                   OneCancelledBeforeItLocksLetsTheNextOneGo) {
  Stock stock;
  JoinHandle<> first = Spawn(ConsumeUntilClosed, std::ref(stock));
  JoinHandle<> second = Spawn(ConsumeUntilClosed, std::ref(stock));
  co_await Sleep(absl::Milliseconds(1));  // both wait
  {
    Mutex::Guard guard = co_await stock.changed.Lock();
    ++stock.items;
    stock.changed.NotifyOne();
    co_await Sleep(absl::Milliseconds(1));
    EXPECT_EQ(CountWaiters(stock.changed.mutex()), 1) << "it was notified";
    first.Cancel();
    co_await WaitUntilConsumed(stock);
    EXPECT_EQ(stock.items, 0);
    EXPECT_TRUE(first.Cancelled());
    stock.items = -1;
    stock.changed.NotifyAll();
  }
  co_await second;
}

}  // namespace
}  // namespace orrery
