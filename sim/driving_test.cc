// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A simulation that is driven from outside, by code that is no coroutine.

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
#include "orrery/sim/progress.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

Progress Made(StopReason reason, uint64_t steps, absl::Duration elapsed) {
  return {.reason = reason, .steps = steps, .elapsed = elapsed};
}

Task<> Say(Words& said, std::string word) {
  said.push_back(std::move(word));
  co_return;
}

Task<> SayEverySecond(Words& said, int times) {
  for (int i = 1; i <= times; ++i) {
    co_await Sleep(absl::Seconds(1));
    said.push_back(absl::FormatDuration(Elapsed()));
  }
}

// ---- RunUntilIdle -----------------------------------------------------------

TEST(RunUntilIdleTest, RunsWhatIsThereAndTellsHowMuch) {
  Simulation simulation;
  Words said;
  {
    Simulation::Scope scope(simulation);
    Spawn(SayEverySecond, std::ref(said), 3);
    Post([&said] { said.push_back("posted"); });
  }
  EXPECT_EQ(simulation.RunUntilIdle(),
            Made(StopReason::kIdle, 5, absl::Seconds(3)));
  EXPECT_THAT(said, ElementsAre("posted", "1s", "2s", "3s"));
  EXPECT_EQ(Simulation::CurrentOrNull(), nullptr);
  EXPECT_EQ(simulation.RunUntilIdle(),
            Made(StopReason::kIdle, 0, absl::ZeroDuration()));
}

TEST(RunUntilIdleTest, WhatIsPostedBetweenTwoRunsTakesPartInTheNext) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  simulation.RunUntilIdle();
  Spawn(Say, std::ref(said), "a");
  Post([&said] { said.push_back("b"); });
  EXPECT_EQ(simulation.RunUntilIdle().steps, 2);
  EXPECT_THAT(said, ElementsAre("a", "b"));
}

Task<> AwaitFuture(Future<int> future, int& got) { got = co_await future; }

TEST(RunUntilIdleTest, ATaskThatWaitsForTheOutsideIsNoDeadlock) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Promise<int> promise;
  int got = 0;
  JoinHandle<> waiter = Spawn(AwaitFuture, promise.GetFuture(), std::ref(got));
  EXPECT_EQ(simulation.RunUntilIdle().reason, StopReason::kIdle);
  EXPECT_FALSE(waiter.Done());
  promise.Set(7);
  EXPECT_EQ(simulation.RunUntilIdle().reason, StopReason::kIdle);
  EXPECT_TRUE(waiter.Done());
  EXPECT_EQ(got, 7);
  EXPECT_TRUE(simulation.Finish().ok());
}

// ---- RunFor, RunUntil -------------------------------------------------------

TEST(RunForTest, TheEndIsIncludedAndTheClockStandsThere) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SayEverySecond, std::ref(said), 10);
  EXPECT_EQ(simulation.RunFor(absl::Seconds(2)),
            Made(StopReason::kTimeReached, 3, absl::Seconds(2)));
  EXPECT_THAT(said, ElementsAre("1s", "2s"));
  EXPECT_EQ(simulation.RunFor(absl::Milliseconds(999)),
            Made(StopReason::kTimeReached, 0, absl::Milliseconds(999)));
  EXPECT_EQ(simulation.RunFor(absl::Milliseconds(1)),
            Made(StopReason::kTimeReached, 1, absl::Milliseconds(1)));
  EXPECT_THAT(said, ElementsAre("1s", "2s", "3s"));
}

// At the end, too, what is due brings about something else.
Task<> SleepThenPost(Words& said) {
  co_await Sleep(absl::Seconds(1));
  Post([&said] {
    said.push_back("posted");
    PostAfter(absl::ZeroDuration(), [&said] { said.push_back("timer"); });
  });
}

TEST(RunForTest, WhatComesOfTheLastTimersRunsToo) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SleepThenPost, std::ref(said));
  simulation.RunFor(absl::Seconds(1));
  EXPECT_THAT(said, ElementsAre("posted", "timer"));
}

TEST(RunForTest, EachTimerFiresAtItsOwnTime) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SayEverySecond, std::ref(said), 3);
  Spawn(SayEverySecond, std::ref(said), 2);
  EXPECT_EQ(simulation.RunFor(absl::Hours(1)).elapsed, absl::Hours(1));
  EXPECT_THAT(said, ElementsAre("1s", "1s", "2s", "2s", "3s"));
}

TEST(RunForTest, ZeroOrLessRunsWhatIsDueNow) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(Say, std::ref(said), "now");
  PostAfter(absl::Nanoseconds(1), [&said] { said.push_back("later"); });
  EXPECT_EQ(simulation.RunFor(-absl::Seconds(1)),
            Made(StopReason::kTimeReached, 1, absl::ZeroDuration()));
  EXPECT_EQ(simulation.RunFor(absl::ZeroDuration()).steps, 0);
  EXPECT_THAT(said, ElementsAre("now"));
}

