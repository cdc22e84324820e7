// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The clocks of a `Node`.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/future.h"
#include "orrery/sim/node/node.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;

using Lines = std::vector<std::string>;

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

template <typename Body, typename... Arguments>
void RunTest(Body body, Arguments... arguments) {
  const RunResult result = Simulation().Run(body, arguments...);
  EXPECT_TRUE(result.ok()) << Message(result);
}

Task<> Tick(Lines* lines) {
  for (;;) {
    co_await Sleep(absl::Seconds(1));
    lines->push_back(absl::StrCat("tick ", absl::ToInt64Seconds(Elapsed())));
  }
}

Task<> Drift() {
  World world;
  std::vector<absl::Duration> woke;
  Node& node = world.AddNode("a", [&woke]() -> Task<> {
    for (;;) {
      co_await Sleep(absl::Seconds(1));
      woke.push_back(ToDuration(Simulation::Current("test").now()));
    }
  });
  node.SetClockDrift(250'000);  // a second is over after 0.8 s
  co_await Sleep(absl::Milliseconds(2000));
  EXPECT_THAT(woke,
              ElementsAre(absl::Milliseconds(800), absl::Milliseconds(1600)));
  EXPECT_EQ(node.SteadyTime(), absl::Milliseconds(2500));
  // Half of the third second is over: the rest takes twice as long.
  node.SetClockDrift(-500'000);
  co_await Sleep(absl::Milliseconds(3100));
  EXPECT_THAT(woke,
              ElementsAre(absl::Milliseconds(800), absl::Milliseconds(1600),
                          absl::Milliseconds(3000), absl::Milliseconds(5000)));
  EXPECT_EQ(Elapsed(), absl::Milliseconds(5100));  // nobody else's has changed
}
TEST(NodeClockTest, TimersRunOnTheClockOfTheNode) { RunTest(Drift); }

Task<> Freeze() {
  World world;
  Lines lines;
  Node& node = world.AddNode("a", [&lines] { return Tick(&lines); });
  co_await Sleep(absl::Milliseconds(1500));
  node.FreezeClock();
  co_await Sleep(absl::Hours(1));
  EXPECT_EQ(node.SteadyTime(), absl::Milliseconds(1500));
  EXPECT_THAT(lines, ElementsAre("tick 1"));
  node.ThawClock();
  co_await Sleep(absl::Milliseconds(600));
  EXPECT_THAT(lines, ElementsAre("tick 1", "tick 2"));
  EXPECT_EQ(node.SteadyTime(), absl::Milliseconds(2100));
}
TEST(NodeClockTest, AFrozenClockStandsStillAndSoDoItsTimers) {
  RunTest(Freeze);
}

Task<> OnlyFrozen() {
  World world;
  Node& node =
      world.AddNode("a", []() -> Task<> { co_await Sleep(absl::Seconds(1)); });
  node.FreezeClock();
  Promise<> never;
  co_await never.GetFuture();
}
TEST(NodeClockTest, WhereOnlyAFrozenClockCouldHelpThereIsADeadlock) {
  const RunResult result = Simulation().Run(OnlyFrozen);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock) << Message(result);
  EXPECT_THAT(Message(result),
              testing::EndsWith("the main task is not done; the clock of node "
                                "a stands still"));
}

Task<> WallClock() {
  World world;
  Node& node =
      world.AddNode("a", []() -> Task<> { co_await Sleep(absl::Hours(10)); });
  node.StepWallClock(absl::Hours(3));
  EXPECT_EQ(node.WallTime(), Now() + absl::Hours(3));
  EXPECT_EQ(node.RunOn([] { return Now(); }), Now() + absl::Hours(3));
  EXPECT_EQ(node.RunOn([] { return Elapsed(); }), Elapsed());
  node.StepWallClock(-absl::Hours(5));
  EXPECT_EQ(node.WallTime(), Now() - absl::Hours(2));
  node.SetWallClock();
  EXPECT_EQ(node.WallTime(), Now());
  co_return;
}
TEST(NodeClockTest, TheWallClockCanBeSetAndTheSteadyOneGoesOn) {
  RunTest(WallClock);
}

Task<> MonotonicReads() {
  World world;
  Node& node =
      world.AddNode("a", []() -> Task<> { co_await Sleep(absl::Hours(1000)); });
  Random dice("clock");
  absl::Duration last;
  for (int i = 0; i < 20'000; ++i) {
    switch (dice.Below(6)) {
      case 0:
        node.SetClockDrift(dice.Between(int64_t{-500'000}, int64_t{500'000}));
        break;
      case 1:
        node.FreezeClock();
        break;
      case 2:
        node.ThawClock();
        break;
      case 3:
        node.StepWallClock(dice.Between(-absl::Hours(1), absl::Hours(1)));
        break;
      case 4:
        node.Restart();
        break;
      default:
        co_await Sleep(dice.Between(absl::ZeroDuration(), absl::Seconds(1)));
    }
    // A million times in all.
    for (int read = 0; read < 50; ++read) {
      const absl::Duration now = node.RunOn([] { return Elapsed(); });
      if (now < last) ADD_FAILURE() << now << " after " << last;
      last = now;
      Compute(absl::Microseconds(7));
    }
  }
}
TEST(NodeClockTest, TheSteadyClockNeverGoesBack) {
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.seed = Seed(3), .scheduler = &scheduler})
          .Run(MonotonicReads);
  EXPECT_TRUE(result.ok()) << Message(result);
}

}  // namespace
}  // namespace orrery
