// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/clock.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> ReadClocks() {
  EXPECT_EQ(Now(), SimEpoch());
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  co_await Sleep(absl::Hours(36));
  EXPECT_EQ(Elapsed(), absl::Hours(36));
  EXPECT_EQ(absl::FormatTime(Now(), absl::UTCTimeZone()),
            "2000-01-02T12:00:00+00:00");
}

TEST(ClockTest, WallClockAndElapsedTimeAreOneClock) {
  EXPECT_TRUE(Simulation().Run(ReadClocks).ok());
}

Task<> Work() {
  for (volatile int i = 0; i < 100'000;) i = i + 1;
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
  for (int i = 0; i < 1000; ++i) co_await Yield();
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

TEST(ClockTest, CodeTakesNoTimeUnlessItSaysSo) {
  EXPECT_TRUE(Simulation().Run(Work).ok());
}

Task<> TakeTime() {
  Compute(absl::Milliseconds(3));
  EXPECT_EQ(Elapsed(), absl::Milliseconds(3));
  BlockingSleep(absl::Milliseconds(4));
  EXPECT_EQ(Elapsed(), absl::Milliseconds(7));
  Compute(absl::Nanoseconds(0.25));
  EXPECT_EQ(Elapsed(), absl::Nanoseconds(7'000'001)) << "rounded up";
  Compute(absl::ZeroDuration());
  Compute(-absl::Seconds(1));
  BlockingSleep(-absl::InfiniteDuration());
  EXPECT_EQ(Elapsed(), absl::Nanoseconds(7'000'001)) << "never back";
  co_return;
}

TEST(ClockTest, ComputingAndBlockingTakeTimeWithinTheStep) {
  const RunResult result = Simulation().Run(TakeTime);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1);
}

Task<> NoteTimes(std::vector<absl::Duration>* at) {
  for (int i = 0; i < 2; ++i) {
    co_await Sleep(absl::Seconds(1));
    at->push_back(Elapsed());
  }
}

Task<> BlockOthers(std::vector<absl::Duration>* at) {
  JoinHandle<> other = Spawn(NoteTimes, at);
  co_await Yield();
  Compute(absl::Seconds(10));
  co_await other;
}

TEST(ClockTest, WhileOneComputesTheOthersAreLate) {
  std::vector<absl::Duration> at;
  EXPECT_TRUE(Simulation().Run(BlockOthers, &at).ok());
  EXPECT_THAT(at, ElementsAre(absl::Seconds(10), absl::Seconds(11)));
}

Task<> BlockForEver() {
  BlockingSleep(absl::InfiniteDuration());
  co_await Yield();
  ADD_FAILURE() << "time does not end";
}

TEST(ClockTest, BlockingForEverEndsTheRun) {
  EXPECT_EQ(Simulation().Run(BlockForEver).outcome, Outcome::kTimeLimit);
}

TEST(ClockDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(Now(), "Now was used outside of a simulation");
  EXPECT_DEATH(Elapsed(), "Elapsed was used outside of a simulation");
  EXPECT_DEATH(Compute(absl::Seconds(1)), "Compute was used outside");
  EXPECT_DEATH(BlockingSleep(absl::Seconds(1)),
               "BlockingSleep was used outside");
}

}  // namespace
}  // namespace orrery