TEST(RunForTest, ForEverIsUntilIdle) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SayEverySecond, std::ref(said), 2);
  EXPECT_EQ(simulation.RunFor(absl::InfiniteDuration()),
            Made(StopReason::kIdle, 3, absl::Seconds(2)));
}

TEST(RunUntilTest, RunsUpToAnInstantOfTheSimulatedDay) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SayEverySecond, std::ref(said), 10);
  EXPECT_EQ(simulation.RunUntil(SimEpoch() + absl::Seconds(3)).elapsed,
            absl::Seconds(3));
  EXPECT_EQ(Now(), SimEpoch() + absl::Seconds(3));
  EXPECT_EQ(simulation.RunUntil(SimEpoch() + absl::Seconds(1)),
            Made(StopReason::kTimeReached, 0, absl::ZeroDuration()))
      << "the clock does not go back";
  EXPECT_THAT(said, ElementsAre("1s", "2s", "3s"));
}

// ---- Step -------------------------------------------------------------------

TEST(StepTest, TakesOneStepAndMovesTheClockForItIfNeedBe) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  Spawn(SayEverySecond, std::ref(said), 2);
  Spawn(Say, std::ref(said), "b");
  EXPECT_EQ(simulation.Step(),
            Made(StopReason::kStepped, 1, absl::ZeroDuration()));
  EXPECT_THAT(said, IsEmpty());
  simulation.Step();
  EXPECT_THAT(said, ElementsAre("b"));
  EXPECT_EQ(simulation.Step(), Made(StopReason::kStepped, 1, absl::Seconds(1)));
  EXPECT_EQ(simulation.now(), SimTime(1'000'000'000))
      << "and not for the next one";
  EXPECT_EQ(simulation.Step(), Made(StopReason::kStepped, 1, absl::Seconds(1)));
  EXPECT_EQ(simulation.Step(),
            Made(StopReason::kIdle, 0, absl::ZeroDuration()));
  EXPECT_THAT(said, ElementsAre("b", "1s", "2s"));
}

TEST(StepTest, StepByStepIsTheSameRun) {
  for (uint64_t seed = 0; seed <= 20; ++seed) {
    RandomScheduler one_random, two_random;
    auto run = [seed](Scheduler* scheduler, bool stepwise) {
      Simulation simulation(
          {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : scheduler});
      Words said;
      {
        Simulation::Scope scope(simulation);
        for (int i = 1; i <= 5; ++i) Spawn(SayEverySecond, std::ref(said), i);
      }
      if (stepwise) {
        while (simulation.Step().steps == 1) {
        }
      }
      simulation.RunUntilIdle();
      return simulation.Finish().digests;
    };
    EXPECT_EQ(run(&one_random, false), run(&two_random, true));
  }
}

// ---- RunUntilComplete -------------------------------------------------------

Task<int> SleepAndAnswer(int seconds) {
  co_await Sleep(absl::Seconds(seconds));
  co_return seconds;
}

TEST(RunUntilCompleteTest, StopsWhenTheTaskIsOverAndLeavesTheOthers) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  JoinHandle<int> answer = Spawn(SleepAndAnswer, 2);
  JoinHandle<> other = Spawn(SayEverySecond, std::ref(said), 5);
  EXPECT_EQ(simulation.RunUntilComplete(answer).reason, StopReason::kCompleted);
  EXPECT_EQ(answer.Result(), 2);
  EXPECT_FALSE(other.Done());
  EXPECT_EQ(simulation.now(), SimTime(2'000'000'000));
  EXPECT_EQ(simulation.RunUntilComplete(answer),
            Made(StopReason::kCompleted, 0, absl::ZeroDuration()))
      << "it is over already";
  EXPECT_EQ(simulation.RunUntilComplete(other).elapsed, absl::Seconds(3));
}

Task<> WaitForGoodFor(Future<int> never) { co_await never; }

TEST(RunUntilCompleteTest, WhereItCannotBeThatIsADeadlock) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Promise<int> promise;
  JoinHandle<> stuck = Spawn("stuck", WaitForGoodFor, promise.GetFuture());
  const Progress progress = simulation.RunUntilComplete(stuck);
  EXPECT_EQ(progress.reason, StopReason::kDeadlock);
  EXPECT_FALSE(progress.ok());
  EXPECT_EQ(simulation.RunUntilIdle().reason, StopReason::kDeadlock)
      << "the run has failed for good";
  const RunResult result = simulation.Finish();
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.failure->message,
            "deadlock: nothing can run, no timer is set, and task stuck#1 is "
            "not done");
  EXPECT_EQ(result.tasks.size(), 1);
}

