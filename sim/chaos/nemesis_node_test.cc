// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

// Three machines in two zones.
struct Lab {
  Lab() : nemesis(world) {
    for (const char* name : {"a", "b", "c"}) {
      world.AddNode(name, Idle, {.zone = name[0] < 'c' ? "east" : "west"});
    }
  }
  Node& node(absl::string_view name) { return world.node(name); }

  World world;
  Nemesis nemesis;
};

template <typename Body>
void RunTest(Body body) {
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.seed = Seed(1), .scheduler = &scheduler}).Run(body);
  EXPECT_TRUE(result.ok()) << (result.failure.has_value()
                                   ? result.failure->message
                                   : "");
}

FaultCounts CountsOf(absl::string_view name) {
  const Fault& fault = Faults::Current().Get(name);
  return {fault.name(), fault.armed(), fault.reached(), fault.effects()};
}

// ---- Machines ---------------------------------------------------------------

Task<> TakesDown() {
  Lab lab;
  Node& a = lab.node("a");
  EXPECT_TRUE(lab.nemesis.Do(mishap::Kill("a"), absl::Seconds(1)).ok());
  EXPECT_EQ(a.state(), NodeState::kKilled);
  co_await Sleep(absl::Milliseconds(1001));
  EXPECT_EQ(a.state(), NodeState::kUp);
  EXPECT_EQ(a.incarnation(), 2u);

  EXPECT_TRUE(lab.nemesis.Do(mishap::Crash("@zone:east")).ok());
  EXPECT_EQ(a.state(), NodeState::kCrashed);
  EXPECT_EQ(lab.node("b").state(), NodeState::kCrashed);
  EXPECT_EQ(lab.world.CountDown(), 2u);
  lab.nemesis.Heal();
  EXPECT_EQ(lab.world.CountDown(), 0u);

  EXPECT_TRUE(lab.nemesis.Do(mishap::Restart("a")).ok());
  EXPECT_EQ(a.state(), NodeState::kUp);
  EXPECT_EQ(a.incarnation(), 4u);
  EXPECT_EQ(lab.nemesis.CountOngoing(), 0u);

  EXPECT_TRUE(lab.nemesis.Do(mishap::Pause("a"), absl::Seconds(1)).ok());
  EXPECT_TRUE(a.paused());
  co_await Sleep(absl::Seconds(2));
  EXPECT_FALSE(a.paused());
  EXPECT_EQ(a.incarnation(), 4u);
  EXPECT_EQ(CountsOf("node.kill"), (FaultCounts{"node.kill", 1, 1, 1}));
  EXPECT_EQ(CountsOf("node.crash"), (FaultCounts{"node.crash", 2, 2, 2}));
  EXPECT_EQ(CountsOf("node.restart"), (FaultCounts{"node.restart", 1, 1, 1}));
  EXPECT_EQ(CountsOf("node.pause"), (FaultCounts{"node.pause", 1, 1, 1}));
}
TEST(NemesisNodeTest, MachinesGoDownAndComeBack) { RunTest(TakesDown); }

Task<> LeavesAloneWhatOthersDid() {
  Lab lab;
  Node& a = lab.node("a");
  EXPECT_TRUE(lab.nemesis.Do(mishap::Crash("a"), absl::Seconds(2)).ok());
  // It is down: nothing to do, and nothing to count but that it could be.
  EXPECT_FALSE(*lab.nemesis.Do(mishap::Kill("a"), absl::Seconds(1)));
  EXPECT_FALSE(*lab.nemesis.Do(mishap::Pause("a"), absl::Seconds(1)));
  EXPECT_EQ(CountsOf("node.kill"), (FaultCounts{"node.kill", 1, 0, 0}));
  a.Boot();
  a.Kill();  // by the test, which has reasons
  co_await Sleep(absl::Seconds(3));
  EXPECT_EQ(a.state(), NodeState::kKilled);
  EXPECT_EQ(lab.nemesis.Done().size(), 1u);
}
TEST(NemesisNodeTest, OnlyBootsWhatItHasTakenDown) {
  RunTest(LeavesAloneWhatOthersDid);
}

// ---- Clocks -----------------------------------------------------------------

Task<> TurnsClocks() {
  Lab lab;
  Node& a = lab.node("a");
  auto ahead = [&] { return absl::ToInt64Milliseconds(a.WallTime() - Now()); };
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::ClockDrift(100'000, "a"), absl::Seconds(10)).ok());
  co_await Sleep(absl::Seconds(11));
  EXPECT_EQ(ahead(), 1000) << "what it has gained it keeps";
  EXPECT_TRUE(
      lab.nemesis
          .Do(mishap::ClockStep(absl::Seconds(-3), "a"), absl::Seconds(1))
          .ok());
  EXPECT_EQ(ahead(), -2000);
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(ahead(), 1000) << "a step is taken back";
  EXPECT_TRUE(lab.nemesis.Do(mishap::ClockFreeze("a"), absl::Seconds(3)).ok());
  co_await Sleep(absl::Seconds(4));
  EXPECT_EQ(ahead(), -2000);
  co_await Sleep(absl::Seconds(4));
  EXPECT_EQ(ahead(), -2000);
  EXPECT_EQ(CountsOf("clock.drift"), (FaultCounts{"clock.drift", 1, 1, 1}));
  EXPECT_EQ(CountsOf("clock.step"), (FaultCounts{"clock.step", 1, 1, 1}));
  EXPECT_EQ(CountsOf("clock.freeze"), (FaultCounts{"clock.freeze", 1, 1, 1}));
}
TEST(NemesisNodeTest, ClocksDriftStepAndStandStill) { RunTest(TurnsClocks); }

Task<> DriftsOverlap() {
  Lab lab;
  Node& a = lab.node("a");
  a.SetClockDrift(10);
  auto drift = [&] {
    return Simulation::Current("test").nodes().clock(a.id()).drift_ppm();
  };
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::ClockDrift(100, "a"), absl::Seconds(2)).ok());
  EXPECT_TRUE(
      lab.nemesis.Do(mishap::ClockDrift(-200, "a"), absl::Seconds(4)).ok());
  EXPECT_EQ(drift(), -200);
  co_await Sleep(absl::Seconds(3));
  EXPECT_EQ(drift(), -200);
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(drift(), 10);
}
TEST(NemesisNodeTest, OfDriftsAtATimeTheLatestCounts) {
  RunTest(DriftsOverlap);
}

}  // namespace
}  // namespace orrery
