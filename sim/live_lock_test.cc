// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Steps without end while the clock stands still.

#include <functional>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

Task<> Spin() {
  for (;;) co_await Yield();
}

Task<> SpinAfter(absl::Duration delay) {
  co_await Sleep(delay);
  co_await Spin();
}

TEST(LiveLockTest, IsReportedAfterExactlySoManySteps) {
  for (const uint64_t limit : {1u, 2u, 999u, 1000u, 1001u, 5000u, 20'000u}) {
    const RunResult result =
        Simulation({.max_steps_per_instant = limit}).Run(Spin);
    EXPECT_EQ(result.outcome, Outcome::kLiveLock);
    EXPECT_EQ(result.steps, limit);
    EXPECT_EQ(result.tasks.size(), 1);
  }
}

TEST(LiveLockTest, TheStepsOfEarlierInstantsDoNotCount) {
  const RunResult result = Simulation({.max_steps_per_instant = 5000})
                               .Run(SpinAfter, absl::Seconds(3));
  EXPECT_EQ(result.outcome, Outcome::kLiveLock);
  EXPECT_EQ(result.steps, 5001) << "one was taken before";
  EXPECT_EQ(result.elapsed, absl::Seconds(3));
}

Task<> TakeSteps(int at_each_instant, int instants) {
  for (int i = 0; i < instants; ++i) {
    for (int j = 1; j < at_each_instant; ++j) co_await Yield();
    co_await Sleep(absl::Seconds(1));
  }
}

TEST(LiveLockTest, SoManyAtEachInstantAreNone) {
  for (const int limit : {10, 1500}) {
    // The last one has one more, in which the task ends.
    EXPECT_TRUE(
        Simulation({.max_steps_per_instant = static_cast<uint64_t>(limit)})
            .Run(TakeSteps, limit, 10)
            .ok());
    const RunResult result =
        Simulation({.max_steps_per_instant = static_cast<uint64_t>(limit)})
            .Run(TakeSteps, limit + 1, 10);
    EXPECT_EQ(result.outcome, Outcome::kLiveLock);
    EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  }
}

Task<> SpinAndPass() {
  for (int i = 0; i < 10'000; ++i) {
    BlockingSleep(absl::Nanoseconds(1));
    co_await Yield();
  }
}

TEST(LiveLockTest, TimeThatPassesWithinStepsIsTime) {
  EXPECT_TRUE(Simulation({.max_steps_per_instant = 100}).Run(SpinAndPass).ok());
}

Task<> SpinWithOthers() {
  JoinHandle<> a = Spawn("poller", Spin);
  JoinHandle<> b = Spawn("poller", Spin);
  JoinHandle<> c = Spawn("sleeper", SpinAfter, absl::Hours(1));
  co_await a;
}

TEST(LiveLockTest, TheReportNamesWhoSpinsAndWhere) {
  const RunResult result =
      Simulation({.max_steps_per_instant = 10'000}).Run(SpinWithOthers);
  EXPECT_EQ(result.outcome, Outcome::kLiveLock);
  EXPECT_EQ(result.tasks.size(), 4);
  EXPECT_THAT(result.failure->message,
              HasSubstr("live-lock: 10000 steps have run and the clock still "
                        "stands at 0.000s\n"
                        "  poller#2, which stands at sim/live_lock_test.cc:"));
  EXPECT_THAT(result.failure->message,
              HasSubstr(" Spin, took 500 of the last 1000 steps\n"
                        "  poller#3, which stands at sim/live_lock_test.cc:"));
  EXPECT_THAT(result.failure->message, Not(HasSubstr("sleeper")));
}

Task<> SpinAsMany() {
  for (int i = 0; i < 100; ++i) Spawn("poller", Spin);
  co_await Sleep(absl::Hours(1));
}

TEST(LiveLockTest, ThoseFromOnePlaceShareALine) {
  const RunResult result =
      Simulation({.max_steps_per_instant = 100'000}).Run(SpinAsMany);
  EXPECT_THAT(result.failure->message,
              MatchesRegex("[^\n]*\n  poller#[0-9]+ and 99 more like it, which "
                           "stands at [^\n]* took 1000 of the last 1000 "
                           "steps"));
}

void PostAgain() { Post(&PostAgain); }

Task<> PostForEver() {
  PostAgain();
  co_await Sleep(absl::Hours(1));
}

TEST(LiveLockTest, CallbacksThatPostThemselvesAreNamedByTheirPlace) {
  const RunResult result =
      Simulation({.max_steps_per_instant = 10'000}).Run(PostForEver);
  EXPECT_THAT(result.failure->message,
              MatchesRegex("[^\n]*\n  1000 callbacks posted at "
                           "sim/live_lock_test.cc:[0-9]+ PostAgain took 1000 "
                           "of the last 1000 steps"));
}

void PostInThePast() { PostAt(SimEpoch(), &PostInThePast); }

Task<> SetTimersInThePast() {
  co_await Sleep(absl::Seconds(1));
  PostInThePast();
  co_await Sleep(absl::Hours(1));
}

TEST(LiveLockTest, SoAreTimersThatAreDueAlready) {
  const RunResult result =
      Simulation({.max_steps_per_instant = 10'000}).Run(SetTimersInThePast);
  EXPECT_EQ(result.outcome, Outcome::kLiveLock);
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
}

Task<> SpawnAgain() {
  Spawn("generation", SpawnAgain);
  co_return;
}

TEST(LiveLockTest, TasksThatFollowEachOtherAreNamedByTheirPlace) {
  const RunResult result =
      Simulation({.max_steps_per_instant = 10'000}).Run(SpawnAgain);
  // The main task is over, and what it has left goes on.
  EXPECT_TRUE(result.ok());
  auto body = []() -> Task<> {
    Spawn("generation", SpawnAgain);
    co_await Sleep(absl::Hours(1));
  };
  EXPECT_THAT(
      Simulation({.max_steps_per_instant = 10'000}).Run(body).failure->message,
      AllOf(HasSubstr("and 999 more like it, spawned at "
                      "sim/live_lock_test.cc:"),
            HasSubstr("took 1000 of the last 1000 steps")));
}

TEST(LiveLockTest, UnderAnyOrderItIsTheSame) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    RandomScheduler random;
    const RunResult result = Simulation({.seed = Seed(seed),
                                         .scheduler = &random,
                                         .max_steps_per_instant = 5000})
                                 .Run(SpinWithOthers);
    EXPECT_EQ(result.outcome, Outcome::kLiveLock);
    EXPECT_EQ(result.steps, 5000);
    EXPECT_THAT(result.failure->message,
                AllOf(HasSubstr("poller#2"), HasSubstr("poller#3")));
  }
}

TEST(LiveLockTest, TheStepLimitComesFirstIfItIsLower) {
  const RunResult result =
      Simulation({.max_steps = 4500, .max_steps_per_instant = 5000}).Run(Spin);
  EXPECT_EQ(result.outcome, Outcome::kStepLimit);
  EXPECT_EQ(result.steps, 4500);
  EXPECT_EQ(Simulation({.max_steps = 5000, .max_steps_per_instant = 5000})
                .Run(Spin)
                .outcome,
            Outcome::kStepLimit);
}

TEST(LiveLockTest, StepsThatAreTakenOneByOneCountToo) {
  Simulation simulation({.max_steps_per_instant = 10});
  {
    Simulation::Scope scope(simulation);
    Spawn(Spin);
  }
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(simulation.Step().ok());
  EXPECT_EQ(simulation.Step().reason, StopReason::kLiveLock);
  EXPECT_EQ(simulation.steps(), 10);
}

// Whether or not the last steps before the limit are watched.
TEST(LiveLockTest, LookingOutForItChangesNothing) {
  auto digests = [](uint64_t limit) {
    RandomScheduler random;
    return Simulation({.seed = Seed(3),
                       .scheduler = &random,
                       .max_steps_per_instant = limit})
        .Run(TakeSteps, 1500, 10)
        .digests;
  };
  EXPECT_EQ(digests(1501), digests(1'000'000));
}

}  // namespace
}  // namespace orrery
