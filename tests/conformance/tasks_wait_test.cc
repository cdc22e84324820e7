// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: waiting for several tasks, and for some of them. Where asyncio
// gives sets, these are vectors in the order of what was given.

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/wait.h"
#include "orrery/sim/future.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Handles = std::vector<JoinHandle<>>;
using Waited = WaitResult<JoinHandle<>>;

constexpr absl::Duration Ms(int64_t milliseconds) {
  return absl::Milliseconds(milliseconds);
}

Task<> Nap(absl::Duration delay) { co_await Sleep(delay); }

Task<> FailAfter(absl::Duration delay) {
  if (delay > absl::ZeroDuration()) co_await Sleep(delay);
  throw std::domain_error("division by zero");
}

// g++ 12 takes no braced list beside a co_await.
Handles Both(const JoinHandle<>& first, const JoinHandle<>& second) {
  return {first, second};
}

Task<> YieldTimes(int times) {
  for (int i = 0; i < times; ++i) co_await Yield();
}

// ---- All --------------------------------------------------------------------

// Answers: test_tasks.py BaseTaskTests.test_wait
ANY_ORDER_SIM_TEST(WaitTest, ForAllItIsOverWithTheLast) {
  JoinHandle<> a = Spawn(Nap, Ms(100));
  JoinHandle<> b = Spawn(Nap, Ms(150));
  for (int round = 0; round < 2; ++round) {
    const Waited result = co_await Wait(Both(b, a));
    EXPECT_THAT(result.done, ElementsAre(b, a));
    EXPECT_THAT(result.pending, IsEmpty());
    EXPECT_EQ(Elapsed(), Ms(150)) << "the second time takes none";
  }
}

// Answers: test_tasks.py BaseTaskTests.test_wait_with_exception
ANY_ORDER_SIM_TEST(WaitTest, ForAllAnErrorIsLeftInItsTask) {
  JoinHandle<> a = Spawn(Nap, Ms(100));
  JoinHandle<> b = Spawn(FailAfter, Ms(150));
  for (int round = 0; round < 2; ++round) {
    const Waited result = co_await Wait(Both(b, a));
    EXPECT_THAT(result.done, ElementsAre(b, a));
    EXPECT_THAT(result.pending, IsEmpty());
    EXPECT_NE(b.Exception(), nullptr);
    EXPECT_EQ(a.Exception(), nullptr);
    EXPECT_EQ(Elapsed(), Ms(150));
  }
}

// Answers: test_tasks.py BaseTaskTests.test_wait_generator
ANY_ORDER_SIM_TEST(WaitTest, ManyMayBeWaitedForAtOnce) {
  Handles handles;
  for (int i = 0; i < 10; ++i) {
    handles.push_back(Spawn(Nap, absl::ZeroDuration()));
  }
  const Waited result = co_await Wait(handles);
  EXPECT_EQ(result.done, handles);
  EXPECT_THAT(result.pending, IsEmpty());
}

Task<std::string> Say(std::string text) { co_return text; }

// Answers: test_tasks.py BaseTaskTests.test_wait_duplicate_coroutines
ANY_ORDER_SIM_TEST(WaitTest, OneTaskMayBeWaitedForTwice) {
  JoinHandle<std::string> test = Spawn(Say, "test");
  JoinHandle<std::string> spam = Spawn(Say, "spam");
  std::vector<JoinHandle<std::string>> handles = {test, test, spam};
  const WaitResult<JoinHandle<std::string>> result =
      co_await Wait(std::move(handles));
  EXPECT_THAT(result.pending, IsEmpty());
  EXPECT_THAT(result.done, ElementsAre(test, test, spam));
  EXPECT_EQ(test.Result(), "test");
  EXPECT_EQ(spam.Result(), "spam");
}

// ---- The first --------------------------------------------------------------

// Answers: test_tasks.py BaseTaskTests.test_wait_first_completed
ANY_ORDER_SIM_TEST(WaitTest, ForTheFirstTheOthersRunOn) {
  JoinHandle<> a = Spawn(Nap, absl::Seconds(10));
  JoinHandle<> b = Spawn(Nap, Ms(100));
  const Waited result =
      co_await Wait(Both(b, a), {.until = WaitUntil::kFirstCompleted});
  EXPECT_THAT(result.done, ElementsAre(b));
  EXPECT_THAT(result.pending, ElementsAre(a));
  EXPECT_FALSE(a.Done());
  EXPECT_EQ(Elapsed(), Ms(100));
  co_await a;
  EXPECT_EQ(Elapsed(), absl::Seconds(10));
}

// One of them ends while the waiter is about to wake for the other.
// Answers: test_tasks.py BaseTaskTests.test_wait_really_done
SIM_TEST(WaitTest, ForTheFirstAllThatAreOverByThenAreDone) {
  JoinHandle<> a = Spawn(YieldTimes, 1);
  JoinHandle<> b = Spawn(YieldTimes, 2);
  const Waited result =
      co_await Wait(Both(b, a), {.until = WaitUntil::kFirstCompleted});
  EXPECT_THAT(result.done, ElementsAre(b, a));
  EXPECT_THAT(result.pending, IsEmpty());
  EXPECT_TRUE(a.Done());
  EXPECT_TRUE(b.Done());
}

// ---- The first error --------------------------------------------------------

