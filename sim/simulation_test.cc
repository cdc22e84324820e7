// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/simulation.h"

#include <coroutine>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// ---- The outcomes -----------------------------------------------------------

Task<> Sleeper(absl::Duration duration) { co_await Sleep(duration); }

TEST(SimulationTest, ARunThatCompletesSaysWhatItTook) {
  Simulation simulation({.seed = Seed(9)});
  const RunResult result = simulation.Run(Sleeper, absl::Seconds(1));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.outcome, Outcome::kCompleted);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
  EXPECT_EQ(result.steps, 2) << "one until it sleeps, one when it wakes";
  EXPECT_EQ(result.choices, 0);
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_TRUE(result.tasks.empty());
  EXPECT_EQ(simulation.now(), SimTime(1'000'000'000));
  EXPECT_EQ(simulation.steps(), 2);
  EXPECT_EQ(simulation.seed(), Seed(9));
}

Task<> LeaveOneBehind() {
  Spawn("forgotten", Sleeper, absl::Seconds(1));
  co_await Yield();
}

TEST(SimulationTest, TheRunEndsWithTheMainTaskAndListsNoOther) {
  const RunResult result = Simulation().Run(LeaveOneBehind);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_TRUE(result.tasks.empty());
}

Task<> ThrowAfterASecond() {
  Spawn("other", Sleeper, absl::Seconds(9));
  co_await Sleep(absl::Seconds(1));
  throw std::out_of_range("no such account");
}

TEST(SimulationTest, ARunThatFailsSaysWhatWhenAndWho) {
  const RunResult result = Simulation().Run(ThrowAfterASecond);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
  ASSERT_TRUE(result.failure.has_value());
  const RunFailure& failure = *result.failure;
  EXPECT_EQ(failure.message,
            "uncaught exception in task main#1: std::out_of_range: no such "
            "account");
  EXPECT_EQ(failure.time, SimTime(1'000'000'000));
  EXPECT_EQ(failure.step, 3);
  EXPECT_EQ(failure.task, TaskId(1));
  EXPECT_EQ(failure.task_name, "main#1");
  EXPECT_THROW(std::rethrow_exception(failure.exception), std::out_of_range);
  ASSERT_EQ(result.tasks.size(), 1) << "those that were not done";
  EXPECT_EQ(result.tasks[0].name, "other#2");
  EXPECT_EQ(result.tasks[0].wait, WaitKind::kSleep);
  EXPECT_EQ(result.tasks[0].due, SimTime(9'000'000'000));
}

Task<> Wait(Event& event) { co_await event.Wait(); }

Task<> WaitAfterASecond() {
  Event never("never");
  JoinHandle<> waiter = Spawn("waiter", Wait, std::ref(never));
  co_await Sleep(absl::Seconds(1));
  co_await waiter;
}

TEST(SimulationTest, ADeadlockIsFoundAtOnceAndListsWhoWaitsForWhat) {
  const RunResult result = Simulation().Run(WaitAfterASecond);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "deadlock: nothing can run, no timer is set, and the main task is "
            "not done");
  EXPECT_EQ(result.failure->task, TaskId()) << "the event loop found it";
  EXPECT_EQ(result.failure->task_name, "");
  EXPECT_EQ(result.failure->exception, nullptr);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(result.tasks[0].id, TaskId(1));
  EXPECT_EQ(result.tasks[0].wait, WaitKind::kJoin);
  EXPECT_EQ(result.tasks[0].waits_for, "task waiter#2");
  EXPECT_EQ(result.tasks[1].wait, WaitKind::kEvent);
  EXPECT_EQ(result.tasks[1].waits_for, "Event \"never\"");
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
}

TEST(SimulationTest, SleepingForEverIsADeadlock) {
  const RunResult result = Simulation().Run(Sleeper, absl::InfiniteDuration());
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]), "sleeps until never");
}

Task<> YieldForEver() {
  for (;;) co_await Yield();
}

TEST(SimulationTest, TheStepLimitStopsARunThatGoesRoundInCircles) {
  const RunResult result = Simulation({.max_steps = 100}).Run(YieldForEver);
  EXPECT_EQ(result.outcome, Outcome::kStepLimit);
  EXPECT_EQ(result.steps, 100);
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message, "the limit of 100 steps was reached");
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(result.tasks[0].wait, WaitKind::kTurn);
}

