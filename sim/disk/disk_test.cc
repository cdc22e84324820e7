// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/disk/disk.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/sim/disk/disk_testing.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

using Code = absl::StatusCode;

// Makes a file anew that holds `bytes`.
Task<> Put(Disk& disk, std::string path, std::string bytes) {
  co_await TruncateTo(disk, path, 0);
  co_await WriteTo(disk, path, 0, std::move(bytes));
}

// ---- Files ------------------------------------------------------------------

TEST(DiskTest, ReadsSeeWritesAtOnce) {
  RunTest([]() -> Task<> {
    Disk disk;
    File writer = co_await OpenOrMake(disk, "log");
    File reader = co_await OpenOrMake(disk, "/log");
    EXPECT_EQ(*co_await writer.Append("hello "), 6u);
    EXPECT_EQ(*co_await writer.Append("world"), 5u);
    EXPECT_EQ(*co_await reader.Read(0, 100), "hello world");
    EXPECT_EQ(*co_await writer.Write(6, "W"), 1u);
    EXPECT_EQ(*co_await reader.Read(4, 4), "o Wo");
    EXPECT_EQ(*co_await reader.Read(11, 4), "");
    EXPECT_EQ(*co_await reader.Read(100, 4), "");
    EXPECT_EQ(reader.size(), 11u);
    EXPECT_EQ(*disk.Peek("log"), "hello World");
    EXPECT_EQ(reader.path(), "log");
  });
}

TEST(DiskTest, FilesAreOpenedMadeOrEmptied) {
  RunTest([]() -> Task<> {
    Disk disk;
    EXPECT_EQ((co_await disk.Open("f")).status().code(), Code::kNotFound);
    EXPECT_TRUE(
        (co_await disk.Open("f", {.create = true, .exclusive = true})).ok());
    EXPECT_EQ((co_await disk.Open("f", {.create = true, .exclusive = true}))
                  .status()
                  .code(),
              Code::kAlreadyExists);
    co_await Put(disk, "f", "abc");
    EXPECT_TRUE((co_await disk.Open("f", {.create = true})).ok());
    EXPECT_EQ(*disk.Peek("f"), "abc");
    EXPECT_TRUE((co_await disk.Open("f", {.truncate = true})).ok());
    EXPECT_EQ(*disk.Peek("f"), "");
  });
}

TEST(DiskTest, GapsAreFilledWithZeros) {
  RunTest([]() -> Task<> {
    Disk disk;
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Write(3, "x")).ok());
    EXPECT_EQ(*disk.Peek("f"), std::string("\0\0\0x", 4));
    EXPECT_TRUE((co_await file.Truncate(1)).ok());
    EXPECT_TRUE((co_await file.Truncate(5)).ok());
    EXPECT_EQ(*disk.Peek("f"), std::string(5, '\0'));
    EXPECT_EQ(*co_await file.Write(9, ""), 0u);
    EXPECT_EQ(file.size(), 5u);
    EXPECT_EQ(disk.used(), 5u);
  });
}

TEST(DiskTest, AFileWithoutANameLivesOnWhileItIsOpen) {
  RunTest([]() -> Task<> {
    Disk disk;
    co_await Put(disk, "f", "abc");
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await disk.Unlink("f")).ok());
    EXPECT_EQ(disk.Peek("f"), std::nullopt);
    co_await Put(disk, "f", "other");
    EXPECT_TRUE((co_await file.Append("def")).ok());
    EXPECT_EQ(*co_await file.Read(0, 9), "abcdef");
    EXPECT_EQ(disk.used(), 11u);
    file.Close();
    EXPECT_EQ(disk.used(), 5u);
    EXPECT_EQ(*disk.Peek("f"), "other");
  });
}

TEST(DiskTest, AClosedHandleIsOfNoUse) {
  RunTest([]() -> Task<> {
    Disk disk;
    File file = co_await OpenOrMake(disk, "f");
    File moved = std::move(file);
    EXPECT_TRUE(moved.is_open());
    moved.Close();
    moved.Close();
    EXPECT_FALSE(moved.is_open());
    EXPECT_EQ((co_await moved.Read(0, 1)).status().code(),
              Code::kFailedPrecondition);
    EXPECT_EQ((co_await moved.Append("x")).status().code(),
              Code::kFailedPrecondition);
    EXPECT_EQ((co_await moved.Truncate(0)).code(), Code::kFailedPrecondition);
    const absl::Status status = co_await moved.Sync();
    EXPECT_THAT(status.message(), HasSubstr("the handle of f is closed"));
    EXPECT_FALSE((co_await File().Sync()).ok());
  });
}

TEST(DiskTest, AFileMayNotGrowWithoutBounds) {
  RunTest([]() -> Task<> {
    DiskOptions options;
    options.max_file_size = 10;
    Disk disk(options);
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_EQ((co_await file.Write(8, "abc")).status().code(),
              Code::kOutOfRange);
    EXPECT_EQ((co_await file.Write(~uint64_t{0} - 1, "abc")).status().code(),
              Code::kOutOfRange);
    EXPECT_EQ((co_await file.Truncate(11)).code(), Code::kOutOfRange);
    EXPECT_EQ(file.size(), 0u);
    EXPECT_TRUE((co_await file.Write(8, "ab")).ok());
  });
}

