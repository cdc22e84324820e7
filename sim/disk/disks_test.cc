// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Disks in time, and of machines that go down.

#include "orrery/sim/disk/disks.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Code = absl::StatusCode;

// Makes a file anew that holds `bytes`.
Task<> Put(Disk& disk, std::string path, std::string bytes) {
  co_await TruncateTo(disk, path, 0);
  co_await WriteTo(disk, path, 0, std::move(bytes));
}

// ---- Time -------------------------------------------------------------------

DiskOptions Slow() {
  DiskOptions options;
  options.read = LatencyLaw(absl::Seconds(1));
  options.write = LatencyLaw(absl::Seconds(2));
  options.sync = LatencyLaw(absl::Seconds(3));
  options.names = LatencyLaw(absl::Seconds(4));
  return options;
}

TEST(DisksTest, OperationsTakeTheirTime) {
  RunTest([]() -> Task<> {
    Disk disk(Slow());
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_EQ(Elapsed(), absl::Seconds(4));
    EXPECT_TRUE((co_await file.Append("x")).ok());
    EXPECT_EQ(Elapsed(), absl::Seconds(6));
    EXPECT_TRUE((co_await file.Sync()).ok());
    EXPECT_EQ(Elapsed(), absl::Seconds(9));
    EXPECT_TRUE((co_await file.Read(0, 1)).ok());
    EXPECT_EQ(Elapsed(), absl::Seconds(10));
    EXPECT_TRUE((co_await disk.SyncDirectory("")).ok());
    EXPECT_EQ(Elapsed(), absl::Seconds(13));
    disk.SetLatency({}, {}, {}, {});
    EXPECT_TRUE((co_await disk.Rename("f", "g")).ok());
    EXPECT_EQ(Elapsed(), absl::Seconds(13));
  });
}

Task<> AppendAndNote(Disk* disk, std::string path,
                     std::vector<std::string>* ends) {
  File file = co_await OpenOrMake(*disk, path);
  EXPECT_TRUE((co_await file.Append(std::string(1000, 'x'))).ok());
  ends->push_back(
      absl::StrCat(path, " ", absl::ToInt64Milliseconds(Elapsed()), "ms"));
}

TEST(DisksTest, WhatGoesOverTheDiskQueues) {
  RunTest([]() -> Task<> {
    Disk disk(DiskOptions::Instant());
    disk.SetThroughput(10'000);
    std::vector<std::string> ends;
    JoinHandle<> a = Spawn("a", AppendAndNote, &disk, "a", &ends);
    JoinHandle<> b = Spawn("b", AppendAndNote, &disk, "b", &ends);
    co_await std::move(a);
    co_await std::move(b);
    EXPECT_EQ(ends.size(), 2u);
    EXPECT_THAT(ends[0], HasSubstr(" 100ms"));
    EXPECT_THAT(ends[1], HasSubstr(" 200ms"));
  });
}

TEST(DisksTest, WithoutLatencyNobodyWaits) {
  const RunResult result = Simulation().Run([]() -> Task<> {
    Disk disk(DiskOptions::Instant());
    co_await Put(disk, "f", "abc");
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Sync()).ok());
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1u);
}

TEST(DisksTest, ADiskGoesOnWhenTheClockOfItsMachineStandsStill) {
  RunTest([]() -> Task<> {
    World world;
    Disks disks(world);
    Node& node = world.AddNode(
        "a", [&disks] { return Put(disks.current(), "f", "abc"); });
    node.FreezeClock();
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(*disks.of(node).Peek("f"), "abc");
    EXPECT_EQ(node.CountTasks(), 0u);
  });
}

// Adds one to the number in a file, as if nobody else did.
Task<> Increment(Disk* disk) {
  File file = co_await OpenOrMake(*disk, "n");
  std::string number = *co_await file.Read(0, 1);
  ++number[0];
  EXPECT_TRUE((co_await file.Write(0, number)).ok());
}

Task<> IncrementTwice(DiskOptions options, std::set<std::string>* seen) {
  Disk disk(options);
  co_await Put(disk, "n", "0");
  JoinHandle<> a = Spawn("a", Increment, &disk);
  JoinHandle<> b = Spawn("b", Increment, &disk);
  co_await std::move(a);
  co_await std::move(b);
  seen->insert(*disk.Peek("n"));
}

TEST(DisksTest, OthersMayComeBetweenTwoOperations) {
  for (const DiskOptions& options : {DiskOptions::Instant(), DiskOptions()}) {
    std::set<std::string> seen;
    RandomScheduler random;
    for (uint64_t seed = 1; seed <= 30; ++seed) {
      const RunResult result =
          Simulation({.seed = Seed(seed), .scheduler = &random})
              .Run(IncrementTwice, options, &seen);
      EXPECT_TRUE(result.ok());
    }
    EXPECT_THAT(seen, Contains("1"));
    if (options.read.least() == 0) {
      EXPECT_THAT(seen, Contains("2"));
    }
  }
}

// ---- Machines ---------------------------------------------------------------

// Keeps a handle for what comes after.
Task<> OpenAndWait(Disks* disks, std::vector<std::string>* lines) {
  File file = co_await OpenOrMake(disks->current(), "f");
  EXPECT_TRUE((co_await file.Append("x")).ok());
  lines->push_back(absl::StrCat("size ", file.size()));
  co_await Sleep(absl::Hours(1));
}

