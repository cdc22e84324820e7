// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Cancellation: what a task is told, where, and how often.

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/future.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Words = std::vector<std::string>;

// Sleeps, and says how that ended and when.
Task<> SayHowItEnds(absl::Duration delay, std::string name, Words& said) {
  std::string how = " slept";
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    how = " was cancelled";
  }
  said.push_back(absl::FormatDuration(Elapsed()) + name + how);
}

// ---- Where it is told -------------------------------------------------------

Task<> CancelSleeper(Words& said) {
  JoinHandle<> sleeper =
      Spawn(SayHowItEnds, absl::Hours(1), "", std::ref(said));
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(sleeper.Cancel());
  EXPECT_FALSE(sleeper.Done()) << "it is told when it next runs";
  EXPECT_EQ(sleeper.CancelRequests(), 1);
  co_await sleeper;
  EXPECT_FALSE(sleeper.Cancelled()) << "it caught it, and returned";
  EXPECT_FALSE(sleeper.Cancel()) << "it is over";
}

TEST(CancelTest, ASleeperIsToldAtOnce) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelSleeper, said).ok());
  EXPECT_THAT(said, ElementsAre("1s was cancelled"));
}

Task<> Note(std::vector<int>& steps, int step) {
  steps.push_back(step);
  co_return;
}

Task<> CancelBeforeItBegins(std::vector<int>& steps) {
  JoinHandle<> never = Spawn(Note, std::ref(steps), 1);
  never.Cancel();
  co_await Yield();
  EXPECT_TRUE(never.Done());
  EXPECT_TRUE(never.Cancelled());
  steps.push_back(2);
}

TEST(CancelTest, ATaskThatHasNotBegunNeverWill) {
  std::vector<int> steps;
  EXPECT_TRUE(Simulation().Run(CancelBeforeItBegins, steps).ok());
  EXPECT_THAT(steps, ElementsAre(2));
}

Task<int> Seven() {
  co_await Yield();
  co_return 7;
}

Task<> WaitForCancelled() {
  JoinHandle<int> seven = Spawn(Seven);
  co_await Yield();  // it stands at its Yield now
  seven.Cancel();
  EXPECT_THROW(co_await seven, Cancelled);
  EXPECT_THROW(seven.Result(), Cancelled);
  EXPECT_THROW(seven.Exception(), Cancelled);
}

TEST(CancelTest, WhoWaitsForACancelledTaskIsThrownItToo) {
  EXPECT_TRUE(Simulation().Run(WaitForCancelled).ok());
}

Task<int> CancelItselfAndReturn() {
  CurrentTask().Cancel();
  co_return 5;
}

Task<> AwaitSelfCancelled() {
  JoinHandle<int> handle = Spawn(CancelItselfAndReturn);
  EXPECT_THROW(co_await handle, Cancelled);
  EXPECT_TRUE(handle.Cancelled());
}

TEST(CancelTest, ATaskThatCancelsItselfAndReturnsIsCancelled) {
  EXPECT_TRUE(Simulation().Run(AwaitSelfCancelled).ok());
}

Task<> CancelItselfAndSleep(Words& said) {
  CurrentTask().Cancel();
  co_await SayHowItEnds(absl::Hours(1), "", said);
}

TEST(CancelTest, ATaskThatCancelsItselfIsToldWhereItNextWaits) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelItselfAndSleep, said).ok());
  EXPECT_THAT(said, ElementsAre("0 was cancelled"));
}

Task<> FailWhenCancelled() {
  try {
    co_await Sleep(absl::Seconds(1));
  } catch (const Cancelled&) {
    throw std::runtime_error("cannot undo");
  }
}

Task<> AwaitFailedCancel() {
  JoinHandle<> handle = Spawn(FailWhenCancelled);
  co_await Yield();
  handle.Cancel();
  EXPECT_THROW(co_await handle, std::runtime_error);
  EXPECT_FALSE(handle.Cancelled());
}

