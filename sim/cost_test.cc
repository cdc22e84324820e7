// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/cost.h"

#include <cstdint>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

int64_t Draw(const Cost& cost) {
  return cost.Draw(Simulation::Current("Draw"), "test");
}

Task<> DrawFixed() {
  EXPECT_EQ(Draw(Cost()), 0);
  EXPECT_EQ(Draw(absl::Seconds(1)), 1'000'000'000);
  EXPECT_EQ(Draw(absl::Nanoseconds(0.5)), 1) << "rounded up";
  EXPECT_EQ(Draw({absl::Seconds(2), absl::Seconds(2)}), 2'000'000'000);
  EXPECT_EQ(Draw(absl::InfiniteDuration()), SimTime::Infinite().ns);
  co_return;
}

TEST(CostTest, ADurationIsNoChoice) {
  RandomScheduler scheduler;
  const RunResult result = Simulation({.scheduler = &scheduler}).Run(DrawFixed);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.choices, 0);
}

Task<> DrawMany(std::set<int64_t>* drawn) {
  for (int i = 0; i < 200; ++i) {
    drawn->insert(Draw({absl::Nanoseconds(5), absl::Nanoseconds(8)}));
  }
  co_return;
}

TEST(CostTest, ARangeIsDrawnFromWithBothEnds) {
  RandomScheduler scheduler;
  std::set<int64_t> drawn;
  const RunResult result =
      Simulation({.scheduler = &scheduler}).Run(DrawMany, &drawn);
  EXPECT_EQ(result.choices, 200);
  EXPECT_THAT(drawn, ElementsAre(5, 6, 7, 8));
}

class SimplestScheduler : public Scheduler {
 public:
  std::string Spec() const override { return "simplest"; }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
};

TEST(CostTest, TheSimplestIsTheLeast) {
  SimplestScheduler scheduler;
  std::set<int64_t> drawn;
  EXPECT_TRUE(Simulation({.scheduler = &scheduler}).Run(DrawMany, &drawn).ok());
  EXPECT_THAT(drawn, ElementsAre(5));
}

TEST(CostDeathTest, RefusesRangesThatAreNone) {
  EXPECT_DEATH(Cost(absl::Seconds(2), absl::Seconds(1)),
               "whose least is above its most");
  EXPECT_DEATH(Cost(absl::Seconds(2), absl::InfiniteDuration()),
               "infinite range");
}

}  // namespace
}  // namespace orrery
