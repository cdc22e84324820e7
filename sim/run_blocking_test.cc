// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/run_blocking.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<> Tick(std::vector<absl::Duration>& ticks) {
  for (int i = 0; i < 3; ++i) {
    co_await Sleep(absl::Seconds(1));
    ticks.push_back(Elapsed());
  }
}

int Render() { return 42; }

Task<> RenderBesideTicker(std::vector<absl::Duration>& ticks) {
  JoinHandle<> ticker = Spawn("ticker", Tick, std::ref(ticks));
  const int report = co_await RunBlocking(Render, {.cost = absl::Seconds(5)});
  EXPECT_EQ(report, 42);
  EXPECT_EQ(Elapsed(), absl::Seconds(5));
  co_await ticker;
}

TEST(RunBlockingTest, OnThePoolDelaysNobody) {
  std::vector<absl::Duration> ticks;
  const RunResult result = Simulation().Run(RenderBesideTicker, ticks);
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(
      ticks, ElementsAre(absl::Seconds(1), absl::Seconds(2), absl::Seconds(3)));
  EXPECT_THAT(result.slow_steps, IsEmpty());
  EXPECT_EQ(result.elapsed, absl::Seconds(5));
}

Task<> RunMany(int jobs) {
  std::vector<Task<>> tasks;
  for (int i = 0; i < jobs; ++i) {
    tasks.push_back(RunBlocking([] {}, {.cost = absl::Seconds(1)}));
  }
  co_await WhenAll(std::move(tasks));
}

TEST(RunBlockingTest, TheDefaultPoolHasAsManyWorkersAsItSays) {
  EXPECT_EQ(Simulation().Run(RunMany, kDefaultPoolWorkers).elapsed,
            absl::Seconds(1));
  EXPECT_EQ(Simulation().Run(RunMany, kDefaultPoolWorkers + 1).elapsed,
            absl::Seconds(2));
}

Task<> LookAtPool() {
  ThreadPool& pool = DefaultThreadPool();
  EXPECT_EQ(pool.workers(), kDefaultPoolWorkers);
  EXPECT_EQ(pool.ToString(), "ThreadPool \"default\"");
  Future<int> report = pool.Submit(Render);
  EXPECT_EQ(DefaultThreadPool().running(), 1) << "there is only one";
  EXPECT_EQ(co_await report, 42);
}

TEST(RunBlockingTest, TheDefaultPoolIsAThreadPool) {
  EXPECT_TRUE(Simulation().Run(LookAtPool).ok());
}

// The pool belongs to the loop: who is first to use it leaves no mark on it, or
// on what that task makes.
Task<> NoteKeys(bool pool_first, std::vector<ObjectKey>& keys) {
  if (pool_first) DefaultThreadPool();
  const ThreadPool own(1);
  co_await Yield();
  keys.push_back(DefaultThreadPool().key());
  keys.push_back(own.key());
}

TEST(RunBlockingTest, TheDefaultPoolHasAStableKey) {
  std::vector<ObjectKey> early;
  std::vector<ObjectKey> late;
  EXPECT_TRUE(Simulation().Run(NoteKeys, true, early).ok());
  EXPECT_TRUE(Simulation().Run(NoteKeys, false, late).ok());
  EXPECT_EQ(early, late);
  EXPECT_NE(early[0], early[1]);
}

Task<> LeaveJobBehind() {
  DefaultThreadPool().Submit([] { ADD_FAILURE() << "the run is over"; },
                             {.cost = absl::Seconds(1)});
  co_return;
}

TEST(RunBlockingTest, JobsThatOutliveTheRunAreDropped) {
  const RunResult result = Simulation().Run(LeaveJobBehind);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
}

TEST(RunBlockingDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(DefaultThreadPool(), "RunBlocking was used outside");
}

}  // namespace
}  // namespace orrery
