// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Each knob at its extreme has its effect, and says so; at zero nothing is
// drawn. Those that tell the program nothing are in disk_platter_test.cc, and
// those of a crash in disk_crash_options_test.cc.

#include "orrery/sim/disk/disk_faults.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

using Code = absl::StatusCode;

// Nothing is lost in a crash.
DiskOptions Lossless() {
  DiskOptions options = SmallDisk();
  options.faults.crash_lost = Chance::Never();
  return options;
}

// ---- The program is told ----------------------------------------------------

TEST(DiskFaultsTest, AReadErrorIsTold) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcd");
    File file = co_await OpenOrMake(disk, "f");
    disk.faults().read_error = Chance::Always();
    const absl::Status status = (co_await file.Read(0, 4)).status();
    EXPECT_EQ(status.code(), Code::kDataLoss);
    EXPECT_EQ(status.message(), "I/O error: read f");
    EXPECT_EQ((co_await disk.List("")).status().code(), Code::kDataLoss);
    EXPECT_EQ((co_await disk.Stat("f")).status().code(), Code::kDataLoss);
    EXPECT_EQ((co_await disk.Open("f")).status().code(), Code::kDataLoss);
    EXPECT_TRUE((co_await file.Write(0, "x")).ok());
    ExpectCounts("disk.read_error", 4, 4, 4);
    disk.faults().read_error = Chance::Never();
    EXPECT_EQ(*co_await file.Read(0, 4), "xbcd");
  });
}

TEST(DiskFaultsTest, AWriteErrorIsToldAndChangesNothing) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcd");
    File file = co_await OpenOrMake(disk, "f");
    disk.faults().write_error = Chance::Always();
    EXPECT_EQ((co_await file.Write(0, "x")).status().code(), Code::kDataLoss);
    EXPECT_EQ((co_await file.Append("x")).status().code(), Code::kDataLoss);
    EXPECT_EQ((co_await file.Truncate(0)).code(), Code::kDataLoss);
    EXPECT_EQ((co_await disk.Rename("f", "g")).code(), Code::kDataLoss);
    EXPECT_EQ((co_await disk.Unlink("f")).code(), Code::kDataLoss);
    EXPECT_EQ((co_await disk.MakeDirectory("d")).code(), Code::kDataLoss);
    EXPECT_EQ((co_await disk.Open("h", {.create = true})).status().code(),
              Code::kDataLoss);
    EXPECT_EQ(disk.Contents().size(), 1u);
    EXPECT_EQ(disk.CountPending(), 0u);
    EXPECT_EQ(*co_await file.Read(0, 9), "abcd");
    EXPECT_TRUE((co_await file.Sync()).ok());
    ExpectCounts("disk.write_error", 7, 7, 7);
  });
}

TEST(DiskFaultsTest, AfterAFailedSyncBytesCountAsWrittenAndAreNot) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcdefgh");
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Write(0, "ABCDEFGHIJ")).ok());
    disk.faults().sync_error = Chance::Always();
    EXPECT_EQ((co_await file.Sync()).code(), Code::kDataLoss);
    disk.faults().sync_error = Chance::Never();
    // All seems well, and the next sync says so.
    EXPECT_EQ(*co_await file.Read(0, 99), "ABCDEFGHIJ");
    EXPECT_TRUE((co_await file.Write(4, "X")).ok());
    EXPECT_TRUE((co_await file.Sync()).ok());
    EXPECT_EQ(*co_await file.Read(0, 99), "ABCDXFGHIJ");
    EXPECT_EQ(disk.CountPending(), 0u);
    // What was written since is there, and the size; the rest is not.
    disk.Crash();
    EXPECT_EQ(co_await ReadAll(disk, "f"), std::string("abcdXFGH\0\0", 10));
    EXPECT_EQ(CountsOf("disk.sync_error").effects, 3u);
  });
}

