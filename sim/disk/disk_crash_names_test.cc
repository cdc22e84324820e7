// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a power cut leaves of names, by the rules of docs/disk.md.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;

Task<> NewFile(Disk& disk) { co_await WriteAndSync(disk, "f", 0, "ab"); }

TEST(DiskCrashNamesTest, ANewFileNeedsASyncOfItsDirectory) {
  const CrashStates found = AfterCrash(NewFile);
  EXPECT_THAT(found.states, ElementsAre("", "f=ab"));
  EXPECT_EQ(found.runs, 2);
}

Task<> NewFileAndName(Disk& disk) {
  co_await NewFile(disk);
  co_await Do(disk.SyncDirectory(""));
}

TEST(DiskCrashNamesTest, ASyncOfTheDirectoryMakesNamesDurable) {
  EXPECT_THAT(AfterCrash(NewFileAndName).states, ElementsAre("f=ab"));
}

Task<> TwoNames(Disk& disk) {
  co_await WriteTo(disk, "a", 0, "");
  co_await WriteTo(disk, "b", 0, "");
}

TEST(DiskCrashNamesTest, NamesThatHaveNothingInCommonGoDifferentWays) {
  const CrashStates found = AfterCrash(TwoNames);
  EXPECT_THAT(found.states, ElementsAre("", "a=", "a= b=", "b="));
  EXPECT_EQ(found.runs, 4);
}

Task<> ReplaceSynced(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "old");
  disk.SyncAll();
  co_await WriteAndSync(disk, "t", 0, "new");
  co_await Do(disk.Rename("t", "f"));
}

TEST(DiskCrashNamesTest, ARenameIsWhollyThereOrNotAtAll) {
  const CrashStates found = AfterCrash(ReplaceSynced);
  EXPECT_THAT(found.states, ElementsAre("f=new", "f=old", "f=old t=new"));
  EXPECT_EQ(found.runs, 3);
}

Task<> ReplaceUnsynced(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "old");
  disk.SyncAll();
  co_await WriteTo(disk, "t", 0, "new");
  co_await Do(disk.Rename("t", "f"));
  co_await Do(disk.SyncDirectory("/"));
}

TEST(DiskCrashNamesTest, ANameCanBeDurableBeforeItsBytes) {
  EXPECT_THAT(AfterCrash(ReplaceUnsynced).states,
              ElementsAre("f=", "f=...", "f=new"));
}

Task<> RotateLog(Disk& disk) {
  co_await WriteTo(disk, "log", 0, "old");
  disk.SyncAll();
  co_await Do(disk.Rename("log", "log.1"));
  co_await WriteTo(disk, "log", 0, "");
}

TEST(DiskCrashNamesTest, AFileWithADurableNameIsNotLostByRenames) {
  EXPECT_THAT(AfterCrash(RotateLog).states,
              ElementsAre("log.1=old", "log= log.1=old", "log=old"));
}

Task<> MoveIntoNewDirectory(Disk& disk) {
  co_await WriteTo(disk, "x", 0, "");
  disk.SyncAll();
  co_await Do(disk.MakeDirectory("d"));
  co_await Do(disk.MakeDirectory("d/e"));
  co_await Do(disk.Rename("x", "d/e/x"));
}

TEST(DiskCrashNamesTest, AMoveNeedsTheDirectoryItGoesTo) {
  EXPECT_THAT(AfterCrash(MoveIntoNewDirectory).states,
              ElementsAre("d/ d/e/ d/e/x=", "d/ d/e/ x=", "d/ x=", "x="));
}

Task<> SyncNewDirectory(Disk& disk) {
  co_await Do(disk.MakeDirectory("d"));
  co_await WriteTo(disk, "d/f", 0, "");
  co_await Do(disk.SyncDirectory("d"));
}

TEST(DiskCrashNamesTest, ADirectoryDoesNotMakeItsOwnNameDurable) {
  EXPECT_THAT(AfterCrash(SyncNewDirectory).states, ElementsAre("", "d/ d/f="));
}

Task<> SyncOneOfTwoDirectories(Disk& disk) {
  co_await Do(disk.MakeDirectory("a"));
  co_await Do(disk.MakeDirectory("b"));
  disk.SyncAll();
  co_await WriteTo(disk, "a/x", 0, "");
  co_await WriteTo(disk, "a/y", 0, "");
  co_await Do(disk.Rename("a/x", "b/x"));
  co_await Do(disk.SyncDirectory("b"));
}

TEST(DiskCrashNamesTest, ASyncMakesDurableWhatItsNamesNeed) {
  EXPECT_THAT(AfterCrash(SyncOneOfTwoDirectories).states,
              ElementsAre("a/ a/y= b/ b/x=", "a/ b/ b/x="));
}

Task<> SwapParentAndChild(Disk& disk) {
  co_await Do(disk.MakeDirectory("a"));
  co_await Do(disk.MakeDirectory("b"));
  disk.SyncAll();
  co_await Do(disk.Rename("b", "a/b"));
  co_await Do(disk.Rename("a/b", "c"));
  co_await Do(disk.Rename("a", "c/a"));
}

TEST(DiskCrashNamesTest, DirectoriesNeverEndUpWithinEachOther) {
  EXPECT_THAT(AfterCrash(SwapParentAndChild).states,
              ElementsAre("a/ a/b/", "a/ b/", "a/ c/", "c/ c/a/"));
}

Task<> EmptyAndRemoveDirectory(Disk& disk) {
  co_await Do(disk.MakeDirectory("d"));
  co_await WriteTo(disk, "d/x", 0, "");
  disk.SyncAll();
  co_await Do(disk.Rename("d/x", "y"));
  co_await Do(disk.RemoveDirectory("d"));
}

TEST(DiskCrashNamesTest, ADirectoryGoesAfterWhatWasInIt) {
  EXPECT_THAT(AfterCrash(EmptyAndRemoveDirectory).states,
              ElementsAre("d/ d/x=", "d/ y=", "y="));
}

Task<> UnlinkOpenFile(Disk& disk) {
  co_await WriteTo(disk, "f", 0, "ab");
  disk.SyncAll();
  absl::StatusOr<File> file = co_await disk.Open("f");
  co_await Do(disk.Unlink("f"));
  EXPECT_TRUE((co_await file->Write(0, "AB")).ok());
  file->Close();
}

TEST(DiskCrashNamesTest, AFileThatWasUnlinkedMayComeBackWithAnyOfItsBytes) {
  const CrashStates found = AfterCrash(UnlinkOpenFile);
  EXPECT_THAT(found.states, ElementsAre("", "f=AB", "f=ab"));
  EXPECT_EQ(found.runs, 3);  // nothing is drawn for bytes that are gone
}

Task<> SyncTheOtherDirectory(Disk& disk) {
  co_await Do(disk.MakeDirectory("a"));
  co_await WriteTo(disk, "a/x", 0, "");
  co_await WriteTo(disk, "a/y", 0, "");
  co_await WriteTo(disk, "b", 0, "");
  disk.SyncAll();
  co_await Do(disk.Rename("a/x", "x"));
  co_await Do(disk.Unlink("a/y"));
  co_await Do(disk.Unlink("b"));
  co_await Do(disk.SyncDirectory("a"));
}

TEST(DiskCrashNamesTest, ARenameIsDurableAfterASyncOfEitherDirectory) {
  EXPECT_THAT(AfterCrash(SyncTheOtherDirectory).states,
              ElementsAre("a/ b= x=", "a/ x="));
}

}  // namespace
}  // namespace orrery
