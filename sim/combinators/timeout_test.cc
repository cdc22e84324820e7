// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/timeout.h"

#include <memory>
#include <stdexcept>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

// ---- In time and too late ---------------------------------------------------

Task<> InTime(Words* words) {
  co_await Note(WithTimeout(2 * kSecond, ReturnAfter(kSecond, 5)), words);
  EXPECT_EQ(Elapsed(), kSecond);
  co_await Sleep(5 * kSecond);
}

TEST(WithTimeoutTest, ReturnsTheResultThatComesInTime) {
  EXPECT_THAT(RunAndNote(InTime), ElementsAre("5"));
}

Task<std::unique_ptr<int>> MakePointer() {
  co_await Yield();
  co_return std::make_unique<int>(7);
}

Task<> OtherTypes(Words* words) {
  std::unique_ptr<int> pointer = co_await WithTimeout(kSecond, MakePointer());
  EXPECT_EQ(*pointer, 7);
  JoinHandle<std::unique_ptr<int>> handle = Spawn(MakePointer);
  pointer = co_await WithTimeout(kSecond, handle);
  EXPECT_EQ(*pointer, 7) << "what cannot be copied is moved out";
  Promise<int> promise;
  promise.Set(3);
  EXPECT_EQ(co_await WithTimeout(kSecond, promise.GetFuture()), 3);
  EXPECT_EQ(promise.GetFuture().Result(), 3) << "the future keeps its own";
  Promise<> none;
  none.Set();
  co_await WithTimeout(kSecond, none.GetFuture());
  words->push_back("done");
}

TEST(WithTimeoutTest, TakesTasksHandlesAndFuturesOfAllTypes) {
  EXPECT_THAT(RunAndNote(OtherTypes), ElementsAre("done"));
}

// Takes two seconds to give way.
Task<int> GiveWaySlowly(Words* words) {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(60));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  co_await Sleep(2 * kSecond);
  words->push_back("gave way");
  if (cancelled) throw Cancelled();
  co_return 0;
}

Task<> TooLate(Words* words) {
  co_await Note(WithTimeout(kSecond, GiveWaySlowly(words)), words);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0) << "its own is taken back";
  co_await Yield();
}

TEST(WithTimeoutTest, CancelsWhatIsLateAndWaitsForItsEnd) {
  EXPECT_THAT(RunAndNote(TooLate), ElementsAre("gave way", "timed out"));
}

Task<int> SwallowCancel() {
  try {
    co_await Sleep(absl::Seconds(60));
  } catch (const Cancelled&) {
  }
  co_return 8;
}

Task<int> FailWhenCancelled() {
  try {
    co_await Sleep(absl::Seconds(60));
  } catch (const Cancelled&) {
    throw std::runtime_error("cannot stop");
  }
  co_return 8;
}

