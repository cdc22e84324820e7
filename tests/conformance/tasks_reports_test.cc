// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: what is said of tasks that cannot go on, and of errors that
// nobody sees. What asyncio logs fails the run here.

#include <functional>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/task_report.h"
#include "orrery/sim/dump_tasks.h"
#include "orrery/sim/future.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/testing/matchers.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Task<> AwaitOther(const JoinHandle<>& other) { co_await other; }

Task<> SpawnOneThatAwaitsItself() {
  JoinHandle<> self;
  self = Spawn("narcissus", AwaitOther, std::cref(self));
  co_await self;
}

// It is no error of its own here: it is found when nothing else can happen.
// Answers: test_tasks.py BaseTaskTests.test_task_awaits_on_itself
TEST(TaskReportTest, ATaskThatWaitsForItselfIsADeadlock) {
  const RunResult result = Simulation().Run(SpawnOneThatAwaitsItself);
  EXPECT_THAT(result, Deadlocks());
  EXPECT_THAT(FormatRunResult(result), HasSubstr("narcissus"));
}

Task<> AwaitNobodysFuture() { co_await Promise<>("lost").GetFuture(); }

Task<> SpawnOneThatCannotGoOn() {
  {
    JoinHandle<> task = Spawn("hopeless", AwaitNobodysFuture);
    EXPECT_THAT(AllTasks(), ElementsAre(CurrentTask(), task));
    co_await Yield();
  }
  // Nobody holds it any more, and nobody can set what it waits for.
  EXPECT_THAT(AllTasks(), SizeIs(2)) << "but it is there";
  co_await Promise<>("mine").GetFuture();
}

// asyncio destroys such a task at some time, and logs that it was pending. Here
// it stays until the end, and is in the report.
// Answers: test_tasks.py BaseTaskTests.test_log_destroyed_pending_task
TEST(TaskReportTest, ATaskThatNobodyHoldsAndNobodyWakesIsReported) {
  const RunResult result = Simulation().Run(SpawnOneThatCannotGoOn);
  EXPECT_THAT(result, Deadlocks());
  EXPECT_THAT(FormatRunResult(result), HasSubstr("hopeless"));
  EXPECT_THAT(FormatRunResult(result), HasSubstr("lost"));
}

// Answers: test_tasks.py BaseTaskTests.test_task_repr_wait_for
TEST(TaskReportTest, AReportSaysWhatATaskWaitsFor) {
  const RunResult result = Simulation().Run(AwaitNobodysFuture);
  EXPECT_THAT(FormatRunResult(result), HasSubstr("Future \"lost\""));
}

Task<> Inner() { co_await Sleep(absl::Seconds(1)); }

Task<> Outer() { co_await Inner(); }

// Answers: test_tasks.py BaseTaskTests.test_get_stack
SIM_TEST(TaskDumpTest, ItSaysWhereATaskStands) {
  JoinHandle<> task = Spawn("worker", Outer);
  co_await Yield();
  EXPECT_THAT(DumpTasks(),
              HasSubstr(absl::StrCat(task.Name(), " sleeps until 1.000s at ")));
  EXPECT_THAT(DumpTasks(), ContainsRegex(" Inner <- .* Outer\n"))
      << "inside out";
  co_await task;
  EXPECT_THAT(DumpTasks(), Not(HasSubstr("worker")));
}

JoinHandle<> SpawnHere() { return Spawn(Outer); }

// Answers: test_tasks.py BaseTaskTests.test_task_source_traceback
ANY_ORDER_SIM_TEST(TaskDumpTest, AReportSaysWhereATaskWasSpawned) {
  JoinHandle<> task = SpawnHere();
  const std::vector<TaskReport> reports =
      Simulation::Current("test").ReportTasks();
  CO_ASSERT_THAT(reports, SizeIs(2));
  EXPECT_THAT(reports[1].spawned_at, HasSubstr("tasks_reports_test.cc:"));
  EXPECT_THAT(reports[1].spawned_at, HasSubstr("SpawnHere"));
  co_await task;
}

Task<> Fail() {
  throw std::invalid_argument("not this");
  co_return;
}

Task<> LetGoOfFailedAfterCancel() {
  JoinHandle<> failed = Spawn(Fail);
  co_await Sleep(absl::Milliseconds(50));
  EXPECT_FALSE(failed.Cancel());
}

// Answers: test_tasks.py BaseTaskTests.test_tb_logger_not_called_after_cancel
TEST(TaskReportTest, WhoCancelsATaskThatHasFailedHasSeenTheError) {
  EXPECT_THAT(Simulation().Run(LetGoOfFailedAfterCancel), Completes());
}

}  // namespace
}  // namespace orrery
