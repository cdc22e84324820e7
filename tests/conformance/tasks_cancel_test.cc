// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: what becomes of a task that is asked to end. The body of a test
// stands for who runs the loop in the original; its `Yield` lets the loop run
// once.

#include <stdexcept>

#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
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

Task<int> SleepThenReturn(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<int> AwaitThenReturn(Future<> future, int value) {
  co_await future;
  co_return value;
}

void ExpectCancelledForGood(const TaskHandle& task) {
  EXPECT_TRUE(task.Done());
  EXPECT_TRUE(task.Cancelled());
  EXPECT_FALSE(task.Cancel()) << "it is over";
}

// Answers: test_tasks.py BaseTaskTests.test_cancel
ANY_ORDER_SIM_TEST(TaskCancelTest,
                   ASleeperCancelledByACallbackEndsBeforeTheClockMoves) {
  JoinHandle<int> sleeper = Spawn(SleepThenReturn, absl::Seconds(10), 12);
  Post([&sleeper] { sleeper.Cancel(); });
  EXPECT_THROW(co_await sleeper, Cancelled);
  ExpectCancelledForGood(sleeper);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

Task<int> YieldTwiceThenReturn(int value) {
  co_await Yield();
  co_await Yield();
  co_return value;
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_yield
SIM_TEST(TaskCancelTest, ATaskThatOnlyWaitsForItsTurnCanBeCancelled) {
  JoinHandle<int> yielder = Spawn(YieldTwiceThenReturn, 12);
  co_await Yield();
  yielder.Cancel();
  EXPECT_THROW(co_await yielder, Cancelled);
  ExpectCancelledForGood(yielder);
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_inner_future
ANY_ORDER_SIM_TEST(TaskCancelTest,
                   WhoWaitsForAFutureThatIsCancelledIsCancelled) {
  Promise<> promise;
  const Future<> future = promise.GetFuture();
  JoinHandle<int> waiter = Spawn(AwaitThenReturn, future, 12);
  co_await Yield();
  EXPECT_TRUE(future.Cancel());
  EXPECT_THROW(co_await waiter, Cancelled);
  EXPECT_TRUE(future.Cancelled());
  EXPECT_TRUE(waiter.Cancelled());
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_both_task_and_inner_future
ANY_ORDER_SIM_TEST(TaskCancelTest, ATaskAndWhatItWaitsForMayBothBeCancelled) {
  Promise<> promise;
  const Future<> future = promise.GetFuture();
  JoinHandle<int> waiter = Spawn(AwaitThenReturn, future, 12);
  co_await Yield();
  EXPECT_TRUE(future.Cancel());
  EXPECT_TRUE(waiter.Cancel()) << "it has not been told yet";
  EXPECT_THROW(co_await waiter, Cancelled);
  EXPECT_TRUE(future.Cancelled());
  ExpectCancelledForGood(waiter);
}

// Answers: test_tasks.py BaseTaskTests.test_task_cancel_waiter_future
SIM_TEST(TaskCancelTest, CancellingATaskCancelsTheFutureThatItWaitsFor) {
  Promise<> promise;
  const Future<> future = promise.GetFuture();
  JoinHandle<int> waiter = Spawn(AwaitThenReturn, future, 12);
  co_await Yield();
  waiter.Cancel();
  EXPECT_TRUE(future.Cancelled()) << "at once";
  EXPECT_FALSE(waiter.Done()) << "when it next runs";
  co_await Yield();
  EXPECT_TRUE(waiter.Cancelled());
  EXPECT_THROW(co_await waiter, Cancelled);
}

struct Gates {
  Promise<> first;
  Promise<> second;
  Promise<int> third;
};

Task<int> ReturnWhenCancelledAtTheSecond(const Gates& gates, int value) {
  co_await gates.first.GetFuture();
  try {
    co_await gates.second.GetFuture();
  } catch (const Cancelled&) {
    co_return value;
  }
  co_return 0;
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_task_catching
SIM_TEST(TaskCancelTest, ATaskThatCatchesItMayReturn) {
  Gates gates;
  JoinHandle<int> task =
      Spawn(ReturnWhenCancelledAtTheSecond, std::cref(gates), 42);
  co_await Yield();
  gates.first.Set();
  co_await Yield();
  task.Cancel();
  EXPECT_FALSE(gates.first.GetFuture().Cancelled());
  EXPECT_TRUE(gates.second.GetFuture().Cancelled());
  const int result = co_await task;
  EXPECT_EQ(result, 42);
  EXPECT_FALSE(task.Cancelled());
}

Task<int> GoOnWhenCancelledAtTheSecond(const Gates& gates) {
  co_await gates.first.GetFuture();
  try {
    co_await gates.second.GetFuture();
  } catch (const Cancelled&) {
  }
  const int result = co_await gates.third.GetFuture();
  co_return result;
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_task_ignoring
SIM_TEST(TaskCancelTest, ATaskThatIgnoresItMayGoOnWaiting) {
  Gates gates;
  JoinHandle<int> task = Spawn(GoOnWhenCancelledAtTheSecond, std::cref(gates));
  co_await Yield();
  gates.first.Set();
  co_await Yield();
  task.Cancel();
  EXPECT_TRUE(gates.second.GetFuture().Cancelled());
  co_await Yield();
  EXPECT_FALSE(task.Done()) << "it waits for the third";
  gates.third.Set(42);
  const int result = co_await task;
  EXPECT_EQ(result, 42);
  EXPECT_FALSE(gates.third.GetFuture().Cancelled());
  EXPECT_FALSE(task.Cancelled());
}

Task<int> CancelItselfThenSleep() {
  CurrentTask().Cancel();
  co_await Sleep(absl::Seconds(100));
  co_return 12;
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_current_task
ANY_ORDER_SIM_TEST(TaskCancelTest,
                   ATaskThatCancelsItselfIsToldWhereItWaitsNext) {
  JoinHandle<int> task = Spawn(CancelItselfThenSleep);
  EXPECT_FALSE(task.Cancelled());
  EXPECT_THROW(co_await task, Cancelled);
  ExpectCancelledForGood(task);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration()) << "it does not sleep";
}

Task<int> CancelItselfThenReturn() {
  CurrentTask().Cancel();
  co_return 12;
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_at_end
ANY_ORDER_SIM_TEST(TaskCancelTest,
                   ATaskThatCancelsItselfAndReturnsIsCancelled) {
  JoinHandle<int> task = Spawn(CancelItselfThenReturn);
  EXPECT_FALSE(task.Cancelled());
  EXPECT_THROW(co_await task, Cancelled);
  ExpectCancelledForGood(task);
}

Task<> CancelItselfThenAwait(const JoinHandle<int>& nested) {
  CurrentTask().Cancel();
  co_await nested;
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_awaited_task
SIM_TEST(TaskCancelTest, WhatATaskAwaitsAfterItWasCancelledIsCancelledToo) {
  Promise<> promise;
  JoinHandle<int> nested = Spawn(AwaitThenReturn, promise.GetFuture(), 12);
  co_await Yield();
  JoinHandle<> task = Spawn(CancelItselfThenAwait, std::cref(nested));
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(task.Cancelled());
  EXPECT_TRUE(nested.Cancelled());
  EXPECT_TRUE(promise.GetFuture().Cancelled());
}

// Answers: test_tasks.py BaseTaskTests.test_sleep_cancel
SIM_TEST(TaskCancelTest, ASleeperThatIsCancelledTakesItsTimerAlong) {
  JoinHandle<int> sleeper = Spawn(SleepThenReturn, absl::Seconds(10), 12);
  co_await Yield();
  EXPECT_TRUE(sleeper.Cancel());
  co_await Yield();
  EXPECT_TRUE(sleeper.Cancelled());
  co_await Sleep(absl::Seconds(20));
  EXPECT_EQ(Elapsed(), absl::Seconds(20));
  EXPECT_TRUE(sleeper.Cancelled()) << "nothing has woken it at 10 s";
}

Task<const char*> TellHowItEnds(const JoinHandle<int>& sleeper) {
  try {
    co_await sleeper;
  } catch (const Cancelled&) {
    co_return "cancelled";
  }
  co_return "slept";
}

// Answers: test_tasks.py BaseTaskTests.test_task_cancel_sleeping_task
ANY_ORDER_SIM_TEST(TaskCancelTest, ATimerMayCancelASleeperLongBeforeItsTime) {
  JoinHandle<int> sleeper = Spawn(SleepThenReturn, absl::Seconds(5000), 12);
  PostAfter(absl::Milliseconds(100), [&sleeper] { sleeper.Cancel(); });
  const char* how = co_await TellHowItEnds(sleeper);
  EXPECT_STREQ(how, "cancelled");
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));
}

struct Proof {
  int inner = 0;
  int outer = 0;
};

Task<> CountCancelledAndRethrow(Future<> future, Proof& proof) {
  try {
    co_await future;
  } catch (const Cancelled&) {
    ++proof.inner;
    throw;
  }
}

Task<> SwallowCancelled(Future<> future, Proof& proof) {
  try {
    co_await CountCancelledAndRethrow(future, proof);
  } catch (const Cancelled&) {
    ++proof.outer;
  }
}

// Answers: test_tasks.py BaseTaskTests.test_yield_future_passes_cancel
SIM_TEST(TaskCancelTest, ItPassesThroughCoroutinesFromTheInnermostOutward) {
  Proof proof;
  Promise<> promise;
  JoinHandle<> task =
      Spawn(SwallowCancelled, promise.GetFuture(), std::ref(proof));
  co_await Yield();
  task.Cancel();
  co_await task;
  EXPECT_EQ(proof.inner, 1);
  EXPECT_EQ(proof.outer, 1);
  EXPECT_FALSE(task.Cancelled()) << "it was swallowed";
  EXPECT_TRUE(promise.GetFuture().Cancelled());
}

// Not derived from std::exception.
struct Exit {
  int code;
};

Task<> ExitWhenCancelled() {
  try {
    co_await Sleep(absl::Seconds(10));
  } catch (const Cancelled&) {
    throw Exit{3};
  }
}

// Answers: test_tasks.py BaseTaskTests.test_baseexception_during_cancel
SIM_TEST(TaskCancelTest, WhatIsThrownInsteadOfItIsHowTheTaskEnds) {
  JoinHandle<> task = Spawn(ExitWhenCancelled);
  co_await Yield();
  task.Cancel();
  EXPECT_FALSE(task.Done());
  co_await Yield();
  EXPECT_TRUE(task.Done());
  EXPECT_FALSE(task.Cancelled());
  int code = 0;
  try {
    std::rethrow_exception(task.Exception());
  } catch (const Exit& exit) {
    code = exit.code;
  }
  EXPECT_EQ(code, 3);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

Task<> TurnIntoError(const JoinHandle<int>& inner) {
  try {
    co_await inner;
  } catch (const Cancelled&) {
    throw std::runtime_error("cancelled");
  }
}

// Answers: test_tasks.py BaseTaskTests.test_cancellation_exception_context
ANY_ORDER_SIM_TEST(TaskCancelTest,
                   WhoWaitsForACancelledTaskMayMakeAnErrorOfIt) {
  JoinHandle<int> inner = Spawn(SleepThenReturn, absl::Seconds(10), 12);
  co_await Yield();
  Post([&inner] { inner.Cancel(); });
  JoinHandle<> outer = Spawn(TurnIntoError, std::cref(inner));
  EXPECT_THROW(co_await outer, std::runtime_error);
  EXPECT_TRUE(inner.Cancelled());
  EXPECT_FALSE(outer.Cancelled());
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

}  // namespace
}  // namespace orrery
