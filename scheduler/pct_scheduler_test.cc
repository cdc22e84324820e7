// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/pct_scheduler.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"

namespace orrery {
namespace {

// Returns the probability that at most `found` of `runs` runs meet a bug that
// each of them meets with probability `p`.
double AtMost(uint64_t found, uint64_t runs, double p) {
  double sum = 0;
  const double n = static_cast<double>(runs);
  for (uint64_t i = 0; i <= found; ++i) {
    const double k = static_cast<double>(i);
    sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) -
                    std::lgamma(n - k + 1) + k * std::log(p) +
                    (n - k) * std::log1p(-p));
  }
  return sum;
}

// Checks that the Clopper-Pearson upper bound of the probability of the bug, at
// a confidence of 99.9 %, is not below 1 / (n k^(depth - 1)): that so few bugs
// in that many runs would not be a miracle.
void ExpectGuarantee(const ModelProgram& program, uint64_t depth) {
  PctScheduler scheduler({.depth = depth});
  ModelRunner runner(program);
  constexpr uint64_t kRuns = 2000;
  uint64_t found = 0;
  RunMany(scheduler, runner, 1, kRuns, [&](const ModelResult& result) {
    found += FoundBug(result) ? 1 : 0;
  });
  const double n = static_cast<double>(program.threads());
  const double k = static_cast<double>(scheduler.steps());
  const double p = 1 / (n * std::pow(k, static_cast<double>(depth - 1)));
  EXPECT_GT(AtMost(found, kRuns, p), 0.001)
      << found << " of " << kRuns << " with n = " << n << ", k = " << k;
}

TEST(PctSchedulerTest, BugsOfDepthOneAreFoundAsOftenAsGuaranteed) {
  ExpectGuarantee(Fig5(), 1);
  ExpectGuarantee(Lazy01(), 1);
  ExpectGuarantee(Account(), 1);
}

TEST(PctSchedulerTest, BugsOfDepthTwoAreFoundAsOftenAsGuaranteed) {
  ExpectGuarantee(Fig1b(5), 2);
  ExpectGuarantee(Fig1b(20), 2);
  ExpectGuarantee(Deadlock01(), 2);
  ExpectGuarantee(Deadlock01(/*pad=*/10), 2);
  ExpectGuarantee(Fig5(), 2);
}

TEST(PctSchedulerTest, AChangeMayComeLaterThanAnyChoiceOfTheProfileRun) {
  // In a random walk the second thread is over before the first is in its
  // middle, and there is nothing to choose any more. The bug is at its end.
  ModelProgram program;
  const size_t x = program.Variable();
  ModelThread& late = program[program.Thread()];
  for (int i = 0; i < 40; ++i) late.Local();
  late.Write(x, [x](ModelState& s) { s[x] = 1; }).Write(x, [x](ModelState& s) {
    s[x] = 0;
  });
  program[program.Thread()].Read(x, [x](ModelState& s) {
    if (s[x] == 1) s.Fail();
  });
  program.SpawnAll();
  ExpectGuarantee(program, 2);
}

TEST(PctSchedulerTest, TheTestOfTheGuaranteeCanFail) {
  // Nothing of depth 2 is found with depth 1, which the bound would notice.
  PctScheduler scheduler({.depth = 1});
  EXPECT_EQ(CountBugs(scheduler, Deadlock01(), 2000), 0u);
  EXPECT_LT(AtMost(0, 2000, 1 / (3.0 * 14)), 0.001);
}

