// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/dfs_scheduler.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A thread that only takes `n` steps.
void AddSteps(ModelProgram& program, size_t n) {
  ModelThread& thread = program[program.Thread()];
  for (size_t i = 0; i < n; ++i) thread.Local();
}

// Runs a search to its end, and checks that it never repeats itself. Returns
// the alternatives that were chosen in each run.
std::vector<std::vector<uint32_t>> SearchAll(const ModelProgram& program,
                                             DfsScheduler& scheduler,
                                             ModelOptions options = {}) {
  const uint64_t before = scheduler.schedules();
  ModelRunner runner(program, options);
  std::vector<std::vector<uint32_t>> all;
  std::set<std::vector<uint32_t>> distinct;
  do {
    runner.Run(scheduler, {.seed = Seed(1), .index = all.size()});
    all.push_back(runner.picks());
    EXPECT_TRUE(distinct.insert(all.back()).second) << "a repetition";
  } while (runner.next_run() == NextRun::kAgain && all.size() < 200'000);
  EXPECT_EQ(scheduler.schedules(), before + all.size());
  return all;
}

// ---- Exact counts -----------------------------------------------------------

TEST(DfsSchedulerTest, OneTaskHasOneSchedule) {
  ModelProgram program;
  program[0].Local().Local().Local();
  DfsScheduler scheduler;
  EXPECT_EQ(SearchAll(program, scheduler).size(), 1u);
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kExhausted);
  EXPECT_EQ(scheduler.Completeness(), "every schedule (1 of them)");
}

TEST(DfsSchedulerTest, TwoTasksOfOneStepHaveTwoSchedules) {
  ModelProgram program;
  program[0].Spawn(1).Local();
  AddSteps(program, 1);
  DfsScheduler scheduler;
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(), 2u);
}

// The second task is spawned in a step of its own, before the main task's last
// step and the second task's; the first task's step may stand anywhere: 2 x 4.
TEST(DfsSchedulerTest, StepsThatDependOnASpawnComeAfterIt) {
  ModelProgram program;
  program[0].Spawn(1).Spawn(2).Local();
  AddSteps(program, 1);
  AddSteps(program, 1);
  DfsScheduler scheduler;
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(), 8u);
}

// Two tasks of five steps each have C(10, 5) = 252 orders.
TEST(DfsSchedulerTest, TwoTasksOfFiveStepsHave252Schedules) {
  ModelProgram program;
  program[0].Spawn(1);
  AddSteps(program, 5);
  for (int i = 0; i < 5; ++i) program[0].Local();
  DfsScheduler scheduler;
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(),
            252u);
  EXPECT_EQ(scheduler.Completeness(), "every schedule (252 of them)");
}

// The main task spawns one in its first step and another in its second, and has
// four more; each child has four.
TEST(DfsSchedulerTest, TasksSpawnedOneAfterTheOtherHave50050Schedules) {
  ModelProgram program;
  program[0].Spawn(1).Spawn(2).Local().Local().Local().Local();
  AddSteps(program, 4);
  AddSteps(program, 4);
  DfsScheduler scheduler;
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(),
            50'050u);
}

// One thread increments under a lock and looks whether that was all; another
// increments under another lock. Loads and stores apart.
ModelProgram WronglockInLoadsAndStores() {
  ModelProgram program;
  const size_t m = program.Lock();
  const size_t other = program.Lock();
  const size_t d = program.Variable();
  program[program.Thread()].Lock(m).Read(d).Read(d).Write(d).Read(d).Unlock(m);
  program[program.Thread()].Lock(other).Read(d).Write(d).Unlock(other);
  program.SpawnAll().JoinAll();
  return program;
}

