// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: running a task from a program that has no loop. Where asyncio
// raises an error since it is used wrongly, the process stops here; where it
// logs one, `Run` throws a RunError.

#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/post.h"
#include "orrery/sim/progress.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/runner.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/simulation_options.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_local.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr absl::Duration kAWhile = absl::Milliseconds(100);

Task<int> YieldThenReturn(int value) {
  co_await Yield();
  co_return value;
}

// ---- Run --------------------------------------------------------------------

// Answers: test_runners.py RunTests.test_asyncio_run_return
TEST(RunTest, ReturnsWhatTheTaskReturns) {
  EXPECT_EQ(orrery::Run(YieldThenReturn, 42), 42);
}

Task<> YieldThenFail() {
  co_await Yield();
  throw std::invalid_argument("spam");
}

// Answers: test_runners.py RunTests.test_asyncio_run_raises
TEST(RunTest, ThrowsWhatTheTaskThrows) {
  EXPECT_THROW(orrery::Run(YieldThenFail), std::invalid_argument);
}

// Whether `Run(F)` compiles.
template <typename F>
concept CanBeRun = requires(F f) { orrery::Run(f); };

// Answers: test_runners.py RunTests.test_asyncio_run_only_coro
TEST(RunTest, TakesNothingButWhatMakesACoroutine) {
  EXPECT_FALSE(CanBeRun<int>);
  EXPECT_FALSE(CanBeRun<int (*)()>);
  EXPECT_TRUE(CanBeRun<Task<> (*)()>);
}

Task<int> RunAnother() { co_return orrery::Run(YieldThenReturn, 42); }

// Answers: test_runners.py RunTests.test_asyncio_run_from_running_loop
TEST(RunDeathTest, IsNoBusinessOfATask) {
  EXPECT_DEATH(orrery::Run(RunAnother), "Run");
}

Task<> SleepAWhile(bool& ended) {
  try {
    co_await Sleep(kAWhile);
  } catch (const Cancelled&) {
    ended = true;
    throw;
  }
}

Task<int> LeaveOneBehind(bool& ended, JoinHandle<>& left) {
  left = Spawn(SleepAWhile, std::ref(ended));
  co_await Yield();
  co_return 123;
}

// Answers: test_runners.py RunTests.test_asyncio_run_cancels_hanging_tasks
TEST(RunTest, CancelsTasksThatAreLeft) {
  bool ended = false;
  JoinHandle<> left;
  EXPECT_EQ(orrery::Run(LeaveOneBehind, ended, left), 123);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(left.Done());
}

Task<> FailWhenCancelled() {
  try {
    co_await Sleep(kAWhile);
  } catch (const Cancelled&) {
    throw std::domain_error("division by zero");
  }
}

Task<int> LeaveOneThatFails() {
  Spawn("left", FailWhenCancelled);
  co_await Yield();
  co_return 123;
}

// Answers: test_runners.py
// RunTests.test_asyncio_run_reports_hanging_tasks_errors
TEST(RunTest, ReportsErrorsOfTasksThatAreLeft) {
  std::optional<RunResult> result;
  try {
    orrery::Run(LeaveOneThatFails);
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("division by zero"));
    result = error.result();
  }
  ASSERT_TRUE(result.has_value());
  ASSERT_TRUE(result->failure.has_value());
  EXPECT_THAT(result->failure->message, HasSubstr("division by zero"));
  EXPECT_THAT(result->failure->task_name, HasSubstr("left#"));
  EXPECT_NE(result->failure->exception, nullptr);
}

Task<Seed> ReturnSeed() { co_return Simulation::Current("test").seed(); }

// Answers: test_runners.py RunTests.test_asyncio_run_loop_factory
TEST(RunTest, TheLoopIsMadeAsTheOptionsSay) {
  EXPECT_EQ(orrery::Run({.seed = Seed(7)}, ReturnSeed), Seed(7));
}

// ---- Runner -----------------------------------------------------------------

// Answers: test_runners.py RunnerTests.test_custom_factory
TEST(RunnerTest, TheLoopIsMadeAsTheOptionsSay) {
  Runner runner({.seed = Seed(7)});
  EXPECT_EQ(runner.simulation().seed(), Seed(7));
}

// Answers: test_runners.py RunnerTests.test_run
TEST(RunnerTest, RunsOnOneLoopUntilItIsClosed) {
  Runner runner;
  EXPECT_EQ(runner.Run(YieldThenReturn, 1), 1);
  EXPECT_EQ(runner.Run(YieldThenReturn, 2), 2);
  EXPECT_TRUE(runner.Close().ok());
}

// Answers: test_runners.py RunnerTests.test_explicit_close
TEST(RunnerDeathTest, RunsNothingOnceItIsClosed) {
  EXPECT_DEATH(
      {
        Runner runner;
        runner.Close();
        runner.Run(YieldThenReturn, 1);
      },
      "after Close");
}

// Answers: test_runners.py RunnerTests.test_double_close
TEST(RunnerTest, MayBeClosedTwice) {
  Runner runner;
  EXPECT_TRUE(runner.Close().ok());
  EXPECT_TRUE(runner.Close().ok());
}

