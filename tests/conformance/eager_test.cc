// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: tasks that take their first step as they are spawned, and how
// many tasks there are.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/future.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_local.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::Not;

constexpr absl::Duration kAWhile = absl::Milliseconds(100);

Task<> Set(Promise<int> promise, int value) {
  promise.Set(value);
  co_return;
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_await_future_during_eager_step
ANY_ORDER_SIM_TEST(EagerTest, WhatTheFirstStepDoesIsDoneAtOnce) {
  Promise<int> promise;
  JoinHandle<> task = Spawn({.start = Start::kEager}, Set, promise, 7);
  EXPECT_TRUE(task.Done());
  EXPECT_TRUE(promise.Done());
  const int value = co_await promise.GetFuture();
  EXPECT_EQ(value, 7);
}

Task<std::string> Say(std::string text) { co_return text; }

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_eager_completion
ANY_ORDER_SIM_TEST(EagerTest, ATaskThatNeverWaitsIsOverAtOnce) {
  JoinHandle<std::string> task = Spawn({.start = Start::kEager}, Say, "hello");
  CO_ASSERT_TRUE(task.Done());
  EXPECT_EQ(task.Result(), "hello");
  const std::string& text = co_await task;
  EXPECT_EQ(text, "hello");
}

Task<std::string> SayAfter(absl::Duration delay, std::string text) {
  co_await Sleep(delay);
  co_return text;
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_block_after_eager_step
ANY_ORDER_SIM_TEST(EagerTest, ATaskThatWaitsGoesOnInItsTurn) {
  JoinHandle<std::string> task =
      Spawn({.start = Start::kEager}, SayAfter, kAWhile, "hello");
  EXPECT_FALSE(task.Done());
  const std::string& text = co_await task;
  EXPECT_TRUE(task.Done());
  EXPECT_EQ(text, "hello");
  EXPECT_EQ(Elapsed(), kAWhile);
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_cancellation_after_eager_completion
ANY_ORDER_SIM_TEST(EagerTest, ATaskThatIsOverAtOnceCannotBeCancelled) {
  JoinHandle<std::string> task = Spawn({.start = Start::kEager}, Say, "hello");
  EXPECT_FALSE(task.Cancel());
  const std::string& text = co_await task;
  EXPECT_EQ(text, "hello");
  EXPECT_FALSE(task.Cancelled());
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_cancellation_after_eager_step_blocks
ANY_ORDER_SIM_TEST(EagerTest, ATaskThatWaitsCanBeCancelled) {
  JoinHandle<std::string> task =
      Spawn({.start = Start::kEager}, SayAfter, kAWhile, "hello");
  EXPECT_TRUE(task.Cancel());
  EXPECT_EQ(task.CancelRequests(), 1);
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

Task<> CaptureCurrent(TaskHandle& current) {
  current = CurrentTask();
  co_await Sleep(kAWhile);
  EXPECT_EQ(CurrentTask(), current);
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_current_task
ANY_ORDER_SIM_TEST(EagerTest, ATaskIsItselfFromTheFirstStep) {
  const TaskHandle main = CurrentTask();
  TaskHandle captured;
  JoinHandle<> task =
      Spawn({.start = Start::kEager}, CaptureCurrent, std::ref(captured));
  EXPECT_EQ(captured, task);
  EXPECT_EQ(CurrentTask(), main) << "and so is who has spawned it";
  co_await task;
}

Task<> CaptureAll(std::vector<TaskHandle>& all) {
  all = AllTasks();
  co_return;
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_all_tasks_with_eager_completion
SIM_TEST(EagerTest, ATaskIsAmongAllTasksInItsFirstStep) {
  std::vector<TaskHandle> captured;
  TaskHandle task =
      Spawn({.start = Start::kEager}, CaptureAll, std::ref(captured));
  EXPECT_THAT(captured, Contains(task));
  EXPECT_THAT(AllTasks(), Not(Contains(task)));
  captured.clear();
}

Task<> CaptureAllAndWait(std::vector<TaskHandle>& all, Future<> first,
                         Promise<> then) {
  all = AllTasks();
  co_await first;
  then.Set();
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_all_tasks_with_blocking
ANY_ORDER_SIM_TEST(EagerTest, ATaskIsAmongAllTasksUntilItIsOver) {
  std::vector<TaskHandle> captured;
  Promise<> first;
  Promise<> then;
  TaskHandle task = Spawn({.start = Start::kEager}, CaptureAllAndWait,
                          std::ref(captured), first.GetFuture(), then);
  EXPECT_THAT(captured, Contains(task));
  EXPECT_THAT(AllTasks(), Contains(task));
  first.Set();
  co_await then.GetFuture();
  EXPECT_THAT(AllTasks(), Not(Contains(task)));
}

const TaskLocal<int> local(0);

Task<> SetLocalTwice(int& steps) {
  EXPECT_EQ(local.Get(), 1);
  local.Set(2);
  EXPECT_EQ(local.Get(), 2);
  ++steps;
  co_await Sleep(kAWhile);
  EXPECT_EQ(local.Get(), 2);
  local.Set(3);
  EXPECT_EQ(local.Get(), 3);
  ++steps;
}

// Answers: test_eager_task_factory.py
// EagerTaskFactoryLoopTests.test_context_vars
ANY_ORDER_SIM_TEST(EagerTest, WhatATaskSetsInItsFirstStepIsItsOwn) {
  int steps = 0;
  local.Set(1);
  JoinHandle<> task =
      Spawn({.start = Start::kEager}, SetLocalTwice, std::ref(steps));
  EXPECT_EQ(steps, 1);
  EXPECT_EQ(local.Get(), 1);
  co_await task;
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(local.Get(), 1);
}

// ---- How many tasks there are -----------------------------------------------

constexpr int kWidth = 5;
constexpr int kDepth = 4;
constexpr uint32_t kTasks = 5 + 25 + 125 + 625;

Task<> Nothing() { co_return; }

// Returns how many tasks and callbacks there have been so far, with one that it
// spawns.
uint32_t CountTasks() { return Spawn(Nothing).id().value; }

Task<int> Chain(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await Chain(depth - 1);
  co_return below + 1;
}

// Answers: test_eager_task_factory.py
// BaseTaskCountingTests.test_awaitables_chain
ANY_ORDER_SIM_TEST(EagerTest, AwaitingCoroutinesMakesNoTasksAndTakesNoTurns) {
  const uint32_t before = CountTasks();
  const uint64_t steps = Simulation::Current("test").steps();
  const int depth = co_await Chain(100);
  EXPECT_EQ(depth, 100);
  EXPECT_EQ(Simulation::Current("test").steps(), steps);
  EXPECT_EQ(CountTasks() - before, 1u) << "the one that counts";
}

Task<> SpawnGroups(int depth);

Task<> SpawnInGroup(TaskGroup& group, int depth) {
  for (int i = 0; i < kWidth; ++i) group.Spawn(SpawnGroups, depth - 1);
  co_return;
}

Task<> SpawnGroups(int depth) {
  if (depth > 0) co_await WithTaskGroup(SpawnInGroup, depth);
}

// Answers: test_eager_task_factory.py
// BaseTaskCountingTests.test_recursive_taskgroups
SIM_TEST(EagerTest, AGroupMakesATaskOfEachChildAndNoOther) {
  const uint32_t before = CountTasks();
  co_await SpawnGroups(kDepth);
  EXPECT_EQ(CountTasks() - before, kTasks + 1);
}

Task<> GatherAll(int depth) {
  if (depth == 0) co_return;
  std::vector<Task<>> children;
  for (int i = 0; i < kWidth; ++i) children.push_back(GatherAll(depth - 1));
  co_await Gather(std::move(children));
}

// Answers: test_eager_task_factory.py
// BaseTaskCountingTests.test_recursive_gather
SIM_TEST(EagerTest, AGatherMakesATaskOfEachChildAndNoOther) {
  const uint32_t before = CountTasks();
  co_await GatherAll(kDepth);
  EXPECT_EQ(CountTasks() - before, kTasks + 1);
}

}  // namespace
}  // namespace orrery
