// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/portfolio_scheduler.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/model_campaign.h"
#include "orrery/scheduler/model_corpus.h"
#include "orrery/scheduler/model_program.h"
#include "orrery/scheduler/pct_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/surw_scheduler.h"
#include "orrery/scheduler/urw_scheduler.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::Not;

std::unique_ptr<Scheduler> Make(const std::string& spec) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made =
      MakeScheduler(spec, Seed(1));
  EXPECT_TRUE(made.ok()) << made.status();
  return *std::move(made);
}

PortfolioScheduler Portfolio(const std::vector<std::string>& specs) {
  std::vector<std::unique_ptr<Scheduler>> members;
  for (const std::string& spec : specs) members.push_back(Make(spec));
  return PortfolioScheduler(std::move(members), "portfolio");
}

// Returns the schedule of one run.
std::vector<uint32_t> ScheduleOf(Scheduler& scheduler,
                                 const ModelProgram& program, uint64_t seed,
                                 uint64_t index = 0) {
  ModelRunner runner(program);
  runner.Run(scheduler, {.seed = Seed(seed), .index = index});
  return runner.schedule();
}

TEST(PortfolioSchedulerTest, TheMembersTakeTurns) {
  PortfolioScheduler portfolio = Portfolio({"random", "pos", "pct:depth=2"});
  const char* const turns[] = {"random", "pos", "pct:depth=2",
                               "random", "pos", "pct:depth=2"};
  for (uint64_t index = 0; index < 6; ++index) {
    portfolio.BeginRun({.seed = Seed(9), .index = index});
    EXPECT_EQ(portfolio.SpecOfRun(), turns[index]);
    EXPECT_EQ(portfolio.Spec(), "portfolio");
  }
}

TEST(PortfolioSchedulerTest, ARunIsThatOfItsMemberAlone) {
  const ModelProgram program = Wronglock(3);
  ModelRunner runner(program);
  const std::vector<std::string> specs = {
      "random", "surw", "pct:depth=3", "delay:bound=2", "pos", "urw"};
  PortfolioScheduler portfolio = Portfolio(specs);
  Profile(portfolio, runner);
  EXPECT_FALSE(portfolio.NeedsProfile());
  for (uint64_t index = 0; index < 60; ++index) {
    const std::unique_ptr<Scheduler> member = Make(specs[index % 6]);
    Profile(*member, runner);
    EXPECT_EQ(ScheduleOf(portfolio, program, 100 + index, index),
              ScheduleOf(*member, program, 100 + index))
        << portfolio.SpecOfRun();
    EXPECT_EQ(portfolio.SpecOfRun(), member->Spec());
  }
}

TEST(PortfolioSchedulerTest, OneProfileRunServesAllAndIsARandomWalk) {
  const ModelProgram program = Wronglock(3);
  PortfolioScheduler portfolio = Portfolio({"pos", "surw", "pct:depth=3"});
  EXPECT_TRUE(portfolio.NeedsProfile());
  ModelRunner runner(program);
  runner.Run(portfolio, {.seed = Seed(0), .profile = true});
  EXPECT_FALSE(portfolio.NeedsProfile());
  RandomScheduler random;
  EXPECT_EQ(runner.schedule(), ScheduleOf(random, program, 0));
}

TEST(PortfolioSchedulerTest, TheProfileRunSaysThatItIsOne) {
  PortfolioScheduler portfolio = Portfolio({"surw"});
  portfolio.BeginRun({.seed = Seed(0), .profile = true});
  EXPECT_EQ(portfolio.SpecOfRun(), "random");
}

TEST(PortfolioSchedulerTest, AMemberThatHasLearnedLearnsNothingElse) {
  const ModelProgram small = Deadlock01();
  const ModelProgram large = Wronglock(7);
  ModelRunner on_small(small);
  std::vector<std::unique_ptr<Scheduler>> members;
  members.push_back(std::make_unique<PctScheduler>());
  const PctScheduler* pct = static_cast<PctScheduler*>(members.back().get());
  Profile(*members.back(), on_small);
  const uint64_t steps = pct->steps();
  members.push_back(std::make_unique<UrwScheduler>());
  PortfolioScheduler portfolio(std::move(members), "portfolio");
  EXPECT_TRUE(portfolio.NeedsProfile()) << "the other member does";
  ModelRunner on_large(large);
  Profile(portfolio, on_large);
  EXPECT_FALSE(portfolio.NeedsProfile());
  EXPECT_EQ(pct->steps(), steps);
}