TEST(DiskFaultsTest, ADirectoryWhoseSyncFailsStaysPending) {
  RunTest([]() -> Task<> {
    DiskOptions options = Lossless();
    options.faults.crash_lost = Chance::Always();
    Disk disk(options);
    File file = co_await OpenOrMake(disk, "f");
    disk.FailNext(DiskOperation::kSyncDirectory);
    EXPECT_EQ((co_await disk.SyncDirectory("")).code(), Code::kDataLoss);
    EXPECT_EQ(disk.CountPending(), 1u);
    EXPECT_TRUE((co_await disk.SyncDirectory("")).ok());
    disk.Crash();
    EXPECT_THAT(disk.Contents(), Contains(Key("f")));
  });
}

TEST(DiskFaultsTest, ShortReadsAndWritesDoAtLeastAByte) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    File file = co_await OpenOrMake(disk, "f");
    disk.faults().short_write = Chance::Always();
    disk.faults().short_read = Chance::Always();
    const std::string text = "abcdefghij";
    std::map<size_t, int> written;
    std::map<size_t, int> read;
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE((co_await file.Truncate(0)).ok());
      const size_t n = *co_await file.Write(0, text);
      ++written[n];
      EXPECT_EQ(*disk.Peek("f"), text.substr(0, n));
      EXPECT_TRUE((co_await file.Truncate(10)).ok());
      ++read[(*co_await file.Read(0, 10)).size()];
    }
    // All lengths from 1 to 9.
    EXPECT_EQ(written.size(), 9u);
    EXPECT_EQ(written.begin()->first, 1u);
    EXPECT_EQ(written.rbegin()->first, 9u);
    EXPECT_EQ(read.size(), 9u);
    EXPECT_EQ(read.begin()->first, 1u);
    ExpectCounts("disk.short_write", 200, 200, 200);
    ExpectCounts("disk.short_read", 200, 200, 200);
    // There is nothing shorter than one byte.
    EXPECT_EQ(*co_await file.Write(0, "x"), 1u);
    EXPECT_EQ(*co_await file.Read(0, 1), "x");
  });
}

TEST(DiskFaultsTest, AFullDiskTakesWhatFits) {
  RunTest([]() -> Task<> {
    DiskOptions options = Lossless();
    options.capacity = 10;
    Disk disk(options);
    co_await StoreIn(disk, "f", "abcd");
    File file = co_await OpenOrMake(disk, "g");
    EXPECT_EQ(CountsOf("disk.full").armed, 0u);
    EXPECT_EQ(*co_await file.Append("123456789"), 6u);
    EXPECT_EQ(*disk.Peek("g"), "123456");
    EXPECT_EQ(disk.used(), 10u);
    const absl::Status status = (co_await file.Append("7")).status();
    EXPECT_EQ(status.code(), Code::kResourceExhausted);
    EXPECT_THAT(status.message(), HasSubstr("no space left"));
    EXPECT_EQ((co_await file.Truncate(7)).code(), Code::kResourceExhausted);
    // What takes no room goes on.
    EXPECT_EQ(*co_await file.Write(0, "654321"), 6u);
    EXPECT_TRUE((co_await disk.Unlink("f")).ok());
    EXPECT_EQ(*co_await file.Append("7"), 1u);
    disk.SetCapacity(3);
    EXPECT_EQ((co_await file.Append("8")).status().code(),
              Code::kResourceExhausted);
    ExpectCounts("disk.full", 4, 4, 4);
    // Masked, it does not happen.
    Faults::Current().Mask("disk.full");
    EXPECT_EQ(*co_await file.Append("8"), 1u);
    disk.SetCapacity(DiskOptions::kUnlimited);
    EXPECT_TRUE(Faults::Current().CheckEffects().ok());
  });
}

// ---- Time -------------------------------------------------------------------

TEST(DiskFaultsTest, AStallTakesItsTime) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    disk.faults().stall = Chance::Always();
    disk.faults().stall_for = LatencyLaw(absl::Seconds(7));
    co_await StoreIn(disk, "f", "abcd");
    EXPECT_EQ(Elapsed(), absl::Seconds(35));  // two opens, a write, two syncs
    ExpectCounts("disk.stall", 5, 5, 5);
  });
}

