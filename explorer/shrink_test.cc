// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/explorer/isolate.h"
#include "orrery/explorer/run_log.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/random.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::HasSubstr;

void FailRun(const std::string& message) {
  Simulation::Current("FailRun").Fail(message, SourceSite::current());
}

template <typename Main>
RunFunction Runs(Main main) {
  return [main](const RunRequest& request) {
    Simulation simulation({.seed = request.seed,
                           .scheduler = request.scheduler,
                           .trace = request.trace});
    const RunResult result = simulation.Run(main);
    RunReport report;
    report.outcome = result.outcome;
    report.failed = !result.ok();
    report.digests = result.digests;
    if (report.failed) {
      report.signature = result.failure->message;
      report.message = result.failure->message;
    }
    return report;
  };
}

// Returns the first run of a random walk that fails; with `signature`, if that
// is not empty.
std::optional<FailingRun> FindFailure(const RunFunction& run,
                                      const std::string& signature = "") {
  RunLog log;
  for (uint64_t seed = 1; seed <= 10'000; ++seed) {
    RandomScheduler random;
    WatchedScheduler watched(&random, &log);
    RunRequest request;
    request.seed = Seed(seed);
    request.scheduler = &watched;
    log.Begin();
    const RunReport report = run(request);
    if (!report.failed) continue;
    if (!signature.empty() && report.signature != signature) continue;
    FailingRun failing;
    failing.seed = request.seed;
    failing.schedule = log.Read(true).schedule;
    failing.signature = report.signature;
    return failing;
  }
  return std::nullopt;
}

// Finds a failure and shrinks it; checks that the result fails as it should
// when it is followed to the letter.
ShrinkResult ShrinkFirst(const RunFunction& run,
                         const ShrinkOptions& options = {},
                         const std::string& signature = "") {
  const std::optional<FailingRun> failing = FindFailure(run, signature);
  if (!failing.has_value()) {
    ADD_FAILURE() << "no run fails";
    return {};
  }
  absl::StatusOr<ShrinkResult> result = Shrink(run, *failing, options);
  if (!result.ok()) {
    ADD_FAILURE() << result.status();
    return {};
  }
  ReplayScheduler replay(result->schedule);
  RunRequest request;
  request.seed = failing->seed;
  request.scheduler = &replay;
  EXPECT_EQ(run(request).signature, failing->signature);
  EXPECT_EQ(replay.Explain(), "");
  return *std::move(result);
}

Task<> Increment(Shared<int>* counter) {
  const int seen = co_await counter->Read();
  co_await counter->Write(seen + 1);
}

// Loses an update if one task comes between another's load and store.
Task<> LoseUpdate() {
  Shared<int> counter;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(Spawn("adder", Increment, &counter));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  if (counter.Peek() != 4) FailRun("an update is lost");
}

TEST(ShrinkTest, OneTaskOutOfTurnIsEnoughToLoseAnUpdate) {
  const ShrinkResult result = ShrinkFirst(Runs(LoseUpdate));
  EXPECT_EQ(result.cost.deviations, 1);
  EXPECT_EQ(result.deviations.order.size(), 1);
  EXPECT_GT(result.original.deviations, 1);
  EXPECT_EQ(result.report.message, "an update is lost");
  EXPECT_LE(result.replays, 1000);
  EXPECT_FALSE(result.stopped);
}

TEST(ShrinkTest, TheSameFailureGivesTheSameResult) {
  const RunFunction run = Runs(LoseUpdate);
  const ShrinkResult one = ShrinkFirst(run);
  const ShrinkResult two = ShrinkFirst(run);
  EXPECT_EQ(one.schedule.choices, two.schedule.choices);
  EXPECT_EQ(one.replays, two.replays);
}

// Fails if there are at least three items, and one is at least 70.
Task<> Draws() {
  const uint64_t items = Choose(20, "items");
  bool large = false;
  for (uint64_t i = 0; i < items; ++i) {
    const ChoiceSpan span("item");
    if (Random("size").Below(100) >= 70) large = true;
    Random("color").Below(5);
  }
  if (items >= 3 && large) FailRun("too large");
  co_return;
}

TEST(ShrinkTest, LowersDrawsTowardZero) {
  const ShrinkResult result = ShrinkFirst(Runs(Draws));
  EXPECT_EQ(result.cost.draws, 2);
  ASSERT_EQ(result.deviations.draws.size(), 2);
  EXPECT_EQ(result.deviations.draws[0].site, "items");
  EXPECT_EQ(result.deviations.draws[0].value, 3);
  EXPECT_EQ(result.deviations.draws[1].site, "size");
  EXPECT_EQ(result.deviations.draws[1].value, 70);
  EXPECT_EQ(result.cost.length, 7);
  EXPECT_EQ(result.cost.deviations, 0);
}

// What lasts needs two faults of the same kind, of which others come up.
Task<> Faults() {
  Simulation& simulation = Simulation::Current("a test");
  int lost = 0;
  for (int i = 0; i < 10; ++i) {
    if (simulation.Draw(ChoiceKind::kFault, 2, "lose") == 1) ++lost;
    simulation.Draw(ChoiceKind::kFault, 3, "delay");
    simulation.Draw(ChoiceKind::kLatency, 1000, "latency");
  }
  if (lost >= 2) FailRun("two are lost");
  co_return;
}

TEST(ShrinkTest, LeavesOutFaultsAndLatencies) {
  const ShrinkResult result = ShrinkFirst(Runs(Faults));
  EXPECT_EQ(result.cost.faults, 2);
  EXPECT_EQ(result.cost.draws, 0);
  EXPECT_GT(result.original.faults, 2);
}