Task<> Append(std::vector<int>& ran, int number) {
  ran.push_back(number);
  co_return;
}

// Answers: test_runners.py RunnerTests.test_second_with_block_raises
TEST(RunnerDeathTest, WhatItRanBeforeItWasClosedHasRun) {
  std::vector<int> ran;
  Runner runner;
  runner.Run(Append, ran, 1);
  runner.Close();
  EXPECT_DEATH(runner.Run(Append, ran, 2), "after Close");
  EXPECT_THAT(ran, ElementsAre(1));
}

const TaskLocal<int> local(-1);

Task<int> Exchange(int value) {
  const int before = local.Get();
  co_await Yield();
  local.Set(value);
  co_return before;
}

Task<int> ReturnLocal() { co_return local.Get(); }

// Answers: test_runners.py RunnerTests.test_run_keeps_context
TEST(RunnerTest, WhatOneRunSetsTheNextOneHas) {
  Runner runner;
  EXPECT_EQ(runner.Run(Exchange, 1), -1);
  EXPECT_EQ(runner.Run(Exchange, 2), 1);
  EXPECT_EQ(runner.Run(ReturnLocal), 2);
}

Task<int> RunOn(Runner& runner) { co_return runner.Run(YieldThenReturn, 1); }

// Answers: test_runners.py RunnerTests.test_recursive_run
TEST(RunnerDeathTest, RunsOneAtATime) {
  EXPECT_DEATH(
      {
        Runner runner;
        runner.Run(RunOn, runner);
      },
      "Runner::Run");
}

// ---- Cancelled from outside -------------------------------------------------
//
// asyncio's runner cancels its task when the user presses Ctrl-C. Here a timer
// does it.

Task<> YieldForever(bool& told) {
  const TaskHandle self = CurrentTask();
  PostAfter(kAWhile, [self] { self.Cancel(); });
  try {
    for (;;) {
      co_await Yield();
      BlockingSleep(absl::Milliseconds(1));
    }
  } catch (const Cancelled&) {
    told = true;
    throw;
  }
}

// Answers: test_runners.py RunnerTests.test_interrupt_call_soon
TEST(RunnerTest, ATaskThatNeverSleepsCanBeCancelled) {
  bool told = false;
  Runner runner;
  EXPECT_THROW(runner.Run(YieldForever, told), Cancelled);
  EXPECT_TRUE(told);
}

Task<> AwaitForever(Future<> never, bool& told) {
  const TaskHandle self = CurrentTask();
  PostAfter(kAWhile, [self] { self.Cancel(); });
  try {
    co_await never;
  } catch (const Cancelled&) {
    EXPECT_EQ(Elapsed(), kAWhile);
    told = true;
    throw;
  }
}

// Answers: test_runners.py RunnerTests.test_interrupt_wait
TEST(RunnerTest, ATaskThatWaitsIsCancelledWithWhatItWaitsFor) {
  bool told = false;
  Runner runner;
  Simulation::Scope scope(runner.simulation());
  const Promise<> never;
  EXPECT_THROW(runner.Run(AwaitForever, never.GetFuture(), told), Cancelled);
  EXPECT_TRUE(told);
  EXPECT_TRUE(never.GetFuture().Cancelled());
}

Task<> CancelTwice(TaskHandle task) {
  co_await Yield();
  task.Cancel();
  task.Cancel();
}

Task<> SleepUntilCancelledTwice() {
  Spawn(CancelTwice, CurrentTask());
  co_await Sleep(absl::Seconds(10));
}

// Answers: test_runners.py RunnerTests.test_interrupt_cancelled_task
TEST(RunnerTest, ATaskThatIsCancelledTwiceIsCancelled) {
  Runner runner;
  EXPECT_THROW(runner.Run(SleepUntilCancelledTwice), Cancelled);
  EXPECT_TRUE(runner.Close().ok());
}

// ---- Driven from outside ----------------------------------------------------

Task<> CountSleeps(int& count) {
  while (count < 10) {
    co_await Sleep(kAWhile);
    ++count;
  }
}

// Answers: test_tasks.py BaseTaskTests.test_stop_while_run_in_complete
TEST(DriveTest, ARunThatStopsHalfwayMayGoOnLater) {
  int count = 0;
  Simulation simulation;
  Simulation::Scope scope(simulation);
  JoinHandle<> task = Spawn(CountSleeps, std::ref(count));
  const Progress progress = simulation.RunFor(2 * kAWhile);
  EXPECT_EQ(progress.elapsed, 2 * kAWhile);
  EXPECT_EQ(count, 2);
  EXPECT_FALSE(task.Done());
  task.Cancel();
  EXPECT_EQ(simulation.RunUntilComplete(task).reason, StopReason::kCompleted);
  EXPECT_TRUE(task.Cancelled());
  EXPECT_EQ(count, 2);
  EXPECT_TRUE(simulation.Finish().ok());
}

}  // namespace
}  // namespace orrery
