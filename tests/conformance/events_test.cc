// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Event against asyncio.Event.

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/waiters.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<> WaitThenNote(Event& event, std::vector<int>& order, int id) {
  co_await event.Wait();
  order.push_back(id);
}

// Answers: test_locks.py EventTests.test_wait
SIM_TEST(EventTest, WaitersComeInOrderBehindOneThatNeedNotWait) {
  Event event;
  EXPECT_FALSE(event.IsSet());
  std::vector<int> order;
  JoinHandle<> t1 = Spawn(WaitThenNote, std::ref(event), std::ref(order), 1);
  JoinHandle<> t2 = Spawn(WaitThenNote, std::ref(event), std::ref(order), 2);
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());

  // The third has its turn before those whom `Set` wakes, and finds it set.
  JoinHandle<> t3 = Spawn(WaitThenNote, std::ref(event), std::ref(order), 3);
  event.Set();
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(3, 1, 2));
  EXPECT_TRUE(t1.Done());
  EXPECT_TRUE(t2.Done());
  EXPECT_TRUE(t3.Done());
}

// Answers: test_locks.py EventTests.test_wait_on_set
SIM_TEST(EventTest, OneThatIsSetIsNotWaitedFor, {.max_steps = 1}) {
  Event event;
  event.Set();
  co_await event.Wait();
  EXPECT_TRUE(event.IsSet());
}

// Answers: test_locks.py EventTests.test_wait_cancel
ANY_ORDER_SIM_TEST(EventTest, AWaiterThatIsCancelledWaitsNoMore) {
  Event event;
  std::vector<int> order;
  JoinHandle<> task = Spawn(WaitThenNote, std::ref(event), std::ref(order), 1);
  Post([&task] { task.Cancel(); });
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_EQ(CountWaiters(event), 0);
  event.Set();
  EXPECT_THAT(order, IsEmpty());
}

// Answers: test_locks.py EventTests.test_clear
SIM_TEST(EventTest, IsClearUntilSetAndAgainAfterClearing) {
  Event event;
  EXPECT_FALSE(event.IsSet());
  event.Set();
  EXPECT_TRUE(event.IsSet());
  event.Clear();
  EXPECT_FALSE(event.IsSet());
  co_return;
}

// Answers: test_locks.py EventTests.test_clear_with_waiters
SIM_TEST(EventTest, AWaiterThatWasWokenGoesOnThoughItWasClearedSince) {
  Event event;
  std::vector<int> order;
  JoinHandle<> task = Spawn(WaitThenNote, std::ref(event), std::ref(order), 1);
  co_await Yield();
  EXPECT_THAT(order, IsEmpty());
  EXPECT_EQ(CountWaiters(event), 1);

  event.Set();
  event.Clear();
  EXPECT_FALSE(event.IsSet());
  event.Set();
  event.Set();
  EXPECT_FALSE(task.Done()) << "woken, but it has yet to run";
  co_await Yield();
  EXPECT_THAT(order, ElementsAre(1)) << "once";
  EXPECT_EQ(CountWaiters(event), 0);
  EXPECT_TRUE(task.Done());
}

}  // namespace
}  // namespace orrery
