// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What the chances and the options of a disk make of a power cut.

#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;

Task<> ThreeThings(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaabbbb");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "A");
  co_await WriteTo(disk, "g", 0, "");
  co_await WriteTo(disk, "f", 4, "B");
}

TEST(DiskCrashOptionsTest, WithoutReorderingAPrefixIsThere) {
  DiskOptions options = SmallDisk();
  options.faults.crash_reordered = Chance::Never();
  const CrashStates found = AfterCrash(ThreeThings, options);
  EXPECT_THAT(found.states, ElementsAre("f=AaaaBbbb g=", "f=Aaaabbbb",
                                        "f=Aaaabbbb g=", "f=aaaabbbb"));
  EXPECT_EQ(found.runs, 4);
  EXPECT_EQ(AfterCrash(ThreeThings).states.size(), 8u);
}

Task<> AppendTwoSectors(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaa");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "AAAABBBB");
  co_await WriteTo(disk, "f", 0, "C");
}

TEST(DiskCrashOptionsTest, WithoutReorderingTheFirstLostWriteIsTornFromTheEnd) {
  DiskOptions options = SmallDisk();
  options.faults.crash_reordered = Chance::Never();
  EXPECT_THAT(AfterCrash(AppendTwoSectors, options).states,
              ElementsAre("f=AAAA", "f=AAAABBBB", "f=CAAABBBB", "f=aaaa"));
  options.faults.crash_torn = Chance::Never();
  EXPECT_THAT(AfterCrash(AppendTwoSectors, options).states,
              ElementsAre("f=AAAABBBB", "f=CAAABBBB", "f=aaaa"));
}

DiskOptions Journaled() {
  DiskOptions options = SmallDisk();
  options.journaled_metadata = true;
  return options;
}

Task<> TwoNames(Disk& disk) {
  co_await WriteTo(disk, "a", 0, "");
  co_await WriteTo(disk, "b", 0, "");
}

Task<> CutTwice(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaabbbb");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "A");
  co_await TruncateTo(disk, "f", 6);
  co_await TruncateTo(disk, "f", 2);
}

Task<> AppendTwice(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "aaaa");
  co_await WriteTo(disk, "f", 4, "bbbb");
}

TEST(DiskCrashOptionsTest, AJournalKeepsNamesAndCutsInOrder) {
  EXPECT_THAT(AfterCrash(TwoNames, Journaled()).states,
              ElementsAre("", "a=", "a= b="));
  EXPECT_THAT(AfterCrash(CutTwice, Journaled()).states,
              ElementsAre("f=Aa", "f=Aaaabb", "f=Aaaabbbb", "f=aa", "f=aaaabb",
                          "f=aaaabbbb"));
}

TEST(DiskCrashOptionsTest, WithAJournalAFileIsNoLongerThanWhatWasWritten) {
  EXPECT_THAT(AfterCrash(AppendTwice, Journaled()).states,
              ElementsAre("f=", "f=aaaa", "f=aaaabbbb"));
  EXPECT_THAT(AfterCrash(AppendTwoSectors, Journaled()).states,
              ElementsAre("f=AAAA", "f=AAAABBBB", "f=CAAA", "f=CAAABBBB",
                          "f=aaaa", "f=aaaaBBBB"));
}

Task<> AppendToAPartOfASector(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "ab");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 2, "XY");
}

Task<> CutAndGrow(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaa");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "AAAA");
  co_await TruncateTo(disk, "f", 2);
  co_await WriteTo(disk, "f", 4, "Z");
}

Task<> GrowTwice(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "ab");
  co_await WriteTo(disk, "f", 0, "XYZ");
}

TEST(DiskCrashOptionsTest, WithAJournalASizeBringsWhatTheFileHasGrownBy) {
  // What came later need not be there.
  EXPECT_THAT(AfterCrash(GrowTwice, Journaled()).states,
              ElementsAre("f=", "f=XY", "f=XYZ", "f=ab"));
  EXPECT_THAT(AfterCrash(AppendToAPartOfASector, Journaled()).states,
              ElementsAre("f=ab", "f=abXY"));
  // Not what lay before the cut.
  EXPECT_THAT(
      AfterCrash(CutAndGrow, Journaled()).states,
      ElementsAre("f=AA", "f=AA..Z", "f=AAAA", "f=aa", "f=aa..Z", "f=aaaa"));
  DiskOptions whole = Journaled();
  whole.faults.crash_torn = Chance::Never();
  EXPECT_THAT(AfterCrash(AppendTwice, whole).states,
              ElementsAre("f=", "f=aaaa", "f=aaaabbbb"));
}

Task<> SyncAfterOthers(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaa");
  disk.SyncAll();
  co_await TruncateTo(disk, "f", 2);
  co_await WriteAndSync(disk, "g", 0, "");
  co_await WriteTo(disk, "h", 0, "");
}

TEST(DiskCrashOptionsTest, WithAJournalASyncMakesEarlierNamesAndCutsDurable) {
  EXPECT_THAT(AfterCrash(SyncAfterOthers, Journaled()).states,
              ElementsAre("f=aa g=", "f=aa g= h="));
  EXPECT_EQ(AfterCrash(SyncAfterOthers).states.size(), 8u);
}

// ---- Chances and counts -----------------------------------------------------