// Programs with locks, in models in which a thread that would have to wait is
// disabled, and whoever waits may get the lock. The engine hands locks over,
// and to ask for one is a step, so there the numbers are larger. Those of the
// first five are published; those of the others were counted by another program
// that goes through the states of the model.
TEST(DfsSchedulerTest, ProgramsWithLocksHaveAsManySchedulesAsInModels) {
  struct Case {
    const char* name;
    ModelProgram program;
    uint64_t schedules;
  };
  const Case cases[] = {
      {"deadlock01", Deadlock01(), 194},
      {"lazy01", Lazy01(), 18'804},
      {"reorder_3", Reorder(2, 1), 64'295},
      {"wronglock_1", WronglockInLoadsAndStores(), 3'002},
      {"stringbuffer", Stringbuffer(), 374},
      {"bluetooth", Bluetooth(), 1'061},
      {"twostage_2", Twostage(2), 6'992},
  };
  for (const Case& c : cases) {
    DfsScheduler scheduler;
    SearchAll(c.program, scheduler,
              {.waiting_is_disabled = true, .stop_at_failure = false});
    EXPECT_EQ(scheduler.schedules(), c.schedules) << c.name;
  }
}

// ---- Bounds -----------------------------------------------------------------

ModelProgram TwoOfThreeSteps() {
  ModelProgram program;
  program[0].Spawn(1).Local().Local().Local();
  AddSteps(program, 3);
  return program;
}

// The 20 orders are the words of three a and three b. Each change of letter
// costs one, unless the letter is used up.
TEST(DfsSchedulerTest, PreemptionsAreCounted) {
  const ModelProgram program = TwoOfThreeSteps();
  uint64_t last = 0;
  for (uint64_t bound = 0; bound < 6; ++bound) {
    uint64_t words = 0;
    for (uint32_t word = 0; word < 64; ++word) {
      if (std::popcount(word) != 3) continue;
      uint64_t cost = 0;
      bool current = false;  // whose turn it is: the main task's
      int left[2] = {3, 3};
      for (int i = 0; i < 6; ++i) {
        const bool next = (word >> i & 1) != 0;
        if (next != current && left[current ? 1 : 0] > 0) ++cost;
        current = next;
        --left[next ? 1 : 0];
      }
      if (cost <= bound) ++words;
    }
    DfsScheduler scheduler({.preemptions = bound});
    SearchAll(program, scheduler, {.begin_is_step = false});
    EXPECT_EQ(scheduler.schedules(), words) << bound;
    EXPECT_GE(words, last);
    last = words;
  }
  EXPECT_EQ(last, 20u);
}

TEST(DfsSchedulerTest, DelaysAreCounted) {
  const ModelProgram program = TwoOfThreeSteps();
  // One delay at one of the choices, or none. Without a delay the main task
  // goes on to its end: three choices.
  DfsScheduler none({.delays = 0});
  EXPECT_EQ(SearchAll(program, none, {.begin_is_step = false}).size(), 1u);
  DfsScheduler one({.delays = 1});
  EXPECT_EQ(SearchAll(program, one, {.begin_is_step = false}).size(), 4u);
  // With as many as there are choices, nothing is left out.
  DfsScheduler many({.delays = 5});
  EXPECT_EQ(SearchAll(program, many, {.begin_is_step = false}).size(), 20u);
  EXPECT_EQ(many.EndRun({.outcome = Outcome::kCompleted}), NextRun::kExhausted);
}

TEST(DfsSchedulerTest, ADelayPassesOverOneTask) {
  // Four are ready at once: the main task and three others, in this order. With
  // two delays, the first choice can be of any but the last.
  ModelProgram program;
  program[0].Spawn(1).Spawn(2).Spawn(3).Local();
  for (int i = 0; i < 3; ++i) AddSteps(program, 1);
  DfsScheduler scheduler({.delays = 2});
  ModelRunner runner(program, {.begin_is_step = false});
  std::set<uint32_t> fourth;  // who ran after the three spawns
  do {
    runner.Run(scheduler, {.seed = Seed(1), .index = 0});
    const std::vector<uint32_t>& ran = runner.schedule();
    if (ran[0] == 0 && ran[1] == 0 && ran[2] == 0) fourth.insert(ran[3]);
  } while (runner.next_run() == NextRun::kAgain);
  EXPECT_THAT(fourth, ElementsAre(0, 1, 2));
}

TEST(DfsSchedulerTest, ABoundThatLeavesSomethingOutIsNotComplete) {
  const ModelProgram program = TwoOfThreeSteps();
  DfsScheduler scheduler({.preemptions = 1});
  SearchAll(program, scheduler, {.begin_is_step = false});
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kOutOfBudget);
  EXPECT_THAT(scheduler.Completeness(),
              StartsWith("every schedule with at most 1 preemption ("));
}

TEST(DfsSchedulerTest, StepsBoundTheDepthAndTheSearchSaysSo) {
  const ModelProgram program = TwoOfThreeSteps();
  DfsScheduler scheduler({.steps = 3});
  // The first step of the main task is no choice; then there are two.
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(), 4u);
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kOutOfBudget);
  EXPECT_EQ(scheduler.Completeness(),
            "every schedule (4 of them); 4 of them were cut at 3 steps");
}

// ---- Draws ------------------------------------------------------------------

TEST(DfsSchedulerTest, DrawsAreBranchedOnLikeOrders) {
  ModelProgram program;
  program[0].Spawn(1).Draw(3, 0).Local().Draw(2, 1);
  AddSteps(program, 1);
  DfsScheduler scheduler;
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(),
            3u * 2 * 2);
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kExhausted);
}

