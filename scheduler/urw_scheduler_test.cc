// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/urw_scheduler.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

// 251 degrees of freedom: 325 is exceeded once in a thousand times.
constexpr double kBound = 325;
constexpr uint64_t kRuns = 100'800;
constexpr uint64_t kOutcomes = 252;

TEST(UrwSchedulerTest, AllInterleavingsAreEquallyLikely) {
  const ModelProgram program = DoublingWithYields(5);
  ModelRunner runner(program);
  UrwScheduler scheduler;
  uint64_t seen = 0;
  EXPECT_LT(ChiSquare(scheduler, runner, kRuns, kOutcomes, &seen), kBound);
  EXPECT_EQ(seen, kOutcomes);
}

TEST(UrwSchedulerTest, ThoseOfARandomWalkAreNot) {
  const ModelProgram program = DoublingWithYields(5);
  ModelRunner runner(program);
  RandomScheduler random;
  EXPECT_GT(ChiSquare(random, runner, kRuns / 5, kOutcomes), 10'000);
}

// Counts, over the schedules of a program without waiting, how far they are
// from being equally likely.
double ChiSquareOfSchedules(const ModelProgram& program, uint64_t runs,
                            size_t* different) {
  ModelRunner runner(program);
  UrwScheduler scheduler;
  std::map<std::vector<uint32_t>, uint64_t> counts;
  RunMany(scheduler, runner, 1, runs,
          [&](const ModelResult&) { ++counts[runner.schedule()]; });
  *different = counts.size();
  const double expected =
      static_cast<double>(runs) / static_cast<double>(counts.size());
  double sum = 0;
  for (const auto& [schedule, count] : counts) {
    const double off = static_cast<double>(count) - expected;
    sum += off * off / expected;
  }
  return sum;
}

TEST(UrwSchedulerTest, AThreadCountsForThoseThatItHasYetToStart) {
  // Two threads of three steps each. The main thread starts the first of them,
  // makes a step, starts the second with the next one, and then is over.
  ModelProgram program;
  const size_t first = program.Thread();
  const size_t second = program.Thread();
  program[first].Yield().Yield();
  program[second].Yield().Yield();
  program[0].Spawn(first).Yield().Yield().Spawn(second);
  size_t different = 0;
  // Those of the first stand anywhere among three of the main thread and then
  // three of the second: 9 over 3. 83 degrees of freedom.
  EXPECT_LT(ChiSquareOfSchedules(program, 20'000, &different), 129);
  EXPECT_EQ(different, 84u);
}

TEST(UrwSchedulerTest, UnevenThreadsAreNotLeftBehind) {
  UrwScheduler scheduler;
  EXPECT_GT(CountBugs(scheduler, Uneven(25), 1000), 10u);
  RandomScheduler random;
  EXPECT_EQ(CountBugs(random, Uneven(25), 10'000), 0u);
}

TEST(UrwSchedulerTest, FindsTheDeadlockOfSevenPhilosophers) {
  UrwScheduler scheduler;
  EXPECT_GT(CountBugs(scheduler, Dining(7), 6000), 6000u / 60);
}

TEST(UrwSchedulerTest, WithoutAProfileItIsARandomWalk) {
  const ModelProgram program = DoublingWithYields(5);
  ModelRunner runner(program);
  UrwScheduler urw;
  RandomScheduler random;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    runner.Run(urw, {.seed = Seed(seed)});
    const std::vector<uint32_t> schedule = runner.schedule();
    runner.Run(random, {.seed = Seed(seed)});
    EXPECT_EQ(schedule, runner.schedule());
  }
}

TEST(UrwSchedulerTest, WhatTheProfileDidNotMeetIsRunAllTheSame) {
  // The profile is that of another program: all but the first entities differ,
  // and there are more of them.
  const ModelProgram profiled = Doubling(2);
  const ModelProgram program = Dining(5);
  UrwScheduler scheduler;
  ModelRunner runner(profiled);
  Profile(scheduler, runner);
  EXPECT_FALSE(scheduler.NeedsProfile());
  EXPECT_GT(CountBugs(scheduler, program, 2000), 0u);
}

TEST(UrwSchedulerTest, TheProfileIsEnoughToGoOnElsewhere) {
  const ModelProgram program = Wronglock(3);
  ModelRunner runner(program);
  UrwScheduler scheduler;
  Profile(scheduler, runner);
  UrwScheduler other;
  ASSERT_TRUE(other.RestoreState(scheduler.SaveState()));
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    runner.Run(scheduler, {.seed = Seed(seed)});
    const std::vector<uint32_t> schedule = runner.schedule();
    runner.Run(other, {.seed = Seed(seed)});
    EXPECT_EQ(schedule, runner.schedule());
  }
}

}  // namespace
}  // namespace orrery
