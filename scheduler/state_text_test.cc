// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/state_text.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(StateTextTest, WhatWasAppendedIsReadBack) {
  std::string state;
  AppendState(&state, "name-1");
  AppendState(&state, uint64_t{0});
  AppendState(&state, ~uint64_t{0});
  AppendState(&state, 1);
  EXPECT_EQ(state, "name-1 0 18446744073709551615 1");

  StateReader reader(state);
  uint64_t number = 1;
  bool truth = false;
  EXPECT_TRUE(reader.Word("name-1"));
  EXPECT_TRUE(reader.Number(&number));
  EXPECT_EQ(number, 0u);
  EXPECT_TRUE(reader.Number(&number));
  EXPECT_EQ(number, ~uint64_t{0});
  EXPECT_FALSE(reader.AtEnd());
  EXPECT_TRUE(reader.Value(&truth, true));
  EXPECT_TRUE(truth);
  EXPECT_TRUE(reader.AtEnd());
}

TEST(StateTextTest, AnotherWordFailsAndSoDoesAllThatFollows) {
  StateReader reader("one 2");
  uint64_t number = 0;
  EXPECT_FALSE(reader.Word("two"));
  EXPECT_FALSE(reader.Number(&number));
  EXPECT_FALSE(reader.AtEnd());
}

TEST(StateTextTest, OnlyPlainNumbersWithinTheLimitAreNumbers) {
  for (const char* text : {"", " ", "-1", "+1", "01", "1x", "0x1", "1.0",
                           "18446744073709551616", "1\n1"}) {
    uint64_t number = 0;
    StateReader reader(text);
    EXPECT_FALSE(reader.Number(&number)) << text;
  }
  uint64_t number = 0;
  EXPECT_TRUE(StateReader("7").Number(&number, 7));
  EXPECT_FALSE(StateReader("8").Number(&number, 7));
}

TEST(StateTextTest, ASpaceTooManyIsNoEnd) {
  StateReader reader("one  2");
  EXPECT_TRUE(reader.Word("one"));
  EXPECT_FALSE(reader.Word("2"));
}

}  // namespace
}  // namespace orrery
