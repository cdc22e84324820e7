// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/prefix_scheduler.h"

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

Schedule Recorded() {
  Schedule schedule;
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 2});
  schedule.Add(
      {.kind = ChoiceKind::kRandom, .n = 100, .chosen = 42, .site = "jitter"});
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 1});
  return schedule;
}

constexpr ChoicePoint kNext = {.kind = ChoiceKind::kNextEntity, .n = 3};
constexpr ChoicePoint kJitter = {
    .kind = ChoiceKind::kRandom, .n = 100, .site = "jitter"};

const std::vector<Candidate> kThree(3);

Candidates Three() {
  static const auto* const list =
      new std::vector<const Candidate*>{&kThree[0], &kThree[1], &kThree[2]};
  return *list;
}

PrefixScheduler ThenRandom(size_t length, Schedule recorded = Recorded()) {
  return PrefixScheduler(std::move(recorded), length,
                         std::make_unique<RandomScheduler>());
}

TEST(PrefixSchedulerTest, FollowsToTheChoiceAndThenLeavesItToThePolicy) {
  std::set<size_t> answers;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    PrefixScheduler scheduler = ThenRandom(2);
    scheduler.BeginRun({.seed = Seed(seed)});
    EXPECT_EQ(scheduler.PickNext(kNext, Three()), 2u);
    EXPECT_EQ(scheduler.Draw(kJitter), 42u);
    EXPECT_EQ(scheduler.followed(), 2u);
    answers.insert(scheduler.PickNext(kNext, Three()));
    EXPECT_EQ(scheduler.followed(), 2u);
    EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
              NextRun::kAgain);
    EXPECT_EQ(scheduler.Explain(), "");
  }
  EXPECT_EQ(answers.size(), 3u) << "one of them was recorded";
}

TEST(PrefixSchedulerTest, NoChoicesAreThePolicyAlone) {
  PrefixScheduler scheduler = ThenRandom(0);
  RandomScheduler random;
  scheduler.BeginRun({.seed = Seed(5)});
  random.BeginRun({.seed = Seed(5)});
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(scheduler.PickNext(kNext, Three()),
              random.PickNext(kNext, Three()));
    EXPECT_EQ(scheduler.Draw(kJitter), random.Draw(kJitter));
  }
}

TEST(PrefixSchedulerTest, MoreChoicesThanThereAreAreAll) {
  PrefixScheduler scheduler = ThenRandom(1000);
  EXPECT_EQ(scheduler.Spec(), "random after 3 recorded choices");
  EXPECT_EQ(ThenRandom(1).SpecOfRun(), "random after 1 recorded choice");
}

TEST(PrefixSchedulerTest, AnotherChoiceWithinThePrefixDiverges) {
  PrefixScheduler scheduler = ThenRandom(2);
  EXPECT_TRUE(scheduler.traits().follows);
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(scheduler.Draw(kJitter), Scheduler::kDiverged);
  EXPECT_NE(scheduler.Explain(), "");
}

TEST(PrefixSchedulerTest, ARunThatEndsWithinThePrefixEndsTheCampaign) {
  PrefixScheduler scheduler = ThenRandom(2);
  scheduler.BeginRun({.seed = Seed(1)});
  scheduler.PickNext(kNext, Three());
  EXPECT_EQ(scheduler.EndRun({.outcome = Outcome::kCompleted}),
            NextRun::kOutOfBudget);
  EXPECT_NE(scheduler.Explain(), "");
}

TEST(PrefixSchedulerTest, APolicyThatDoesNotOrderGoesOnFirstInFirstOut) {
  PrefixScheduler scheduler(Recorded(), 1, std::make_unique<FifoScheduler>());
  EXPECT_TRUE(scheduler.traits().orders);
  scheduler.BeginRun({.seed = Seed(1)});
  EXPECT_EQ(scheduler.PickNext(kNext, Three()), 2u);
  EXPECT_EQ(scheduler.PickNext(kNext, Three()), 0u);
}

TEST(PrefixSchedulerTest, WhereOnlyDrawsWereRecordedTheOrderIsFirstInFirstOut) {
  Schedule draws;
  draws.ordered = false;
  draws.Add(
      {.kind = ChoiceKind::kRandom, .n = 100, .chosen = 42, .site = "jitter"});
  PrefixScheduler scheduler = ThenRandom(1, draws);
  scheduler.BeginRun({.seed = Seed(1)});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(scheduler.PickNext(kNext, Three()), 0u);
  }
  EXPECT_EQ(scheduler.Draw(kJitter), 42u);
  PrefixScheduler fifo(draws, 1, std::make_unique<FifoScheduler>());
  EXPECT_FALSE(fifo.traits().orders) << "nobody needs to be asked";
}

}  // namespace
}  // namespace orrery