TEST(CancelTest, AnErrorThrownInsteadCounts) {
  EXPECT_TRUE(Simulation().Run(AwaitFailedCancel).ok());
}

// ---- What it waits for ------------------------------------------------------

Task<> Wait(JoinHandle<> inner) { co_await inner; }

Task<> CancelChain(Words& said) {
  JoinHandle<> inner = Spawn(SayHowItEnds, absl::Hours(1), "", std::ref(said));
  JoinHandle<> middle = Spawn(Wait, inner);
  JoinHandle<> outer = Spawn(Wait, middle);
  co_await Sleep(absl::Seconds(2));
  outer.Cancel();
  EXPECT_EQ(inner.CancelRequests(), 1);
  EXPECT_EQ(middle.CancelRequests(), 1);
  co_await outer;  // not cancelled: the innermost one coped
  EXPECT_FALSE(outer.Cancelled());
}

TEST(CancelTest, ARequestGoesOnToTheTaskThatIsWaitedFor) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelChain, said).ok());
  EXPECT_THAT(said, ElementsAre("2s was cancelled"));
}

Task<> CancelLongChain() {
  JoinHandle<> innermost = Spawn(
      "innermost",
      [](Words said) -> Task<> {
        co_await SayHowItEnds(absl::Hours(1), "", said);
        throw Cancelled();
      },
      Words());
  JoinHandle<> outermost = innermost;
  for (int i = 0; i < 100'000; ++i) outermost = Spawn(Wait, outermost);
  co_await Sleep(absl::Seconds(1));
  outermost.Cancel();
  EXPECT_THROW(co_await outermost, Cancelled);
  EXPECT_TRUE(innermost.Cancelled());
}

TEST(CancelTest, ALongChainOfWaitersDoesNotOverflowTheStack) {
  EXPECT_TRUE(Simulation().Run(CancelLongChain).ok());
}

Task<> AwaitEachOther(Promise<JoinHandle<>> other) {
  JoinHandle<> handle = co_await other.GetFuture();
  co_await handle;
}

Task<> CancelCircle() {
  Promise<JoinHandle<>> to_first;
  Promise<JoinHandle<>> to_second;
  Promise<JoinHandle<>> to_third;
  JoinHandle<> first = Spawn(AwaitEachOther, to_first);
  JoinHandle<> second = Spawn(AwaitEachOther, to_second);
  JoinHandle<> third = Spawn(AwaitEachOther, to_third);
  to_first.Set(second);
  to_second.Set(third);
  to_third.Set(second);  // the first waits outside of the circle
  co_await Sleep(absl::Seconds(1));
  first.Cancel();
  EXPECT_THROW(co_await first, Cancelled);
  EXPECT_TRUE(second.Cancelled());
  EXPECT_TRUE(third.Cancelled());
}

TEST(CancelTest, ACircleOfWaitersIsCancelledAsAWhole) {
  const RunResult result = Simulation().Run(CancelCircle);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<> LockAndSay(Mutex& mutex, Words& said) {
  try {
    Mutex::Guard guard = co_await mutex.Lock();
    said.push_back("locked");
  } catch (const Cancelled&) {
    said.push_back("cancelled");
    throw;
  }
}

Task<> CancelWaiterThatWasWoken(Words& said) {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  JoinHandle<> first = Spawn(LockAndSay, std::ref(mutex), std::ref(said));
  JoinHandle<> second = Spawn(LockAndSay, std::ref(mutex), std::ref(said));
  co_await Yield();
  guard.Unlock();
  first.Cancel();  // it has the mutex as good as in its hands
  co_await second;
  EXPECT_TRUE(first.Cancelled());
}

TEST(CancelTest, WhatACancelledWaiterWasWokenForGoesToTheNext) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelWaiterThatWasWoken, said).ok());
  EXPECT_THAT(said, ElementsAre("cancelled", "locked"));
}

