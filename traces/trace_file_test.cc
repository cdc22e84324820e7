// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/traces/format.h"

namespace orrery {
namespace {

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/trace_file_test_", name);
}

// More than is read or written at a time.
std::string LargeTrace() {
  return std::string(kTraceMagic, kTraceMagicSize) + std::string(300'000, 'x');
}

TEST(TraceFileTest, WhatIsWrittenIsRead) {
  const std::string path = TempPath("large");
  ASSERT_TRUE(WriteTraceFile(path, LargeTrace()).ok());
  const absl::StatusOr<std::string> bytes = ReadTraceBytes(path, path);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_TRUE(*bytes == LargeTrace());
}

TEST(TraceFileTest, AFileThatIsThereIsReplaced) {
  const std::string path = TempPath("replaced");
  ASSERT_TRUE(WriteTraceFile(path, LargeTrace()).ok());
  ASSERT_TRUE(WriteTraceFile(path, "short").ok());
  EXPECT_EQ(*ReadTraceBytes(path, path), "short");
}

TEST(TraceFileTest, OfAFileThatIsNoTraceOnlyTheBeginningIsRead) {
  const std::string path = TempPath("other");
  ASSERT_TRUE(WriteTraceFile(path, std::string(300'000, 'x')).ok());
  const absl::StatusOr<std::string> bytes = ReadTraceBytes(path, path);
  ASSERT_TRUE(bytes.ok());
  EXPECT_GE(bytes->size(), kTraceMagicSize);
  EXPECT_LT(bytes->size(), 100'000u);
}

TEST(TraceFileTest, ErrorsSayWhatWasTriedAndWhere) {
  EXPECT_EQ(WriteTraceFile("/no/folder/x", "").message(),
            "cannot make the trace file /no/folder/x: No such file or "
            "directory");
  EXPECT_EQ(WriteTraceFile("/dev/full", "x").message(),
            "cannot write the trace /dev/full: No space left on device");
  EXPECT_EQ(ReadTraceBytes("/no/folder/x", "the trace of x").status().message(),
            "cannot open the trace the trace of x: No such file or directory");
  EXPECT_EQ(ReadTraceBytes("/", "/").status().message(),
            "cannot read the trace /: Is a directory");
}

}  // namespace
}  // namespace orrery