// Fails in one of two ways, of which one is simpler.
Task<> TwoWays() {
  Shared<int> counter;
  JoinHandle<> one = Spawn("one", Increment, &counter);
  JoinHandle<> two = Spawn("two", Increment, &counter);
  const uint64_t kind = Choose(3, "kind");
  co_await one;
  co_await two;
  if (counter.Peek() == 2) co_return;
  FailRun(kind == 2 ? "lost, with 2" : "lost, without");
}

TEST(ShrinkTest, KeepsTheSignatureAndReturnsOtherFailures) {
  const ShrinkResult result = ShrinkFirst(Runs(TwoWays), {}, "lost, with 2");
  EXPECT_EQ(result.report.signature, "lost, with 2");
  ASSERT_EQ(result.deviations.draws.size(), 1);
  EXPECT_EQ(result.deviations.draws[0].value, 2);
  ASSERT_EQ(result.others.size(), 1);
  EXPECT_EQ(result.others[0].signature, "lost, without");
  ReplayScheduler replay(result.others[0].schedule);
  RunRequest request;
  request.scheduler = &replay;
  EXPECT_EQ(Runs(TwoWays)(request).signature, "lost, without");
}

TEST(ShrinkTest, AFailureUnderAnyOrderHasNoDeviation) {
  const ShrinkResult result = ShrinkFirst(Runs([]() -> Task<> {
    FailRun("always");
    co_return;
  }));
  EXPECT_EQ(result.cost.deviations, 0);
  EXPECT_EQ(result.cost.entities, 0);
}

TEST(ShrinkTest, StaysWithinItsBudget) {
  for (const uint64_t budget : {4, 5, 10, 30}) {
    const ShrinkResult result =
        ShrinkFirst(Runs(LoseUpdate), {.max_replays = budget});
    EXPECT_LE(result.replays, budget);
    EXPECT_LE(result.cost, result.original);
    if (budget <= 5) {
      EXPECT_TRUE(result.out_of_replays);
    }
  }
}

TEST(ShrinkTest, KeepsTheBestSoFarWhenItIsStopped) {
  int asked = 0;
  std::vector<Schedule> smaller;
  ShrinkOptions options;
  options.stop = [&asked] { return ++asked > 12; };
  options.on_smaller = [&smaller](const Schedule& schedule, const RunReport&) {
    smaller.push_back(schedule);
  };
  const ShrinkResult result = ShrinkFirst(Runs(LoseUpdate), options);
  EXPECT_TRUE(result.stopped);
  ASSERT_FALSE(smaller.empty());
  EXPECT_EQ(result.schedule.choices, smaller.back().choices);
  EXPECT_LT(result.cost, result.original);
}

TEST(ShrinkTest, StoppedBeforeItBeginsThereIsNothing) {
  FailingRun failing;
  const absl::StatusOr<ShrinkResult> result =
      Shrink(Runs(LoseUpdate), failing, {.stop = [] { return true; }});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kCancelled);
}

TEST(ShrinkTest, ARunThatDoesNotFailAgainIsNotShrunk) {
  FailingRun failing;
  failing.signature = "an update is lost";
  const absl::StatusOr<ShrinkResult> result =
      Shrink(Runs(LoseUpdate), failing, {});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(result.status().message(), HasSubstr("it did not fail"));
  EXPECT_THAT(result.status().message(), HasSubstr("an update is lost"));
}

TEST(ShrinkTest, AProgramThatIsNotDeterministicIsNotShrunk) {
  int runs = 0;
  const RunFunction run = [&runs](const RunRequest& request) {
    RunReport report = Runs(LoseUpdate)(request);
    report.failed = true;
    report.signature = "any";
    report.digests.data = Digest();
    report.digests.data.Mix(static_cast<uint64_t>(++runs));
    return report;
  };
  const absl::StatusOr<ShrinkResult> result = Shrink(run, FailingRun(), {});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(result.status().message(), HasSubstr("not deterministic"));
}

// Loses an update, and with it the process.
Task<> Crash() {
  Shared<int> counter;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(Spawn("adder", Increment, &counter));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  if (counter.Peek() != 4) std::_Exit(3);
}

TEST(ShrinkTest, ACrashIsShrunkWithAProcessForEachRun) {
  const RunFunction run = Isolated(Runs(Crash));
  const ShrinkResult result = ShrinkFirst(run, {.max_replays = 100});
  EXPECT_EQ(result.cost.deviations, 1);
  EXPECT_THAT(result.report.message, HasSubstr("3"));
}

TEST(ShrinkTest, WhatRunsFirstInFirstOutIsShrunkInItsDraws) {
  Schedule schedule;
  schedule.ordered = false;
  schedule.Add(
      {.kind = ChoiceKind::kData, .n = 20, .chosen = 9, .site = "items"});
  for (int i = 0; i < 9; ++i) {
    schedule.Add(
        {.kind = ChoiceKind::kRandom, .n = 100, .chosen = 80, .site = "size"});
    schedule.Add(
        {.kind = ChoiceKind::kRandom, .n = 5, .chosen = 4, .site = "color"});
  }
  FailingRun failing;
  failing.schedule = schedule;
  failing.signature = "too large";
  const absl::StatusOr<ShrinkResult> result = Shrink(Runs(Draws), failing, {});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->cost.draws, 2);
  EXPECT_FALSE(result->schedule.ordered);
}

}  // namespace
}  // namespace orrery
