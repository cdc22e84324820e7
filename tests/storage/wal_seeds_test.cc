// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A log on a machine in trouble: the right one keeps its promises in 10,000
// seeds, and each of the wrong ones is found.

#include <cstdint>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/run_result.h"
#include "orrery/tests/storage/wal.h"
#include "orrery/tests/storage/wal_machine.h"

namespace orrery::storage {
namespace {

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

TEST(WalSeedsTest, TheRightLogSurvivesTenThousandSeeds) {
  RandomScheduler scheduler;
  WalTotals totals;
  for (uint64_t seed = 1; seed <= 10'000; ++seed) {
    const RunResult result = RunWalMachine({}, Seed(seed), scheduler, &totals);
    ASSERT_TRUE(result.ok()) << "seed " << seed << ": " << Message(result);
  }
  // It was no quiet time.
  EXPECT_GT(totals.sure, 20'000u);
  for (const char* fault :
       {"disk.crash_lost", "disk.full", "disk.read_error", "disk.short_read",
        "disk.short_write", "disk.sync_error", "disk.write_error"}) {
    EXPECT_GT(totals.faults[fault].effects, 100u) << fault;
  }
}

class WalBugTest : public testing::TestWithParam<WalBug> {};

TEST_P(WalBugTest, IsFoundWithinAThousandSeeds) {
  RandomScheduler scheduler;
  WalMachineOptions options;
  options.bug = GetParam();
  for (uint64_t seed = 1; seed <= 1'000; ++seed) {
    const RunResult result = RunWalMachine(options, Seed(seed), scheduler);
    if (result.ok()) continue;
    RecordProperty("seeds", static_cast<int>(seed));
    RecordProperty("found", Message(result));
    return;
  }
  ADD_FAILURE() << "not found";
}

TEST_P(WalBugTest, StaysHiddenWhereProcessesAreKilledAndNothingElseHappens) {
  RandomScheduler scheduler;
  WalMachineOptions options;
  options.bug = GetParam();
  options.power_cuts = false;
  options.failing_calls = false;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const RunResult result = RunWalMachine(options, Seed(seed), scheduler);
    ASSERT_TRUE(result.ok()) << "seed " << seed << ": " << Message(result);
  }
}

INSTANTIATE_TEST_SUITE_P(All, WalBugTest, testing::ValuesIn(WalBugs()),
                         [](const testing::TestParamInfo<WalBug>& bug) {
                           std::string name(WalBugName(bug.param));
                           for (char& c : name) c = c == ' ' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace orrery::storage
