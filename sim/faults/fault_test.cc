// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/fault.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

RunResult RunWith(const std::function<Task<>()>& main, uint64_t seed = 1) {
  RandomScheduler scheduler;
  Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
  return simulation.Run(main);
}

TEST(FaultTest, NeverDrawsNothingAndAlwaysNeedsNone) {
  FaultCounts counts;
  const RunResult result = RunWith([&]() -> Task<> {
    Fault& loss = Faults::Current().Get("net.loss");
    for (int i = 0; i < 10; ++i) {
      EXPECT_FALSE(loss.Happens(Chance::Never()));
    }
    EXPECT_TRUE(Faults::Current().counts().empty());
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(loss.Happens(Chance::Always()));
    }
    counts = Faults::Current().counts().at(0);
    co_return;
  });
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.choices, 0);
  EXPECT_EQ(counts, (FaultCounts{"net.loss", 10, 10, 0}));
}

// 20 % of 100,000 is 20,000; the standard deviation is 126.
TEST(FaultTest, HappensAsOftenAsItsChanceSays) {
  int happened = 0;
  const RunResult result = RunWith([&]() -> Task<> {
    Fault& loss = Faults::Current().Get("net.loss");
    for (int i = 0; i < 100'000; ++i) {
      if (loss.Happens(Chance::Percent(20))) ++happened;
    }
    EXPECT_EQ(loss.armed(), 100'000);
    EXPECT_EQ(loss.reached(), static_cast<uint64_t>(happened));
    co_return;
  });
  EXPECT_EQ(result.choices, 100'000);
  EXPECT_NEAR(happened, 20'000, 5 * 126);
}

// What a fault called "b" does, beside one called "a", whose chance is `a`.
std::vector<bool> DrawBeside(Chance a, RunResult* result = nullptr) {
  std::vector<bool> happened;
  const RunResult r = RunWith([&]() -> Task<> {
    Fault& first = Faults::Current().Get("a");
    Fault& second = Faults::Current().Get("b");
    for (int i = 0; i < 100; ++i) {
      (void)first.Happens(a);
      happened.push_back(second.Happens(Chance::Percent(50)));
    }
    co_return;
  });
  if (result != nullptr) *result = r;
  return happened;
}

TEST(FaultTest, ItsDrawsShiftNoOthers) {
  const std::vector<bool> alone = DrawBeside(Chance::Never());
  EXPECT_EQ(DrawBeside(Chance::Percent(30)), alone);
  EXPECT_EQ(DrawBeside(Chance::Always()), alone);
}

TEST(FaultTest, OneThatDoesNotHappenIsNotInTheDigests) {
  RunResult without;
  RunResult with;
  RunResult happening;
  DrawBeside(Chance::Never(), &without);
  // Once in a million is never in a hundred times, with this seed.
  DrawBeside(Chance::PerMillion(1), &with);
  DrawBeside(Chance::Always(), &happening);
  EXPECT_EQ(with.choices, without.choices + 100);
  EXPECT_EQ(with.digests, without.digests);
  EXPECT_NE(happening.digests, without.digests);
}

TEST(FaultTest, AFamilyIsMaskedAndBack) {
  const RunResult result = RunWith([]() -> Task<> {
    Faults& faults = Faults::Current();
    Fault& loss = faults.Get("net.loss");
    Fault& network = faults.Get("network");
    faults.Mask("net");
    EXPECT_TRUE(loss.off());
    EXPECT_FALSE(network.off());
    EXPECT_TRUE(faults.Get("net.cut").off()) << "it was made later";
    EXPECT_FALSE(loss.Happens(Chance::Always()));
    EXPECT_FALSE(loss.Reach());
    EXPECT_FALSE(loss.Arm());
    EXPECT_TRUE(network.Reach());
    faults.Unmask("net");
    EXPECT_TRUE(loss.Reach());
    faults.Freeze();
    EXPECT_FALSE(network.Reach());
    EXPECT_FALSE(faults.Get("new").Reach());
    faults.Thaw();
    EXPECT_TRUE(network.Reach());
    co_return;
  });
  EXPECT_EQ(result.choices, 0);
}

TEST(FaultTest, OneThatHappensAndNeverMakesADifferenceIsTold) {
  RunWith([]() -> Task<> {
    Faults& faults = Faults::Current();
    EXPECT_TRUE(faults.Get("net.clog").Arm());
    EXPECT_TRUE(faults.CheckEffects().ok()) << "it did not happen";
    EXPECT_TRUE(faults.Get("net.clog").Reach());
    EXPECT_TRUE(faults.Get("net.loss").Reach());
    faults.Get("net.loss").HadEffect();
    const absl::Status status = faults.CheckEffects();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(status.message(),
              "happened and never made a difference: net.clog (1 of 2 times)");
    co_return;
  });
}

TEST(FaultTest, FaultsAreThoseOfOneRun) {
  for (int run = 0; run < 2; ++run) {
    RunWith([]() -> Task<> {
      EXPECT_TRUE(Faults::Current().counts().empty());
      EXPECT_TRUE(Faults::Current().Get("net.loss").Reach());
      co_return;
    });
  }
}

TEST(FaultTest, WhatIsPickedIsBelowItsBoundAndDrawsNothingForOne) {
  const RunResult result = RunWith([]() -> Task<> {
    Fault& rot = Faults::Current().Get("disk.bit_rot");
    EXPECT_EQ(rot.Pick(1), 0);
    uint32_t seen = 0;
    for (int i = 0; i < 200; ++i) {
      const uint64_t bit = rot.Pick(8);
      EXPECT_LT(bit, 8);
      seen |= 1u << bit;
    }
    EXPECT_EQ(seen, 0xffu);
    co_return;
  });
  EXPECT_EQ(result.choices, 200);
}

TEST(NotesTest, WhatTheProgramTellsOfTheRunIsInItsResult) {
  const RunResult result = RunWith([]() -> Task<> {
    Simulation& simulation = Simulation::Current("this test");
    simulation.AddNote("three nodes");
    simulation.AddNote("no loss");
    co_return;
  });
  EXPECT_EQ(result.notes, "three nodes\nno loss");
}

}  // namespace
}  // namespace orrery