// Answers: test_tasks.py BaseTaskTests.test_wait_first_exception
ANY_ORDER_SIM_TEST(WaitTest, ForTheFirstErrorItIsOverAtOnceIfThereIsOne) {
  JoinHandle<> a = Spawn(Nap, absl::Seconds(10));
  JoinHandle<> b = Spawn(FailAfter, absl::ZeroDuration());
  const Waited result =
      co_await Wait(Both(b, a), {.until = WaitUntil::kFirstException});
  EXPECT_THAT(result.done, ElementsAre(b));
  EXPECT_THAT(result.pending, ElementsAre(a));
  EXPECT_NE(b.Exception(), nullptr);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Answers: test_tasks.py BaseTaskTests.test_wait_first_exception_in_wait
ANY_ORDER_SIM_TEST(WaitTest, ForTheFirstErrorItWaits) {
  JoinHandle<> a = Spawn(Nap, absl::Seconds(10));
  JoinHandle<> b = Spawn(FailAfter, Ms(10));
  const Waited result =
      co_await Wait(Both(b, a), {.until = WaitUntil::kFirstException});
  EXPECT_THAT(result.done, ElementsAre(b));
  EXPECT_THAT(result.pending, ElementsAre(a));
  EXPECT_NE(b.Exception(), nullptr);
  EXPECT_EQ(Elapsed(), Ms(10));
}

// ---- With a timeout ---------------------------------------------------------

// Answers: test_tasks.py BaseTaskTests.test_wait_with_timeout
ANY_ORDER_SIM_TEST(WaitTest, WhenTheTimeIsUpWhatIsOverIsDone) {
  JoinHandle<> a = Spawn(Nap, Ms(100));
  JoinHandle<> b = Spawn(Nap, Ms(150));
  const Waited result = co_await Wait(Both(b, a), {.timeout = Ms(110)});
  EXPECT_THAT(result.done, ElementsAre(a));
  EXPECT_THAT(result.pending, ElementsAre(b));
  EXPECT_EQ(Elapsed(), Ms(110));
  co_await b;
  EXPECT_EQ(Elapsed(), Ms(150)) << "it was not cancelled";
}

// Answers: test_tasks.py BaseTaskTests.test_wait_concurrent_complete
SIM_TEST(WaitTest, WhatEndsAtTheInstantOfTheTimeoutIsDone) {
  JoinHandle<> a = Spawn(Nap, Ms(100));
  JoinHandle<> b = Spawn(Nap, Ms(150));
  co_await Yield();  // their timers are set
  const Waited result = co_await Wait(Both(b, a), {.timeout = Ms(100)});
  EXPECT_THAT(result.done, ElementsAre(a));
  EXPECT_THAT(result.pending, ElementsAre(b));
  EXPECT_EQ(Elapsed(), Ms(100));
}

// ---- Cancelled --------------------------------------------------------------

Task<> AwaitThenCount(Future<> future, int& count) {
  co_await future;
  ++count;
}

Task<> WaitForOne(JoinHandle<> handle, int& count) {
  const Waited result = co_await Wait(Handles(1, handle));
  ++count;
}

// Answers: test_tasks.py BaseTaskTests.test_yield_wait_does_not_shield_cancel
SIM_TEST(WaitTest, WhoIsCancelledAsItWaitsLeavesTheOthersRunning) {
  Promise<> promise;
  int inner_ended = 0;
  int outer_ended = 0;
  JoinHandle<> inner =
      Spawn(AwaitThenCount, promise.GetFuture(), std::ref(inner_ended));
  JoinHandle<> outer = Spawn(WaitForOne, inner, std::ref(outer_ended));
  co_await Yield();
  outer.Cancel();
  EXPECT_THROW(co_await outer, Cancelled);
  promise.Set();
  co_await Yield();
  EXPECT_EQ(inner_ended, 1);
  EXPECT_EQ(outer_ended, 0);
  EXPECT_TRUE(inner.Done());
}

// ---- What is left of the tasks ----------------------------------------------

Task<> AskForResult(JoinHandle<> handle) {
  const Waited result = co_await Wait(Handles(1, handle));
  EXPECT_THAT(result.done, SizeIs(1));
  handle.Result();
}

Task<> AskForException(JoinHandle<> handle) {
  const Waited result = co_await Wait(Handles(1, handle));
  EXPECT_THAT(result.done, SizeIs(1));
  handle.Exception();
}

// Answers: test_tasks.py
// BaseTaskTests.test_cancel_with_message_then_future_result
ANY_ORDER_SIM_TEST(WaitTest, ThereIsNoResultOfACancelledTask) {
  JoinHandle<> sleeper = Spawn(Nap, absl::Seconds(10));
  co_await Yield();
  sleeper.Cancel();
  JoinHandle<> asker = Spawn(AskForResult, sleeper);
  EXPECT_THROW(co_await asker, Cancelled);
  EXPECT_TRUE(asker.Cancelled());
}

// Answers: test_tasks.py
// BaseTaskTests.test_cancel_with_message_then_future_exception
ANY_ORDER_SIM_TEST(WaitTest, ThereIsNoErrorOfACancelledTask) {
  JoinHandle<> sleeper = Spawn(Nap, absl::Seconds(10));
  co_await Yield();
  sleeper.Cancel();
  JoinHandle<> asker = Spawn(AskForException, sleeper);
  EXPECT_THROW(co_await asker, Cancelled);
  EXPECT_TRUE(asker.Cancelled());
}

Task<> SayThatItBegan(bool& began) {
  began = true;
  co_return;
}

// Answers: test_tasks.py
// BaseTaskTests.test_cancel_with_message_before_starting_task
ANY_ORDER_SIM_TEST(WaitTest, ATaskCancelledBeforeItBeginsNeverDoes) {
  bool began = false;
  JoinHandle<> task = Spawn(SayThatItBegan, std::ref(began));
  task.Cancel();
  JoinHandle<> asker = Spawn(AskForException, task);
  EXPECT_THROW(co_await asker, Cancelled);
  EXPECT_TRUE(task.Cancelled());
  EXPECT_FALSE(began);
}

}  // namespace
}  // namespace orrery
