// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

// What holds for all policies, or takes several of them to see. The programs
// are those of model_corpus.h.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {
namespace {

constexpr absl::string_view kMembers[] = {"surw", "pos",    "pct:depth=3",
                                          "urw",  "random", "delay:bound=2"};
constexpr absl::string_view kSampling[] = {
    "surw", "pos",    "pct:depth=3",   "pct:depth=10,steps=20",
    "urw",  "random", "delay:bound=2", "portfolio"};

std::unique_ptr<Scheduler> Make(absl::string_view spec) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(spec, Seed(1));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

struct Named {
  std::string name;
  ModelProgram program;
};

std::vector<Named> Corpus() {
  return {{"account", Account()},
          {"bluetooth", Bluetooth()},
          {"deadlock01", Deadlock01()},
          {"dining_3", Dining(3)},
          {"dining_5", Dining(5)},
          {"lazy01", Lazy01()},
          {"reorder_3", Reorder(2, 1)},
          {"reorder_5", Reorder(4, 1)},
          {"twostage_2", Twostage(2)},
          {"wronglock_7", Wronglock(7)},
          {"stringbuffer", Stringbuffer()},
          {"fig5", Fig5()},
          {"fig1b_5", Fig1b(5)},
          {"uneven_1v25", Uneven(25)}};
}

// All that a run of a policy has done.
struct Trail {
  std::vector<uint32_t> picks;
  std::vector<uint32_t> schedule;

  friend bool operator==(const Trail&, const Trail&) = default;
};

Trail TrailOf(Scheduler& scheduler, ModelRunner& runner, const RunInfo& run) {
  runner.Run(scheduler, run);
  return {runner.picks(), runner.schedule()};
}

TEST(PoliciesTest, ARunFollowsFromTheSeedAlone) {
  ModelProgram program = Wronglock(3);
  program[0].Draw(1000, 0);
  ModelRunner runner(program);
  for (const absl::string_view spec : kSampling) {
    const std::unique_ptr<Scheduler> one = Make(spec);
    const std::unique_ptr<Scheduler> other = Make(spec);
    Profile(*one, runner);
    Profile(*other, runner);
    for (uint64_t i = 0; i < 20; ++i) TrailOf(*one, runner, {.seed = Seed(i)});
    int different = 0;
    Trail last;
    for (uint64_t i = 0; i < 20; ++i) {
      const RunInfo run = {.seed = Seed(100 + i), .index = 3};
      const Trail trail = TrailOf(*one, runner, run);
      EXPECT_EQ(trail, TrailOf(*other, runner, run)) << spec;
      different += trail == last ? 0 : 1;
      last = trail;
    }
    EXPECT_GT(different, 10) << spec;
  }
}

TEST(PoliciesTest, WhatTheProgramDrawsIsTheSameUnderAllOfThem) {
  ModelProgram program;
  const size_t x = program.Variable();
  // Drawn by one thread only, so in the same order whatever the schedule is.
  program[program.Thread()]
      .Draw(1'000'000, 0)
      .Write(x, [x](ModelState& s) { s[x] = s.local(0); })
      .Draw(1'000'000, 0)
      .Write(x, [x](ModelState& s) { s[x] = s[x] * 1'000'000 + s.local(0); });
  program[program.Thread()].Local().Local().Local();
  program.SpawnAll();
  ModelRunner runner(program);
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const std::unique_ptr<Scheduler> fifo = Make("fifo");
    runner.Run(*fifo, {.seed = Seed(seed)});
    const int64_t drawn = runner.variable(0);
    for (const absl::string_view spec : kSampling) {
      const std::unique_ptr<Scheduler> policy = Make(spec);
      Profile(*policy, runner);
      runner.Run(*policy, {.seed = Seed(seed), .index = seed});
      EXPECT_EQ(runner.variable(0), drawn) << spec;
    }
  }
}

TEST(PoliciesTest, StepsThatAreMergedAreDealtWith) {
  // As the engine does it: who is alone does not stop.
  for (const Named& named : Corpus()) {
    ModelRunner runner(named.program, {.merge_alone = true});
    const std::unique_ptr<Scheduler> portfolio = Make("portfolio");
    uint64_t found = 0;
    RunMany(*portfolio, runner, 1, 600, [&](const ModelResult& result) {
      found += FoundBug(result) ? 1 : 0;
    });
    EXPECT_GT(found, 0u) << named.name;
  }
}

// The bug needs one store to come after 25 others.
TEST(PoliciesTest, ARandomWalkMissesWhatTheOthersFind) {
  const ModelProgram program = Uneven(25);
  EXPECT_EQ(CountBugs(*Make("random"), program, 10'000), 0u);
  for (const absl::string_view spec : kMembers) {
    if (spec == "random") continue;
    EXPECT_GT(CountBugs(*Make(spec), program, 1000), 5u) << spec;
  }
}

TEST(PoliciesTest, PctFindsTheBugOfTwoStagesSoon) {
  EXPECT_GE(CountBugs(*Make("pct:depth=3"), Twostage(2), 3000), 3000u / 15);
}

// Returns the mean number of runs to the first bug. A campaign that finds none
// counts as its limit.
double MeanRuns(absl::string_view spec, const ModelProgram& program) {
  constexpr int kCampaigns = 20;
  constexpr uint64_t kLimit = 600;
  uint64_t sum = 0;
  for (uint64_t i = 1; i <= kCampaigns; ++i) {
    sum += RunsToBug(*Make(spec), program, 1'000'000 * i, kLimit);
  }
  return static_cast<double>(sum) / kCampaigns;
}

TEST(PoliciesTest, ThePortfolioIsNotFarFromTheBestOnAnyProgram) {
  for (const Named& named : Corpus()) {
    double best = 1e9;
    std::string best_spec;
    for (const absl::string_view spec : kMembers) {
      const double mean = MeanRuns(spec, named.program);
      if (mean < best) best_spec = std::string(spec);
      best = std::min(best, mean);
    }
    const double bound = 1.3 * static_cast<double>(std::size(kMembers)) * best;
    EXPECT_LE(MeanRuns("portfolio", named.program), bound)
        << named.name << ", best with " << best_spec << ": " << best;
  }
}

}  // namespace
}  // namespace orrery
