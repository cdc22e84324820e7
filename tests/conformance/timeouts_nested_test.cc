// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: timeouts within timeouts, around task groups, and together with
// errors.

#include <exception>
#include <functional>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::SizeIs;

constexpr absl::Duration kSoon = absl::Milliseconds(10);

// Sleeps with two deadlines at the same instant, and tells what the inner block
// was left by.
Task<> SleepInTwoScopes(TimeoutScope& outer, absl::Time deadline,
                        bool& cancelled) {
  auto body = [&outer](TimeoutScope& inner) -> Task<> {
    try {
      co_await Sleep(absl::Seconds(10));
    } catch (const Cancelled&) {
      EXPECT_TRUE(outer.Expired());
      EXPECT_TRUE(inner.Expired());
      throw;
    }
  };
  try {
    co_await WithDeadlineScope(deadline, body);
  } catch (const Cancelled&) {
    cancelled = true;
    throw;
  }
}

// Answers: test_timeouts.py TimeoutTests.test_nested_timeouts
SIM_TEST(NestedTimeoutTest, OfTwoAtOneInstantOnlyTheOuterOneIsReported) {
  bool cancelled = false;
  const absl::Time deadline = Now() + kSoon;
  EXPECT_THROW(co_await WithDeadlineScope(deadline, SleepInTwoScopes, deadline,
                                          std::ref(cancelled)),
               TimeoutError);
  EXPECT_TRUE(cancelled) << "so was the inner one left";
  EXPECT_EQ(Elapsed(), kSoon);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

// Sleeps in a scope, once the loop has stood still for some time.
Task<> SleepAfterBlocking(TimeoutScope&, absl::Duration blocking) {
  BlockingSleep(blocking);
  co_await Sleep(absl::Seconds(1));
}

// Sleeps on after a scope that has timed out.
Task<> SleepOnAfterTimeout(TimeoutScope&, absl::Duration timeout,
                           absl::Duration blocking, bool& inner_timed_out) {
  try {
    co_await WithTimeoutScope(timeout, SleepAfterBlocking, blocking);
  } catch (const TimeoutError&) {
    inner_timed_out = true;
  }
  co_await Sleep(absl::Seconds(10));
}

// If both have come before the loop gets to look at them, they are one cancel.
// Answers: test_timeouts.py TimeoutTests.test_nested_timeouts_loop_busy
SIM_TEST(NestedTimeoutTest, WhenTheLoopWasBusyTheOuterOneIsNotLost) {
  for (const bool both_have_come : {false, true}) {
    const absl::Time start = Now();
    const absl::Duration blocking =
        absl::Milliseconds(both_have_come ? 100 : 99);
    bool inner_timed_out = false;
    EXPECT_THROW(
        co_await WithTimeoutScope(absl::Milliseconds(100), SleepOnAfterTimeout,
                                  kSoon, blocking, std::ref(inner_timed_out)),
        TimeoutError);
    EXPECT_EQ(inner_timed_out, !both_have_come);
    EXPECT_EQ(Now() - start, absl::Milliseconds(100));
    EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  }
}

// The outer deadline has long passed when the block begins to wait, the inner
// one has not; so the outer one alone is what ends the block.
// Answers: test_timeouts.py TimeoutTests.test_nested_timeouts_concurrent
ANY_ORDER_SIM_TEST(NestedTimeoutTest,
                   AnOuterOneThatIsOverdueEndsTheInnerBlock) {
  auto expect_cancelled = [](TimeoutScope&) -> Task<> {
    EXPECT_THROW(
        co_await WithTimeoutScope(absl::Milliseconds(100), SleepAfterBlocking,
                                  absl::Milliseconds(10)),
        Cancelled);
    throw Cancelled();
  };
  EXPECT_THROW(
      co_await WithTimeoutScope(absl::Milliseconds(2), expect_cancelled),
      TimeoutError);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
}

// Cleans up after a cancel, for which it has a timeout as well.
Task<> CleanUpWithTimeout(TimeoutScope&) {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(1));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(Elapsed(), kSoon);
  auto clean_up = [](TimeoutScope&) -> Task<> {
    co_await Sleep(absl::Seconds(10));
  };
  EXPECT_THROW(co_await WithTimeoutScope(kSoon, clean_up), TimeoutError);
  EXPECT_EQ(Elapsed(), 2 * kSoon);
  if (cancelled) throw Cancelled();
}

