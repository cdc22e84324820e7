// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/surw_scheduler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/urw_scheduler.h"

namespace orrery {
namespace {

// 251 degrees of freedom: 325 is exceeded once in a thousand times.
constexpr double kBound = 325;
constexpr uint64_t kRuns = 25'200;
constexpr uint64_t kOutcomes = 252;

TEST(SurwSchedulerTest, AllOrdersOfUsesOfTheObjectAreEquallyLikely) {
  // The threads are started one after the other, and waited for.
  const ModelProgram program = DoublingWithMain(5);
  ModelRunner runner(program);
  SurwScheduler surw;
  uint64_t seen = 0;
  EXPECT_LT(ChiSquare(surw, runner, kRuns, kOutcomes, &seen), kBound);
  EXPECT_EQ(seen, kOutcomes);
  // That is more than to be uniform over all schedules, of which most have the
  // thread that is started first ahead.
  UrwScheduler urw;
  EXPECT_GT(ChiSquare(urw, runner, kRuns, kOutcomes), 3'000);
}

TEST(SurwSchedulerTest, OtherStepsDoNotChangeThat) {
  ModelProgram program;
  const size_t x = program.Variable(1);
  const size_t y = program.Variable();
  for (int64_t t = 0; t < 2; ++t) {
    ModelThread& thread = program[program.Thread()];
    for (int i = 0; i < 3; ++i) {
      thread.Write(x, [x, t](ModelState& s) { s[x] = 2 * s[x] + t; });
      // One of them has ten times as much else to do.
      for (int64_t pad = 0; pad < 1 + 9 * t; ++pad) thread.Local();
    }
  }
  // What is shared as well, but not what the run is to be uniform about.
  program[program.Thread()].Read(y);
  program.SpawnAll().JoinAll();
  ModelRunner runner(program);
  SurwScheduler scheduler;
  // 19 degrees of freedom: 43.8 is exceeded once in a thousand times.
  EXPECT_LT(ChiSquare(scheduler, runner, 10'000, 20), 43.8);
}

TEST(SurwSchedulerTest, AnObjectIsSelectedInProportionToItsUses) {
  ModelProgram program;
  const size_t x = program.Variable();
  const size_t y = program.Variable();
  const size_t alone = program.Variable();
  program[program.Thread()].Write(x).Write(x).Write(y).Write(alone);
  program[program.Thread()].Write(x).Write(y);
  program.SpawnAll();
  ModelRunner runner(program);
  SurwScheduler scheduler;
  std::map<ObjectKey, int> selected;
  RunMany(scheduler, runner, 1, 5000,
          [&](const ModelResult&) { ++selected[scheduler.selected()]; });
  ASSERT_EQ(selected.size(), 2u);
  std::vector<int> counts;
  for (const auto& [key, count] : selected) counts.push_back(count);
  std::sort(counts.begin(), counts.end());
  EXPECT_NEAR(counts[0], 2000, 150);
  EXPECT_NEAR(counts[1], 3000, 150);
}

TEST(SurwSchedulerTest, EveryScheduleIsPossible) {
  // Two threads of three steps each, the second of which is of the selected
  // object: 6 over 3 interleavings, and the main thread's part in them.
  ModelProgram program;
  const size_t x = program.Variable();
  const size_t one = program.Thread();
  program[one].Local().Write(x).Local();
  program[0].Spawn(one).Local().Write(x).Local();
  ModelRunner runner(program, {.begin_is_step = false});
  SurwScheduler scheduler;
  std::map<std::vector<uint32_t>, int> schedules;
  RunMany(scheduler, runner, 1, 5000,
          [&](const ModelResult&) { ++schedules[runner.schedule()]; });
  EXPECT_EQ(schedules.size(), 20u);
}

TEST(SurwSchedulerTest, FindsRacesOfManyThreads) {
  struct Case {
    size_t setters;
    size_t checkers;
    uint64_t mean;  // at most
  };
  // Twice the means of the reference.
  for (const Case& c : {Case{2, 1, 17}, Case{3, 1, 20}, Case{4, 1, 24},
                        Case{9, 1, 42}, Case{10, 10, 11}}) {
    SurwScheduler scheduler;
    const uint64_t runs = 40 * c.mean;
    EXPECT_GE(CountBugs(scheduler, Reorder(c.setters, c.checkers), runs), 40u)
        << c.setters << " and " << c.checkers;
  }
}

TEST(SurwSchedulerTest, FindsARaceOfFiftyThreads) {
  SurwScheduler scheduler;
  EXPECT_GE(CountBugs(scheduler, Reorder(49, 1), 600), 2u);
}

TEST(SurwSchedulerTest, ALockIsAnObjectToo) {
  SurwScheduler scheduler;
  EXPECT_GT(CountBugs(scheduler, Deadlock01(), 1000), 100u);
  EXPECT_GT(CountBugs(scheduler, Dining(3), 1000), 50u);
}

TEST(SurwSchedulerTest, WithoutAProfileNothingIsSelectedAndBugsAreFoundStill) {
  const ModelProgram program = Bluetooth();
  ModelRunner runner(program);
  SurwScheduler scheduler;
  int found = 0;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    found += runner.Run(scheduler, {.seed = Seed(seed)}).failed ? 1 : 0;
    EXPECT_FALSE(scheduler.selected());
  }
  EXPECT_GT(found, 0);
}

TEST(SurwSchedulerTest, WhatTheProfileDidNotMeetIsRunAllTheSame) {
  // The objects have the same keys, and some of the threads the same ids.
  const ModelProgram profiled = Reorder(1, 1);
  ModelRunner runner(profiled);
  SurwScheduler scheduler;
  Profile(scheduler, runner);
  EXPECT_GT(CountBugs(scheduler, Reorder(5, 5), 2000), 0u);
  // None that wants to be the next may keep the others waiting for ever.
  EXPECT_GT(CountBugs(scheduler, Wronglock(7), 2000), 0u);
  // There is nothing in it that the profile knows.
  EXPECT_GT(CountBugs(scheduler, Dining(3), 2000), 0u);
}

}  // namespace
}  // namespace orrery