TEST(DfsSchedulerTest, LargeDrawsAreZeroAndTheSearchSaysSo) {
  ModelProgram program;
  const size_t seen = program.Variable();
  program[0].Local().Draw(17, 0).Write(
      seen, [seen](ModelState& s) { s[seen] = s.local(0); });
  ModelRunner runner(program);
  DfsScheduler scheduler;
  runner.Run(scheduler, {.seed = Seed(9), .index = 0});
  EXPECT_EQ(runner.variable(seen), 0);
  EXPECT_EQ(runner.next_run(), NextRun::kOutOfBudget);
  EXPECT_EQ(scheduler.Completeness(),
            "every schedule (1 of them); 1 of them drew from more than 16 "
            "values and got 0 only");

  DfsScheduler wider({.values = 17});
  EXPECT_EQ(SearchAll(program, wider).size(), 17u);
}

// ---- Going on later ---------------------------------------------------------

TEST(DfsSchedulerTest, ASavedSearchGoesOnAndLosesAndRepeatsNothing) {
  ModelProgram program = TwoOfThreeSteps();
  program[0].Draw(2, 0);
  const ModelOptions options = {.begin_is_step = false};
  DfsScheduler whole({.preemptions = 3});
  const auto expected = SearchAll(program, whole, options);

  std::vector<std::vector<uint32_t>> all;
  std::string state = DfsScheduler({.preemptions = 3}).SaveState();
  NextRun next = NextRun::kAgain;
  while (next == NextRun::kAgain) {
    // As in a process of its own.
    DfsScheduler scheduler({.preemptions = 3});
    ASSERT_TRUE(scheduler.RestoreState(state));
    ModelRunner runner(program, options);
    runner.Run(scheduler, {.seed = Seed(3), .index = all.size()});
    all.push_back(runner.picks());
    next = runner.next_run();
    state = scheduler.SaveState();
  }
  EXPECT_EQ(all, expected);
  DfsScheduler last({.preemptions = 3});
  ASSERT_TRUE(last.RestoreState(state));
  EXPECT_EQ(last.Completeness(), whole.Completeness());
}

TEST(DfsSchedulerTest, ARunThatWasGivenUpIsDoneAgain) {
  const ModelProgram program = TwoOfThreeSteps();
  DfsScheduler scheduler;
  ModelRunner runner(program, {.begin_is_step = false});
  runner.Run(scheduler, {.seed = Seed(1), .index = 0});
  const std::string state = scheduler.SaveState();
  // It begins a run and never ends it.
  scheduler.BeginRun({.seed = Seed(1), .index = 1});
  EXPECT_EQ(scheduler.SaveState(), state);
  EXPECT_EQ(SearchAll(program, scheduler, {.begin_is_step = false}).size(),
            19u);
}

