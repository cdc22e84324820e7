// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces that have been written once and for all, and what each later version
// has to make of them.
//
// NEVER CHANGE A TRACE IN traces/testdata/golden: somebody has traces like it.
// If a test here fails, the reader is wrong. Only the texts beside the traces
// may change, where their wording does (see golden_text.cc); new traces are
// added by make_golden.cc.

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tests/golden/describe_trace.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/verify_trace.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr char kFolder[] = "traces/testdata/golden/";

// The size of each, and its checksum as `crc32` or `gzip -lv` has it.
const std::map<std::string, std::pair<size_t, uint32_t>>& Golden() {
  static const auto* const golden =
      new std::map<std::string, std::pair<size_t, uint32_t>>{
          {"v1_choices", {781, 0x4b79ed5a}},
          {"v1_concurrent", {561, 0xd726bb6f}},
          {"v1_damaged", {2034, 0xa1ed8fa8}},
          {"v1_events", {2027, 0x1137d7f0}},
          {"v1_killed", {2155, 0xde62598d}},
          {"v1_later", {3028, 0xae3bcf13}},
          {"v1_mixed", {4781, 0xcae8b633}},
          {"v1_mixed_choices", {522, 0x948878e2}},
          {"v1_ring", {1841, 0xe534e07b}},
      };
  return *golden;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(GoldenTraceTest, NoneIsMissingAndNoneHasChanged) {
  std::map<std::string, std::pair<size_t, uint32_t>> there;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".orrery") continue;
    const std::string bytes = ReadFile(entry.path().string());
    there[entry.path().stem().string()] = {
        bytes.size(),
        static_cast<uint32_t>(
            ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size()))};
  }
  EXPECT_EQ(there, Golden());
}

TEST(GoldenTraceTest, EachIsReadAsItAlwaysWas) {
  for (const auto& [name, sum] : Golden()) {
    SCOPED_TRACE(name);
    const absl::StatusOr<Trace> trace =
        ParseTrace(ReadFile(absl::StrCat(kFolder, name, ".orrery")),
                   absl::StrCat(name, ".orrery"), {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    // Not EXPECT_EQ: of long texts it says too much.
    const std::string is = DescribeTrace(*trace);
    const std::string was = ReadFile(absl::StrCat(kFolder, name, ".txt"));
    if (is == was) continue;
    const std::vector<std::string> is_lines = absl::StrSplit(is, '\n');
    const std::vector<std::string> was_lines = absl::StrSplit(was, '\n');
    for (size_t i = 0; i < std::max(is_lines.size(), was_lines.size()); ++i) {
      ASSERT_LT(i, is_lines.size()) << "missing: " << was_lines[i];
      ASSERT_LT(i, was_lines.size()) << "more: " << is_lines[i];
      ASSERT_EQ(is_lines[i], was_lines[i]) << "line " << i + 1;
    }
  }
}

TEST(GoldenTraceTest, ThoseOfRunsAreSound) {
  for (const char* name : {"v1_concurrent", "v1_mixed", "v1_mixed_choices"}) {
    const absl::StatusOr<TraceVerdict> verdict =
        VerifyTrace(absl::StrCat(kFolder, name, ".orrery"));
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    EXPECT_TRUE(verdict->sound()) << FormatVerdict(*verdict);
    EXPECT_THAT(verdict->holds,
                Contains(HasSubstr("the data's digest follows")));
  }
}

TEST(GoldenTraceTest, WhatALaterVersionAddsIsCountedAndTheRestIsRead) {
  const absl::StatusOr<Trace> trace =
      ReadTrace(absl::StrCat(kFolder, "v1_later.orrery"));
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->header.version, 2u);
  EXPECT_EQ(trace->unknown_events, 2u);
  EXPECT_FALSE(trace->events.empty());
  EXPECT_TRUE(trace->footer.has_value());
}

// A field that has been released keeps its number, its type and its name, and
// whether a zero says something. New ones may be added.
TEST(GoldenTraceTest, NoFieldOfTheSchemaHasChanged) {
  const std::vector<std::string> now = absl::StrSplit(DescribeSchema(), '\n');
  const std::string schema = ReadFile(absl::StrCat(kFolder, "v1_schema.txt"));
  for (absl::string_view field :
       absl::StrSplit(schema, '\n', absl::SkipEmpty())) {
    EXPECT_THAT(now, Contains(std::string(field)));
  }
}

}  // namespace
}  // namespace orrery
