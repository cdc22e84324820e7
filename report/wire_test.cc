// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/wire.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/report/read_report.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;

TEST(ReportWireTest, NumbersComeBack) {
  const uint64_t numbers[] = {0,
                              1,
                              127,
                              128,
                              300,
                              uint64_t{1} << 53,
                              std::numeric_limits<uint64_t>::max()};
  Wire wire;
  for (uint64_t number : numbers) wire.Number(number);
  WireSource source(wire.bytes());
  for (uint64_t number : numbers) EXPECT_EQ(source.Number(), number);
  EXPECT_TRUE(source.at_end());
}

TEST(ReportWireTest, SignedNumbersComeBack) {
  const int64_t numbers[] = {0,
                             -1,
                             1,
                             -64,
                             64,
                             std::numeric_limits<int64_t>::min(),
                             std::numeric_limits<int64_t>::max()};
  Wire wire;
  for (int64_t number : numbers) wire.Signed(number);
  WireSource source(wire.bytes());
  for (int64_t number : numbers) EXPECT_EQ(source.Signed(), number);
}

TEST(ReportWireTest, SmallNumbersTakeAByte) {
  Wire wire;
  wire.Number(127);
  wire.Signed(-64);
  EXPECT_EQ(wire.bytes().size(), 2);
}

TEST(ReportWireTest, ATableHasEachEntryOnce) {
  WireTable table;
  EXPECT_EQ(table.Add("a"), 0);
  EXPECT_EQ(table.Add(""), 1);
  EXPECT_EQ(table.Add("a"), 0);
  EXPECT_EQ(table.Add(std::string("\0b", 2)), 2);
  Wire wire;
  table.AppendTo(wire);
  EXPECT_THAT(WireSource(wire.bytes()).Table(),
              ElementsAre("a", "", std::string("\0b", 2)));
}

}  // namespace
}  // namespace orrery
