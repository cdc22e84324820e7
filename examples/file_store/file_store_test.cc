// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The store with its bug and without, and machines that go down in two ways:
// only a power cut shows the bug, and without it the store survives them all.

#include "orrery/examples/file_store/file_store.h"

#include <cstdint>
#include <optional>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/examples/file_store/power_cuts.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"

namespace {

using file_store::FileStoreOptions;
using file_store::Trouble;
using orrery::RandomScheduler;
using orrery::RunResult;
using orrery::Seed;
using orrery::Simulation;

// Returns the first of so many seeds that fails; none if none does.
std::optional<uint64_t> FindFailure(FileStoreOptions options, Trouble trouble,
                                    uint64_t seeds) {
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
    const RunResult result =
        simulation.Run(file_store::UseStore, options, trouble);
    if (result.ok()) continue;
    testing::Test::RecordProperty("message", result.failure->message);
    return seed;
  }
  return std::nullopt;
}

TEST(FileStoreTest, PowerCutsShowTheBugWithinAHundredSeeds) {
  const std::optional<uint64_t> seed =
      FindFailure({.sync_before_rename = false}, {.power_cuts = true}, 100);
  EXPECT_TRUE(seed.has_value());
  RecordProperty("seed", static_cast<int>(seed.value_or(0)));
}

TEST(FileStoreTest, NothingElseShowsItInTenThousandSeeds) {
  EXPECT_EQ(
      FindFailure({.sync_before_rename = false}, {.power_cuts = false}, 10'000),
      std::nullopt);
}

TEST(FileStoreTest, WithoutTheBugItSurvivesPowerCutsInTenThousandSeeds) {
  EXPECT_EQ(
      FindFailure({.sync_before_rename = true}, {.power_cuts = true}, 10'000),
      std::nullopt);
}

}  // namespace
