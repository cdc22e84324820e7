// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The life of a log, with a power cut in each call that it makes, and all that
// each can leave behind.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/node/node.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"
#include "orrery/tests/exploration/search.h"
#include "orrery/tests/storage/wal.h"
#include "orrery/tests/storage/wal_oracle.h"

namespace orrery::storage {
namespace {

// Appends `n` records, each of which has a part of two sectors or three, and
// makes them sure.
Task<> AppendRecords(Wal& wal, WalOracle& oracle, int n) {
  for (int i = 0; i < n; ++i) {
    std::string text = absl::StrCat("record ", oracle.asked());
    text.resize(33, '.');
    oracle.Append(text);
    const absl::Status appended = co_await wal.Append(std::move(text));
    EXPECT_TRUE(appended.ok()) << appended;
  }
  const absl::Status synced = co_await wal.Sync();
  EXPECT_TRUE(synced.ok()) << synced;
  oracle.Sure();
}

// What the machine does, the first time; after that it only opens the log.
Task<> KeepLog(Disk& disk, WalBug bug, WalOracle& oracle) {
  WalOptions options;
  options.segment_bytes = 128;  // three records
  options.bug = bug;
  Wal wal(disk, options);
  const bool first = oracle.asked() == 0;
  const absl::Status opened = co_await wal.Open();
  if (!opened.ok()) {
    oracle.Fail(opened.ToString());
    co_return;
  }
  oracle.Opened(wal);
  if (!first) co_return;
  co_await AppendRecords(wal, oracle, 2);
  co_await AppendRecords(wal, oracle, 3);
  const absl::Status done = co_await wal.Checkpoint(oracle.Snapshot());
  EXPECT_TRUE(done.ok()) << done;
  oracle.Sure();
  co_await AppendRecords(wal, oracle, 1);
}

// What happens: the machine goes down in the middle of so many calls of the
// log. The last thing is always a power cut.
struct Downs {
  WalBug bug = WalBug::kNone;
  int first = 0;
  bool killed_first = false;
  int second = 0;  // counted from the first; 0: never
  uint32_t sector_size = 32;
};

// Each call takes so long.
constexpr absl::Duration kCall = absl::Microseconds(1);

Task<> TakeDown(const Downs& downs) {
  DiskOptions like;
  like.sector_size = downs.sector_size;
  like.read = like.write = like.sync = like.names = LatencyLaw(kCall);
  World world;
  Disks disks(world, like);
  WalOracle oracle;
  Node& node = world.AddNode(
      "log", [&] { return KeepLog(disks.current(), downs.bug, oracle); });
  co_await Sleep(kCall * downs.first + kCall / 2);
  if (downs.killed_first) {
    node.Kill();
  } else {
    node.Crash();
  }
  node.Boot();
  if (downs.second != 0) {
    co_await Sleep(kCall * downs.second + kCall / 2);
    node.Crash();
    node.Boot();
  }
  const size_t opened = oracle.opened();
  co_await Sleep(kCall * 200);
  if (oracle.opened() == opened) oracle.Fail("the log was not opened again");
}

// More than there are from the first call to the last, and until it is open.
constexpr int kCallsOfLog = 45;
constexpr int kCallsOfOpening = 16;

// Tries everything, and returns how many runs that took. `failure` is what went
// wrong in some run, if it did.
uint64_t TryAll(const Downs& downs, std::string& failure) {
  DfsScheduler scheduler;
  const Searched searched = Search(scheduler, [&] { return TakeDown(downs); });
  EXPECT_EQ(searched.end, NextRun::kExhausted);
  for (const auto& [outcome, times] : searched.outcomes) {
    if (!outcome.empty()) failure = outcome;
  }
  return searched.runs;
}

TEST(WalCrashTest, SurvivesAPowerCutInEachCall) {
  uint64_t runs = 0;
  for (int first = 0; first < kCallsOfLog; ++first) {
    std::string failure;
    runs += TryAll({.first = first}, failure);
    EXPECT_EQ(failure, "") << "in call " << first;
  }
  RecordProperty("runs", static_cast<int>(runs));
  EXPECT_GT(runs, 200u);
}

TEST(WalCrashTest, SurvivesAPowerCutInEachCallAfterItsProcessWasKilledInEach) {
  uint64_t runs = 0;
  for (int first = 0; first < kCallsOfLog; ++first) {
    for (int second = 1; second < kCallsOfOpening; ++second) {
      std::string failure;
      runs += TryAll({.first = first,
                      .killed_first = true,
                      .second = second,
                      .sector_size = 128},
                     failure);
      EXPECT_EQ(failure, "") << "in calls " << first << " and " << second;
    }
  }
  RecordProperty("runs", static_cast<int>(runs));
}

// Power cuts alone show these, whatever the seed.
TEST(WalCrashTest, FindsEachBugThatPowerCutsShow) {
  for (const WalBug bug :
       {WalBug::kForgetsSync, WalBug::kForgetsDirectorySync,
        WalBug::kForgetsOldSegment, WalBug::kRenamesBeforeSync,
        WalBug::kUnlinksTooEarly, WalBug::kForgetsChecksum}) {
    std::string failure;
    for (int first = 0; first < kCallsOfLog && failure.empty(); ++first) {
      TryAll({.bug = bug, .first = first}, failure);
    }
    EXPECT_NE(failure, "") << WalBugName(bug);
  }
}

}  // namespace
}  // namespace orrery::storage