TEST(SimulationTest, ARunMayTakeAsManyStepsAsTheLimit) {
  EXPECT_TRUE(Simulation({.max_steps = 2}).Run(Sleeper, absl::Seconds(1)).ok());
  EXPECT_EQ(Simulation({.max_steps = 1}).Run(Sleeper, absl::Seconds(1)).outcome,
            Outcome::kStepLimit);
  const RunResult none =
      Simulation({.max_steps = 0}).Run(Sleeper, absl::Seconds(1));
  EXPECT_EQ(none.outcome, Outcome::kStepLimit);
  EXPECT_EQ(none.steps, 0);
}

TEST(SimulationTest, TheTimeLimitStopsTheClock) {
  const RunResult result = Simulation({.max_time = absl::Milliseconds(1500)})
                               .Run(Sleeper, absl::Seconds(2));
  EXPECT_EQ(result.outcome, Outcome::kTimeLimit);
  EXPECT_EQ(result.elapsed, absl::Milliseconds(1500));
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message, "the time limit of 1.500s was reached");
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]), "sleeps until 2.000s");
}

TEST(SimulationTest, ARunMayTakeAsLongAsTheLimit) {
  EXPECT_TRUE(Simulation({.max_time = absl::Seconds(2)})
                  .Run(Sleeper, absl::Seconds(2))
                  .ok());
}

TEST(SimulationTest, ANegativeTimeLimitDoesNotTurnTheClockBack) {
  for (absl::Duration limit : {-absl::Seconds(1), -absl::InfiniteDuration()}) {
    const RunResult result =
        Simulation({.max_time = limit}).Run(Sleeper, absl::Seconds(1));
    EXPECT_EQ(result.outcome, Outcome::kTimeLimit);
    EXPECT_EQ(result.elapsed, absl::ZeroDuration());
    EXPECT_EQ(result.failure->message, "the time limit of 0.000s was reached");
  }
}

Task<> Block(bool* went_on, bool* woke) {
  BlockingSleep(absl::Seconds(5));
  *went_on = true;
  EXPECT_EQ(Elapsed(), absl::Seconds(1)) << "the clock stands at the limit";
  co_await Yield();
  *woke = true;
}

TEST(SimulationTest, TimeThatPassesInAStepStopsAtTheLimitAndEndsTheRun) {
  bool went_on = false;
  bool woke = false;
  const RunResult result =
      Simulation({.max_time = absl::Seconds(1)}).Run(Block, &went_on, &woke);
  EXPECT_EQ(result.outcome, Outcome::kTimeLimit);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
  EXPECT_TRUE(went_on) << "a step is never cut short";
  EXPECT_FALSE(woke);
  EXPECT_THAT(result.failure->site, HasSubstr("sim/simulation_test.cc:"));
}

Task<> DrawOnce(uint64_t n) {
  Choose(n, "what");
  co_return;
}

TEST(SimulationTest, AReplayThatMeetsSomethingElseDiverges) {
  Schedule schedule;
  schedule.ordered = false;
  schedule.Add(
      {.kind = ChoiceKind::kData, .n = 5, .chosen = 4, .site = "what"});
  ReplayScheduler replay(schedule);
  EXPECT_TRUE(Simulation({.scheduler = &replay}).Run(DrawOnce, 5u).ok());
  const RunResult result = Simulation({.scheduler = &replay}).Run(DrawOnce, 6u);
  EXPECT_EQ(result.outcome, Outcome::kDiverged);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "replay diverged at step 1, 0.000s, at choice 0\n"
            "  recorded: choice of data \"what\" among 5 -> 4\n"
            "  this run: choice of data \"what\" among 6");
}

