// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/runner.h"

#include <functional>
#include <memory>
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
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_local.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

Task<int> Add(int a, int b) {
  co_await Sleep(absl::Seconds(1));
  co_return a + b;
}
Task<std::unique_ptr<int>> MakeNumber() {
  co_await Yield();
  co_return std::make_unique<int>(7);
}
Task<> Nothing() { co_return; }
Task<> Throw(std::string what) {
  co_await Yield();
  throw std::runtime_error(what);
}
Task<> CancelItself() {
  CurrentTask().Cancel();
  co_await Yield();
}
Task<> SayHowItEnds(Words& said, std::string name) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    said.push_back(name + " was cancelled");
    throw;
  }
}
Task<> SpawnThree(Words& said) {
  for (const char* name : {"a", "b", "c"}) {
    Spawn(SayHowItEnds, std::ref(said), name);
  }
  co_await Yield();
}
Task<> WaitForever() { co_await Sleep(absl::InfiniteDuration()); }

// ---- Run --------------------------------------------------------------------

TEST(RunTest, ReturnsWhatTheBodyReturns) {
  EXPECT_EQ(orrery::Run(Add, 3, 4), 7);
  EXPECT_EQ(*orrery::Run(MakeNumber), 7);
  orrery::Run(Nothing);
  auto lambda = [](int n) -> Task<int> { co_return n; };
  EXPECT_EQ(orrery::Run(lambda, 5), 5);
  EXPECT_EQ(Simulation::CurrentOrNull(), nullptr);
}

TEST(RunTest, TakesOptions) {
  RandomScheduler random;
  EXPECT_EQ(orrery::Run({.seed = Seed(3), .scheduler = &random}, Add, 3, 4), 7);
  EXPECT_THROW(orrery::Run({.max_time = absl::Milliseconds(1)}, Add, 3, 4),
               RunError);
}

TEST(RunTest, ThrowsWhatTheBodyThrows) {
  EXPECT_THROW(orrery::Run(Throw, "broken"), std::runtime_error);
  try {
    orrery::Run(Throw, "broken");
    FAIL();
  } catch (const RunError&) {
    FAIL() << "it is the body's own";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "broken");
  }
  EXPECT_THROW(orrery::Run(CancelItself), Cancelled);
}

TEST(RunTest, CancelsWhatIsLeftInTheOrderInWhichItWasSpawned) {
  Words said;
  orrery::Run(SpawnThree, std::ref(said));
  EXPECT_THAT(said, ElementsAre("a was cancelled", "b was cancelled",
                                "c was cancelled"));
}

Task<> SpawnThreeAndThrow(Words& said) {
  co_await SpawnThree(said);
  throw std::runtime_error("broken");
}

TEST(RunTest, AlsoWhereTheBodyThrows) {
  Words said;
  EXPECT_THROW(orrery::Run(SpawnThreeAndThrow, std::ref(said)),
               std::runtime_error);
  EXPECT_EQ(said.size(), 3);
}

TEST(RunTest, ADeadlockIsARunErrorWithTheTreeOfTasks) {
  try {
    orrery::Run(WaitForever);
    FAIL();
  } catch (const RunError& error) {
    EXPECT_EQ(error.result().outcome, Outcome::kDeadlock);
    ASSERT_EQ(error.result().tasks.size(), 1);
    EXPECT_THAT(error.what(), HasSubstr("and the main task is not done\n"
                                        "  main#1 sleeps until never at "
                                        "sim/runner_test.cc:"));
  }
}

Task<> LeaveAFailure() {
  Spawn("worker", Throw, "broken");
  co_await Sleep(absl::Seconds(1));
}

TEST(RunTest, AnErrorThatNobodyAwaitsIsARunError) {
  try {
    orrery::Run(LeaveAFailure);
    FAIL();
  } catch (const RunError& error) {
    EXPECT_EQ(error.result().failure->message,
              "uncaught exception in task worker#2: std::runtime_error: "
              "broken");
    EXPECT_THROW(std::rethrow_exception(error.result().failure->exception),
                 std::runtime_error);
  }
}

Task<> FailWhenCancelled(std::string what) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    throw std::runtime_error(what);
  }
}

Task<int> LeaveFailuresForTheEnd() {
  Spawn("a", FailWhenCancelled, "no disk");
  Spawn("b", FailWhenCancelled, "no net");
  co_await Yield();
  co_return 7;
}

TEST(RunTest, SoAreTheErrorsOfWhatIsLeft) {
  try {
    orrery::Run(LeaveFailuresForTheEnd);
    FAIL();
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("task a#2, cancelled since the main"));
    EXPECT_THAT(error.what(), HasSubstr("task b#3, cancelled since the main"));
  }
}

Task<int> RunWithin() { co_return orrery::Run(Add, 3, 4); }
Task<> RunSimulationWithin() {
  Simulation().Run(Nothing);
  co_return;
}
Task<> MakeRunnerWithin() {
  Runner runner;
  co_return;
}