Task<> EndsOtherwise(Words* words) {
  co_await Note(WithTimeout(kSecond, SwallowCancel()), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  co_await Note(WithTimeout(kSecond, FailWhenCancelled()), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  // It can be cancelled by a timeout again.
  co_await Note(WithTimeout(kSecond, ReturnAfter(2 * kSecond, 1)), words);
}

TEST(WithTimeoutTest, WhatSwallowsTheCancelReturnsOrThrowsWhatItHas) {
  EXPECT_THAT(RunAndNote(EndsOtherwise),
              ElementsAre("8", "cannot stop", "timed out"));
}

Task<> OfOthers(Words* words) {
  JoinHandle<int> handle = Spawn(ReturnAfter, 9 * kSecond, 1);
  co_await Note(WithTimeout(kSecond, handle), words);
  EXPECT_TRUE(handle.Cancelled());
  Promise<int> promise;
  co_await Note(WithTimeout(kSecond, promise.GetFuture()), words);
  EXPECT_TRUE(promise.GetFuture().Cancelled());
  EXPECT_EQ(Elapsed(), 2 * kSecond);
}

TEST(WithTimeoutTest, CancelsAHandlesTaskAndAFuture) {
  EXPECT_THAT(RunAndNote(OfOthers), ElementsAre("timed out", "timed out"));
}

// ---- No time and all time ---------------------------------------------------

Task<int> SayAndReturn(Words* words) {
  words->push_back("began");
  co_return 1;
}

Task<> NoTime(Words* words) {
  for (absl::Duration delay : {absl::ZeroDuration(), -kSecond}) {
    co_await Note(WithTimeout(delay, SayAndReturn(words)), words);
  }
  JoinHandle<int> over = Spawn(ReturnAfter, absl::ZeroDuration(), 4);
  co_await over;
  const uint64_t steps = Simulation::Current("").steps();
  co_await Note(WithTimeout(absl::ZeroDuration(), over), words);
  EXPECT_EQ(Simulation::Current("").steps(), steps) << "it does not suspend";
  JoinHandle<int> fails = Spawn(FailWhenCancelled);
  co_await Yield();
  co_await Note(WithTimeout(absl::ZeroDuration(), fails), words);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

TEST(WithTimeoutTest, WithNoTimeATaskNeverBeginsAndWhatIsOverIsInTime) {
  EXPECT_THAT(RunAndNote(NoTime),
              ElementsAre("timed out", "timed out", "4", "cannot stop"));
}

Task<> WaitFor(Event* event) { co_await event->Wait(); }

Task<> AllTime() {
  Event never("never");
  co_await WithTimeout(absl::InfiniteDuration(), WaitFor(&never));
}

TEST(WithTimeoutTest, WithInfiniteTimeThereIsNoTimerAndADeadlockIsSeen) {
  const RunResult result = Simulation().Run(AllTime);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for Event \"never\"");
  EXPECT_THAT(result.tasks[0].stack,
              ElementsAre(HasSubstr("WaitFor"), HasSubstr("AllTime")));
}

Task<> Deadlines(Words* words) {
  const absl::Time start = Now();
  co_await Note(WithDeadline(start + kSecond, ReturnAfter(kSecond / 2, 1)),
                words);
  co_await Note(WithDeadline(start + kSecond, ReturnAfter(kSecond, 1)), words);
  EXPECT_EQ(Elapsed(), kSecond);
  // It has passed: the body runs until it first suspends.
  co_await Note(WithDeadline(start, SayAndReturn(words)), words);
  co_await Note(WithDeadline(start, ReturnAfter(kSecond, 1)), words);
  EXPECT_EQ(Elapsed(), kSecond);
  co_await Note(WithDeadline(absl::InfiniteFuture(), ReturnAfter(kSecond, 2)),
                words);
}

TEST(WithDeadlineTest, CountsToAnInstant) {
  EXPECT_THAT(RunAndNote(Deadlines),
              ElementsAre("1", "timed out", "began", "1", "timed out", "2"));
}

// ---- What meets what --------------------------------------------------------

// What comes at the very instant is late, whichever timer was set first.
Task<int> WaitForFlag(Event* event, int value) {
  co_await event->Wait();
  co_return value;
}

Task<> ResultMeetsDeadline(Words* words) {
  Event set_before;
  PostAfter(kSecond, [&] { set_before.Set(); });
  co_await Note(WithTimeout(kSecond, WaitForFlag(&set_before, 1)), words);
  Event set_after;
  Task<int> waits = WithTimeout(kSecond, WaitForFlag(&set_after, 1));
  Post([&] { PostAfter(kSecond, [&] { set_after.Set(); }); });
  co_await Note(std::move(waits), words);
  EXPECT_TRUE(set_after.IsSet());
}

TEST(WithTimeoutTest, AResultThatMeetsTheDeadlineIsLateInBothOrders) {
  EXPECT_THAT(RunAndNote(ResultMeetsDeadline),
              ElementsAre("timed out", "timed out"));
}

// A request to cancel is never lost: neither where the result is there, nor
// where time is up.
Task<> CancelMeets(absl::Duration result_after, bool cancel_first,
                   Words* words) {
  Promise<int> promise;
  JoinHandle<> waits = Spawn("waits", Note<int>,
                             WithTimeout(kSecond, promise.GetFuture()), words);
  co_await Yield();
  if (cancel_first) PostAfter(kSecond, [waits] { waits.Cancel(); });
  PostAfter(result_after, [promise] { Promise<int>(promise).TrySet(1); });
  if (!cancel_first) PostAfter(kSecond, [waits] { waits.Cancel(); });
  co_await waits;
}

TEST(WithTimeoutTest, ACancelThatMeetsTheResultOrTheDeadlineIsNotLost) {
  for (bool cancel_first : {false, true}) {
    for (absl::Duration result_after : {kSecond, 2 * kSecond}) {
      Words words;
      const RunResult result =
          Simulation().Run(CancelMeets, result_after, cancel_first, &words);
      EXPECT_TRUE(result.ok()) << FormatRunResult(result);
      EXPECT_THAT(words, ElementsAre("cancelled"));
    }
  }
}

// Python lost such a cancel from 3.7 to 3.11.
Task<> CancelMeetsReadyResult(Words* words) {
  JoinHandle<int> inner = Spawn("inner", ReturnAfter, kSecond, 1);
  JoinHandle<> outer =
      Spawn("outer", Note<int>, WithTimeout(9 * kSecond, inner), words);
  co_await inner;  // and `outer` is about to be woken, too
  EXPECT_TRUE(outer.Cancel());
  co_await outer;
  EXPECT_EQ(inner.Result(), 1) << "the result is not lost either";
}

TEST(WithTimeoutTest, ACancelBetweenTheResultAndTheWakeUpIsNotLost) {
  EXPECT_THAT(RunAndNote(CancelMeetsReadyResult), ElementsAre("cancelled"));
}

// The same, and throws what it has caught.
Task<int> NoteAndThrow(Task<int> task, Words* words) {
  int value = 0;
  try {
    value = co_await std::move(task);
  } catch (const TimeoutError&) {
    words->push_back("inner timed out");
    throw;
  } catch (const Cancelled&) {
    words->push_back("inner cancelled");
    throw;
  }
  co_return value;
}

Task<int> NestedWith(absl::Duration outer, absl::Duration inner, Words* words) {
  Task<int> task = WithTimeout(inner, ReturnAfter(absl::Hours(1), 1));
  return WithTimeout(outer, NoteAndThrow(std::move(task), words));
}

Task<> Nested(Words* words) {
  co_await Note(NestedWith(kSecond, kSecond, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  EXPECT_EQ(Elapsed(), kSecond);
}

TEST(WithTimeoutTest, OfNestedOnesWithEqualDeadlinesTheOuterTimesOut) {
  EXPECT_THAT(RunAndNote(Nested), ElementsAre("inner cancelled", "timed out"));
}

// The loop stands still until both have passed.
Task<> NestedBusy(Words* words) {
  Post([] { BlockingSleep(9 * kSecond); });
  co_await Note(NestedWith(kSecond, 2 * kSecond, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  Post([] { BlockingSleep(9 * kSecond); });
  co_await Note(NestedWith(2 * kSecond, kSecond, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

TEST(WithTimeoutTest, NestedOnesThatPassWhileTheLoopIsBusyLoseNoCancel) {
  EXPECT_THAT(RunAndNote(NestedBusy),
              ElementsAre("inner cancelled", "timed out", "inner cancelled",
                          "timed out"));
}

Task<> NestedInner(Words* words) {
  co_await Note(NestedWith(2 * kSecond, kSecond, words), words);
  EXPECT_EQ(Elapsed(), kSecond);
}

TEST(WithTimeoutTest, OfNestedOnesTheInnerTimesOutIfItIsEarlier) {
  EXPECT_THAT(RunAndNote(NestedInner),
              ElementsAre("inner timed out", "timed out"));
}

// Somebody has cancelled the task before, and it goes on all the same.
Task<> AfterACancel(Words* words) {
  try {
    co_await Sleep(absl::InfiniteDuration());
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(CurrentTask().CancelRequests(), 1);
  co_await Note(WithTimeout(kSecond, ReturnAfter(2 * kSecond, 1)), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 1) << "the level is preserved";
}

Task<> CancelAndAwait(Words* words) {
  JoinHandle<> task = Spawn("task", AfterACancel, words);
  co_await Yield();
  task.Cancel();
  co_await task;
}

TEST(WithTimeoutTest, ATaskThatHasSwallowedACancelTimesOutAsOthersDo) {
  EXPECT_THAT(RunAndNote(CancelAndAwait), ElementsAre("timed out"));
}

Task<> CancelEarly(Words* words) {
  JoinHandle<> task = Spawn("task", Note<int>,
                            WithTimeout(kSecond, SayAndReturn(words)), words);
  task.Cancel();
  try {
    co_await task;
  } catch (const Cancelled&) {
    words->push_back("cancelled");
  }
}

TEST(WithTimeoutTest, CancelledBeforeItsFirstStepItBeginsNothing) {
  EXPECT_THAT(RunAndNote(CancelEarly), ElementsAre("cancelled"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive, absl::Duration duration) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  co_return 1;
}

Task<> UseTimeouts(int* alive, Words* words) {
  co_await Note(WithTimeout(2 * kSecond, Work(alive, kSecond)), words);
  EXPECT_EQ(*alive, 0);
  co_await Note(WithTimeout(kSecond, Work(alive, kSecond)), words);
  EXPECT_EQ(*alive, 0);
  JoinHandle<int> work = Spawn("work", Work, alive, 5 * kSecond);
  co_await Note(WithTimeout(kSecond, work), words);
  work = Spawn("more work", Work, alive, 5 * kSecond);
  co_await Note(WithTimeout(absl::ZeroDuration(), work), words);
  co_await Note(WithTimeout(absl::ZeroDuration(), Work(alive, kSecond)), words);
  // A request that has reached the task was not taken for a timeout.
  if (CurrentTask().CancelRequests() > 0) {
    EXPECT_THAT(*words, Contains("cancelled"));
  }
}

Task<> UseInAChild(int* alive, Words* words) {
  JoinHandle<> child = Spawn("child", UseTimeouts, alive, words);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(WithTimeoutTest, ACancelAnywhereLeavesNothingBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    Words words;
    const RunResult result =
        Simulation({.scheduler = scheduler}).Run(UseInAChild, &alive, &words);
    EXPECT_EQ(alive, 0);
    return result;
  });
  EXPECT_GT(runs, 100);
}

}  // namespace
}  // namespace orrery