// ---- Names ------------------------------------------------------------------

TEST(DiskTest, NamesAreListedInOrder) {
  RunTest([]() -> Task<> {
    Disk disk;
    EXPECT_TRUE((co_await disk.MakeDirectory("d")).ok());
    for (const char* path : {"d/b", "d/a", "d/c", "e"}) {
      co_await Put(disk, path, "x");
    }
    EXPECT_THAT(*co_await disk.List("d"), ElementsAre("a", "b", "c"));
    EXPECT_THAT(*co_await disk.List(""), ElementsAre("d", "e"));
    EXPECT_EQ((co_await disk.Stat("/d//a"))->size, 1u);
    const FileInfo directory = *co_await disk.Stat("d");
    EXPECT_TRUE(directory.directory);
    EXPECT_EQ(directory.size, 3u);
    EXPECT_THAT(disk.Contents(),
                ElementsAre(Pair("d/", ""), Pair("d/a", "x"), Pair("d/b", "x"),
                            Pair("d/c", "x"), Pair("e", "x")));
  });
}

TEST(DiskTest, ARenameReplaces) {
  RunTest([]() -> Task<> {
    Disk disk;
    co_await Put(disk, "a", "A");
    co_await Put(disk, "b", "B");
    File open = co_await OpenOrMake(disk, "b");
    EXPECT_TRUE((co_await disk.Rename("a", "b")).ok());
    EXPECT_THAT(disk.Contents(), ElementsAre(Pair("b", "A")));
    EXPECT_EQ(*co_await open.Read(0, 1), "B");
    EXPECT_TRUE((co_await disk.Rename("b", "b")).ok());
    EXPECT_TRUE((co_await disk.MakeDirectory("d")).ok());
    EXPECT_TRUE((co_await disk.MakeDirectory("e")).ok());
    EXPECT_TRUE((co_await disk.Rename("b", "d/f")).ok());
    EXPECT_TRUE((co_await disk.Rename("d", "e")).ok());
    EXPECT_THAT(disk.Contents(), ElementsAre(Pair("e/", ""), Pair("e/f", "A")));
  });
}

TEST(DiskTest, ErrorsSayWhatIsWrong) {
  RunTest([]() -> Task<> {
    Disk disk;
    EXPECT_TRUE((co_await disk.MakeDirectory("d")).ok());
    EXPECT_TRUE((co_await disk.MakeDirectory("d/e")).ok());
    co_await Put(disk, "f", "");
    EXPECT_EQ(co_await CodeOf(disk.Unlink("x")), Code::kNotFound);
    EXPECT_EQ(co_await CodeOf(disk.Unlink("x/y")), Code::kNotFound);
    EXPECT_EQ(co_await CodeOf(disk.Unlink("f/y")), Code::kFailedPrecondition);
    EXPECT_EQ(co_await CodeOf(disk.Unlink("d")), Code::kFailedPrecondition);
    EXPECT_EQ(co_await CodeOf(disk.Unlink("")), Code::kInvalidArgument);
    EXPECT_EQ(co_await CodeOf(disk.Unlink("d/../f")), Code::kInvalidArgument);
    EXPECT_EQ(co_await CodeOf(disk.MakeDirectory("d")), Code::kAlreadyExists);
    EXPECT_EQ(co_await CodeOf(disk.MakeDirectory("/")), Code::kAlreadyExists);
    EXPECT_EQ(co_await CodeOf(disk.RemoveDirectory("d")),
              Code::kFailedPrecondition);
    EXPECT_EQ(co_await CodeOf(disk.RemoveDirectory("f")),
              Code::kFailedPrecondition);
    EXPECT_EQ(co_await CodeOf(disk.RemoveDirectory("/")),
              Code::kInvalidArgument);
    EXPECT_EQ(co_await CodeOf(disk.Rename("x", "f")), Code::kNotFound);
    EXPECT_EQ(co_await CodeOf(disk.Rename("f", "x/f")), Code::kNotFound);
    EXPECT_EQ(co_await CodeOf(disk.Rename("f", "d")),
              Code::kFailedPrecondition);
    EXPECT_EQ(co_await CodeOf(disk.Rename("d", "f")),
              Code::kFailedPrecondition);
    EXPECT_EQ(co_await CodeOf(disk.Rename("d", "d/e/f")),
              Code::kInvalidArgument);
    EXPECT_EQ(co_await CodeOf(disk.Rename("f", "")), Code::kInvalidArgument);
    EXPECT_EQ(co_await CodeOf(disk.SyncDirectory("x")), Code::kNotFound);
    EXPECT_EQ(co_await CodeOf(disk.SyncDirectory("f")),
              Code::kFailedPrecondition);
    EXPECT_EQ((co_await disk.List("f")).status().code(),
              Code::kFailedPrecondition);
    EXPECT_EQ((co_await disk.Stat("d/x")).status().code(), Code::kNotFound);
    EXPECT_EQ((co_await disk.Open("d")).status().code(),
              Code::kFailedPrecondition);
    const absl::Status status = co_await disk.Unlink("d/x/y");
    EXPECT_EQ(status.message(), "there is no d/x");
  });
}

