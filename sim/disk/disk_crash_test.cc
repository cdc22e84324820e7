// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a power cut leaves of files, by the rules of docs/disk.md: after a
// script, all states that come out are listed.

#include "orrery/sim/disk/disk_crash.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;

Task<> SyncAFile(Disk& disk) {
  co_await WriteAndSync(disk, "f", 0, "abcdef");
  disk.SyncAll();  // its name
  co_await WriteAndSync(disk, "f", 4, "EFGH");
}

TEST(DiskCrashTest, WhatWasSyncedIsThere) {
  const CrashStates found = AfterCrash(SyncAFile);
  EXPECT_THAT(found.states, ElementsAre("f=abcdEFGH"));
  EXPECT_EQ(found.runs, 1);
}

Task<> Overwrite(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaabbbb");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "AAAABBBB");
}

TEST(DiskCrashTest, EachSectorOfAWriteIsThereOrNot) {
  const CrashStates found = AfterCrash(Overwrite);
  EXPECT_THAT(found.states, ElementsAre("f=AAAABBBB", "f=AAAAbbbb",
                                        "f=aaaaBBBB", "f=aaaabbbb"));
  EXPECT_EQ(found.runs, 4);
}

TEST(DiskCrashTest, AWriteThatCannotBeTornIsThereOrNot) {
  DiskOptions options = SmallDisk();
  options.faults.crash_torn = Chance::Never();
  const CrashStates found = AfterCrash(Overwrite, options);
  EXPECT_THAT(found.states, ElementsAre("f=AAAABBBB", "f=aaaabbbb"));
  EXPECT_EQ(found.runs, 2);
}

Task<> OverwriteAPart(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaa");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 1, "B");
  co_await WriteTo(disk, "f", 2, "C");
}

TEST(DiskCrashTest, ASectorIsOneOfItsVersions) {
  const CrashStates found = AfterCrash(OverwriteAPart);
  EXPECT_THAT(found.states, ElementsAre("f=aBCa", "f=aBaa", "f=aaaa"));
  EXPECT_EQ(found.runs, 3);
}

Task<> AppendASector(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "abcd");
}

TEST(DiskCrashTest, SizeAndBytesGoDifferentWays) {
  const CrashStates found = AfterCrash(AppendASector);
  EXPECT_THAT(found.states, ElementsAre("f=", "f=....", "f=abcd"));
  EXPECT_EQ(found.runs, 3);
}

Task<> AppendTwice(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "ab");
  co_await WriteTo(disk, "f", 2, "cd");
}

TEST(DiskCrashTest, ASizeIsOneOfThoseThatTheFileHad) {
  const CrashStates found = AfterCrash(AppendTwice);
  EXPECT_THAT(found.states,
              ElementsAre("f=", "f=..", "f=....", "f=ab", "f=ab..", "f=abcd"));
}

Task<> AppendBehindALostSize(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "ab");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 2, "XY");
  disk.Crash();
  co_await TruncateTo(disk, "f", 4);
  disk.SyncAll();
}

TEST(DiskCrashTest, WhatLayBehindTheEndNeverComesBack) {
  const CrashStates found = AfterCrash(AppendBehindALostSize);
  EXPECT_THAT(found.states, ElementsAre("f=ab..", "f=abXY"));
}

Task<> CutAndRewrite(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaabbbb");
  disk.SyncAll();
  co_await TruncateTo(disk, "f", 0);
  co_await WriteTo(disk, "f", 0, "XX");
}

TEST(DiskCrashTest, WhatIsWrittenBehindACutNeedsTheCut) {
  const CrashStates found = AfterCrash(CutAndRewrite);
  EXPECT_THAT(found.states, ElementsAre("f=", "f=..", "f=XX", "f=aaaabbbb"));
  EXPECT_EQ(found.runs, 4);
}

Task<> CutTwice(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaabbbbcccc");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "A");
  co_await TruncateTo(disk, "f", 6);
  co_await TruncateTo(disk, "f", 2);
  co_await TruncateTo(disk, "f", 4);
}

TEST(DiskCrashTest, CutsAreThereInOrderAndTheirBytesAreGone) {
  const CrashStates found = AfterCrash(CutTwice);
  EXPECT_THAT(found.states,
              ElementsAre("f=Aa", "f=Aa..", "f=Aaaabb", "f=Aaaabbbbcccc",
                          "f=aa", "f=aa..", "f=aaaabb", "f=aaaabbbbcccc"));
}

Task<> WriteAndCut(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaabbbb");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "AAAABBBB");
  co_await TruncateTo(disk, "f", 0);
}

TEST(DiskCrashTest, NothingIsDrawnForWhatWasCutOff) {
  const CrashStates found = AfterCrash(WriteAndCut);
  EXPECT_THAT(found.states, ElementsAre("f=", "f=AAAABBBB", "f=AAAAbbbb",
                                        "f=aaaaBBBB", "f=aaaabbbb"));
  EXPECT_EQ(found.runs, 5);
}

Task<> WriteCutAndWrite(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "aaaa");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "AAAA");
  co_await TruncateTo(disk, "f", 0);
  co_await WriteTo(disk, "f", 0, "ZZZZ");
}

TEST(DiskCrashTest, NorIfTheFileHasGrownAgain) {
  const CrashStates found = AfterCrash(WriteCutAndWrite);
  EXPECT_THAT(found.states,
              ElementsAre("f=", "f=....", "f=AAAA", "f=ZZZZ", "f=aaaa"));
  EXPECT_EQ(found.runs, 5);
}

Task<> GrowAndCut(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "");
  disk.SyncAll();
  co_await WriteTo(disk, "f", 0, "abcd");
  co_await TruncateTo(disk, "f", 2);
}

TEST(DiskCrashTest, ACutSaysHowLongTheFileIs) {
  const CrashStates found = AfterCrash(GrowAndCut);
  EXPECT_THAT(found.states,
              ElementsAre("f=", "f=..", "f=....", "f=ab", "f=abcd"));
  EXPECT_EQ(found.runs, 5);
}

}  // namespace
}  // namespace orrery