Schedule TwoDraws() {
  Schedule schedule;
  schedule.ordered = false;
  for (int i = 0; i < 2; ++i) {
    schedule.Add(
        {.kind = ChoiceKind::kData, .n = 5, .chosen = 4, .site = "what"});
  }
  return schedule;
}

TEST(SimulationTest, AReplayOfALongerRecordDiverges) {
  ReplayScheduler replay(TwoDraws());
  const RunResult result = Simulation({.scheduler = &replay}).Run(DrawOnce, 5u);
  EXPECT_EQ(result.outcome, Outcome::kDiverged);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "replay diverged at its end, after step 1, 0.000s, at choice 1\n"
            "  recorded: choice of data \"what\" among 5 -> 4\n"
            "  this run: no further choice, the run is over");
}

Task<> DrawAndThrow() {
  Choose(5, "what");
  co_await Sleep(absl::Seconds(1));
  throw std::runtime_error("the bug that was sought");
}

TEST(SimulationTest, AReplayThatFailsBeforeItsRecordEndsSaysHow) {
  ReplayScheduler replay(TwoDraws());
  const RunResult result = Simulation({.scheduler = &replay}).Run(DrawAndThrow);
  EXPECT_EQ(result.outcome, Outcome::kDiverged);
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->message,
            "replay diverged at its end, after step 2, 1.000s, at choice 1\n"
            "  recorded: choice of data \"what\" among 5 -> 4\n"
            "  this run: no further choice, the run is over\n"
            "  how this run ended: failed: uncaught exception in task main#1: "
            "std::runtime_error: the bug that was sought");
}

// ---- Failures ---------------------------------------------------------------

Task<> FailTwice() {
  Simulation& simulation = Simulation::Current("FailTwice");
  simulation.Fail("first", SourceSite::current());
  simulation.Fail("second", SourceSite::current());
  EXPECT_TRUE(simulation.stopping());
  co_await Yield();
  ADD_FAILURE() << "no step follows";
}

TEST(SimulationTest, TheFirstFailureCounts) {
  const RunResult result = Simulation().Run(FailTwice);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->message, "first");
  EXPECT_THAT(result.failure->site, HasSubstr("sim/simulation_test.cc:"));
  EXPECT_EQ(result.steps, 1);
}

Task<> PostAThrow() {
  Post([] { throw std::runtime_error("broken"); });
  co_await Sleep(absl::Seconds(1));
}

TEST(SimulationTest, AnExceptionInACallbackFailsTheRun) {
  const RunResult result = Simulation().Run(PostAThrow);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_EQ(result.failure->message,
            "uncaught exception in a posted callback: std::runtime_error: "
            "broken");
  EXPECT_EQ(result.failure->task_name, "callback#2");
  EXPECT_THROW(std::rethrow_exception(result.failure->exception),
               std::runtime_error);
}

// No coroutine: it throws before there is a task.
Task<> ThrowAtOnce() { throw std::runtime_error("not begun"); }

TEST(SimulationTest, WhatTheBodyThrowsBeforeItIsATaskGoesToTheCaller) {
  Simulation simulation;
  EXPECT_THROW(simulation.Run(ThrowAtOnce), std::runtime_error);
  EXPECT_EQ(Simulation::CurrentOrNull(), nullptr);
  EXPECT_TRUE(simulation.Run(Sleeper, absl::Seconds(1)).ok())
      << "it has not run yet";
}

Task<> AwaitForeign() { co_await std::suspend_always(); }

TEST(SimulationDeathTest, AnAwaitableThatTellsNobodyIsRefused) {
  EXPECT_DEATH(Simulation().Run(AwaitForeign),
               "task main#1 awaited something that suspended it without "
               "telling the simulation");
}