// ---- As a whole -------------------------------------------------------------

TEST(DiskTest, ASnapshotCanBeRestored) {
  RunTest([]() -> Task<> {
    Disk disk;
    co_await Put(disk, "f", "abc");
    const DiskSnapshot snapshot = disk.Snapshot();
    const size_t pending = disk.CountPending();
    File file = co_await OpenOrMake(disk, "f");
    EXPECT_TRUE((co_await file.Write(0, "X")).ok());
    EXPECT_TRUE((co_await disk.Unlink("f")).ok());
    disk.Restore(snapshot);
    EXPECT_FALSE(file.is_open());
    EXPECT_THAT(disk.Contents(), ElementsAre(Pair("f", "abc")));
    EXPECT_EQ(disk.CountPending(), pending);
    EXPECT_EQ(disk.used(), 3u);
    Disk other;
    other.Restore(snapshot);
    EXPECT_EQ(*other.Peek("f"), "abc");
    disk.Wipe();
    EXPECT_THAT(disk.Contents(), IsEmpty());
    EXPECT_EQ(disk.used(), 0u);
    EXPECT_EQ(disk.CountPending(), 0u);
    co_await Put(disk, "g", "new");
  });
}

TEST(DiskTest, TheSystemWritesWhatHasPiledUp) {
  RunTest([]() -> Task<> {
    DiskOptions options = DiskOptions::Instant();
    options.max_pending = 10;
    Disk disk(options);
    File file = co_await OpenOrMake(disk, "f");
    for (int i = 0; i < 25; ++i) {
      EXPECT_TRUE((co_await file.Write(0, absl::StrCat(i))).ok());
      EXPECT_LE(disk.CountPending(), 20u);
    }
    disk.faults().crash_lost = Chance::Always();
    disk.Crash();
    EXPECT_EQ(*disk.Peek("f"), "18");
  });
}

// ---- Traces and digests -----------------------------------------------------

class FileSink final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    const auto* file = std::get_if<event::FileAccessed>(&event.what);
    if (file == nullptr) return;
    lines.push_back(absl::StrCat(file->node.value, " ", file->operation, " ",
                                 file->file, " ", file->offset, "+", file->size,
                                 file->failed ? " failed" : ""));
    payloads.push_back(file->payload);
  }

  std::vector<std::string> lines;
  std::vector<uint64_t> payloads;
};

Task<> UseIt(Disks* disks) {
  Disk& disk = disks->current();
  File file = co_await OpenOrMake(disk, "f");
  (void)co_await file.Append("ab");
  (void)co_await file.Append("ab");
  (void)co_await file.Read(2, 9);
  (void)co_await file.Sync();
  (void)co_await file.Truncate(1);
  (void)co_await disk.Rename("f", "g");
  (void)co_await disk.Unlink("f");
  (void)co_await disk.SyncDirectory("");
  (void)co_await disk.List("");
}

TEST(DiskTest, ATraceTellsWhatWasDoneToFiles) {
  FileSink sink;
  RunTest(
      []() -> Task<> {
        World world;
        Disks disks(world);
        world.AddNode("a", [&disks] { return UseIt(&disks); });
        co_await Sleep(absl::Seconds(1));
      },
      &sink);
  EXPECT_THAT(sink.lines,
              ElementsAre("1 open f 0+0", "1 write f 0+2", "1 write f 2+2",
                          "1 read f 2+2", "1 fsync f 0+0", "1 truncate f 1+0",
                          "1 rename f 0+1", "1 unlink f 0+0 failed",
                          "1 fsync directory  0+0", "1 list  0+2"));
  EXPECT_EQ(sink.payloads[1], sink.payloads[2]);
  EXPECT_EQ(sink.payloads[1], sink.payloads[3]);
}

Task<> PutOnADisk(std::string path, std::string bytes) {
  Disk disk;
  co_await Put(disk, std::move(path), std::move(bytes));
}

uint64_t DigestOf(const std::string& path, const std::string& bytes) {
  const RunResult result = Simulation().Run(PutOnADisk, path, bytes);
  EXPECT_TRUE(result.ok());
  return result.digests.data.value();
}

TEST(DiskTest, WhatIsReadAndWrittenIsPartOfTheDigest) {
  EXPECT_EQ(DigestOf("f", "abc"), DigestOf("f", "abc"));
  EXPECT_NE(DigestOf("f", "abc"), DigestOf("f", "abd"));
  EXPECT_NE(DigestOf("f", "abc"), DigestOf("g", "abc"));
}
}  // namespace
}  // namespace orrery
