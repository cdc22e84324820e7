// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/check.h"

#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(CheckTest, AConditionThatHoldsDoesNothing) {
  int evaluated = 0;
  ORRERY_CHECK(++evaluated == 1, "never said");
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckTest, TheMessageIsOnlyMadeForAFailure) {
  int made = 0;
  auto message = [&] {
    ++made;
    return std::string("expensive");
  };
  ORRERY_CHECK(true, message());
  EXPECT_EQ(made, 0);
}

TEST(CheckTest, IsOneStatement) {
  bool other = false;
  if (false)
    ORRERY_CHECK(false, "not reached");
  else
    other = true;
  EXPECT_TRUE(other);
}

TEST(CheckDeathTest, AFailureSaysTheRuleThePlaceAndTheCondition) {
  const int n = 0;
  EXPECT_DEATH(ORRERY_CHECK(n > 0, std::string("n is too ") + "small"),
               "orrery: n is too small\n"
               "  at base/check_test.cc:[0-9]+: check failed: n > 0");
}

TEST(CheckDeathTest, TheHookGetsTheWholeText) {
  SetCheckFailureHook([](absl::string_view text) {
    std::fprintf(stderr, "saved %d bytes", static_cast<int>(text.size()));
  });
  EXPECT_DEATH(ORRERY_CHECK(false, "broken"),
               "orrery: broken\n(.|\n)*saved [0-9]+ bytes");
  SetCheckFailureHook(nullptr);
}

TEST(CheckDeathTest, AFailureInTheHookDoesNotCallItAgain) {
  SetCheckFailureHook([](absl::string_view) {
    std::fputs("hook. ", stderr);
    ORRERY_CHECK(false, "also broken");
  });
  EXPECT_DEATH(ORRERY_CHECK(false, "broken"),
               "orrery: broken\n[^\n]*\nhook. orrery: also broken\n[^\n]*\n$");
  SetCheckFailureHook(nullptr);
}

TEST(CheckDeathTest, AHookCanBeTakenAway) {
  SetCheckFailureHook([](absl::string_view) { std::fputs("hook", stderr); });
  SetCheckFailureHook(nullptr);
  EXPECT_DEATH(ORRERY_CHECK(false, "broken"), "check failed: false\n$");
}

}  // namespace
}  // namespace orrery
