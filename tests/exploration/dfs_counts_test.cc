// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Exhaustive search on the engine: as many schedules as there are by
// arithmetic. (Published counts of programs with locks are of models in which a
// task that would have to wait cannot run. Here it runs and asks, which is a
// step, so those counts are checked on such a model:
// scheduler/dfs_scheduler_test.cc.)

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/future.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/tests/exploration/search.h"

namespace orrery {
namespace {

// What the main task waits for: the end of the last of its tasks. Unlike a join
// handle it wakes the main task once, when nobody else is there.
struct Gate {
  explicit Gate(int tasks) : left(tasks) {}
  void Leave() {
    if (--left == 0) opened.Set();
  }

  int left;
  Promise<> opened;
};

Task<> TakeSteps(int n, Gate* gate) {
  for (int i = 1; i < n; ++i) co_await Yield();
  gate->Leave();
}

template <int kTasks, int kSteps>
Task<> Together() {
  Gate gate(kTasks);
  for (int i = 0; i < kTasks; ++i) Spawn(TakeSteps, kSteps, &gate);
  Future<> opened = gate.opened.GetFuture();
  co_await opened;
}

uint64_t Count(Task<> (*main)(), DfsOptions options = {}) {
  DfsScheduler scheduler(options);
  const Searched searched = Search(scheduler, main);
  EXPECT_EQ(searched.end, NextRun::kExhausted) << scheduler.Completeness();
  EXPECT_EQ(scheduler.schedules(), searched.runs);
  EXPECT_EQ(searched.outcomes.size(), 1u) << "all complete";
  return searched.runs;
}

TEST(DfsCountsTest, TasksOfOneStepHaveAsManySchedulesAsOrders) {
  EXPECT_EQ((Count(Together<1, 1>)), 1u);
  EXPECT_EQ((Count(Together<1, 9>)), 1u);
  EXPECT_EQ((Count(Together<2, 1>)), 2u);
  EXPECT_EQ((Count(Together<3, 1>)), 6u);
  EXPECT_EQ((Count(Together<4, 1>)), 24u);
}

TEST(DfsCountsTest, TwoTasksOfFiveStepsHave252Schedules) {
  EXPECT_EQ((Count(Together<2, 5>)), 252u) << "10 choose 5";
}

Task<> DoubleFiveTimes(uint64_t* x, uint64_t plus, Gate* gate) {
  for (int i = 0; i < 5; ++i) {
    if (i != 0) co_await Yield();
    *x = 2 * *x + plus;
  }
  gate->Leave();
}

Task<> Doubling() {
  Gate gate(2);
  uint64_t x = 1;
  Spawn(DoubleFiveTimes, &x, uint64_t{0}, &gate);
  Spawn(DoubleFiveTimes, &x, uint64_t{1}, &gate);
  Future<> opened = gate.opened.GetFuture();
  co_await opened;
  *Observed() = absl::StrCat(x);
}

TEST(DfsCountsTest, EachOf252SchedulesHasItsOwnOutcome) {
  DfsScheduler scheduler;
  const Searched searched = Search(scheduler, Doubling);
  EXPECT_EQ(searched.runs, 252u);
  EXPECT_EQ(searched.outcomes.size(), 252u);
}

// The step after the first spawn spawns the second; four more follow. Each of
// the other two tasks has four.
Task<> SpawnBetweenYields() {
  Gate gate(2);
  Spawn(TakeSteps, 4, &gate);
  co_await Yield();
  Spawn(TakeSteps, 4, &gate);
  co_await Yield();
  for (int i = 0; i < 3; ++i) co_await Yield();
  Future<> opened = gate.opened.GetFuture();
  co_await opened;
}

TEST(DfsCountsTest, SpawningOneAfterTheOtherHas50050Schedules) {
  EXPECT_EQ(Count(SpawnBetweenYields), 50'050u);
}

TEST(DfsCountsTest, ABoundedSearchSaysWhatItLeftOut) {
  DfsScheduler scheduler({.delays = 2, .steps = 4});
  const Searched searched = Search(scheduler, Together<2, 5>);
  EXPECT_EQ(searched.end, NextRun::kOutOfBudget);
  EXPECT_EQ(scheduler.Completeness(),
            absl::StrCat("every schedule with at most 2 delays (",
                         searched.runs, " of them); ", searched.runs,
                         " of them were cut at 4 steps"));
}

// ---- A program that is not a function of its choices ------------------------

int runs_of_forgetful = 0;

Task<> Forgetful() {
  Gate gate(2 + runs_of_forgetful);
  const int tasks = gate.left;
  ++runs_of_forgetful;
  for (int i = 0; i < tasks; ++i) Spawn(TakeSteps, 2, &gate);
  Future<> opened = gate.opened.GetFuture();
  co_await opened;
}

TEST(DfsCountsTest, AProgramThatIsNotDeterministicIsToldNotSearched) {
  runs_of_forgetful = 0;
  DfsScheduler scheduler;
  const Searched searched = Search(scheduler, Forgetful);
  EXPECT_EQ(searched.end, NextRun::kOutOfBudget);
  EXPECT_EQ(searched.runs, 2u);
  ASSERT_EQ(searched.outcomes.size(), 2u);
  EXPECT_NE(searched.outcomes.rbegin()->first.find(
                "at choice 0 of a search\n"
                "  run before: choice of next task among 2"),
            std::string::npos)
      << searched.outcomes.rbegin()->first;
}

}  // namespace
}  // namespace orrery