Task<> AppendAndNote(Disk* disk, bool* done) {
  File file = co_await OpenOrMake(*disk, "f");
  disk->faults().hang = Chance::Always();
  (void)co_await file.Append("abcd");
  *done = true;
}

TEST(DiskFaultsTest, WhatHangsNeverAnswers) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    bool done = false;
    JoinHandle<> append = Spawn("append", AppendAndNote, &disk, &done);
    co_await Sleep(absl::Hours(1000));
    EXPECT_FALSE(done);
    EXPECT_EQ(*disk.Peek("f"), "");
    ExpectCounts("disk.hang", 1, 1, 1);
    append.Cancel();
  });
}

// ---- Which operations -------------------------------------------------------

TEST(DiskFaultsTest, OnlySomePathsGoWrong) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    EXPECT_TRUE((co_await disk.MakeDirectory("wal")).ok());
    File log = co_await OpenOrMake(disk, "wal/1");
    File other = co_await OpenOrMake(disk, "data");
    disk.faults().write_error = Chance::Always();
    disk.faults().only_under = "/wal/";
    EXPECT_FALSE((co_await log.Append("x")).ok());
    EXPECT_TRUE((co_await other.Append("x")).ok());
    EXPECT_FALSE((co_await disk.Unlink("/wal/1")).ok());
    EXPECT_TRUE((co_await disk.Unlink("data")).ok());
    ExpectCounts("disk.write_error", 2, 2, 2);
  });
}

TEST(DiskFaultsTest, OnlySomePathsFindTheDiskFull) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    disk.SetCapacity(0);
    disk.faults().only_under = "wal";
    File log = co_await OpenOrMake(disk, "wal");
    File other = co_await OpenOrMake(disk, "data");
    EXPECT_EQ((co_await log.Append("x")).status().code(),
              Code::kResourceExhausted);
    EXPECT_TRUE((co_await other.Append("x")).ok());
  });
}

TEST(DiskFaultsTest, OnlySomePathsLoseThingsInACrash) {
  RunTest([]() -> Task<> {
    DiskOptions options = Lossless();
    options.faults.crash_lost = Chance::Always();
    options.faults.only_under = "b";
    Disk disk(options);
    File a = co_await OpenOrMake(disk, "a");
    File b = co_await OpenOrMake(disk, "b");
    disk.SyncAll();
    EXPECT_TRUE((co_await a.Append("x")).ok());
    EXPECT_TRUE((co_await b.Append("x")).ok());
    disk.Crash();
    EXPECT_EQ(*disk.Peek("a"), "x");
    EXPECT_EQ(*disk.Peek("b"), "");
  });
}

TEST(DiskFaultsTest, TheNextOneCanBeMadeToFail) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    File file = co_await OpenOrMake(disk, "f");
    disk.FailNext(DiskOperation::kWrite, absl::AbortedError("planned"), "g");
    disk.FailNext(DiskOperation::kWrite, absl::AbortedError("first"));
    disk.FailNext(DiskOperation::kWrite);
    disk.FailNext(DiskOperation::kSync);
    EXPECT_TRUE((co_await file.Read(0, 1)).ok());
    EXPECT_EQ((co_await file.Append("x")).status(),
              absl::AbortedError("first"));
    EXPECT_EQ((co_await file.Append("x")).status().code(), Code::kDataLoss);
    EXPECT_TRUE((co_await file.Append("x")).ok());
    EXPECT_EQ((co_await file.Sync()).code(), Code::kDataLoss);
    EXPECT_TRUE((co_await file.Sync()).ok());
    EXPECT_TRUE((co_await disk.SyncDirectory("")).ok());
    disk.DropCaches();
    EXPECT_EQ(*disk.Peek("f"), std::string(1, '\0'));
    ExpectCounts("disk.write_error", 2, 2, 2);
    ExpectCounts("disk.sync_error", 1, 1, 1);
    // Not while all faults are frozen.
    disk.FailNext(DiskOperation::kWrite);
    Faults::Current().Freeze();
    EXPECT_TRUE((co_await file.Append("x")).ok());
    Faults::Current().Thaw();
    EXPECT_FALSE((co_await file.Append("x")).ok());
  });
}

