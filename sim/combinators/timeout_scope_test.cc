// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/timeout_scope.h"

#include <stdexcept>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> SleepIn(TimeoutScope&, absl::Duration duration) {
  co_await Sleep(duration);
}

// ---- Moving the deadline ----------------------------------------------------

Task<> Reschedule(TimeoutScope& scope) {
  EXPECT_EQ(scope.When(), Now() + 2 * kSecond);
  EXPECT_FALSE(scope.Expired());
  for (int i = 0; i < 5; ++i) {
    co_await Sleep(kSecond);
    scope.Reschedule(Now() + 2 * kSecond);
  }
  EXPECT_EQ(scope.When(), Now() + 2 * kSecond);
  co_await Sleep(9 * kSecond);
}

Task<> MoveOn(Words* words) {
  co_await Note(WithTimeoutScope(2 * kSecond, Reschedule), words);
  EXPECT_EQ(Elapsed(), 7 * kSecond);
}

TEST(TimeoutScopeTest, ADeadlineThatIsMovedOnComesLater) {
  EXPECT_THAT(RunAndNote(MoveOn), ElementsAre("timed out"));
}

Task<> GiveUpDeadline(TimeoutScope& scope) {
  scope.Reschedule(absl::InfiniteFuture());
  EXPECT_EQ(scope.When(), absl::InfiniteFuture());
  co_await Sleep(9 * kSecond);
}

Task<> SetDeadlineLate(TimeoutScope& scope) {
  EXPECT_EQ(scope.When(), absl::InfiniteFuture());
  co_await Sleep(kSecond);
  scope.Reschedule(Now() + kSecond);
  co_await Sleep(9 * kSecond);
}

Task<> ToNoneAndBack(Words* words) {
  co_await Note(WithTimeoutScope(kSecond, GiveUpDeadline), words);
  EXPECT_EQ(Elapsed(), 9 * kSecond);
  co_await Note(WithTimeoutScope(absl::InfiniteDuration(), SetDeadlineLate),
                words);
  EXPECT_EQ(Elapsed(), 11 * kSecond);
}

TEST(TimeoutScopeTest, ThereMayBeNoDeadline) {
  EXPECT_THAT(RunAndNote(ToNoneAndBack), ElementsAre("returned", "timed out"));
}

Task<> MoveIntoThePast(TimeoutScope& scope, Words* words) {
  scope.Reschedule(Now() - 9 * kSecond);
  words->push_back("goes on");
  co_await Yield();
  words->push_back("never");
}