TEST(RunDeathTest, NotWithinAStep) {
  EXPECT_DEATH(orrery::Run(RunWithin),
               "Run was called within a step of a simulation. One runs at a "
               "time on a thread: `co_await` there what is to be run, or give "
               "it to Spawn");
  EXPECT_DEATH(orrery::Run(RunSimulationWithin),
               "Run was called within a step");
  EXPECT_DEATH(orrery::Run(MakeRunnerWithin),
               "Runner was called within a step");
}

// ---- Runner -----------------------------------------------------------------

Task<absl::Duration> SleepAndLook(absl::Duration duration) {
  co_await Sleep(duration);
  co_return Elapsed();
}

TEST(RunnerTest, KeepsTheClockBetweenRuns) {
  Runner runner;
  EXPECT_EQ(runner.Run(SleepAndLook, absl::Seconds(1)), absl::Seconds(1));
  EXPECT_EQ(runner.Run(SleepAndLook, absl::Seconds(2)), absl::Seconds(3));
  EXPECT_TRUE(runner.Close().ok());
  EXPECT_EQ(runner.Close().elapsed, absl::Seconds(3));
}

Task<> SpawnTicker(Words& said) {
  auto tick = [](Words& words) -> Task<> {
    for (;;) {
      co_await Sleep(absl::Seconds(1));
      words.push_back(absl::FormatDuration(Elapsed()));
    }
  };
  Spawn("ticker", tick, std::ref(said));
  co_return;
}

TEST(RunnerTest, WhatOneRunLeavesRunsOnInTheNext) {
  Words said;
  Runner runner;
  runner.Run(SpawnTicker, std::ref(said));
  EXPECT_THAT(said, IsEmpty()) << "and not in between";
  runner.Run(SleepAndLook, absl::Milliseconds(2500));
  EXPECT_THAT(said, ElementsAre("1s", "2s"));
  EXPECT_TRUE(runner.Close().ok());
}

const TaskLocal<int> local(1);

Task<int> SetLocal(int value) {
  const int before = local.Get();
  local.Set(value);
  co_return before;
}

TEST(RunnerTest, KeepsTaskLocalValuesBetweenRuns) {
  Runner runner;
  EXPECT_EQ(runner.Run(SetLocal, 2), 1);
  EXPECT_EQ(runner.Run(SetLocal, 3), 2);
  EXPECT_EQ(Runner().Run(SetLocal, 4), 1) << "another loop";
}

TEST(RunnerTest, AnExceptionOfOneRunDoesNotKeepTheNextFromRunning) {
  Runner runner;
  EXPECT_THROW(runner.Run(Throw, "broken"), std::runtime_error);
  EXPECT_THROW(runner.Run(CancelItself), Cancelled);
  EXPECT_EQ(runner.Run(Add, 1, 2), 3);
  EXPECT_TRUE(runner.Close().ok());
}

TEST(RunnerTest, AfterAFailureOfTheRunThereAreNoMore) {
  Runner runner;
  EXPECT_THROW(runner.Run(WaitForever), RunError);
  EXPECT_THROW(runner.Run(Add, 1, 2), RunError);
  EXPECT_EQ(runner.Close().outcome, Outcome::kDeadlock);
}

TEST(RunnerTest, CloseCancelsWhatIsLeft) {
  Words said;
  Runner runner;
  runner.Run(SpawnThree, std::ref(said));
  EXPECT_THAT(said, IsEmpty());
  EXPECT_TRUE(runner.Close().ok());
  EXPECT_THAT(said, ElementsAre("a was cancelled", "b was cancelled",
                                "c was cancelled"));
}

TEST(RunnerTest, SoDoesItsDestructorWhichPrintsWhatFails) {
  Words said;
  {
    Runner runner;
    runner.Run(SpawnThree, std::ref(said));
  }
  EXPECT_EQ(said.size(), 3);
  testing::internal::CaptureStderr();
  {
    Runner runner;
    EXPECT_EQ(runner.Run(LeaveFailuresForTheEnd), 7);
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("std::runtime_error: no disk"));
}

TEST(RunnerTest, ItsLoopCanBeDrivenBetweenRuns) {
  Words said;
  Runner runner;
  runner.Run(SpawnTicker, std::ref(said));
  EXPECT_EQ(runner.simulation().RunFor(absl::Seconds(3)).reason,
            StopReason::kTimeReached);
  EXPECT_EQ(said.size(), 3);
  EXPECT_EQ(runner.Run(SleepAndLook, absl::Seconds(1)), absl::Seconds(4));
}

TEST(RunnerTest, TwoRunnersOfOneSeedGoTheSameWay) {
  auto digests = [] {
    RandomScheduler random;
    Runner runner({.seed = Seed(5), .scheduler = &random});
    Words said;
    runner.Run(SpawnThree, std::ref(said));
    runner.Run(Add, 1, 2);
    return runner.Close().digests;
  };
  EXPECT_EQ(digests(), digests());
}

TEST(RunnerDeathTest, RunsNothingOnceItIsClosed) {
  Runner runner;
  runner.Close();
  EXPECT_DEATH(runner.Run(Nothing), "Runner::Run was called after Close");
}

}  // namespace
}  // namespace orrery