Task<> AwaitReady() { co_await std::suspend_never(); }

TEST(SimulationTest, AForeignAwaitableThatDoesNotSuspendIsFine) {
  EXPECT_TRUE(Simulation().Run(AwaitReady).ok());
}

TEST(SimulationDeathTest, ASimulationRunsOnce) {
  Simulation simulation;
  EXPECT_TRUE(simulation.Run(AwaitReady).ok());
  EXPECT_DEATH(simulation.Run(AwaitReady), "a Simulation runs once");
}

// No coroutine: what it returns has been given away.
Task<> ReturnEmpty() {
  Task<> task = AwaitReady();
  const Task<> other = std::move(task);
  return task;
}

TEST(SimulationDeathTest, AnEmptyTaskIsNotRun) {
  EXPECT_DEATH(Simulation().Run(ReturnEmpty),
               "Run was given a function that returned an empty Task");
}

// An awaitable that is woken as soon as it waits, and once more.
class WakeTwice {
 public:
  WakeTwice() {}
  bool await_ready() const { return false; }
  template <TaskPromise Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) const {
    Simulation& simulation = Simulation::Current("WakeTwice");
    TaskState* task = simulation.current_task();
    simulation.Suspend(frame, WaitKind::kAll);
    simulation.Wake(task);
    simulation.Wake(task);
  }
  void await_resume() const {}
};

Task<> AwaitTwice() { co_await WakeTwice(); }

TEST(SimulationDeathTest, ATaskIsWokenOnce) {
  EXPECT_DEATH(Simulation().Run(AwaitTwice),
               "a task was woken that does not wait; wake it once");
}

// ---- Policies that answer out of range --------------------------------------

class WildScheduler : public Scheduler {
 public:
  std::string Spec() const override { return "wild"; }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 7; }
  uint64_t Draw(const ChoicePoint& where) override { return where.n; }
};

Task<> TwoAreReady() {
  Spawn("other", Sleeper, absl::Seconds(1));
  co_await Yield();
}

TEST(SimulationDeathTest, APolicyThatAnswersOutOfRangeIsNamed) {
  WildScheduler wild;
  EXPECT_DEATH(Simulation({.scheduler = &wild}).Run(TwoAreReady),
               "scheduler \"wild\" answered 7 where there are 2 alternatives");
  EXPECT_DEATH(Simulation({.scheduler = &wild}).Run(DrawOnce, 5u),
               "scheduler \"wild\" answered 5 where there are 5 alternatives");
}

// ---- What runs under which name ---------------------------------------------

Task<> SayNames(std::vector<std::string>* names) {
  Simulation& simulation = Simulation::Current("SayNames");
  names->push_back(simulation.CurrentTaskName());
  JoinHandle<> handle = Spawn([names]() -> Task<> {
    names->push_back(Simulation::Current("").CurrentTaskName());
    co_return;
  });
  Post([names] {
    names->push_back(Simulation::Current("").CurrentTaskName());
    EXPECT_EQ(Simulation::Current("").current_task(), nullptr);
  });
  PostAfter(absl::Seconds(1), [names] {
    names->push_back(Simulation::Current("").CurrentTaskName());
  });
  co_await handle;
  co_await Sleep(absl::Seconds(2));
}

TEST(SimulationTest, WhateverRunsHasANameAndANumber) {
  Simulation simulation;
  EXPECT_EQ(simulation.CurrentTaskName(), "") << "the event loop itself";
  EXPECT_EQ(simulation.current_task_id(), TaskId());
  std::vector<std::string> names;
  EXPECT_TRUE(simulation.Run(SayNames, &names).ok());
  EXPECT_THAT(names, ElementsAre("main#1", "task#2", "callback#3", "timer#4"));
}

}  // namespace
}  // namespace orrery