TEST(PortfolioSchedulerTest, WhatWasLearnedGoesOnInAnotherOne) {
  const ModelProgram program = Wronglock(3);
  ModelRunner runner(program);
  const std::vector<std::string> specs = {"surw", "pos", "pct:depth=3", "urw"};
  PortfolioScheduler portfolio = Portfolio(specs);
  EXPECT_EQ(portfolio.SaveState(), "");
  Profile(portfolio, runner);
  const std::string state = portfolio.SaveState();
  PortfolioScheduler other = Portfolio(specs);
  ASSERT_TRUE(other.RestoreState(state));
  EXPECT_FALSE(other.NeedsProfile());
  EXPECT_EQ(other.SaveState(), state);
  for (uint64_t index = 0; index < 40; ++index) {
    EXPECT_EQ(ScheduleOf(portfolio, program, index, index),
              ScheduleOf(other, program, index, index));
  }
  // Those who have learned the same keep it once.
  EXPECT_LT(state.size(), Make("surw")->SaveState().size() + 2 * 2000);
  EXPECT_THAT(state, HasSubstr("\n=0\n"));
}

TEST(PortfolioSchedulerTest, AStateThatIsNoneIsRefusedAndChangesNothing) {
  const ModelProgram program = Lazy01();
  ModelRunner runner(program);
  PortfolioScheduler learned = Portfolio({"surw", "pct:depth=3"});
  Profile(learned, runner);
  const std::string state = learned.SaveState();
  PortfolioScheduler portfolio = Portfolio({"surw", "pct:depth=3"});
  for (size_t size = 1; size < state.size(); ++size) {
    EXPECT_FALSE(portfolio.RestoreState(state.substr(0, size))) << size;
  }
  for (const std::string& wrong :
       {state + "x", std::string("portfolio 3\n0\n\n0\n\n0\n\n"),
        std::string("portfolio 2\n=1\n0\n\n"),
        std::string("portfolio 2\n999999999999\nabc\n0\n\n"),
        std::string("portfolio 2\n3\nabc\n0\n\n")}) {
    EXPECT_FALSE(portfolio.RestoreState(wrong)) << wrong;
  }
  // The first member is told what it can understand, the second is not.
  const std::string half = state.substr(0, state.find("\nprofile 1", 20)) +
                           "x" + state.substr(state.find("\nprofile 1", 20));
  EXPECT_FALSE(portfolio.RestoreState(half));
  EXPECT_TRUE(portfolio.NeedsProfile());
  EXPECT_EQ(portfolio.SaveState(), "");
  EXPECT_FALSE(learned.RestoreState("portfolio"));
  EXPECT_EQ(learned.SaveState(), state);
}

TEST(PortfolioSchedulerTest, StepsAreAskedForIfAMemberNeedsThem) {
  EXPECT_TRUE(Portfolio({"random", "urw"}).traits().observes_steps);
  EXPECT_FALSE(Portfolio({"random", "pos"}).traits().observes_steps);
}

TEST(PortfolioSchedulerTest, OnlyPoliciesThatSampleAreMembers) {
  EXPECT_TRUE(PortfolioScheduler::Admits(*Make("random")));
  EXPECT_TRUE(PortfolioScheduler::Admits(*Make("delay")));
  EXPECT_FALSE(PortfolioScheduler::Admits(*Make("dfs")));
  EXPECT_FALSE(PortfolioScheduler::Admits(*Make("dpor")));
  EXPECT_FALSE(PortfolioScheduler::Admits(FifoScheduler()));
}

TEST(PortfolioSchedulerDeathTest, APortfolioWithoutMembersStopsTheProgram) {
  EXPECT_DEATH(PortfolioScheduler({}, "portfolio"), "has members");
  EXPECT_DEATH(Portfolio({"dfs"}), "neither search nor follow");
}

}  // namespace
}  // namespace orrery
