// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// RunBlocking against asyncio.to_thread, and thread pools against executors.

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/future.h"
#include "orrery/sim/run_blocking.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_local.h"
#include "orrery/sim/thread_pool.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// Answers: test_threads.py ToThreadTests.test_to_thread
ANY_ORDER_SIM_TEST(RunBlockingTest, GivesWhatTheFunctionReturns) {
  EXPECT_EQ(co_await RunBlocking([] { return 40 + 2; }), 42);
}

// Answers: test_threads.py ToThreadTests.test_to_thread_exception
ANY_ORDER_SIM_TEST(RunBlockingTest, ThrowsWhatTheFunctionThrows) {
  std::string message;
  try {
    co_await RunBlocking([] { throw std::runtime_error("test"); });
  } catch (const std::runtime_error& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "test");
}

// Answers: test_threads.py ToThreadTests.test_to_thread_once
ANY_ORDER_SIM_TEST(RunBlockingTest, CallsTheFunctionOnce) {
  int calls = 0;
  co_await RunBlocking([&calls] { ++calls; });
  EXPECT_EQ(calls, 1);
}

// Answers: test_threads.py ToThreadTests.test_to_thread_concurrent
ANY_ORDER_SIM_TEST(RunBlockingTest, RunsManyAtTheSameTime) {
  int calls = 0;
  std::vector<Task<>> jobs;
  for (int i = 0; i < 10; ++i) {
    jobs.push_back(
        RunBlocking([&calls] { ++calls; }, {.cost = absl::Seconds(1)}));
  }
  EXPECT_EQ(calls, 0) << "nothing begins before it is awaited";
  co_await Gather(std::move(jobs));
  EXPECT_EQ(calls, 10);
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
}

// Answers: test_threads.py ToThreadTests.test_to_thread_contextvars
ANY_ORDER_SIM_TEST(RunBlockingTest, TheFunctionSeesTheTaskLocalsOfItsCaller) {
  const TaskLocal<std::string> animal;
  animal.Set("parrot");
  EXPECT_EQ(co_await RunBlocking([&animal] { return animal.Get(); }), "parrot");
}

// ---- The pool ---------------------------------------------------------------

// A pool of one's own in place of the default one.
// Answers: test_base_events.py BaseEventLoopTests.test_set_default_executor
ANY_ORDER_SIM_TEST(ThreadPoolTest, OneOfOnesOwnHasAsManyWorkersAsItWasGiven) {
  ThreadPool pool(2, "executor");
  std::vector<int> done;
  std::vector<Future<>> jobs;
  for (int id : {1, 2, 3}) {
    jobs.push_back(pool.Submit([&done, id] { done.push_back(id); },
                               {.cost = absl::Seconds(id)}));
  }
  EXPECT_EQ(pool.workers(), 2);
  EXPECT_EQ(pool.running(), 2);
  EXPECT_EQ(pool.queued(), 1);
  co_await jobs[1];
  EXPECT_THAT(done, ElementsAre(1, 2));
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
  co_await jobs[2];
  EXPECT_EQ(Elapsed(), absl::Seconds(4)) << "it began when the first was over";
}

Task<> RunAnHour(bool& called) {
  co_await RunBlocking([&called] { called = true; }, {.cost = absl::Hours(1)});
}

Task<> LeaveAJobRunning(bool& called) {
  Spawn(RunAnHour, std::ref(called)).Detach();
  co_await Sleep(absl::Milliseconds(10));
}

// A job cannot be stopped, but nobody waits for it.
// Answers: test_base_events.py
// BaseEventLoopTests.test_shutdown_default_executor_timeout
TEST(ThreadPoolEndTest, TheEndOfARunDoesNotWaitForJobsThatRun) {
  bool called = false;
  const RunResult result = Simulation().Run(LeaveAJobRunning, std::ref(called));
  EXPECT_THAT(result, CompletesAt(absl::Milliseconds(10)));
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace orrery
