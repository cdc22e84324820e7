// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The lock with its bug and without, and clocks that are right or wrong: only
// wrong ones show the bug, and without it the lock survives them all.

#include <cstdint>
#include <optional>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/examples/lease/clock_skew.h"
#include "orrery/examples/lease/lock_service.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"

namespace {

using lease::LeaseOptions;
using lease::Trouble;
using orrery::RandomScheduler;
using orrery::RunResult;
using orrery::Seed;
using orrery::Simulation;

// Returns the first of so many seeds that fails; none if none does.
std::optional<uint64_t> FindFailure(LeaseOptions options, Trouble trouble,
                                    uint64_t seeds) {
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
    const RunResult result = simulation.Run(lease::ShareFile, options, trouble);
    if (result.ok()) continue;
    testing::Test::RecordProperty("message", result.failure->message);
    return seed;
  }
  return std::nullopt;
}

TEST(LeaseTest, ClocksThatDriftShowTheBugWithinAHundredSeeds) {
  const std::optional<uint64_t> seed =
      FindFailure({.allow_for_drift = false}, {.clock_skew = true}, 100);
  EXPECT_TRUE(seed.has_value());
  RecordProperty("seed", static_cast<int>(seed.value_or(0)));
}

TEST(LeaseTest, NothingElseShowsItInTwoThousandSeeds) {
  EXPECT_EQ(
      FindFailure({.allow_for_drift = false}, {.clock_skew = false}, 2'000),
      std::nullopt);
}

TEST(LeaseTest, WithoutTheBugItSurvivesDriftInTenThousandSeeds) {
  EXPECT_EQ(
      FindFailure({.allow_for_drift = true}, {.clock_skew = true}, 10'000),
      std::nullopt);
}

}  // namespace
