// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/setting_values.h"

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(SettingValuesTest, AChanceIsWrittenInPercentAndReadAgainAsTheSame) {
  EXPECT_EQ(FormatChance(Chance::Never()), "0%");
  EXPECT_EQ(FormatChance(Chance::Always()), "100%");
  EXPECT_EQ(FormatChance(Chance::Percent(2)), "2%");
  EXPECT_EQ(FormatChance(Chance::PerMillion(23'450)), "2.345%");
  EXPECT_EQ(FormatChance(Chance::PerMillion(1)), "0.0001%");
  for (uint32_t parts = 0; parts <= Chance::kMillion; parts += 997) {
    const Chance chance = Chance::PerMillion(parts);
    EXPECT_EQ(*ParseChance(FormatChance(chance)), chance) << parts;
  }
}

TEST(SettingValuesTest, WhatIsNoChanceIsRefused) {
  for (const char* text :
       {"", "%", "2", "-1%", "101%", "100.0001%", "0.00001%", ".5%", "5.%",
        "1.5.2%", "1e1%", " 2%", "2 %", "99999999999%"}) {
    EXPECT_EQ(ParseChance(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_EQ(*ParseChance("0.5000%"), Chance::PerMillion(5000));
}

TEST(SettingValuesTest, ANumberConsistsOfDigits) {
  EXPECT_EQ(*ParseNumber("0"), 0u);
  EXPECT_EQ(*ParseNumber("18446744073709551615"), UINT64_MAX);
  for (const char* text :
       {"", "-1", "+1", "1.5", "0x10", "many", " 5", "18446744073709551616"}) {
    EXPECT_FALSE(ParseNumber(text).ok()) << text;
  }
}

TEST(SettingValuesTest, ATimeIsReadAgainAsTheSame) {
  EXPECT_EQ(FormatTime(absl::Microseconds(2500)), "2.5ms");
  for (const int64_t ns :
       {int64_t{0}, int64_t{1}, int64_t{999}, int64_t{1'234'567},
        int64_t{1'000'000'001}, int64_t{3'600'000'000'001},
        int64_t{86'399'999'999'999}}) {
    const absl::Duration time = absl::Nanoseconds(ns);
    EXPECT_EQ(*ParseTime(FormatTime(time)), time) << FormatTime(time);
  }
  for (const char* text : {"", "5", "-5ms", "soon", "5 ms"}) {
    EXPECT_FALSE(ParseTime(text).ok()) << text;
  }
}

}  // namespace
}  // namespace orrery