// ---- None -------------------------------------------------------------------

// Does all there is to do with a disk.
Task<> UseAll(Disk& disk) {
  EXPECT_TRUE((co_await disk.MakeDirectory("d")).ok());
  co_await StoreIn(disk, "f", "abcdefgh");
  File file = co_await OpenOrMake(disk, "f");
  (void)co_await file.Read(1, 3);
  (void)co_await file.Append("xyz");
  (void)co_await file.Truncate(2);
  (void)co_await disk.Rename("f", "d/g");
  (void)co_await disk.List("d");
  (void)co_await disk.Stat("d/g");
  (void)co_await disk.SyncDirectory("d");
  (void)co_await disk.Unlink("d/g");
  (void)co_await disk.RemoveDirectory("d");
  disk.Crash();
  disk.DropCaches();
}

TEST(DiskFaultsTest, AtZeroNothingIsDrawnAndNothingCounts) {
  const RunResult result = RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await UseAll(disk);
    EXPECT_THAT(Faults::Current().counts(), IsEmpty());
  });
  EXPECT_EQ(result.choices, 0u);
}

using SetChance = void (*)(DiskFaults&, Chance);

struct Knob {
  const char* name;
  SetChance set;
};

std::vector<Knob> Knobs() {
  return {
      {"disk.read_error", [](DiskFaults& f, Chance c) { f.read_error = c; }},
      {"disk.write_error", [](DiskFaults& f, Chance c) { f.write_error = c; }},
      {"disk.sync_error", [](DiskFaults& f, Chance c) { f.sync_error = c; }},
      {"disk.short_read", [](DiskFaults& f, Chance c) { f.short_read = c; }},
      {"disk.short_write", [](DiskFaults& f, Chance c) { f.short_write = c; }},
      {"disk.lost_write", [](DiskFaults& f, Chance c) { f.lost_write = c; }},
      {"disk.misdirected_write",
       [](DiskFaults& f, Chance c) { f.misdirected_write = c; }},
      {"disk.bit_rot", [](DiskFaults& f, Chance c) { f.bit_rot = c; }},
      {"disk.stall", [](DiskFaults& f, Chance c) { f.stall = c; }},
      {"disk.crash_lost", [](DiskFaults& f, Chance c) { f.crash_lost = c; }},
  };
}

// Returns the digest of the data of such a run, or 0 if the knob's fault has
// happened in it.
uint64_t DigestOf(const Knob& knob, Chance chance, bool mask, uint64_t seed) {
  struct Setting {
    const Knob* knob;
    Chance chance;
    bool mask;
    bool happened;
  } setting = {&knob, chance, mask, false};
  RandomScheduler scheduler;
  auto body = [](Setting* s) -> Task<> {
    if (s->mask) Faults::Current().Mask(s->knob->name);
    Disk disk(Lossless());
    s->knob->set(disk.faults(), s->chance);
    co_await StoreIn(disk, "f", "abcdefgh");
    (void)co_await ReadAll(disk, "f");
    (void)co_await disk.MakeDirectory("d");
    disk.Crash();
    (void)co_await disk.List("");
    s->happened = CountsOf(s->knob->name).reached != 0;
    EXPECT_EQ(CountsOf(s->knob->name).armed != 0, !s->mask);
  };
  const RunResult result =
      Simulation({.seed = Seed(seed), .scheduler = &scheduler})
          .Run(body, &setting);
  EXPECT_TRUE(result.ok());
  return setting.happened ? 0 : result.digests.data.value();
}

TEST(DiskFaultsTest, MaskingAFamilyThatDidNotHappenChangesNothing) {
  for (const Knob& knob : Knobs()) {
    int quiet = 0;
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      const uint64_t digest =
          DigestOf(knob, Chance::PerMillion(10'000), false, seed);
      if (digest == 0) continue;
      ++quiet;
      EXPECT_EQ(digest, DigestOf(knob, Chance::PerMillion(10'000), true, seed))
          << knob.name;
    }
    EXPECT_GT(quiet, 0) << knob.name;
  }
}

}  // namespace
}  // namespace orrery
