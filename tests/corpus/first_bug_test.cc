// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/corpus/first_bug.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

Task<> FailAtOnce() {
  FailRun("at once");
  co_return;
}

Task<> Pass() { co_return; }

constexpr Program kFailing{.name = "failing",
                           .failure = Outcome::kFailed,
                           .buggy = FailAtOnce,
                           .fixed = Pass};

TEST(FirstBugTest, ABugThatAlwaysShowsIsFoundByTheFirstSchedule) {
  const FirstBug found = MeasureFirstBug(kFailing, "random", {.campaigns = 3});
  EXPECT_EQ(found.schedules, (std::vector<uint64_t>{1, 1, 1}));
  EXPECT_TRUE(found.FoundByAll());
  EXPECT_EQ(found.runs, 3u);
  EXPECT_EQ(found.Mean(), 1);
  EXPECT_EQ(found.Deviation(), 0);
}

TEST(FirstBugTest, ACampaignGivesUpAtTheCap) {
  Program passing = kFailing;
  passing.buggy = Pass;
  const FirstBug found =
      MeasureFirstBug(passing, "random", {.campaigns = 2, .cap = 7});
  EXPECT_TRUE(found.schedules.empty());
  EXPECT_FALSE(found.FoundByAll());
  EXPECT_EQ(found.runs, 14u);
  EXPECT_EQ(found.Mean(), 7);
}

TEST(FirstBugTest, ACampaignThatHasFoundNothingCountsWithTheCap) {
  FirstBug found;
  found.campaigns = 3;
  found.cap = 100;
  found.schedules = {10, 40};
  EXPECT_EQ(found.Mean(), 50);
}

TEST(FirstBugTest, TheDeviationIsThatOfASample) {
  FirstBug found;
  found.campaigns = 2;
  found.cap = 100;
  found.schedules = {1, 3};
  EXPECT_EQ(found.Mean(), 2);
  EXPECT_DOUBLE_EQ(found.Deviation() * found.Deviation(), 2);
}

TEST(FirstBugTest, TheSameSeedGivesTheSameCampaigns) {
  const Program& program = *FindProgram("bluetooth");
  const FirstBugOptions options{.campaigns = 5, .cap = 500, .seed = Seed(7)};
  EXPECT_EQ(MeasureFirstBug(program, "random", options).schedules,
            MeasureFirstBug(program, "random", options).schedules);
}

TEST(FirstBugTest, FailuresAreCounted) {
  EXPECT_EQ(CountFailures(FailAtOnce, "random", 12), 12u);
  EXPECT_EQ(CountFailures(Pass, "random", 12), 0u);
}

TEST(FirstBugDeathTest, AnotherFailureThanThePlantedOneStopsTheProcess) {
  Program other = kFailing;
  other.failure = Outcome::kDeadlock;
  EXPECT_DEATH(MeasureFirstBug(other, "random"),
               "has failed in a way that nobody planted: .*at once");
}

TEST(FirstBugDeathTest, APolicyThatDoesNotExistStopsTheProcess) {
  EXPECT_DEATH(MeasureFirstBug(kFailing, "randon"), "no such policy");
}

}  // namespace
}  // namespace orrery::corpus