// ---- Failures and the end ---------------------------------------------------

Task<> ThrowAfter(absl::Duration delay, std::string what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

TEST(DrivingTest, AFailureStopsItForGood) {
  Simulation simulation;
  {
    Simulation::Scope scope(simulation);
    Spawn("worker", ThrowAfter, absl::Seconds(1), "broken");
    PostAfter(absl::Seconds(2), [] { ADD_FAILURE(); });
  }
  EXPECT_EQ(simulation.RunUntilIdle().reason, StopReason::kFailed);
  EXPECT_EQ(simulation.RunFor(absl::Hours(1)),
            Made(StopReason::kFailed, 0, absl::ZeroDuration()));
  const RunResult result = simulation.Finish();
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task worker#1: std::runtime_error: broken");
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
}

TEST(DrivingTest, LimitsStopItToo) {
  Simulation few({.max_steps = 2});
  Words said;
  {
    Simulation::Scope scope(few);
    Spawn(SayEverySecond, std::ref(said), 9);
  }
  EXPECT_EQ(few.RunUntilIdle(),
            Made(StopReason::kStepLimit, 2, absl::Seconds(2)));
  EXPECT_EQ(few.Step().steps, 0);
  Simulation brief({.max_time = absl::Seconds(5)});
  EXPECT_EQ(brief.RunFor(absl::Seconds(5)).reason, StopReason::kTimeReached);
  EXPECT_EQ(brief.RunFor(absl::Seconds(1)),
            Made(StopReason::kTimeLimit, 0, absl::ZeroDuration()));
  EXPECT_EQ(brief.Finish().failure->message,
            "the time limit of 5.000s was reached");
}

Task<> SayHowItEnds(Words& said, std::string name) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    said.push_back(name + " was cancelled");
    throw;
  }
}

TEST(FinishTest, CancelsWhatIsLeftInTheOrderInWhichItWasSpawned) {
  Simulation simulation;
  Words said;
  {
    Simulation::Scope scope(simulation);
    for (const char* name : {"a", "b", "c"}) {
      Spawn(SayHowItEnds, std::ref(said), name);
    }
  }
  simulation.RunFor(absl::Seconds(1));
  const RunResult result = simulation.Finish();
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
  EXPECT_THAT(said, ElementsAre("a was cancelled", "b was cancelled",
                                "c was cancelled"));
}

Task<> FailWhenCancelled(std::string what) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
  }
  co_await Sleep(absl::Seconds(1));
  throw std::runtime_error(what);
}

TEST(FinishTest, AllAreWaitedForAndEveryErrorIsToldOf) {
  Simulation simulation;
  Words said;
  {
    Simulation::Scope scope(simulation);
    Spawn("a", FailWhenCancelled, "no disk");
    Spawn("b", SayHowItEnds, std::ref(said), "b");
    Spawn("c", FailWhenCancelled, "no net");
  }
  simulation.RunFor(absl::Seconds(1));
  const RunResult result = simulation.Finish();
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task a#1, cancelled since the main task was "
            "done: std::runtime_error: no disk\n"
            "uncaught exception in task c#3, cancelled since the main task was "
            "done: std::runtime_error: no net");
  EXPECT_EQ(result.failure->task_name, "a#1");
  EXPECT_THAT(said, ElementsAre("b was cancelled"));
  EXPECT_THAT(result.tasks, IsEmpty()) << "all have come to their end";
  EXPECT_EQ(result.elapsed, absl::Seconds(2));
}

TEST(FinishTest, AMainTaskMayComeLast) {
  Simulation simulation;
  Words said;
  {
    Simulation::Scope scope(simulation);
    Spawn(Say, std::ref(said), "set up");
  }
  simulation.RunFor(absl::Seconds(1));
  const RunResult result = simulation.Run(SayEverySecond, std::ref(said), 1);
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(said, ElementsAre("set up", "2s"));
}

TEST(FinishDeathTest, AfterItThereIsNothingToRun) {
  Simulation simulation;
  EXPECT_TRUE(simulation.Finish().ok());
  EXPECT_DEATH(simulation.RunUntilIdle(), "make another one");
  EXPECT_DEATH(simulation.Finish(), "is over already");
}

Task<> DriveFromWithin(Simulation& simulation) {
  simulation.RunUntilIdle();
  co_return;
}

TEST(DrivingDeathTest, NotFromWithinAStep) {
  Simulation simulation;
  EXPECT_DEATH(simulation.Run(DriveFromWithin, std::ref(simulation)),
               "A simulation was called within a step of a simulation. One "
               "runs at a time on a thread");
}

}  // namespace
}  // namespace orrery
