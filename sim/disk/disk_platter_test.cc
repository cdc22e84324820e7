// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The faults that tell the program nothing: what is on the platter is not what
// it should be.

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using Code = absl::StatusCode;

// Nothing is lost in a crash.
DiskOptions Lossless() {
  DiskOptions options = SmallDisk();
  options.faults.crash_lost = Chance::Never();
  return options;
}

TEST(DiskPlatterTest, ALostWriteShowsWhenMemoryIsGone) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcdefgh");
    disk.faults().lost_write = Chance::Always();
    co_await StoreIn(disk, "f", "ABCDEFGHIJ");
    EXPECT_EQ(co_await ReadAll(disk, "f"), "ABCDEFGHIJ");
    ExpectCounts("disk.lost_write", 1, 1, 0);
    EXPECT_FALSE(Faults::Current().CheckEffects().ok());
    disk.DropCaches();
    EXPECT_EQ(co_await ReadAll(disk, "f"), std::string("abcdefgh\0\0", 10));
    EXPECT_TRUE(Faults::Current().CheckEffects().ok());
    // Writing it anew helps.
    disk.faults().lost_write = Chance::Never();
    co_await StoreIn(disk, "f", "ABCDEFGHIJ");
    disk.Crash();
    EXPECT_EQ(co_await ReadAll(disk, "f"), "ABCDEFGHIJ");
  });
}

TEST(DiskPlatterTest, AnEvictionShowsWhatIsOnThePlatter) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcd");
    disk.faults().eviction = Chance::Always();
    EXPECT_EQ(co_await ReadAll(disk, "f"), "abcd");
    ExpectCounts("disk.eviction", 0, 0, 0);  // it would make no difference
    disk.faults().lost_write = Chance::Always();
    co_await StoreIn(disk, "f", "ABCD");
    EXPECT_EQ(co_await ReadAll(disk, "f"), "abcd");
    ExpectCounts("disk.eviction", 1, 1, 1);
    ExpectCounts("disk.lost_write", 1, 1, 1);
    // What is pending stays in memory.
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Write(0, "WXYZ")).ok());
    EXPECT_EQ(co_await ReadAll(disk, "f"), "WXYZ");
  });
}

TEST(DiskPlatterTest, AMisdirectedWriteHitsAnotherSector) {
  RunTest([]() -> Task<> {
    std::map<std::string, int> seen;
    for (int i = 0; i < 300; ++i) {
      Disk disk(Lossless());
      co_await StoreIn(disk, "a", "aaaabbbb");
      co_await StoreIn(disk, "b", "cccc");
      disk.faults().misdirected_write = Chance::Always();
      File file = co_await OpenOrMake(disk, "a");
      EXPECT_TRUE((co_await file.Write(0, "XXXX")).ok());
      EXPECT_TRUE((co_await file.Sync()).ok());
      EXPECT_EQ(co_await ReadAll(disk, "a"), "XXXXbbbb");
      EXPECT_EQ(co_await ReadAll(disk, "b"), "cccc");
      disk.faults() = Lossless().faults;
      disk.Crash();
      const std::string a = co_await ReadAll(disk, "a");
      const std::string b = co_await ReadAll(disk, "b");
      ++seen[absl::StrCat(a, " ", b)];
    }
    EXPECT_EQ(seen.size(), 2u);
    // Both of the other sectors, as likely.
    EXPECT_NEAR(seen["aaaaXXXX cccc"], 150, 35);
    EXPECT_NEAR(seen["aaaabbbb XXXX"], 150, 35);
    // The place that was meant, and the one that was hit.
    ExpectCounts("disk.misdirected_write", 300, 300, 600);
  });
}

TEST(DiskPlatterTest, AMisdirectedWriteNeedsAnotherSector) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    disk.faults().misdirected_write = Chance::Always();
    co_await StoreIn(disk, "f", "abcd");
    ExpectCounts("disk.misdirected_write", 0, 0, 0);
  });
}

