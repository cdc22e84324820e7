// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: timeouts that end a part of a task, and those that do not. A
// scope tells whether it has expired from within, since it goes as it is left.

#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/future.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

// What a scope's body has seen of it.
struct Seen {
  bool cancelled = false;
  bool expired = false;
  absl::Time when;
};

// Sleeps, and notes at its end what there is to see of the scope.
Task<> SleepAndSee(TimeoutScope& scope, absl::Duration delay, Seen& seen) {
  seen.when = scope.When();
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    seen.cancelled = true;
    seen.expired = scope.Expired();
    throw;
  }
  seen.expired = scope.Expired();
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_basic
ANY_ORDER_SIM_TEST(TimeoutTest, ABlockThatIsLateIsLeftByATimeoutError) {
  Seen seen;
  EXPECT_THROW(co_await WithTimeoutScope(absl::Milliseconds(10), SleepAndSee,
                                         absl::Seconds(10), std::ref(seen)),
               TimeoutError);
  EXPECT_TRUE(seen.expired);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_at_basic
ANY_ORDER_SIM_TEST(TimeoutTest, TheDeadlineMayBeAnInstant) {
  Seen seen;
  const absl::Time deadline = Now() + absl::Milliseconds(10);
  EXPECT_THROW(co_await WithDeadlineScope(deadline, SleepAndSee,
                                          absl::Seconds(10), std::ref(seen)),
               TimeoutError);
  EXPECT_TRUE(seen.expired);
  EXPECT_EQ(seen.when, deadline);
  EXPECT_EQ(Now(), deadline);
}

// Answers: test_timeouts.py TimeoutTests.test_waiter_cancelled
ANY_ORDER_SIM_TEST(TimeoutTest, WithinTheBlockItIsACancel) {
  Seen seen;
  EXPECT_THROW(co_await WithTimeoutScope(absl::Milliseconds(10), SleepAndSee,
                                         absl::Seconds(10), std::ref(seen)),
               TimeoutError);
  EXPECT_TRUE(seen.cancelled);
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_not_called
ANY_ORDER_SIM_TEST(TimeoutTest, ABlockInTimeIsLeftAlone) {
  Seen seen;
  co_await WithTimeoutScope(absl::Seconds(10), SleepAndSee,
                            absl::Milliseconds(10), std::ref(seen));
  EXPECT_FALSE(seen.expired);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
  EXPECT_GT(seen.when, Now());
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_disabled
ANY_ORDER_SIM_TEST(TimeoutTest, AnInfiniteTimeIsNone) {
  Seen seen;
  co_await WithTimeoutScope(absl::InfiniteDuration(), SleepAndSee,
                            absl::Milliseconds(10), std::ref(seen));
  EXPECT_FALSE(seen.expired);
  EXPECT_EQ(seen.when, absl::InfiniteFuture());
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_at_disabled
ANY_ORDER_SIM_TEST(TimeoutTest, AnInstantThatNeverComesIsNone) {
  Seen seen;
  co_await WithDeadlineScope(absl::InfiniteFuture(), SleepAndSee,
                             absl::Milliseconds(10), std::ref(seen));
  EXPECT_FALSE(seen.expired);
  EXPECT_EQ(seen.when, absl::InfiniteFuture());
}

// ---- No time at all ---------------------------------------------------------

// Answers: test_timeouts.py TimeoutTests.test_timeout_zero
ANY_ORDER_SIM_TEST(TimeoutTest, WithoutTimeABlockRunsUntilItWaits) {
  Seen seen;
  EXPECT_THROW(co_await WithTimeoutScope(absl::ZeroDuration(), SleepAndSee,
                                         absl::Seconds(10), std::ref(seen)),
               TimeoutError);
  EXPECT_TRUE(seen.expired);
  EXPECT_EQ(seen.when, Now());
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_zero_sleep_zero
SIM_TEST(TimeoutTest, WithoutTimeEvenATurnIsTooLong) {
  Seen seen;
  EXPECT_THROW(co_await WithTimeoutScope(absl::ZeroDuration(), SleepAndSee,
                                         absl::ZeroDuration(), std::ref(seen)),
               TimeoutError);
  EXPECT_TRUE(seen.expired);
  EXPECT_EQ(seen.when, Now());
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_in_the_past_sleep_zero
SIM_TEST(TimeoutTest, ADeadlineMayHavePassed) {
  Seen seen;
  EXPECT_THROW(co_await WithTimeoutScope(absl::Seconds(-11), SleepAndSee,
                                         absl::ZeroDuration(), std::ref(seen)),
               TimeoutError);
  EXPECT_TRUE(seen.expired);
  EXPECT_EQ(seen.when, Now() - absl::Seconds(11));
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// ---- Cancelled by somebody else ---------------------------------------------

Task<> CancelItselfAndSee(TimeoutScope& scope, absl::Duration delay,
                          Seen& seen) {
  CurrentTask().Cancel();
  co_await SleepAndSee(scope, delay, seen);
}

Task<> CancelItselfInScope(absl::Duration timeout, Seen& seen) {
  co_await WithTimeoutScope(timeout, CancelItselfAndSee, absl::Seconds(10),
                            std::ref(seen));
}

// Answers: test_timeouts.py
// TimeoutTests.test_foreign_cancel_doesnt_timeout_if_not_expired
ANY_ORDER_SIM_TEST(TimeoutTest, ACancelFromElsewhereIsNoTimeout) {
  Seen seen;
  JoinHandle<> task =
      Spawn(CancelItselfInScope, absl::Seconds(10), std::ref(seen));
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(seen.cancelled);
  EXPECT_FALSE(seen.expired);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

Task<> ExpectTimeout(absl::Duration timeout, Seen& seen) {
  EXPECT_THROW(co_await WithTimeoutScope(timeout, SleepAndSee,
                                         absl::Seconds(10), std::ref(seen)),
               TimeoutError);
}

// Answers: test_timeouts.py TimeoutTests.test_outer_task_is_not_cancelled
ANY_ORDER_SIM_TEST(TimeoutTest, ATaskThatHasHadATimeoutIsNotCancelled) {
  Seen seen;
  JoinHandle<> task =
      Spawn(ExpectTimeout, absl::Milliseconds(1), std::ref(seen));
  co_await task;
  EXPECT_TRUE(task.Done());
  EXPECT_FALSE(task.Cancelled());
  EXPECT_EQ(task.CancelRequests(), 0);
}

// Swallows a cancel of its own.
Task<> SwallowCancel() {
  CurrentTask().Cancel();
  try {
    co_await Sleep(absl::Seconds(1));
  } catch (const Cancelled&) {
  }
}

Task<> TimeOutAfterSwallowedCancel(absl::Duration timeout, Seen& seen) {
  co_await SwallowCancel();
  co_await ExpectTimeout(timeout, seen);
  EXPECT_EQ(CurrentTask().CancelRequests(), 1) << "the one that it swallowed";
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_after_cancellation
ANY_ORDER_SIM_TEST(TimeoutTest, ATaskThatHasSwallowedACancelStillHasTimeouts) {
  Seen seen;
  JoinHandle<> task =
      Spawn(TimeOutAfterSwallowedCancel, absl::ZeroDuration(), std::ref(seen));
  co_await task;
  EXPECT_TRUE(seen.expired);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

Task<> CancelInScopeAfterSwallowedCancel(Seen& seen) {
  co_await SwallowCancel();
  EXPECT_THROW(co_await CancelItselfInScope(absl::Seconds(1), seen), Cancelled);
}

// Answers: test_timeouts.py
// TimeoutTests.test_cancel_in_timeout_after_cancellation
ANY_ORDER_SIM_TEST(TimeoutTest,
                   ACancelIsNoTimeoutEitherAfterOneThatWasSwallowed) {
  Seen seen;
  JoinHandle<> task = Spawn(CancelInScopeAfterSwallowedCancel, std::ref(seen));
  co_await task;
  EXPECT_FALSE(seen.expired);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// ---- Moving the deadline ----------------------------------------------------

Task<> HandOutAndSleep(TimeoutScope& scope, Promise<TimeoutScope*> promise,
                       Seen& seen) {
  promise.Set(&scope);
  co_await SleepAndSee(scope, absl::Seconds(50), seen);
}

Task<> RunHandedOut(absl::Time deadline, Promise<TimeoutScope*> promise,
                    Seen& seen) {
  co_await WithDeadlineScope(deadline, HandOutAndSleep, promise,
                             std::ref(seen));
}

// Answers: test_timeouts.py TimeoutTests.test_reschedule
ANY_ORDER_SIM_TEST(TimeoutTest, TheDeadlineCanBeMovedAndTakenAway) {
  Seen seen;
  Promise<TimeoutScope*> promise;
  const absl::Time first = Now() + absl::Seconds(10);
  const absl::Time second = first + absl::Seconds(20);
  JoinHandle<> task = Spawn(RunHandedOut, first, promise, std::ref(seen));
  TimeoutScope* scope = co_await promise.GetFuture();

  EXPECT_EQ(scope->When(), first);
  scope->Reschedule(second);
  EXPECT_EQ(scope->When(), second);
  scope->Reschedule(absl::InfiniteFuture());
  EXPECT_EQ(scope->When(), absl::InfiniteFuture());

  co_await Sleep(absl::Seconds(40));
  EXPECT_FALSE(task.Done()) << "neither deadline is in force";
  task.Cancel();
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_FALSE(seen.expired);
}

Task<> RescheduleTooLate(TimeoutScope& scope) {
  EXPECT_THROW(co_await Sleep(absl::Seconds(1)), Cancelled);
  EXPECT_TRUE(scope.Expired());
  EXPECT_THROW(scope.Reschedule(Now() + absl::Seconds(1)), InvalidStateError);
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_expiring
ANY_ORDER_SIM_TEST(TimeoutTest, ADeadlineThatHasComeCannotBeMoved) {
  co_await WithTimeoutScope(absl::Milliseconds(10), RescheduleTooLate);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10)) << "it was caught within";
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_finished
SIM_TEST(TimeoutTest, AScopeThatHasBeenLeftHasNoDeadlineToMove) {
  TimeoutScope scope(SimTime(10'000'000), SourceSite::current());
  EXPECT_FALSE(scope.Leave());
  EXPECT_FALSE(scope.Expired());
  EXPECT_THROW(scope.Reschedule(Now()), InvalidStateError);
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_expired
ANY_ORDER_SIM_TEST(TimeoutTest, AScopeThatWasLeftByATimeoutStaysExpired) {
  TimeoutScope scope(SimTime(10'000'000), SourceSite::current());
  EXPECT_THROW(co_await Sleep(absl::Seconds(1)), Cancelled);
  EXPECT_TRUE(scope.Leave());
  EXPECT_TRUE(scope.Expired());
  EXPECT_THROW(scope.Reschedule(Now()), InvalidStateError);
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_without_task
SIM_TEST(TimeoutDeathTest, OnlyATaskCanHaveATimeout) {
  Post([] {
    const SourceSite site = SourceSite::current();
    EXPECT_DEATH(
        { TimeoutScope scope(SimTime(1), site); }, "outside of a task");
  });
  co_await Yield();
}

}  // namespace
}  // namespace orrery