// Overwrites `sectors` sectors and crashes. Returns how many were lost.
Task<> CrashMany(DiskOptions options, int sectors, int* lost,
                 std::map<std::string, FaultCounts>* counts) {
  Disk disk(options);
  const std::string before(static_cast<size_t>(sectors) * 4, 'a');
  co_await WriteTo(disk, "f", 0, before);
  disk.SyncAll();
  for (int i = 0; i < sectors; i += 2) {
    co_await WriteTo(disk, "f", static_cast<uint64_t>(i) * 4, "bbbbbbbb");
  }
  disk.Crash();
  const std::string after = *disk.Peek("f");
  for (int i = 0; i < sectors; ++i) {
    if (after[static_cast<size_t>(i) * 4] == 'a') ++*lost;
  }
  for (const FaultCounts& fault : Faults::Current().counts()) {
    (*counts)[fault.name] = fault;
  }
  EXPECT_TRUE(Faults::Current().CheckEffects().ok());
}

struct CrashResult {
  int lost = 0;
  std::map<std::string, FaultCounts> counts;
  uint64_t choices = 0;
};

CrashResult Crash(const DiskOptions& options, int sectors = 1000) {
  CrashResult outcome;
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.seed = Seed(3), .scheduler = &scheduler})
          .Run(CrashMany, options, sectors, &outcome.lost, &outcome.counts);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  outcome.choices = result.choices;
  return outcome;
}

TEST(DiskCrashOptionsTest, AsMuchIsLostAsTheChanceSays) {
  DiskOptions options = SmallDisk();
  const CrashResult half = Crash(options);
  EXPECT_GT(half.lost, 430);  // 4 standard deviations
  EXPECT_LT(half.lost, 570);
  EXPECT_EQ(half.counts.at("disk.crash_lost").armed, 1000u);
  EXPECT_EQ(half.counts.at("disk.crash_lost").reached,
            static_cast<uint64_t>(half.lost));
  options.faults.crash_lost = Chance::Percent(10);
  const CrashResult some = Crash(options);
  EXPECT_GT(some.lost, 60);
  EXPECT_LT(some.lost, 140);
}

TEST(DiskCrashOptionsTest, AtTheExtremesNothingIsDrawn) {
  DiskOptions options = SmallDisk();
  options.faults.crash_lost = Chance::Always();
  CrashResult outcome = Crash(options);
  EXPECT_EQ(outcome.lost, 1000);
  EXPECT_EQ(outcome.choices, 0u);
  options.faults.crash_lost = Chance::Never();
  outcome = Crash(options);
  EXPECT_EQ(outcome.lost, 0);
  EXPECT_EQ(outcome.choices, 0u);
  EXPECT_EQ(outcome.counts.count("disk.crash_lost"), 0u);
}

TEST(DiskCrashOptionsTest, TornAndReorderedWritesAreCounted) {
  DiskOptions options = SmallDisk();
  CrashResult outcome = Crash(options);
  EXPECT_GT(outcome.counts.at("disk.crash_torn").effects, 200u);
  EXPECT_EQ(outcome.counts.at("disk.crash_reordered").effects, 1u);
  options.faults.crash_torn = Chance::Percent(20);
  options.faults.crash_reordered = Chance::Percent(50);
  outcome = Crash(options);
  if (outcome.counts.at("disk.crash_reordered").reached != 0) {
    EXPECT_EQ(outcome.counts.at("disk.crash_torn").armed, 500u);
    EXPECT_NEAR(
        static_cast<double>(outcome.counts.at("disk.crash_torn").reached), 100,
        36);
  }
  options.faults.crash_torn = Chance::Never();
  options.faults.crash_reordered = Chance::Never();
  outcome = Crash(options);
  EXPECT_EQ(outcome.counts.count("disk.crash_torn"), 0u);
  EXPECT_EQ(outcome.counts.count("disk.crash_reordered"), 0u);
}

// ---- Machines ---------------------------------------------------------------

Task<> WriteAndWait(Disks* disks) {
  co_await WriteTo(disks->current(), "f", 0, "unsynced");
  co_await Sleep(absl::Hours(1));
}

Task<> GoDownAndLook(bool crash, std::string* found, size_t* pending) {
  World world;
  DiskOptions options;
  options.faults.crash_lost = Chance::Always();
  Disks disks(world, options);
  Node& node = world.AddNode("a", [&disks] { return WriteAndWait(&disks); });
  co_await Sleep(absl::Seconds(1));
  if (crash) {
    node.Crash();
  } else {
    node.Kill();
  }
  *found = TextOf(disks.of(node));
  *pending = disks.of(node).CountPending();
}

TEST(DiskCrashOptionsTest, AKillLosesNothingAndACrashWhatWasNotSynced) {
  std::string found;
  size_t pending = 0;
  EXPECT_TRUE(Simulation().Run(GoDownAndLook, false, &found, &pending).ok());
  EXPECT_EQ(found, "f=unsynced");
  EXPECT_EQ(pending, 3u);  // the name, a sector, the size
  EXPECT_TRUE(Simulation().Run(GoDownAndLook, true, &found, &pending).ok());
  EXPECT_EQ(found, "");
  EXPECT_EQ(pending, 0u);
}

}  // namespace
}  // namespace orrery