Task<> CancelAtTheInstantItWakes(Words& said) {
  JoinHandle<> sleeper =
      Spawn(SayHowItEnds, absl::Seconds(1), "", std::ref(said));
  co_await Yield();
  // Due later at the same instant: the sleeper's timer has fired by then.
  PostAfter(absl::Seconds(1), [sleeper] { sleeper.Cancel(); });
  co_await sleeper;
}

TEST(CancelTest, ASleeperWhoseTimeHasComeIsCancelledAllTheSame) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelAtTheInstantItWakes, said).ok());
  EXPECT_THAT(said, ElementsAre("1s was cancelled"));
}

// ---- Counting ---------------------------------------------------------------

Task<> CancelTwice(Words& said) {
  co_await SayHowItEnds(absl::Hours(1), " a", said);
  co_await SayHowItEnds(absl::Hours(1), " b", said);
  co_await SayHowItEnds(absl::Seconds(1), " c", said);
}

Task<> CancelAgainAndAgain(Words& said) {
  JoinHandle<> handle = Spawn(CancelTwice, std::ref(said));
  co_await Sleep(absl::Seconds(1));
  handle.Cancel();
  handle.Cancel();  // before it was told: once
  EXPECT_EQ(handle.CancelRequests(), 2);
  co_await Sleep(absl::Seconds(1));
  handle.Cancel();
  co_await handle;
  EXPECT_EQ(handle.CancelRequests(), 3);
}

TEST(CancelTest, ATaskIsToldOnceAndAgainWhenItIsCancelledAgain) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelAgainAndAgain, said).ok());
  // asyncio: the second request comes when the sleep is cancelled already, so
  // it is kept for the task's next step, which it is thrown at.
  EXPECT_THAT(said, ElementsAre("1s a was cancelled", "2s b was cancelled",
                                "3s c slept"));
}

Task<> TakeItBack(Words& said) {
  CurrentTask().Cancel();
  EXPECT_EQ(CurrentTask().CancelRequests(), 1);
  EXPECT_EQ(CurrentTask().Uncancel(), 0);
  EXPECT_EQ(CurrentTask().Uncancel(), 0);
  co_await SayHowItEnds(absl::Seconds(1), "", said);
}

TEST(CancelTest, ARequestThatIsTakenBackInTimeIsNeverTold) {
  Words said;
  EXPECT_TRUE(Simulation().Run(TakeItBack, said).ok());
  EXPECT_THAT(said, ElementsAre("1s slept"));
}

Task<> TakeOneOfTwoBack(Words& said) {
  CurrentTask().Cancel();
  CurrentTask().Cancel();
  EXPECT_EQ(CurrentTask().Uncancel(), 1);
  co_await SayHowItEnds(absl::Seconds(1), "", said);
}

TEST(CancelTest, OfTwoRequestsOneIsLeftWhenOneIsTakenBack) {
  Words said;
  EXPECT_TRUE(Simulation().Run(TakeOneOfTwoBack, said).ok());
  EXPECT_THAT(said, ElementsAre("0 was cancelled"));
}

// ---- The end of a run -------------------------------------------------------

Task<> LeaveTwoBehind(Words& said) {
  Spawn("a", SayHowItEnds, absl::Hours(1), " a", std::ref(said));
  Spawn("b", SayHowItEnds, absl::Hours(2), " b", std::ref(said));
  co_await Sleep(absl::Seconds(3));
}

TEST(CancelTest, WhatIsLeftWhenMainIsDoneIsCancelledInSpawnOrder) {
  Words said;
  const RunResult result = Simulation().Run(LeaveTwoBehind, said);
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(said, ElementsAre("3s a was cancelled", "3s b was cancelled"));
}

Task<> LeaveOneThatNeedsTime(Words& said) {
  Spawn(
      [](Words& words) -> Task<> {
        try {
          co_await Sleep(absl::Hours(1));
        } catch (const Cancelled&) {
          words.push_back("cleaning up");
        }
        co_await SayHowItEnds(absl::Seconds(2), "", words);
      },
      std::ref(said));
  co_await Sleep(absl::Seconds(3));
}

