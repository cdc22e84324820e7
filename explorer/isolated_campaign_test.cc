// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Campaigns in which each run has a process of its own: what happens to one run
// happens to no other.

#include <csignal>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/explorer/campaign.h"
#include "orrery/explorer/sample_runs.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"

namespace orrery {
namespace {

using testing::ElementsAre;

int mutable_static = 0;
Task<> CountsInAStatic() {
  co_await Yield();
  Choose(10, "n");
  if (++mutable_static > 1) throw std::runtime_error("it was used before");
}

TEST(IsolatedCampaignTest, AProgramWithAMutableStaticPassesAThousandSeeds) {
  RandomScheduler random;
  CampaignOptions options;
  options.runs = 1000;
  options.isolated = true;
  const CampaignResult isolated =
      RunCampaign(SampleRuns(CountsInAStatic), random, options);
  EXPECT_EQ(isolated.runs, 1000u);
  EXPECT_TRUE(isolated.failures.empty());
  EXPECT_EQ(mutable_static, 0);
  options.isolated = false;
  EXPECT_EQ(RunCampaign(SampleRuns(CountsInAStatic), random, options).runs, 2u);
}

// Four of a hundred runs die, each in its own way.
Task<> DiesInFourWays() {
  co_await Sleep(absl::Seconds(1));
  switch (Choose(25, "fate")) {
    case 0:
      std::abort();
    case 1:
      ::raise(SIGKILL);
      break;
    case 2:
      std::exit(3);
    case 3:
      throw std::runtime_error("an exception");
  }
}

TEST(IsolatedCampaignTest, RunsThatDieDoNotEndTheOthers) {
  RandomScheduler random;
  CampaignOptions options;
  options.runs = 300;
  options.isolated = true;
  options.isolate.quiet = true;
  options.max_failures = 100;
  const CampaignResult result =
      RunCampaign(SampleRuns(DiesInFourWays), random, options);
  EXPECT_EQ(result.runs, 300);
  std::set<std::string> died_of;
  for (const CampaignFailure& failure : result.failures) {
    died_of.insert(failure.died_of);
    EXPECT_EQ(failure.seed, Seed(1).ForRun(failure.index));
    ASSERT_EQ(failure.schedule.choices.size(), 1u);
    EXPECT_LT(failure.schedule.choices.front().chosen, 4u);
  }
  EXPECT_THAT(died_of, ElementsAre("", "SIGABRT", "SIGKILL", "exit code 3"));
}

}  // namespace
}  // namespace orrery
