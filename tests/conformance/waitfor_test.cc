// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: waiting with a timeout, which is `WithTimeout` here.

#include <functional>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/future.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

constexpr absl::Duration kMoment = absl::Microseconds(100);

Task<std::string> Done() { co_return "done"; }

// ---- Tasks that do not heed a cancel at once --------------------------------

constexpr absl::Duration kSlow = absl::Milliseconds(200);

// Sleeps for `kSlow`, whatever happens.
Task<> SleepStubbornly(bool& ended) {
  const absl::Time end = Now() + kSlow;
  while (Now() < end) {
    try {
      co_await SleepUntil(end);
    } catch (const Cancelled&) {
    }
  }
  ended = true;
}

Task<> WaitForStubborn(absl::Duration timeout, bool& ended) {
  co_await WithTimeout(timeout, SleepStubbornly(ended));
}

// Answers: test_waitfor.py AsyncioWaitForTest.test_asyncio_wait_for_cancelled
SIM_TEST(WaitForTest, WhoIsCancelledWaitsForTheEndOfWhatItWaitsFor) {
  bool ended = false;
  JoinHandle<> waiter = Spawn(WaitForStubborn, 2 * kSlow, std::ref(ended));
  co_await Yield();
  waiter.Cancel();
  co_await waiter;
  EXPECT_FALSE(waiter.Cancelled()) << "it got a result";
  EXPECT_TRUE(ended);
  EXPECT_EQ(Elapsed(), kSlow);
}

// Answers: test_waitfor.py AsyncioWaitForTest.test_asyncio_wait_for_timeout
ANY_ORDER_SIM_TEST(WaitForTest, WhoTimesOutWaitsForTheEndOfWhatItWaitsFor) {
  bool ended = false;
  co_await WaitForStubborn(kSlow / 2, ended);
  EXPECT_TRUE(ended);
  EXPECT_EQ(Elapsed(), kSlow);
}

// Takes a moment to end after a cancel.
Task<> EndSlowly(bool& ended) {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(10));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  co_await Sleep(kMoment);
  ended = true;
  if (cancelled) throw Cancelled();
}

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation
ANY_ORDER_SIM_TEST(WaitForTest, ATaskMayTakeTimeToEnd) {
  bool ended = false;
  JoinHandle<> slow = Spawn(EndSlowly, std::ref(ended));
  EXPECT_THROW(co_await WithTimeout(kMoment, slow), TimeoutError);
  EXPECT_TRUE(ended);
  EXPECT_EQ(Elapsed(), 2 * kMoment);
}

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_waits_for_task_cancellation_w_timeout_0
ANY_ORDER_SIM_TEST(WaitForTest, ATaskMayTakeTimeToEndThoughThereIsNone) {
  bool ended = false;
  JoinHandle<> slow = Spawn(EndSlowly, std::ref(ended));
  co_await Sleep(kMoment);
  EXPECT_THROW(co_await WithTimeout(absl::ZeroDuration(), slow), TimeoutError);
  EXPECT_TRUE(ended);
  EXPECT_EQ(Elapsed(), 2 * kMoment);
}

Task<> FailWhenCancelled() {
  try {
    co_await Sleep(absl::Milliseconds(200));
  } catch (const Cancelled&) {
    throw std::runtime_error("cannot undo");
  }
}

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_reraises_exception_during_cancellation
ANY_ORDER_SIM_TEST(WaitForTest, AnErrorThatTheTimeoutCausesIsThrown) {
  JoinHandle<> task = Spawn(FailWhenCancelled);
  EXPECT_THROW(co_await WithTimeout(kMoment, task), std::runtime_error);
  EXPECT_EQ(Elapsed(), kMoment);
}

Task<int> ReturnWhenCancelled(absl::Duration delay, int value) {
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    co_return value;
  }
  co_return 0;
}

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_cancellation_race_condition Answers:
// test_waitfor.py AsyncioWaitForTest.test_wait_for_cancel_suppressed
ANY_ORDER_SIM_TEST(WaitForTest, AResultThatTheTimeoutCausesIsReturned) {
  const int result = co_await WithTimeout(
      absl::Milliseconds(10), ReturnWhenCancelled(absl::Seconds(1), 42));
  EXPECT_EQ(result, 42);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
}

// ---- No time at all ---------------------------------------------------------

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done
ANY_ORDER_SIM_TEST(WaitForTest, WhatIsOverIsInTimeThoughThereIsNone) {
  Promise<std::string> promise;
  promise.Set("done");
  const std::string result =
      co_await WithTimeout(absl::ZeroDuration(), promise.GetFuture());
  EXPECT_EQ(result, "done");
}

Task<> NoteStart(bool& started) {
  started = true;
  co_return;
}

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started
ANY_ORDER_SIM_TEST(WaitForTest, WithoutTimeACoroutineIsNotStarted) {
  bool started = false;
  EXPECT_THROW(co_await WithTimeout(absl::ZeroDuration(), NoteStart(started)),
               TimeoutError);
  EXPECT_FALSE(started);
}