TEST(CancelTest, WhatIsLeftMayTakeItsTimeToCleanUp) {
  Words said;
  const RunResult result = Simulation().Run(LeaveOneThatNeedsTime, said);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.elapsed, absl::Seconds(5));
  EXPECT_THAT(said, ElementsAre("cleaning up", "5s slept"));
}

Task<> LeaveOneThatFails() {
  Spawn("bad", FailWhenCancelled);
  co_await Yield();
}

TEST(CancelTest, AnErrorOfWhatIsLeftFailsTheRun) {
  const RunResult result = Simulation().Run(LeaveOneThatFails);
  ASSERT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message,
              HasSubstr("task bad#2, cancelled since the main task was done: "
                        "std::runtime_error: cannot undo"));
}

Task<> LeaveOneThatNeverEnds() {
  Spawn("stubborn", []() -> Task<> {
    Event never("never");
    for (;;) {
      try {
        co_await never.Wait();
      } catch (const Cancelled&) {
      }
    }
  });
  co_await Yield();
}

TEST(CancelTest, WhatIsLeftAndNeverEndsIsADeadlock) {
  const RunResult result = Simulation().Run(LeaveOneThatNeverEnds);
  ASSERT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_THAT(result.failure->message, HasSubstr("not all of them end"));
  ASSERT_EQ(result.tasks.size(), 1u);
  EXPECT_EQ(result.tasks[0].name, "stubborn#2");
}

Task<> CancelMain() {
  CurrentTask().Cancel();
  co_await Yield();
}

TEST(CancelTest, AMainTaskThatIsCancelledFailsTheRun) {
  const RunResult result = Simulation().Run(CancelMain);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->message, "the main task was cancelled");
}

// ---- Any policy -------------------------------------------------------------

Task<> Hold(Mutex& mutex, int& holders, int& held) {
  for (int i = 0; i < 3; ++i) {
    Mutex::Guard guard = co_await mutex.Lock();
    EXPECT_EQ(++holders, 1);
    try {
      co_await Yield();
    } catch (const Cancelled&) {
      --holders;
      throw;
    }
    --holders;
    ++held;
  }
}

Task<> CancelSomebody(int& held) {
  Mutex mutex;
  int holders = 0;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(
        Spawn(Hold, std::ref(mutex), std::ref(holders), std::ref(held)));
  }
  co_await Yield();
  co_await Yield();
  tasks[1].Cancel();
  for (size_t i = 0; i < tasks.size(); ++i) {
    try {
      co_await tasks[i];
    } catch (const Cancelled&) {
      EXPECT_EQ(i, 1u);
    }
  }
  EXPECT_FALSE(mutex.IsLocked());
}

TEST(CancelTest, UnderAnyScheduleNobodyElseIsHarmed) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler scheduler;
    Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
    int held = 0;
    const RunResult result = simulation.Run(CancelSomebody, held);
    ASSERT_TRUE(result.ok()) << FormatRunResult(result);
    EXPECT_GE(held, 9);
  }
}

// ---- Tasks that nobody awaits -----------------------------------------------

Task<> Forget() {
  {
    Task<int> forgotten = Seven();
  }
  co_return;
}

TEST(CancelTest, ATaskThatIsNeverAwaitedFailsTheRun) {
  const RunResult result = Simulation().Run(Forget);
  ASSERT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message,
              HasSubstr("a Task of Seven (sim/cancel_test.cc) was never "
                        "awaited"));
}

Task<> Discard() {
  Task<int> not_wanted = Seven();
  std::move(not_wanted).Discard();
  co_return;
}

TEST(CancelTest, ATaskThatIsDiscardedDoesNot) {
  EXPECT_TRUE(Simulation().Run(Discard).ok());
}

}  // namespace
}  // namespace orrery