TEST(PctSchedulerTest, ADepthBelowThatOfTheBugNeverFindsIt) {
  PctScheduler two({.depth = 2});
  EXPECT_EQ(CountBugs(two, Stringbuffer(), 10'000), 0u);
  PctScheduler three({.depth = 3});
  EXPECT_GT(CountBugs(three, Stringbuffer(), 10'000), 100u);
}

TEST(PctSchedulerTest, AllOrdersOfPrioritiesAreEquallyLikely) {
  // Threads of one step each; x tells in which order they came.
  ModelProgram program;
  const size_t x = program.Variable();
  for (int64_t i = 1; i <= 3; ++i) {
    program[program.Thread()].Write(
        x, [x, i](ModelState& s) { s[x] = 4 * s[x] + i; });
  }
  program.SpawnAll();
  ModelRunner runner(program, {.begin_is_step = false});
  PctScheduler scheduler({.depth = 1});
  std::set<int64_t> orders;
  RunMany(scheduler, runner, 1, 2000,
          [&](const ModelResult&) { orders.insert(runner.variable(0)); });
  EXPECT_EQ(orders.size(), 6u);
}

TEST(PctSchedulerTest, WithoutChangesThereAreOnlyChainsOfOneThread) {
  const ModelProgram program = DoublingWithMain(5);
  PctScheduler scheduler({.depth = 1});
  ModelRunner runner(program);
  EXPECT_FALSE(scheduler.NeedsProfile());
  std::set<int64_t> outcomes;
  RunMany(scheduler, runner, 1, 1000,
          [&](const ModelResult&) { outcomes.insert(runner.variable(0)); });
  EXPECT_EQ(outcomes.size(), 2u) << "one thread after the other";
}

TEST(PctSchedulerTest, EachChangeCutsOneChain) {
  for (uint64_t depth = 2; depth <= 4; ++depth) {
    const ModelProgram program = Doubling(5);
    ModelRunner runner(program, {.begin_is_step = false});
    PctScheduler scheduler({.depth = depth});
    uint64_t most = 0;
    RunMany(scheduler, runner, 1, 2000, [&](const ModelResult&) {
      uint64_t switches = 0;
      for (size_t i = 1; i < runner.schedule().size(); ++i) {
        switches += runner.schedule()[i] != runner.schedule()[i - 1] ? 1 : 0;
      }
      most = std::max(most, switches);
    });
    // One when the other thread is started, one when one of them is over, and
    // one for each change.
    EXPECT_EQ(most, depth + 1);
  }
}

TEST(PctSchedulerTest, ThreadsThatSpinAndYieldLetTheOthersGoOn) {
  ModelProgram program;
  const size_t x = program.Variable();
  // Both wait for the third, by looking again and again.
  for (int i = 0; i < 2; ++i) {
    ModelThread& spins = program[program.Thread()];
    for (int round = 0; round < 1000; ++round) {
      spins
          .Read(x,
                [x](ModelState& s) {
                  if (s[x] != 0) s.End();
                })
          .Yield();
    }
    spins.Local([](ModelState& s) { s.Fail(); });
  }
  ModelThread& last = program[program.Thread()];
  for (int i = 0; i < 20; ++i) last.Local();
  last.Write(x, [x](ModelState& s) { s[x] = 1; });
  program.SpawnAll();
  PctScheduler scheduler;
  EXPECT_EQ(CountBugs(scheduler, program, 500), 0u);
}

TEST(PctSchedulerTest, ToStopBeforeAnAccessIsNotToYield) {
  // Every thread begins with a step that touches nothing, and so goes on one
  // that was given a lock. Neither lowers it: with depth 1 a thread that has
  // begun goes on to its end.
  const ModelProgram program = DoublingWithMain(3);
  ModelRunner runner(program);
  PctScheduler scheduler({.depth = 1});
  RunMany(scheduler, runner, 1, 200, [&](const ModelResult&) {
    std::vector<uint32_t> order;
    for (const uint32_t thread : runner.schedule()) {
      if (thread != 0 && (order.empty() || order.back() != thread)) {
        order.push_back(thread);
      }
    }
    // It may be interrupted when a thread of higher priority is started.
    EXPECT_LE(order.size(), 3u);
  });
}

TEST(PctSchedulerTest, TheNumberOfStepsComesFromTheProfileRun) {
  const ModelProgram program = Deadlock01(/*pad=*/50);
  ModelRunner runner(program);
  PctScheduler scheduler;
  EXPECT_EQ(scheduler.steps(), 100u) << "an estimate";
  EXPECT_TRUE(scheduler.NeedsProfile());
  const ModelResult result =
      runner.Run(scheduler, {.seed = Seed(0), .profile = true});
  EXPECT_EQ(scheduler.steps(), result.steps);
  PctScheduler other;
  EXPECT_TRUE(other.RestoreState(scheduler.SaveState()));
  EXPECT_EQ(other.steps(), result.steps);
  EXPECT_TRUE(other.RestoreState(""));
  EXPECT_EQ(other.steps(), 100u);
}

TEST(PctSchedulerTest, OrFromTheOption) {
  PctScheduler scheduler({.depth = 4, .steps = 70});
  EXPECT_FALSE(scheduler.NeedsProfile());
  EXPECT_EQ(scheduler.steps(), 70u);
  EXPECT_EQ(scheduler.Spec(), "pct:depth=4,steps=70");
  EXPECT_EQ(PctScheduler().Spec(), "pct:depth=3");
}

TEST(PctSchedulerTest, FewerChoicesThanChangesAreAllChanges) {
  const ModelProgram program = DoublingWithMain(2);
  PctScheduler scheduler({.depth = 100, .steps = 3});
  ModelRunner runner(program);
  EXPECT_FALSE(runner.Run(scheduler, {.seed = Seed(5)}).failed);
}

TEST(PctSchedulerDeathTest, OptionsOutOfRangeStopTheProgram) {
  EXPECT_DEATH(PctScheduler({.depth = 0}), "depth is from 1 to 100");
  EXPECT_DEATH(PctScheduler({.depth = 101}), "depth is from 1 to 100");
}

}  // namespace
}  // namespace orrery
