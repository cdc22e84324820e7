// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DporScheduler` against exhaustive search, on models: it sees all that there
// is to see, and nothing twice.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/access.h"
#include "orrery/base/prng.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/dpor_scheduler.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {
namespace {

// The programs go on after a failed assertion.
constexpr ModelOptions kGoOn = {.stop_at_failure = false};

// What a run did: for each variable and lock, the order in which the threads
// came to it, readers between two writes in any order. Runs that differ in the
// order of independent steps only are the same in this.
class Kind : public Scheduler {
 public:
  explicit Kind(Scheduler* inner) : inner_(inner) {}
  std::string Spec() const override { return inner_->Spec(); }
  SchedulerTraits traits() const override {
    SchedulerTraits traits = inner_->traits();
    traits.observes_steps = true;
    return traits;
  }
  void BeginRun(const RunInfo& run) override {
    inner_->BeginRun(run);
    kind.clear();
  }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    return inner_->PickNext(where, ready);
  }
  uint64_t Draw(const ChoicePoint& where) override {
    return inner_->Draw(where);
  }
  void OnStep(const StepInfo& step) override {
    if (inner_->traits().observes_steps) inner_->OnStep(step);
    for (const Access& access : step.accesses) {
      if (access.kind == AccessKind::kSignal ||
          access.kind == AccessKind::kWait ||
          access.kind == AccessKind::kUnlock) {
        continue;
      }
      auto& groups = kind[access.object.value];
      const bool read = access.kind == AccessKind::kRead;
      if (!read || groups.empty() || !groups.back().first) {
        groups.push_back({read, {}});
      }
      groups.back().second.insert(step.id.value);
    }
  }
  NextRun EndRun(const RunSummary& run) override { return inner_->EndRun(run); }

  // By object: groups of entities, readers or one writer.
  std::map<uint64_t, std::vector<std::pair<bool, std::multiset<uint64_t>>>>
      kind;

 private:
  Scheduler* inner_;
};

TEST(DporSearchTest, TriesEachKindOfScheduleThatExistsExactlyOnce) {
  // The first one has a deadlock, so its attempts have to be steps. In the
  // others each attempt comes to its end, and the exhaustive search is faster
  // if they are none.
  const std::pair<const char*, ModelProgram> programs[] = {
      {"deadlock01", Deadlock01()},
      {"bluetooth", Bluetooth()},
      {"stringbuffer", Stringbuffer()},
      {"wronglock_1", Wronglock(1)},
  };
  for (const auto& [name, program] : programs) {
    DfsScheduler dfs;
    Kind all_runs(&dfs);
    ModelRunner exhaustive(
        program, {.waiting_is_disabled = &program != &programs[0].second,
                  .stop_at_failure = false});
    std::set<decltype(Kind::kind)> kinds;
    do {
      exhaustive.Run(all_runs, {.seed = Seed(1), .index = 0});
      kinds.insert(all_runs.kind);
    } while (exhaustive.next_run() == NextRun::kAgain);
    ASSERT_EQ(exhaustive.next_run(), NextRun::kExhausted) << name;

    DporScheduler dpor;
    Kind some_runs(&dpor);
    ModelRunner reduced(program, kGoOn);
    std::set<decltype(Kind::kind)> tried;
    do {
      reduced.Run(some_runs, {.seed = Seed(1), .index = 0});
      if (dpor.repeated()) continue;
      EXPECT_TRUE(tried.insert(some_runs.kind).second) << name << ": twice";
    } while (reduced.next_run() == NextRun::kAgain);
    EXPECT_EQ(tried, kinds) << name;
    EXPECT_LT(dpor.schedules() * 5, dfs.schedules()) << name;
  }
}

// A small random program: two or three threads, two variables and two locks.
// The first variables are what the threads have seen, each for itself.
ModelProgram RandomProgram(uint64_t seed) {
  Prng prng(seed);
  ModelProgram program;
  const size_t threads = 2 + prng.Below(2);
  for (size_t t = 0; t < threads; ++t) program.Variable();
  const size_t x[] = {program.Variable(), program.Variable()};
  const size_t locks[] = {program.Lock(), program.Lock()};
  for (size_t t = 0; t < threads; ++t) {
    ModelThread& thread = program[program.Thread()];
    std::vector<size_t> held;
    for (size_t i = 0; i < (threads == 2 ? 4 : 2); ++i) {
      const size_t target = prng.Below(2);
      const uint64_t what = prng.Below(8);
      const size_t variable = x[target];
      if (what < 2) {
        thread.Read(variable, [variable, t](ModelState& s) {
          s[t] = 7 * s[t] + s[variable] + 1;
        });
      } else if (what < 4) {
        thread.Write(variable, [variable, t](ModelState& s) {
          s[variable] = 2 * s[t] + static_cast<int64_t>(t) + 1;
        });
      } else if (std::find(held.begin(), held.end(), locks[target]) ==
                 held.end()) {
        thread.Lock(locks[target]);
        held.push_back(locks[target]);
      }
    }
    while (!held.empty()) {
      thread.Unlock(held.back());
      held.pop_back();
    }
  }
  program.SpawnAll().JoinAll();
  return program;
}

TEST(DporSearchTest, RandomProgramsEndInTheSameWaysAsUnderExhaustiveSearch) {
  constexpr uint64_t kMaxRuns = 5'000;
  uint64_t programs = 0;
  uint64_t deadlocks = 0;
  uint64_t outcomes_seen = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    const ModelProgram program = RandomProgram(seed);
    // Returns nothing if there are too many schedules.
    const auto outcomes = [&program](Scheduler& scheduler, bool disabled) {
      std::set<std::vector<int64_t>> seen;
      ModelRunner runner(
          program, {.begin_is_step = false, .waiting_is_disabled = disabled});
      uint64_t runs = 0;
      do {
        const ModelResult result =
            runner.Run(scheduler, {.seed = Seed(1), .index = runs});
        std::vector<int64_t> outcome = {result.deadlock ? 1 : 0};
        for (size_t v = 0; v < program.threads() + 1; ++v) {
          outcome.push_back(runner.variable(v));
        }
        seen.insert(outcome);
      } while (runner.next_run() == NextRun::kAgain && ++runs < kMaxRuns);
      if (runner.next_run() == NextRun::kAgain) seen.clear();
      return seen;
    };
    DfsScheduler dfs;
    const std::set<std::vector<int64_t>> expected = outcomes(dfs, true);
    if (expected.empty()) continue;
    DporScheduler dpor;
    EXPECT_EQ(outcomes(dpor, false), expected) << "program " << seed;
    ++programs;
    for (const auto& outcome : expected) deadlocks += outcome[0] != 0 ? 1 : 0;
    outcomes_seen += expected.size();
  }
  // Enough of them to say something.
  EXPECT_GE(programs, 100u);
  EXPECT_GE(deadlocks, 10u);
  EXPECT_GE(outcomes_seen, 300u);
}

}  // namespace
}  // namespace orrery