// Answers: test_timeouts.py TimeoutTests.test_nested_timeout_in_finally
ANY_ORDER_SIM_TEST(NestedTimeoutTest, CleaningUpAfterATimeoutMayTimeOut) {
  EXPECT_THROW(co_await WithTimeoutScope(kSoon, CleanUpWithTimeout),
               TimeoutError);
  EXPECT_EQ(Elapsed(), 2 * kSoon);
}

// ---- Errors -----------------------------------------------------------------

Task<> Fail(TimeoutScope& scope) {
  EXPECT_FALSE(scope.Expired());
  throw std::out_of_range("no such key");
  co_return;
}

// Answers: test_timeouts.py TimeoutTests.test_foreign_exception_passed
ANY_ORDER_SIM_TEST(NestedTimeoutTest, AnErrorOfTheBlockPasses) {
  EXPECT_THROW(co_await WithTimeoutScope(kSoon, Fail), std::out_of_range);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

// Fails, and sleeps before it lets the error go.
Task<> FailAndCleanUp(TimeoutScope&) {
  std::exception_ptr error;
  try {
    throw std::domain_error("division by zero");
  } catch (...) {
    error = std::current_exception();
  }
  co_await Sleep(absl::Seconds(1));
  std::rethrow_exception(error);
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_exception_context
ANY_ORDER_SIM_TEST(NestedTimeoutTest, ATimeoutWhileAnErrorIsHandledGoesFirst) {
  EXPECT_THROW(co_await WithTimeoutScope(kSoon, FailAndCleanUp), TimeoutError);
  EXPECT_EQ(Elapsed(), kSoon);
}

Task<> FailWhenCancelled() {
  try {
    co_await Sleep(absl::Seconds(1));
  } catch (const Cancelled&) {
    throw std::domain_error("division by zero");
  }
}

// Answers: test_timeouts.py TimeoutTests.test_foreign_exception_on_timeout
ANY_ORDER_SIM_TEST(NestedTimeoutTest, AnErrorThatTheTimeoutCausesPasses) {
  auto body = [](TimeoutScope&) -> Task<> { co_await FailWhenCancelled(); };
  EXPECT_THROW(co_await WithTimeoutScope(kSoon, body), std::domain_error);
  EXPECT_EQ(Elapsed(), kSoon);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

// Fails, is cancelled as it cleans up, and fails twice because of that.
Task<> FailTwiceWhenCancelled(TimeoutScope& scope) {
  try {
    co_await FailAndCleanUp(scope);
  } catch (const Cancelled&) {
    try {
      throw std::out_of_range("no such key");
    } catch (const std::out_of_range&) {
      throw std::domain_error("division by zero");
    }
  }
}

// Answers: test_timeouts.py TimeoutTests.test_foreign_exception_on_timeout_2
ANY_ORDER_SIM_TEST(NestedTimeoutTest,
                   OfSeveralErrorsThatItCausesTheLastOnePasses) {
  EXPECT_THROW(co_await WithTimeoutScope(kSoon, FailTwiceWhenCancelled),
               std::domain_error);
  EXPECT_EQ(Elapsed(), kSoon);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

// Fails while its task runs, and cleans up for longer than there is time.
Task<> FailInGroup(TaskGroup& group) {
  group.Spawn(FailWhenCancelled);
  std::exception_ptr error;
  try {
    throw std::invalid_argument("not this");
  } catch (...) {
    error = std::current_exception();
  }
  co_await Sleep(absl::Seconds(1));
  std::rethrow_exception(error);
}

// Answers: test_timeouts.py TimeoutTests.test_timeout_taskgroup
ANY_ORDER_SIM_TEST(NestedTimeoutTest, ErrorsOfAGroupThatTheTimeoutEndsPass) {
  auto body = [](TimeoutScope&) -> Task<> {
    co_await WithTaskGroup(FailInGroup);
  };
  std::exception_ptr thrown;
  try {
    co_await WithTimeoutScope(kSoon, body);
  } catch (const ExceptionGroup& group) {
    EXPECT_THAT(group.errors(), SizeIs(1)) << "the block's own is lost";
    EXPECT_NE(group.Find<std::domain_error>(), nullptr);
    thrown = std::current_exception();
  }
  EXPECT_NE(thrown, nullptr);
  EXPECT_EQ(Elapsed(), kSoon);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

}  // namespace
}  // namespace orrery
