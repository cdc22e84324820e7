// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: requests to cancel are counted, and can be taken back.

#include <functional>

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

Task<> SleepTenSeconds() { co_await Sleep(absl::Seconds(10)); }

// Answers: test_tasks.py BaseTaskTests.test_cancelling
ANY_ORDER_SIM_TEST(TaskUncancelTest, EveryRequestCountsAndHasAnEffect) {
  JoinHandle<> task = Spawn(SleepTenSeconds);
  EXPECT_EQ(task.CancelRequests(), 0);
  EXPECT_TRUE(task.Cancel());
  EXPECT_EQ(task.CancelRequests(), 1);
  EXPECT_TRUE(task.Cancel()) << "a second request is one, too";
  EXPECT_EQ(task.CancelRequests(), 2);
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_EQ(task.CancelRequests(), 2);
}

Task<> UncancelOnceAndSleepAgain() {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(10));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) {
    CurrentTask().Uncancel();
    co_await Sleep(absl::Seconds(10));
  }
}

// Answers: test_tasks.py BaseTaskTests.test_uncancel_basic
ANY_ORDER_SIM_TEST(TaskUncancelTest, ATaskThatTakesItBackIsAsIfNobodyHadAsked) {
  JoinHandle<> task = Spawn(UncancelOnceAndSleepAgain);
  co_await Sleep(absl::Milliseconds(10));
  EXPECT_TRUE(task.Cancel());
  EXPECT_EQ(task.CancelRequests(), 1);
  EXPECT_FALSE(task.Cancelled()) << "not yet";

  co_await Sleep(absl::Milliseconds(10));
  EXPECT_EQ(task.CancelRequests(), 0);
  EXPECT_FALSE(task.Done()) << "it is in its second sleep";

  EXPECT_TRUE(task.Cancel());
  EXPECT_EQ(task.CancelRequests(), 1);
  EXPECT_FALSE(task.Cancelled());
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(task.Cancelled());
  EXPECT_EQ(Elapsed(), absl::Milliseconds(20));

  task.Uncancel();
  EXPECT_TRUE(task.Cancelled()) << "too late";
  EXPECT_TRUE(task.Done());
}

struct Outcome {
  bool timed_out = false;
  bool block_finished = false;
  bool outer_reached = false;
};

// A timeout made by hand, as one had to before there were timeouts: what is in
// the block ends, what is after it does not.
Task<Outcome> SleepWithTimeout(absl::Duration delay, absl::Duration timeout) {
  Outcome outcome;
  const TaskHandle self = CurrentTask();
  PostHandle timer = PostAfter(timeout, [&outcome, &self] {
    outcome.timed_out = true;
    self.Cancel();
  });
  bool cancelled = false;
  try {
    co_await Sleep(delay);
    outcome.block_finished = true;
  } catch (const Cancelled&) {
    cancelled = true;
  }
  timer.Cancel();
  const bool ours = outcome.timed_out && self.Uncancel() == 0;
  if (cancelled && !ours) throw Cancelled();
  outcome.outer_reached = true;
  co_await Yield();
  co_return outcome;
}

// Answers: test_tasks.py BaseTaskTests.test_uncancel_structured_blocks
ANY_ORDER_SIM_TEST(TaskUncancelTest, ATimeoutByHandLeavesNoRequestBehind) {
  JoinHandle<Outcome> late =
      Spawn(SleepWithTimeout, absl::Seconds(10), absl::Milliseconds(100));
  const Outcome& timed_out = co_await late;
  EXPECT_TRUE(timed_out.timed_out);
  EXPECT_FALSE(timed_out.block_finished);
  EXPECT_TRUE(timed_out.outer_reached);
  EXPECT_EQ(late.CancelRequests(), 0);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));

  JoinHandle<Outcome> early =
      Spawn(SleepWithTimeout, absl::ZeroDuration(), absl::Seconds(10));
  const Outcome& finished = co_await early;
  EXPECT_FALSE(finished.timed_out);
  EXPECT_TRUE(finished.block_finished);
  EXPECT_TRUE(finished.outer_reached);
  EXPECT_EQ(early.CancelRequests(), 0);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100)) << "the timer was taken back";
}

Task<int> AwaitThenReturn(Future<> future, int value) {
  co_await future;
  co_return value;
}

// Answers: test_tasks.py BaseTaskTests.test_uncancel_resets_must_cancel
ANY_ORDER_SIM_TEST(TaskUncancelTest,
                   ARequestTakenBackBeforeItIsToldIsNeverTold) {
  Promise<> promise;
  JoinHandle<int> task = Spawn(AwaitThenReturn, promise.GetFuture(), 42);
  co_await Yield();
  promise.Set();  // it has nothing to wait for any more, but has not run yet
  EXPECT_TRUE(task.Cancel());
  EXPECT_EQ(task.CancelRequests(), 1);
  EXPECT_EQ(task.Uncancel(), 0);
  EXPECT_EQ(task.CancelRequests(), 0);
  const int result = co_await task;
  EXPECT_EQ(result, 42);
}

}  // namespace
}  // namespace orrery
