// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The event loop against asyncio's: what becomes of errors, and which ways of
// running it are refused.

#include <functional>
#include <stdexcept>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/post.h"
#include "orrery/sim/progress.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/runner.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

Task<> SleepFor(absl::Duration duration) { co_await Sleep(duration); }
Task<> Nothing() { co_return; }

// ---- Errors -----------------------------------------------------------------

Task<> PostOneThatThrows(absl::Duration delay) {
  PostAfter(delay, [] { throw std::runtime_error("divided by zero"); });
  co_await Sleep(absl::Seconds(1));
}

// Answers: test_base_events.py
// BaseEventLoopTests.test_default_exc_handler_callback
TEST(LoopErrorTest, AnExceptionInACallbackFailsTheRunWhenItHappens) {
  for (const absl::Duration delay :
       {absl::ZeroDuration(), absl::Milliseconds(10)}) {
    const RunResult result = Simulation().Run(PostOneThatThrows, delay);
    EXPECT_THAT(result, FailsWith(HasSubstr("divided by zero")));
    EXPECT_EQ(result.elapsed, delay);
  }
}

Task<> SleepAndThrow() {
  co_await Sleep(absl::Milliseconds(10));
  throw std::runtime_error("divided by zero");
}

Task<> LetGoOfOneThatThrows() {
  Spawn("worker", SleepAndThrow).Detach();
  co_await Sleep(absl::Seconds(1));
}

// Answers: test_base_events.py BaseEventLoopTests.test_default_exc_handler_coro
TEST(LoopErrorTest, AnExceptionThatNobodyCanSeeFailsTheRun) {
  const RunResult result = Simulation().Run(LetGoOfOneThatThrows);
  EXPECT_THAT(result, FailsWith(AllOf(HasSubstr("worker#2"),
                                      HasSubstr("divided by zero"))));
  EXPECT_EQ(result.elapsed, absl::Milliseconds(10));
}

class Interrupt {};  // no std::exception, as KeyboardInterrupt is no Exception

Task<> ThrowInterrupt() {
  throw Interrupt();
  co_return;
}

Task<> WaitForWhatACallbackPosts(bool& called) {
  Post([&called] { Post([&called] { called = true; }); });
  co_await Sleep(absl::Seconds(1));
}

// Answers: test_base_events.py
// BaseEventLoopTests.test_run_until_complete_baseexception
TEST(LoopErrorTest, ARunThatThrowsDoesNotStopTheNextOneOnItsLoop) {
  Runner runner;
  EXPECT_THROW(runner.Run(ThrowInterrupt), Interrupt);
  bool called = false;
  runner.Run(WaitForWhatACallbackPosts, std::ref(called));
  EXPECT_TRUE(called);
  EXPECT_TRUE(runner.Close().ok());
}

// The sleeper was not over when its loop failed, and never will be.
// Answers: test_base_events.py
// BaseEventLoopTests.test_run_until_complete_loop_orphan_future_close_loop
TEST(LoopErrorTest, ALoopThatFailedLeavesNothingForTheNextOne) {
  const RunResult failed =
      Simulation().Run(PostOneThatThrows, absl::Milliseconds(10));
  EXPECT_FALSE(failed.ok());
  const RunResult result = Simulation().Run(SleepFor, absl::Milliseconds(200));
  EXPECT_THAT(result, CompletesAt(absl::Milliseconds(200)));
}

// A callback that returns a coroutine: nobody would ever run that.
Task<> PostACoroutine() {
  Post([] { return Nothing(); });
  co_await Sleep(absl::Seconds(1));
}

// Answers: test_base_events.py
// BaseEventLoopWithSelectorTests.test_call_coroutine
TEST(LoopErrorTest, ACoroutineIsNoCallback) {
  EXPECT_THAT(
      Simulation().Run(PostACoroutine),
      FailsWith(AllOf(HasSubstr("Nothing"), HasSubstr("was never awaited"))));
}