TEST(DfsSchedulerTest, OnlyItsOwnStateIsRestored) {
  const ModelProgram program = TwoOfThreeSteps();
  DfsScheduler scheduler;
  ModelRunner runner(program, {.begin_is_step = false});
  runner.Run(scheduler, {.seed = Seed(1), .index = 0});
  const std::string state = scheduler.SaveState();
  ASSERT_TRUE(DfsScheduler().RestoreState(state));
  EXPECT_FALSE(DfsScheduler().RestoreState(""));
  EXPECT_FALSE(DfsScheduler().RestoreState("dfs-1"));
  EXPECT_FALSE(DfsScheduler().RestoreState(absl::StrCat(state, " 1")));
  EXPECT_FALSE(DfsScheduler({.preemptions = 2}).RestoreState(state))
      << "another search";
  for (size_t length = 0; length < state.size(); ++length) {
    EXPECT_FALSE(DfsScheduler().RestoreState(state.substr(0, length)))
        << "cut at " << length;
  }
  // A refused one changes nothing.
  EXPECT_FALSE(scheduler.RestoreState("dfs-1 dfs 0"));
  EXPECT_EQ(scheduler.SaveState(), state);
}

// ---- Programs that do not repeat --------------------------------------------

TEST(DfsSchedulerTest, AnotherNumberOfAlternativesDivergesAndIsTold) {
  DfsScheduler scheduler;
  const ChoicePoint of_two = {.kind = ChoiceKind::kData, .n = 2};
  const ChoicePoint of_three = {.kind = ChoiceKind::kData, .n = 3};
  scheduler.BeginRun({.seed = Seed(1)});
  scheduler.Draw(of_two);
  scheduler.Draw(of_two);
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kAgain);
  EXPECT_EQ(scheduler.Explain(), "");

  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(scheduler.Draw(of_two), 0u);
  EXPECT_EQ(scheduler.Draw(of_three), Scheduler::kDiverged);
  EXPECT_EQ(scheduler.Explain(),
            "at choice 1 of a search\n"
            "  run before: choice of data among 2\n"
            "  this run: choice of data among 3");
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kDiverged}),
            NextRun::kOutOfBudget);
  EXPECT_THAT(scheduler.Completeness(), HasSubstr("not deterministic"));
}

TEST(DfsSchedulerTest, ARunThatEndsTooEarlyDivergesAtItsEnd) {
  DfsScheduler scheduler;
  const ChoicePoint of_two = {.kind = ChoiceKind::kData, .n = 2};
  scheduler.BeginRun({.seed = Seed(1)});
  scheduler.Draw(of_two);
  scheduler.Draw(of_two);
  scheduler.EndRun({.outcome = Outcome::kCompleted});
  scheduler.BeginRun({.seed = Seed(1)});
  scheduler.Draw(of_two);
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kOutOfBudget);
  EXPECT_THAT(scheduler.Explain(), HasSubstr("the run is over"));
}

TEST(DfsSchedulerTest, AProcessThatDiedMakesTheSearchIncomplete) {
  DfsScheduler scheduler;
  const ChoicePoint of_two = {.kind = ChoiceKind::kData, .n = 2};
  scheduler.BeginRun({.seed = Seed(1)});
  scheduler.Draw(of_two);
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kAgain);
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kUnknown}),
            NextRun::kOutOfBudget);
  EXPECT_THAT(scheduler.Completeness(), HasSubstr("1 of them died"));
}

TEST(DfsSchedulerTest, TheSpecNamesTheBounds) {
  EXPECT_EQ(DfsScheduler().Spec(), "dfs");
  EXPECT_EQ(DfsScheduler({.preemptions = 2, .steps = 40, .values = 3}).Spec(),
            "dfs:preemptions=2,steps=40,values=3");
  EXPECT_EQ(DfsScheduler({.delays = 0}).Spec(), "dfs:delays=0");
}

}  // namespace
}  // namespace orrery