TEST(DiskPlatterTest, BitRotIsForGood) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    const std::string zeros(8, '\0');
    co_await StoreIn(disk, "f", zeros);
    disk.faults().bit_rot = Chance::Always();
    const std::string first = co_await ReadAll(disk, "f");
    EXPECT_NE(first, zeros);
    disk.faults().bit_rot = Chance::Never();
    EXPECT_EQ(co_await ReadAll(disk, "f"), first);
    disk.Crash();
    EXPECT_EQ(co_await ReadAll(disk, "f"), first);
    ExpectCounts("disk.bit_rot", 1, 1, 1);
    // What is pending is in memory, where nothing rots.
    disk.faults().bit_rot = Chance::Always();
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Write(0, zeros)).ok());
    EXPECT_EQ(*co_await file.Read(0, 8), zeros);
    ExpectCounts("disk.bit_rot", 1, 1, 1);
  });
}

TEST(DiskPlatterTest, AnyBitRots) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    const std::string zeros(8, '\0');
    disk.faults().bit_rot = Chance::Always();
    std::map<size_t, int> hits;
    for (int i = 0; i < 3200; ++i) {
      co_await StoreIn(disk, "f", zeros);
      const std::string bytes = co_await ReadAll(disk, "f");
      for (size_t bit = 0; bit < 64; ++bit) {
        if ((bytes[bit / 8] >> bit % 8 & 1) != 0) ++hits[bit];
      }
    }
    // 63 degrees of freedom: above 117 once in 50,000 times.
    double chi_square = 0;
    int sum = 0;
    for (size_t bit = 0; bit < 64; ++bit) {
      chi_square += (hits[bit] - 50.0) * (hits[bit] - 50.0) / 50.0;
      sum += hits[bit];
    }
    EXPECT_EQ(sum, 3200);
    EXPECT_LT(chi_square, 117.0);
  });
}

TEST(DiskPlatterTest, ABitCanBeFlippedByHand) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcd");
    EXPECT_TRUE(disk.FlipBit("f", 8).ok());
    EXPECT_EQ(co_await ReadAll(disk, "f"), "accd");
    EXPECT_EQ(disk.FlipBit("g", 0).code(), Code::kNotFound);
    EXPECT_EQ(disk.FlipBit("f", 32).code(), Code::kOutOfRange);
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Write(0, "x")).ok());
    EXPECT_EQ(disk.FlipBit("f", 8).code(), Code::kOutOfRange);
  });
}

TEST(DiskPlatterTest, WhatIsPendingStaysInMemory) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    co_await StoreIn(disk, "f", "abcdefgh");
    disk.faults().lost_write = Chance::Always();
    co_await StoreIn(disk, "f", "ABCDEFGH");
    co_await WriteTo(disk, "f", 1, "x");
    disk.DropCaches();
    EXPECT_EQ(co_await ReadAll(disk, "f"), "AxCDefgh");
  });
}

Task<> ManyWrites(Disk* disk, bool cut) {
  File file = co_await OpenOrMake(*disk, "f");
  for (const char* bytes : {"aaaabbbb", "cccc", "dd"}) {
    EXPECT_TRUE((co_await file.Write(0, bytes)).ok());
  }
  if (cut) co_await Do(file.Truncate(0));
  co_await Do(file.Sync());
}

TEST(DiskPlatterTest, OnlyWhatGetsToThePlatterCanGetLostOnItsWay) {
  RunTest([]() -> Task<> {
    Disk disk(Lossless());
    disk.faults().lost_write = Chance::PerMillion(1);
    co_await ManyWrites(&disk, /*cut=*/false);
    // The first sector of the last write, the second one of the first.
    ExpectCounts("disk.lost_write", 2, 0, 0);
    co_await ManyWrites(&disk, /*cut=*/true);
    ExpectCounts("disk.lost_write", 2, 0, 0);
  });
}

}  // namespace
}  // namespace orrery
