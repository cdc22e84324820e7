// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/dpor_scheduler.h"

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
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {
namespace {

using ::testing::HasSubstr;

// The published counts are of programs that go on after a failed assertion.
constexpr ModelOptions kGoOn = {.stop_at_failure = false};

struct Found {
  uint64_t schedules = 0;
  uint64_t repetitions = 0;
  bool failed = false;
  bool deadlock = false;
  NextRun end = NextRun::kAgain;
};

Found Search(const ModelProgram& program, ModelOptions options = kGoOn) {
  DporScheduler scheduler;
  ModelRunner runner(program, options);
  Found found;
  for (uint64_t run = 0; run < 1'000'000; ++run) {
    const ModelResult result =
        runner.Run(scheduler, {.seed = Seed(1), .index = run});
    found.failed = found.failed || result.failed;
    found.deadlock = found.deadlock || result.deadlock;
    if (runner.next_run() != NextRun::kAgain) break;
  }
  found.schedules = scheduler.schedules();
  found.repetitions = scheduler.repetitions();
  found.end = runner.next_run();
  return found;
}

// The last zero of an array, into which `n` threads copy.
ModelProgram LastZero(size_t n) {
  ModelProgram program;
  std::vector<size_t> cells;
  for (size_t i = 0; i <= n; ++i) cells.push_back(program.Variable());
  ModelThread& finder = program[program.Thread()];
  for (size_t i = n; i > 0; --i) {
    finder.Read(cells[i], [cell = cells[i]](ModelState& s) {
      if (s[cell] == 0) s.End();
    });
  }
  finder.Read(cells[0]);
  for (size_t i = 1; i <= n; ++i) {
    const size_t from = cells[i - 1];
    const size_t to = cells[i];
    program[program.Thread()]
        .Read(from, [from](ModelState& s) { s.local(0) = s[from]; })
        .Write(to, [to](ModelState& s) { s[to] = s.local(0) + 1; });
  }
  program.SpawnAll().JoinAll();
  return program;
}

ModelProgram Readers(size_t n) {
  ModelProgram program;
  const size_t x = program.Variable();
  program[program.Thread()].Write(x);
  for (size_t i = 0; i < n; ++i) program[program.Thread()].Read(x);
  program.SpawnAll().JoinAll();
  return program;
}

// As in `Wronglock`, with every load and store of an increment apart.
ModelProgram WronglockInLoadsAndStores(size_t others) {
  ModelProgram program;
  const size_t m = program.Lock();
  const size_t other = program.Lock();
  const size_t d = program.Variable();
  const auto load = [d](size_t local) {
    return [d, local](ModelState& s) { s.local(local) = s[d]; };
  };
  const auto store = [d](ModelState& s) { s[d] = s.local(1) + 1; };
  program[program.Thread()]
      .Lock(m)
      .Read(d, load(0))
      .Read(d, load(1))
      .Write(d, store)
      .Read(d,
            [d](ModelState& s) {
              if (s[d] != s.local(0) + 1) s.Fail();
            })
      .Unlock(m);
  for (size_t i = 0; i < others; ++i) {
    program[program.Thread()]
        .Lock(other)
        .Read(d, load(1))
        .Write(d, store)
        .Unlock(other);
  }
  program.SpawnAll().JoinAll();
  return program;
}

// ---- Exact counts -----------------------------------------------------------

TEST(DporSchedulerTest, SchedulesOfTheClassicsAreAsManyAsPublished) {
  struct Case {
    const char* name;
    ModelProgram program;
    uint64_t schedules;
    bool failed;
    bool deadlock;
  };
  const Case cases[] = {
      {"deadlock01", Deadlock01(), 3, false, true},
      {"lazy01", Lazy01(), 6, true, false},
      {"reorder_3", Reorder(2, 1), 56, true, false},
      {"reorder_4", Reorder(3, 1), 1248, true, false},
      {"twostage_2", Twostage(2), 3, true, false},
      {"twostage_3", Twostage(3), 40, true, false},
      {"wronglock_1", WronglockInLoadsAndStores(1), 7, true, false},
      {"wronglock_3", WronglockInLoadsAndStores(3), 360, true, false},
      {"stringbuffer", Stringbuffer(), 6, true, false},
      {"dining_3", Dining(3), 7, false, true},
      {"dining_4", Dining(4), 15, false, true},
      {"dining_7", Dining(7), 127, false, true},
  };
  for (const Case& c : cases) {
    const Found found = Search(c.program);
    EXPECT_EQ(found.schedules, c.schedules) << c.name;
    EXPECT_EQ(found.failed, c.failed) << c.name;
    EXPECT_EQ(found.deadlock, c.deadlock) << c.name;
    EXPECT_EQ(found.end, NextRun::kExhausted) << c.name;
  }
}

// (n + 3) 2^(n - 2) schedules and so many repetitions: Abdulla et al. 2014 use
// the program to show what source sets without wakeup trees cannot avoid.
TEST(DporSchedulerTest, LastZeroHasItsSchedulesAndRepetitions) {
  const uint64_t repetitions[] = {0, 1, 7, 33, 131, 473};
  for (size_t n = 2; n <= 7; ++n) {
    const Found found = Search(LastZero(n));
    EXPECT_EQ(found.schedules, (n + 3) << (n - 2)) << n;
    EXPECT_EQ(found.repetitions, repetitions[n - 2]) << n;
  }
}

TEST(DporSchedulerTest, EachReaderSeesTheOldOrTheNewValue) {
  for (size_t n = 1; n <= 7; ++n) {
    const Found found = Search(Readers(n));
    EXPECT_EQ(found.schedules, uint64_t{1} << n);
    EXPECT_EQ(found.repetitions, 0u);
  }
}

TEST(DporSchedulerTest, IndependentTasksHaveOneSchedule) {
  ModelProgram program;
  for (int i = 0; i < 4; ++i) program[program.Thread()].Local().Local();
  program.SpawnAll().JoinAll();
  EXPECT_EQ(Search(program).schedules, 1u);
}

// ---- Failures ---------------------------------------------------------------

TEST(DporSchedulerTest, AFailureDoesNotHideAnother) {
  // Independent of each other, so either may come first, and ends the run.
  ModelProgram program;
  const size_t who = program.Variable();
  for (const int64_t name : {1, 2}) {
    program[program.Thread()].Local([who, name](ModelState& s) {
      s[who] = name;
      s.Fail();
    });
  }
  program.SpawnAll().JoinAll();
  DporScheduler scheduler;
  ModelRunner runner(program);
  std::set<int64_t> failures;
  do {
    runner.Run(scheduler, {.seed = Seed(1), .index = 0});
    failures.insert(runner.variable(who));
  } while (runner.next_run() == NextRun::kAgain);
  EXPECT_EQ(failures, (std::set<int64_t>{1, 2}));
}

// ---- Draws and bounds -------------------------------------------------------

TEST(DporSchedulerTest, DrawsAreTriedInEachKindOfSchedule) {
  // What is written depends on the draw, and the draw is part of the write.
  ModelProgram program;
  const size_t x = program.Variable();
  const size_t seen = program.Variable();
  program[program.Thread()].Local().Draw(3, 0).Write(
      x, [x](ModelState& s) { s[x] = 1 + s.local(0); });
  program[program.Thread()].Read(x,
                                 [x, seen](ModelState& s) { s[seen] = s[x]; });
  program.SpawnAll().JoinAll();
  DporScheduler scheduler;
  ModelRunner runner(program);
  std::multiset<int64_t> values;
  do {
    runner.Run(scheduler, {.seed = Seed(1), .index = 0});
    if (!scheduler.repeated()) values.insert(runner.variable(seen));
  } while (runner.next_run() == NextRun::kAgain);
  EXPECT_EQ(runner.next_run(), NextRun::kExhausted);
  EXPECT_EQ(values, (std::multiset<int64_t>{0, 0, 0, 1, 2, 3}));
}

TEST(DporSchedulerTest, LargeDrawsAreZeroAndTheSearchSaysSo) {
  ModelProgram program;
  program[0].Local().Draw(1000, 0);
  ModelRunner runner(program);
  DporScheduler scheduler;
  runner.Run(scheduler, {.seed = Seed(1), .index = 0});
  EXPECT_EQ(runner.next_run(), NextRun::kOutOfBudget);
  EXPECT_EQ(scheduler.Completeness(),
            "one schedule of each kind (1 of them); 1 of them drew from more "
            "than 16 values and got 0 only");
}

TEST(DporSchedulerTest, StepsBoundTheDepthAndTheSearchSaysSo) {
  const ModelProgram program = Reorder(2, 1);
  ModelRunner bounded(program, kGoOn);
  DporScheduler scheduler({.steps = 8});
  do {
    bounded.Run(scheduler, {.seed = Seed(1), .index = 0});
  } while (bounded.next_run() == NextRun::kAgain);
  EXPECT_EQ(bounded.next_run(), NextRun::kOutOfBudget);
  EXPECT_LT(scheduler.schedules(), 56u);
  EXPECT_THAT(scheduler.Completeness(), HasSubstr("cut at 8 steps"));
}

TEST(DporSchedulerTest, CompletenessIsToldWhileTheSearchGoesOn) {
  const ModelProgram program = Readers(2);
  ModelRunner runner(program);
  DporScheduler scheduler;
  runner.Run(scheduler, {.seed = Seed(1), .index = 0});
  EXPECT_EQ(scheduler.Completeness(),
            "the first schedule of those of each kind; there are more");
}

// ---- Going on later ---------------------------------------------------------

TEST(DporSchedulerTest, ASavedSearchGoesOnAndLosesAndRepeatsNothing) {
  ModelProgram program = LastZero(4);
  program[1].Draw(2, 0);
  const auto run_all = [&program](bool save) {
    std::vector<std::vector<uint32_t>> all;
    DporScheduler kept;
    std::string state = kept.SaveState();
    NextRun next = NextRun::kAgain;
    while (next == NextRun::kAgain) {
      DporScheduler fresh;
      EXPECT_TRUE(fresh.RestoreState(state));
      DporScheduler& scheduler = save ? fresh : kept;
      ModelRunner runner(program);
      runner.Run(scheduler, {.seed = Seed(1), .index = all.size()});
      all.push_back(runner.picks());
      next = runner.next_run();
      state = scheduler.SaveState();
    }
    all.push_back({});
    for (const char c : state) {
      all.back().push_back(static_cast<uint32_t>(c));
    }
    return all;
  };
  EXPECT_EQ(run_all(/*save=*/true), run_all(/*save=*/false));
}

TEST(DporSchedulerTest, OnlyItsOwnStateIsRestored) {
  const ModelProgram program = LastZero(2);
  DporScheduler scheduler;
  ModelRunner runner(program);
  runner.Run(scheduler, {.seed = Seed(1), .index = 0});
  const std::string state = scheduler.SaveState();
  ASSERT_TRUE(DporScheduler().RestoreState(state));
  EXPECT_FALSE(DporScheduler().RestoreState(""));
  EXPECT_FALSE(DporScheduler().RestoreState(absl::StrCat(state, " 1")));
  EXPECT_FALSE(DporScheduler({.steps = 5}).RestoreState(state));
  EXPECT_FALSE(DporScheduler().RestoreState(DfsScheduler().SaveState()));
  for (size_t length = 0; length < state.size(); ++length) {
    EXPECT_FALSE(DporScheduler().RestoreState(state.substr(0, length)))
        << "cut at " << length;
  }
}

// ---- Programs that do not repeat --------------------------------------------

TEST(DporSchedulerTest, OtherCandidatesDivergeAndAreTold) {
  const ModelProgram two = Readers(1);
  DporScheduler scheduler;
  ModelRunner first(two);
  first.Run(scheduler, {.seed = Seed(1), .index = 0});
  ASSERT_EQ(first.next_run(), NextRun::kAgain);
  const ChoicePoint where = {.kind = ChoiceKind::kData, .n = 2};
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(scheduler.Draw(where), Scheduler::kDiverged);
  EXPECT_THAT(scheduler.Explain(),
              HasSubstr("run before: choice of next task among 2"));
  EXPECT_THAT(scheduler.Explain(),
              HasSubstr("this run: draw of a number among 2"));
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kDiverged}),
            NextRun::kOutOfBudget);
  EXPECT_THAT(scheduler.Completeness(), HasSubstr("not deterministic"));
}

TEST(DporSchedulerTest, AProcessThatDiedMakesTheSearchIncomplete) {
  const ModelProgram program = Readers(1);
  DporScheduler scheduler;
  ModelRunner runner(program);
  runner.Run(scheduler, {.seed = Seed(1), .index = 0});
  ASSERT_EQ(runner.next_run(), NextRun::kAgain);
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kUnknown}),
            NextRun::kOutOfBudget);
  EXPECT_THAT(scheduler.Completeness(), HasSubstr("1 of them died"));
}

TEST(DporSchedulerTest, TheSpecNamesTheBounds) {
  EXPECT_EQ(DporScheduler().Spec(), "dpor");
  EXPECT_EQ(DporScheduler({.steps = 40, .values = 3}).Spec(),
            "dpor:steps=40,values=3");
}

}  // namespace
}  // namespace orrery
