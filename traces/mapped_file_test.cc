// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/mapped_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/packer.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/mapped_file_test_", name);
}

std::string Contents(const std::string& path) {
  std::string bytes(fs::file_size(path), '\0');
  std::FILE* file = std::fopen(path.c_str(), "rb");
  bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
  std::fclose(file);
  return bytes;
}

// Runs `body` in a child; returns how it ended, as `waitpid` does.
int InChild(const std::function<void()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(MappedFileTest, WhatIsStoredIsInTheFileAtOnceAndZerosFollow) {
  const std::string path = TempPath("at_once");
  MappedFile file;
  ASSERT_TRUE(file.Open(path).ok());
  Packer packer;
  packer.UseStorage(&file);
  packer.Bytes("stored");
  const std::string bytes = Contents(path);
  EXPECT_EQ(bytes.substr(0, 6), "stored");
  EXPECT_EQ(bytes.find_first_not_of('\0', 6), std::string::npos);
  EXPECT_TRUE(file.Close(6).ok());
  EXPECT_EQ(Contents(path), "stored");
}

TEST(MappedFileTest, ItGrowsAsFarAsItIsWritten) {
  const std::string path = TempPath("grows");
  MappedFile file;
  ASSERT_TRUE(file.Open(path).ok());
  Packer packer;
  packer.UseStorage(&file);
  std::string expected;
  for (int i = 0; i < 30'000; ++i) {
    const std::string line = absl::StrCat("line ", i, " and what it says\n");
    packer.Bytes(line);
    expected += line;
    // Never much more than what is in it.
    if (i % 1000 == 0) {
      EXPECT_LE(fs::file_size(path), 2 * expected.size() + (256 << 10));
    }
  }
  packer.Bytes(std::string(5 << 20, 'x'));  // more than a step
  EXPECT_TRUE(file.Close(packer.size()).ok());
  EXPECT_TRUE(Contents(path) == expected + std::string(5 << 20, 'x'));
}

TEST(MappedFileTest, AKilledProcessLeavesAllItHasStored) {
  const std::string path = TempPath("killed");
  const int status = InChild([&] {
    MappedFile file;
    if (!file.Open(path).ok()) return;
    Packer packer;
    packer.UseStorage(&file);
    for (int i = 0; i < 100'000; ++i) packer.Bytes("0123456789");
    ::raise(SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  const std::string bytes = Contents(path);
  ASSERT_GE(bytes.size(), 1'000'000u);
  for (size_t i = 0; i < 1'000'000; i += 10) {
    ASSERT_EQ(bytes.compare(i, 10, "0123456789"), 0) << i;
  }
}

// As a full disk does, and more easily had.
TEST(MappedFileTest, AFileThatMayNotGrowIsAnErrorAndTheProcessGoesOn) {
  const std::string path = TempPath("limited");
  const int status = InChild([&] {
    const rlimit limit = {200'000, 200'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    MappedFile file;
    EXPECT_TRUE(file.Open(path).ok());
    Packer packer;
    packer.UseStorage(&file);
    while (!file.is_off() && packer.size() < (10 << 20)) {
      packer.Bytes("0123456789");
    }
    EXPECT_TRUE(file.is_off());
    for (int i = 0; i < 100'000; ++i) packer.Bytes("nobody reads it");
    const absl::Status why = file.Close(100'000);
    EXPECT_THAT(why.message(),
                AllOf(HasSubstr(absl::StrCat("cannot write the trace ", path)),
                      HasSubstr("File too large"), HasSubstr("ulimit -f")));
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Contents(path).size(), 100'000u);
  EXPECT_EQ(Contents(path).substr(99'990), "0123456789");
}

TEST(MappedFileTest, AForkedChildStoresNothingIntoTheFile) {
  const std::string path = TempPath("forked");
  MappedFile file;
  ASSERT_TRUE(file.Open(path).ok());
  Packer packer;
  packer.UseStorage(&file);
  packer.Bytes("parent");
  const int status = InChild([&] {
    EXPECT_TRUE(file.is_off());
    packer.Bytes("child");
    packer.Truncate(0);
    for (int i = 0; i < 1'000'000; ++i) packer.Bytes("child");
    EXPECT_EQ(file.Close(0).code(), absl::StatusCode::kFailedPrecondition);
    // One of its own it may have.
    EXPECT_TRUE(file.Open(absl::StrCat(path, ".child")).ok());
    packer.UseStorage(&file);
    packer.Bytes("mine");
    EXPECT_TRUE(file.Close(packer.size()).ok());
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Contents(absl::StrCat(path, ".child")), "mine");
  EXPECT_FALSE(file.is_off());
  packer.Bytes(" goes on");
  EXPECT_TRUE(file.Close(packer.size()).ok());
  EXPECT_EQ(Contents(path), "parent goes on");
}

TEST(MappedFileTest, WhoeverOpensItAgainLeavesTheFirstOneAlone) {
  const std::string path = TempPath("twice");
  MappedFile first;
  ASSERT_TRUE(first.Open(path).ok());
  Packer packer;
  packer.UseStorage(&first);
  packer.Bytes("first");
  MappedFile second;
  ASSERT_TRUE(second.Open(path).ok());
  packer.Bytes("first");  // the memory is there still
  EXPECT_TRUE(first.Close(packer.size()).ok());
  EXPECT_TRUE(second.Close(0).ok());
  EXPECT_EQ(Contents(path), "");
}

TEST(MappedFileTest, ReplaceTakesThePlaceOfAnotherFile) {
  const std::string path = TempPath("replaced");
  MappedFile first;
  MappedFile second;
  ASSERT_TRUE(first.Open(path).ok());
  ASSERT_TRUE(second.Open(absl::StrCat(path, ".next")).ok());
  Packer packer;
  packer.UseStorage(&second);
  packer.Bytes("second");
  ASSERT_TRUE(second.Replace(path).ok());
  packer.Bytes("!");
  EXPECT_TRUE(first.Close(0).ok());
  EXPECT_TRUE(second.Close(packer.size()).ok());
  EXPECT_EQ(Contents(path), "second!");
  EXPECT_FALSE(fs::exists(absl::StrCat(path, ".next")));
}

TEST(MappedFileTest, TrimEndsTheFileAndItGrowsAgain) {
  const std::string path = TempPath("trimmed");
  MappedFile file;
  ASSERT_TRUE(file.Open(path).ok());
  Packer packer;
  packer.UseStorage(&file);
  packer.Bytes("begin, torn");
  packer.Truncate(5);
  file.Trim(packer.size());
  packer.ForgetRoom();
  EXPECT_EQ(Contents(path), "begin");
  packer.Bytes(" and end");
  const std::string bytes = Contents(path);
  EXPECT_EQ(bytes.substr(0, 14), absl::string_view("begin and end\0", 14))
      << "nothing of what was torn";
  EXPECT_TRUE(file.Close(packer.size()).ok());
  EXPECT_EQ(Contents(path), "begin and end");
}

TEST(MappedFileTest, WhatHasNoRoomHandsOverItsDescriptor) {
  MappedFile file;
  ASSERT_TRUE(file.Open("/dev/null").ok());
  EXPECT_FALSE(file.is_mapped());
  const int fd = file.TakeDescriptor();
  EXPECT_EQ(::write(fd, "x", 1), 1);
  ::close(fd);
}

TEST(MappedFileTest, APathThatCannotBeOpenedIsAnError) {
  MappedFile file;
  const absl::Status status = file.Open("/no/such/folder/x");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "cannot make the trace file /no/such/folder/x: No such file or "
            "directory");
  EXPECT_FALSE(file.is_mapped());
}

}  // namespace
}  // namespace orrery
