// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/delay_bound_scheduler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"

namespace orrery {
namespace {

using testing::ElementsAre;

TEST(DelayBoundSchedulerTest, WithoutDelaysItIsFirstInFirstOut) {
  const ModelProgram program = Wronglock(2);
  ModelRunner runner(program);
  DelayBoundScheduler scheduler({.bound = 0});
  EXPECT_FALSE(scheduler.NeedsProfile());
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_FALSE(runner.Run(scheduler, {.seed = Seed(seed)}).failed);
    for (const uint32_t pick : runner.picks()) EXPECT_EQ(pick, 0u);
    EXPECT_EQ(scheduler.delays(), 0u);
  }
}

TEST(DelayBoundSchedulerTest, ThereAreNeverMoreDelaysThanTheBound) {
  const ModelProgram program = Dining(4);
  ModelRunner runner(program);
  for (const uint64_t bound : {1, 2, 5}) {
    DelayBoundScheduler scheduler({.bound = bound});
    uint64_t most = 0;
    RunMany(scheduler, runner, 1, 500, [&](const ModelResult&) {
      EXPECT_LE(scheduler.delays(), bound);
      most = std::max(most, scheduler.delays());
    });
    EXPECT_EQ(most, bound);
  }
}

TEST(DelayBoundSchedulerTest, WhoIsDelayedComesAfterAllThatWereReady) {
  // Three threads of three steps. Each that begins is delayed once at most.
  ModelProgram program;
  for (int i = 0; i < 3; ++i) {
    program[program.Thread()].Local().Local().Local();
  }
  program.SpawnAll();
  ModelRunner runner(program, {.begin_is_step = false});
  DelayBoundScheduler scheduler({.bound = 1, .steps = 20});
  std::set<std::vector<uint32_t>> schedules;
  RunMany(scheduler, runner, 1, 500,
          [&](const ModelResult&) { schedules.insert(runner.schedule()); });
  EXPECT_THAT(schedules, testing::Contains(
                             ElementsAre(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3)));
  EXPECT_THAT(schedules, testing::Contains(
                             ElementsAre(0, 0, 0, 1, 2, 2, 2, 3, 3, 3, 1, 1)));
  EXPECT_THAT(schedules, testing::Contains(
                             ElementsAre(0, 0, 0, 1, 1, 1, 3, 3, 3, 2, 2, 2)));
  for (const std::vector<uint32_t>& schedule : schedules) {
    EXPECT_NE(schedule,
              (std::vector<uint32_t>{0, 0, 0, 1, 2, 1, 1, 2, 2, 3, 3, 3}))
        << "that takes two";
  }
}

TEST(DelayBoundSchedulerTest, DelaysCanFallOnOneChoice) {
  // With one choice, both delays are on it: the third of three runs first.
  ModelProgram program;
  const size_t x = program.Variable();
  for (int64_t i = 1; i <= 3; ++i) {
    program[program.Thread()].Write(
        x, [x, i](ModelState& s) { s[x] = 4 * s[x] + i; });
  }
  program.SpawnAll();
  ModelRunner runner(program, {.begin_is_step = false});
  DelayBoundScheduler scheduler({.bound = 2, .steps = 3});
  std::set<int64_t> orders;
  RunMany(scheduler, runner, 1, 500,
          [&](const ModelResult&) { orders.insert(runner.variable(0)); });
  EXPECT_TRUE(orders.contains((3 * 4 + 1) * 4 + 2));
}

TEST(DelayBoundSchedulerTest, FindsEachScheduleOfOneDelayAsOftenAsGuaranteed) {
  const ModelProgram program = Uneven(25);
  ModelRunner runner(program);
  DelayBoundScheduler scheduler({.bound = 1});
  uint64_t found = 0;
  RunMany(scheduler, runner, 1, 3000, [&](const ModelResult& result) {
    found += FoundBug(result) ? 1 : 0;
  });
  EXPECT_GE(found, 3000 / scheduler.steps() / 2);
}

TEST(DelayBoundSchedulerTest, ABugThatTakesTwoDelaysIsNotFoundWithOne) {
  DelayBoundScheduler one({.bound = 1});
  EXPECT_EQ(CountBugs(one, Dining(3), 3000), 0u);
  DelayBoundScheduler two({.bound = 2});
  EXPECT_GT(CountBugs(two, Dining(3), 3000), 0u);
}

TEST(DelayBoundSchedulerTest, TheNumberOfStepsComesFromTheProfileRun) {
  const ModelProgram program = Deadlock01(/*pad=*/50);
  ModelRunner runner(program);
  DelayBoundScheduler scheduler;
  EXPECT_TRUE(scheduler.NeedsProfile());
  const ModelResult result =
      runner.Run(scheduler, {.seed = Seed(0), .profile = true});
  EXPECT_EQ(scheduler.steps(), result.steps);
  DelayBoundScheduler other;
  EXPECT_TRUE(other.RestoreState(scheduler.SaveState()));
  EXPECT_EQ(other.steps(), result.steps);
}

TEST(DelayBoundSchedulerTest, OrFromTheOption) {
  DelayBoundScheduler scheduler({.bound = 4, .steps = 70});
  EXPECT_FALSE(scheduler.NeedsProfile());
  EXPECT_EQ(scheduler.steps(), 70u);
  EXPECT_EQ(scheduler.Spec(), "delay:bound=4,steps=70");
  EXPECT_EQ(DelayBoundScheduler().Spec(), "delay:bound=2");
}

TEST(DelayBoundSchedulerDeathTest, OptionsOutOfRangeStopTheProgram) {
  EXPECT_DEATH(DelayBoundScheduler({.bound = 1001}), "bound is at most 1000");
}

}  // namespace
}  // namespace orrery
