// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The counter with its bug and without, and networks that are whole or not:
// only a partition shows the bug, and without it the counter survives them all.

#include "orrery/examples/replicated_counter/counter.h"

#include <cstdint>
#include <optional>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/examples/replicated_counter/partition.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"

namespace {

using orrery::RandomScheduler;
using orrery::RunResult;
using orrery::Seed;
using orrery::Simulation;
using replicated_counter::CounterOptions;
using replicated_counter::Trouble;

// Returns the first of so many seeds that fails; none if none does.
std::optional<uint64_t> FindFailure(CounterOptions options, Trouble trouble,
                                    uint64_t seeds) {
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
    const RunResult result =
        simulation.Run(replicated_counter::CountVisitors, options, trouble);
    if (result.ok()) continue;
    testing::Test::RecordProperty("message", result.failure->message);
    return seed;
  }
  return std::nullopt;
}

TEST(ReplicatedCounterTest, PartitionsShowTheBugWithinAHundredSeeds) {
  const std::optional<uint64_t> seed =
      FindFailure({.majority_of_all = false}, {.partition = true}, 100);
  EXPECT_TRUE(seed.has_value());
  RecordProperty("seed", static_cast<int>(seed.value_or(0)));
}

TEST(ReplicatedCounterTest, NothingElseShowsItInAThousandSeeds) {
  EXPECT_EQ(
      FindFailure({.majority_of_all = false}, {.partition = false}, 1'000),
      std::nullopt);
}

TEST(ReplicatedCounterTest,
     WithoutTheBugItSurvivesPartitionsInTenThousandSeeds) {
  EXPECT_EQ(FindFailure({.majority_of_all = true}, {.partition = true}, 10'000),
            std::nullopt);
}

}  // namespace