Task<std::string> SleepAndTell(absl::Duration delay, Promise<> started,
                               bool& running) {
  running = true;
  started.Set();
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    running = false;
    throw;
  }
  running = false;
  co_return "done";
}

// Answers: test_waitfor.py
// AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0
ANY_ORDER_SIM_TEST(WaitForTest, WithoutTimeATaskThatRunsIsCancelled) {
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(-1)}) {
    bool running = false;
    Promise<> started;
    JoinHandle<std::string> task =
        Spawn(SleepAndTell, absl::Seconds(10), started, std::ref(running));
    co_await started.GetFuture();
    EXPECT_THROW(co_await WithTimeout(timeout, task), TimeoutError);
    EXPECT_TRUE(task.Done());
    EXPECT_TRUE(task.Cancelled());
    EXPECT_FALSE(running);
  }
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// ---- In time, and not -------------------------------------------------------

// Answers: test_waitfor.py AsyncioWaitForTest.test_wait_for
ANY_ORDER_SIM_TEST(WaitForTest, ATaskThatIsLateIsCancelled) {
  bool running = false;
  JoinHandle<std::string> task =
      Spawn(SleepAndTell, absl::Hours(1), Promise<>(), std::ref(running));
  EXPECT_THROW(co_await WithTimeout(absl::Milliseconds(100), task),
               TimeoutError);
  EXPECT_TRUE(task.Done());
  EXPECT_TRUE(task.Cancelled());
  EXPECT_FALSE(running);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));
}

// Answers: test_waitfor.py AsyncioWaitForTest.test_wait_for_blocking
ANY_ORDER_SIM_TEST(WaitForTest, AnInfiniteTimeIsNoTimeout) {
  const std::string result =
      co_await WithTimeout(absl::InfiniteDuration(), Done());
  EXPECT_EQ(result, "done");
}

// Answers: test_waitfor.py AsyncioWaitForTest.test_wait_for_race_condition
ANY_ORDER_SIM_TEST(WaitForTest, AFutureMayBeSetWhileItIsWaitedFor) {
  Promise<std::string> promise;
  Post([&promise] { promise.Set("ok"); });
  const std::string result =
      co_await WithTimeout(absl::Milliseconds(200), promise.GetFuture());
  EXPECT_EQ(result, "ok");
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// ---- Cancelled --------------------------------------------------------------

Task<> AwaitFuture(Future<> future) { co_await future; }

Task<> WaitFor(absl::Duration timeout, JoinHandle<> task) {
  co_await WithTimeout(timeout, task);
}

// Cancels a task as it waits for another, with `timeout`.
Task<> CancelWaiter(absl::Duration timeout) {
  Promise<> never;
  JoinHandle<> blocked = Spawn(AwaitFuture, never.GetFuture());
  JoinHandle<> waiter = Spawn(WaitFor, timeout, blocked);
  Post([&waiter] { waiter.Cancel(); });
  EXPECT_THROW(co_await waiter, Cancelled);
  EXPECT_TRUE(blocked.Cancelled()) << "what it waited for is cancelled, too";
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Answers: test_waitfor.py AsyncioWaitForTest.test_cancel_blocking_wait_for
SIM_TEST(WaitForTest, WhoWaitsWithoutTimeoutCanBeCancelled) {
  co_await CancelWaiter(absl::InfiniteDuration());
}

// Answers: test_waitfor.py AsyncioWaitForTest.test_cancel_wait_for
SIM_TEST(WaitForTest, WhoWaitsWithATimeoutCanBeCancelled) {
  co_await CancelWaiter(absl::Seconds(60));
}

Task<> WaitForThenSleep(JoinHandle<std::string> inner, bool& reached_end) {
  co_await WithTimeout(absl::Seconds(100), inner);
  co_await Sleep(absl::Seconds(1));
  reached_end = true;
}

// The inner task is done before its waiter knows, which is when that is
// cancelled: neither the result nor the cancel may be lost.
// Answers: test_waitfor.py AsyncioWaitForTest.test_wait_for_issue86296
SIM_TEST(WaitForTest, ACancelThatMeetsTheResultIsNotLost) {
  bool reached_end = false;
  JoinHandle<std::string> inner = Spawn(Done);
  JoinHandle<> outer = Spawn(WaitForThenSleep, inner, std::ref(reached_end));
  EXPECT_FALSE(outer.Done());
  co_await Yield();
  EXPECT_TRUE(inner.Done());
  outer.Cancel();
  EXPECT_THROW(co_await outer, Cancelled);
  EXPECT_EQ(inner.Result(), "done");
  EXPECT_FALSE(reached_end);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

}  // namespace
}  // namespace orrery