// ---- Slow steps -------------------------------------------------------------

Task<> ComputeInEach(absl::Duration cost) {
  Post([cost] { Compute(cost); });
  co_await Yield();
  Compute(cost);
}

// Answers: test_base_events.py
// BaseEventLoopWithSelectorTests.test_log_slow_callbacks
TEST(LoopSlowTest, StepsThatHoldUpTheLoopAreTold) {
  const RunResult slow = Simulation({.slow_step = absl::Milliseconds(1)})
                             .Run(ComputeInEach, absl::Milliseconds(2));
  EXPECT_TRUE(slow.ok());
  ASSERT_THAT(slow.slow_steps, SizeIs(2)) << "a callback and a task";
  EXPECT_EQ(slow.slow_steps[0].passed, absl::Milliseconds(2));
  EXPECT_THAT(slow.slow_steps[0].site, HasSubstr("loop_runs_test.cc"));
  EXPECT_THAT(slow.slow_steps[1].task_name, StartsWith("main"));

  const RunResult fast = Simulation({.slow_step = absl::Milliseconds(2)})
                             .Run(ComputeInEach, absl::Milliseconds(2));
  EXPECT_THAT(fast.slow_steps, IsEmpty()) << "more than, not as much as";
}

// ---- Refused ----------------------------------------------------------------

// Answers: test_base_events.py BaseEventLoopTests.test_close
TEST(LoopDeathTest, AClosedLoopIsClosedOnceAndRunsNothing) {
  Runner runner;
  runner.Run(SleepFor, absl::Seconds(1));
  const RunResult& result = runner.Close();
  EXPECT_THAT(result, CompletesAt(absl::Seconds(1)));
  EXPECT_EQ(&runner.Close(), &result) << "closing it again does nothing";
  EXPECT_DEATH(runner.Run(Nothing), "called after Close");
}

Task<> RunWithin() {
  EXPECT_DEATH(Simulation().Run(Nothing),
               "called within a step of a simulation");
  EXPECT_DEATH(Runner().Run(Nothing), "within a step");
  co_return;
}

// Answers: test_base_events.py RunningLoopTests.test_running_loop_within_a_loop
TEST(LoopDeathTest, ALoopDoesNotRunWithinAnother) {
  EXPECT_TRUE(Simulation().Run(RunWithin).ok());
}

void PostFromAnotherThread() {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  std::thread([] { Post([] {}); }).join();
}

// Answers: test_base_events.py BaseEventLoopTests.test_check_thread
TEST(LoopDeathTest, AnotherThreadHasNoPartInTheLoop) {
  EXPECT_DEATH(PostFromAnotherThread(), "used outside of a simulation");
}

// Answers: test_base_events.py BaseEventLoopTests.test_run_until_complete_loop
TEST(LoopRefusesTest, ATaskOfAnotherLoopIsNeverOverOnThisOne) {
  Simulation its_own;
  Simulation other;
  JoinHandle<> task;
  {
    Simulation::Scope scope(its_own);
    task = Spawn(SleepFor, absl::Seconds(1));
  }
  EXPECT_EQ(other.RunUntilComplete(task).reason, StopReason::kDeadlock);
  EXPECT_FALSE(task.Done());
  EXPECT_EQ(its_own.RunUntilComplete(task).reason, StopReason::kCompleted);
  EXPECT_TRUE(task.Done());
}

// ---- Names ------------------------------------------------------------------

// Answers: test_base_events.py
// BaseEventLoopTests.test_create_named_task_with_default_factory
ANY_ORDER_SIM_TEST(TaskNameTest, IsTheOneThatItWasSpawnedWith) {
  JoinHandle<> task = Spawn("test_task", Nothing);
  EXPECT_EQ(task.Name(), "test_task#2");
  co_await task;
  EXPECT_EQ(task.Name(), "test_task#2");
}

}  // namespace
}  // namespace orrery