TEST(DisksTest, ADiskOutlivesItsMachine) {
  RunTest([]() -> Task<> {
    World world;
    Disks disks(world);
    std::vector<std::string> lines;
    Node& node =
        world.AddNode("a", [&] { return OpenAndWait(&disks, &lines); });
    co_await Sleep(absl::Seconds(1));
    File from_outside = co_await OpenOrMake(disks.of(node), "f");
    node.Restart();
    EXPECT_FALSE(from_outside.is_open());
    const absl::Status status = co_await from_outside.Sync();
    EXPECT_EQ(status.code(), Code::kFailedPrecondition);
    EXPECT_THAT(status.message(), HasSubstr("has been down since"));
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(lines, ElementsAre("size 1", "size 2"));
    EXPECT_NE(&disks.of(node), &disks.of(nullptr));
    EXPECT_EQ(&disks.current(), &disks.of(nullptr));
    EXPECT_THAT(disks.of(nullptr).Contents(), IsEmpty());
  });
}

Task<> SyncSlowly(Disks* disks, std::vector<std::string>* lines) {
  File file = co_await OpenOrMake(disks->current(), "f");
  (void)co_await file.Append("x");
  lines->push_back("wrote");
  (void)co_await file.Sync();
  lines->push_back("synced");
}

TEST(DisksTest, WhatIsInProgressWhenItsMachineGoesDownNeverEnds) {
  RunTest([]() -> Task<> {
    World world;
    Disks disks(world, Slow());
    std::vector<std::string> lines;
    Node& node = world.AddNode("a", [&] { return SyncSlowly(&disks, &lines); });
    co_await Sleep(absl::Seconds(8));  // within the sync
    EXPECT_THAT(lines, ElementsAre("wrote"));
    node.Kill();
    co_await Sleep(absl::Seconds(8));
    EXPECT_THAT(lines, ElementsAre("wrote"));
    // The system lives, and has what was written; the sync did nothing.
    EXPECT_EQ(*disks.of(node).Peek("f"), "x");
    EXPECT_EQ(disks.of(node).CountPending(), 3u);
  });
}

TEST(DisksTest, AWriteCountsFromItsBeginning) {
  RunTest([]() -> Task<> {
    World world;
    Disks disks(world, Slow());
    std::vector<std::string> lines;
    Node& node = world.AddNode("a", [&] { return SyncSlowly(&disks, &lines); });
    co_await Sleep(absl::Seconds(5));  // within the write
    EXPECT_THAT(lines, IsEmpty());
    node.Kill();
    EXPECT_EQ(*disks.of(node).Peek("f"), "x");
  });
}

Task<> Note(std::vector<Code>* codes, Task<absl::Status> task) {
  const Code code = co_await CodeOf(std::move(task));
  codes->push_back(code);
}

TEST(DisksTest, WhoWaitsElsewhereIsTold) {
  RunTest([]() -> Task<> {
    Disk disk(Slow());
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Append("x")).ok());
    std::vector<Code> codes;
    JoinHandle<> sync = Spawn("sync", Note, &codes, file.Sync());
    JoinHandle<> directory =
        Spawn("directory", Note, &codes, disk.SyncDirectory(""));
    co_await Sleep(absl::Seconds(1));
    disk.faults().hang = Chance::Always();
    JoinHandle<> unlink = Spawn("unlink", Note, &codes, disk.Unlink("f"));
    co_await Sleep(absl::Seconds(1));
    EXPECT_THAT(codes, IsEmpty());
    disk.Close();
    co_await std::move(sync);
    co_await std::move(directory);
    co_await std::move(unlink);
    EXPECT_THAT(
        codes, ElementsAre(Code::kFailedPrecondition, Code::kFailedPrecondition,
                           Code::kFailedPrecondition));
    EXPECT_EQ(Elapsed(), absl::Seconds(8));  // 4 to open, 2 to write
    EXPECT_EQ(disk.CountPending(), 3u);
  });
}

TEST(DisksTest, AWaitForTheDiskCanBeCancelled) {
  RunTest([]() -> Task<> {
    Disk disk(Slow());
    JoinHandle<> put =
        Spawn("put", WriteTo, std::ref(disk), "f", uint64_t{0}, "abc");
    co_await Sleep(absl::Seconds(5));  // within the write
    put.Cancel();
    bool cancelled = false;
    try {
      co_await std::move(put);
    } catch (const Cancelled&) {
      cancelled = true;
    }
    EXPECT_TRUE(cancelled);
    EXPECT_EQ(Elapsed(), absl::Seconds(5));
    EXPECT_EQ(*disk.Peek("f"), "abc");
    co_await Sleep(absl::Seconds(5));
  });
}

TEST(DisksTest, DisksMayGoBeforeTheirMachines) {
  RunTest([]() -> Task<> {
    World world;
    std::vector<std::string> lines;
    auto disks = std::make_unique<Disks>(world, Slow());
    Disks* there = disks.get();
    world.AddNode("a", [&lines, there] { return OpenAndWait(there, &lines); });
    world.AddNode("b", [&lines, there] { return SyncSlowly(there, &lines); });
    co_await Sleep(absl::Seconds(7));
    disks = nullptr;
  });
}
}  // namespace
}  // namespace orrery