Task<> Past(Words* words) {
  co_await Note(WithTimeoutScope(kSecond, MoveIntoThePast, words), words);
  // The body runs until it first suspends.
  co_await Note(WithTimeoutScope(absl::ZeroDuration(), SleepIn, kSecond),
                words);
  co_await Note(WithDeadlineScope(Now() - kSecond, SleepIn, kSecond), words);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

TEST(TimeoutScopeTest, ADeadlineInThePastComesAtTheNextSuspension) {
  EXPECT_THAT(RunAndNote(Past),
              ElementsAre("goes on", "timed out", "timed out", "timed out"));
}

Task<> RescheduleTooLate(TimeoutScope& scope, Words* words) {
  try {
    co_await Sleep(9 * kSecond);
  } catch (const Cancelled&) {
    EXPECT_TRUE(scope.Expired());
    try {
      scope.Reschedule(Now() + kSecond);
    } catch (const InvalidStateError&) {
      words->push_back("refused");
    }
    throw;
  }
}

Task<> TooLate(Words* words) {
  co_await Note(WithTimeoutScope(kSecond, RescheduleTooLate, words), words);
}

TEST(TimeoutScopeTest, ADeadlineThatHasComeCannotBeMoved) {
  EXPECT_THAT(RunAndNote(TooLate), ElementsAre("refused", "timed out"));
}

// Another task may have the scope, too.
Task<> Extend(TimeoutScope* scope) {
  co_await Sleep(kSecond);
  scope->Reschedule(Now() + 5 * kSecond);
}

Task<> BeExtended(TimeoutScope& scope, Words* words) {
  JoinHandle<> extend = Spawn(Extend, &scope);
  co_await Sleep(3 * kSecond);
  co_await extend;
  words->push_back("in time");
}

Task<> FromOutside(Words* words) {
  co_await WithTimeoutScope(2 * kSecond, BeExtended, words);
}

TEST(TimeoutScopeTest, AnotherTaskCanMoveTheDeadline) {
  EXPECT_THAT(RunAndNote(FromOutside), ElementsAre("in time"));
}

// ---- How it is left ---------------------------------------------------------

Task<int> ReturnFive(TimeoutScope&) {
  co_await Sleep(kSecond);
  co_return 5;
}

Task<> Fail(TimeoutScope&) {
  co_await Sleep(kSecond);
  throw std::runtime_error("broken");
}

Task<> LeaveInTime(Words* words) {
  EXPECT_EQ(co_await WithTimeoutScope(2 * kSecond, ReturnFive), 5);
  co_await Note(WithTimeoutScope(2 * kSecond, Fail), words);
  co_await Sleep(9 * kSecond);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

TEST(TimeoutScopeTest, LeftInTimeItCancelsNothing) {
  EXPECT_THAT(RunAndNote(LeaveInTime), ElementsAre("broken"));
}

Task<> Swallow(TimeoutScope& scope, Words* words) {
  try {
    co_await Sleep(9 * kSecond);
  } catch (const Cancelled&) {
  }
  EXPECT_TRUE(scope.Expired());
  EXPECT_EQ(CurrentTask().CancelRequests(), 1);
  co_await Sleep(kSecond);
  words->push_back("went on");
}

Task<> SwallowTheCancel(Words* words) {
  co_await Note(WithTimeoutScope(kSecond, Swallow, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0)
      << "it is taken back all the same";
  EXPECT_EQ(Elapsed(), 2 * kSecond);
}

TEST(TimeoutScopeTest, ABodyThatSwallowsTheCancelReturns) {
  EXPECT_THAT(RunAndNote(SwallowTheCancel), ElementsAre("went on", "returned"));
}

// The cancel comes when the deadline has: it goes first.
Task<> CleanUp(TimeoutScope&) {
  bool cancelled = false;
  try {
    co_await Sleep(9 * kSecond);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) co_await Sleep(2 * kSecond);
}

Task<> CancelWhileItExpires(Words* words) {
  JoinHandle<> task =
      Spawn("task", Note<void>, WithTimeoutScope(kSecond, CleanUp), words);
  co_await Sleep(2 * kSecond);
  task.Cancel();
  co_await task;
  EXPECT_EQ(task.CancelRequests(), 1);
}

TEST(TimeoutScopeTest, ACancelFromOutsideGoesBeforeTheTimeout) {
  EXPECT_THAT(RunAndNote(CancelWhileItExpires), ElementsAre("cancelled"));
}

Task<> AskAboutIt(TimeoutScope& scope, const TimeoutScope** left) {
  *left = &scope;
  co_return;
}

struct Callable {
  explicit Callable(int v) : value(std::make_unique<int>(v)) {}
  Task<int> operator()(TimeoutScope&) {
    co_await Sleep(kSecond);
    co_return *value;
  }
  std::unique_ptr<int> value;
};

Task<> CallObject(Words* words) {
  Task<int> task = WithTimeoutScope(2 * kSecond, Callable(6));
  words->push_back(std::to_string(co_await std::move(task)));
  const TimeoutScope* left = nullptr;
  co_await WithTimeoutScope(kSecond, AskAboutIt, &left);
  EXPECT_NE(left, nullptr);
}

TEST(TimeoutScopeTest, KeepsItsCallableUntilTheBodyIsOver) {
  EXPECT_THAT(RunAndNote(CallObject), ElementsAre("6"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<> Work(TimeoutScope& scope, int* alive, absl::Duration duration) {
  Alive self(alive);
  co_await Yield();
  if (!scope.Expired()) scope.Reschedule(Now() + kSecond);
  co_await Sleep(duration);
}

Task<> InnerWork(TimeoutScope&, int* alive, Words* words) {
  Task<> work = WithTimeoutScope(2 * kSecond, Work, alive, kSecond);
  co_await Note(std::move(work), words);
  co_await WithTimeoutScope(2 * kSecond, Work, alive, kSecond / 2);
}

Task<> UseInAChild(int* alive, Words* words) {
  JoinHandle<> child =
      Spawn("child", Note<void>,
            WithTimeoutScope(kSecond, InnerWork, alive, words), words);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(*alive, 0);
}

TEST(TimeoutScopeTest, ACancelAnywhereLeavesNothingBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    Words words;
    return Simulation({.scheduler = scheduler})
        .Run(UseInAChild, &alive, &words);
  });
  EXPECT_GT(runs, 50);
}

}  // namespace
}  // namespace orrery
