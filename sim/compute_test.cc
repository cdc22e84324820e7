// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/compute.h"

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kComputeLine = __LINE__ + 2;
Task<> Render() {
  Compute(absl::Seconds(5));
  co_return;
}

Task<> Tick(std::vector<absl::Duration>& ticks) {
  for (int i = 0; i < 3; ++i) {
    co_await Sleep(absl::Seconds(1));
    ticks.push_back(Elapsed());
  }
}

Task<> RenderBesideTicker(std::vector<absl::Duration>& ticks) {
  JoinHandle<> ticker = Spawn("ticker", Tick, std::ref(ticks));
  JoinHandle<> report = Spawn("report", Render);
  co_await report;
  co_await ticker;
}

// What a newcomer has to see once: the other task asked for a second and gets
// its turn after five.
TEST(ComputeTest, OnTheLoopDelaysEverybodyAndIsReportedWithItsLine) {
  std::vector<absl::Duration> ticks;
  const RunResult result = Simulation().Run(RenderBesideTicker, ticks);
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(
      ticks, ElementsAre(absl::Seconds(5), absl::Seconds(6), absl::Seconds(7)));
  ASSERT_THAT(result.slow_steps, SizeIs(1));
  EXPECT_EQ(result.slow_step_count, 1);
  const SlowStep& slow = result.slow_steps.front();
  EXPECT_EQ(slow.task_name, "report#3");
  EXPECT_EQ(slow.task, TaskId(3));
  EXPECT_EQ(slow.passed, absl::Seconds(5));
  EXPECT_EQ(slow.begin, SimTime());
  EXPECT_EQ(slow.step, 3);
  EXPECT_EQ(slow.site,
            "sim/compute_test.cc:" + std::to_string(kComputeLine) + " Render");
  EXPECT_THAT(FormatRunResult(result),
              HasSubstr("\n  report#3 held up everybody for 5.000s, at "
                        "sim/compute_test.cc:"));
}

Task<> Spin(absl::Duration duration) {
  Compute(duration);
  co_return;
}

TEST(ComputeTest, ATenthOfASecondIsNotSlowUnlessOneSaysSo) {
  const absl::Duration tenth = absl::Milliseconds(100);
  EXPECT_THAT(Simulation().Run(Spin, tenth).slow_steps, IsEmpty());
  EXPECT_THAT(Simulation().Run(Spin, tenth + absl::Nanoseconds(1)).slow_steps,
              SizeIs(1));
  EXPECT_THAT(Simulation({.slow_step = absl::Milliseconds(99)})
                  .Run(Spin, tenth)
                  .slow_steps,
              SizeIs(1));
  EXPECT_THAT(Simulation({.slow_step = absl::InfiniteDuration()})
                  .Run(Spin, absl::Hours(1))
                  .slow_steps,
              IsEmpty());
}

Task<> BlockTwice() {
  BlockingSleep(absl::Milliseconds(60));
  Compute(absl::Milliseconds(60));
  co_await Yield();
  Compute(absl::Milliseconds(60));
  co_await Yield();
  BlockingSleep(absl::Milliseconds(60));
}

TEST(ComputeTest, EveryThingThatStopsTheLoopCounts) {
  EXPECT_THAT(Simulation().Run(BlockTwice).slow_steps,
              ElementsAre(Field(&SlowStep::passed, absl::Milliseconds(120))));
}

Task<> PostSlowCallback() {
  Post([] { Compute(absl::Seconds(1)); });
  co_await Sleep(absl::Seconds(2));
  EXPECT_THAT(SlowSteps(),
              ElementsAre(AllOf(Field(&SlowStep::task_name, "callback#2"),
                                Field(&SlowStep::passed, absl::Seconds(1)))));
}

TEST(ComputeTest, CallbacksAreStepsToo) {
  EXPECT_TRUE(Simulation().Run(PostSlowCallback).ok());
}

Task<> LookTwice() {
  EXPECT_THAT(SlowSteps(), IsEmpty());
  Compute(absl::Seconds(1));
  EXPECT_THAT(SlowSteps(), SizeIs(1)) << "the step that runs is one";
  co_return;
}

TEST(ComputeTest, ATestCanDemandThatThereIsNone) {
  EXPECT_TRUE(Simulation().Run(LookTwice).ok());
}

TEST(ComputeTest, BeforeTheRunThereIsNobodyToHoldUp) {
  Simulation simulation;
  {
    Simulation::Scope scope(simulation);
    Compute(absl::Seconds(1));
  }
  const RunResult result = simulation.Run(Spin, absl::ZeroDuration());
  EXPECT_THAT(result.slow_steps, IsEmpty());
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
}

TEST(ComputeTest, TheTimeLimitCutsItOff) {
  const RunResult result =
      Simulation({.max_time = absl::Seconds(3)}).Run(Spin, absl::Hours(1));
  EXPECT_EQ(result.outcome, Outcome::kTimeLimit);
  EXPECT_THAT(result.slow_steps,
              ElementsAre(Field(&SlowStep::passed, absl::Seconds(3))));
}

Task<> ComputeRange() {
  Compute({absl::Milliseconds(1), absl::Milliseconds(3)});
  co_return;
}

TEST(ComputeTest, ARangeIsDrawn) {
  const RunResult result = Simulation().Run(ComputeRange);
  EXPECT_EQ(result.choices, 1);
  EXPECT_GT(result.elapsed, absl::Milliseconds(1));
  EXPECT_LT(result.elapsed, absl::Milliseconds(3));
}

TEST(ComputeDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(Compute(absl::Seconds(1)), "Compute was used outside");
  EXPECT_DEATH(SlowSteps(), "SlowSteps was used outside");
}

}  // namespace
}  // namespace orrery
