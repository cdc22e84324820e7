// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/base/sim_time.h"

#include <limits>
#include <utility>

#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(SimTimeTest, TheEpochIsTheYear2000) {
  EXPECT_EQ(absl::FormatTime(SimEpoch(), absl::UTCTimeZone()),
            "2000-01-01T00:00:00+00:00");
  EXPECT_EQ(SimTime().ns, 0);
}

TEST(SimTimeTest, DurationsAreRoundedUpSoThatNothingWakesEarly) {
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(3)), 3);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(0.25)), 1);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(2.25)), 3);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(-0.25)), 0);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(-2.25)), -2);
  EXPECT_EQ(ToNanoseconds(absl::Seconds(1) / 3), 333'333'334);
  EXPECT_EQ(ToNanoseconds(absl::ZeroDuration()), 0);
}

TEST(SimTimeTest, DurationsBeyondTheRangeAreItsEnds) {
  EXPECT_EQ(ToNanoseconds(absl::InfiniteDuration()), kMax);
  EXPECT_EQ(ToNanoseconds(-absl::InfiniteDuration()), kMin);
  EXPECT_EQ(ToNanoseconds(absl::Hours(24 * 365 * 1000)), kMax);
  EXPECT_EQ(ToNanoseconds(-absl::Hours(24 * 365 * 1000)), kMin);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(kMax)), kMax);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(kMin)), kMin);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(kMax) + absl::Nanoseconds(0.25)),
            kMax);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(kMax) - absl::Nanoseconds(0.25)),
            kMax);
  EXPECT_EQ(ToNanoseconds(absl::Nanoseconds(kMin) + absl::Nanoseconds(0.25)),
            kMin + 1);
}

TEST(SimTimeTest, ASumBeyondTheRangeIsItsEnd) {
  EXPECT_EQ(After(SimTime(5), 7), SimTime(12));
  EXPECT_EQ(After(SimTime(5), -7), SimTime(-2));
  EXPECT_EQ(After(SimTime(5), kMax), SimTime::Infinite());
  EXPECT_EQ(After(SimTime::Infinite(), 1), SimTime::Infinite());
  EXPECT_EQ(After(SimTime::Infinite(), 0), SimTime::Infinite());
  EXPECT_EQ(After(SimTime(-5), kMin), SimTime(kMin));
  EXPECT_EQ(After(SimTime(kMax), kMin), SimTime(-1));
}

TEST(SimTimeTest, AnInstantAndItsDurationAreTheSame) {
  for (int64_t ns : {int64_t{0}, int64_t{1}, int64_t{-1},
                     int64_t{1'250'000'000}, kMax, kMin, kMin + 1}) {
    EXPECT_EQ(ToNanoseconds(ToDuration(SimTime(ns))), ns);
  }
}

TEST(SimTimeTest, InstantsAreOrdered) {
  EXPECT_LT(SimTime(-1), SimTime(0));
  EXPECT_LT(SimTime(kMax - 1), SimTime::Infinite());
}

TEST(FormatSimTimeTest, SecondsWithAsManyDigitsAsItTakes) {
  const std::pair<int64_t, const char*> cases[] = {
      {0, "0.000s"},
      {1, "0.000000001s"},
      {10, "0.00000001s"},
      {999, "0.000000999s"},
      {1'000, "0.000001s"},
      {10'000, "0.00001s"},
      {100'000, "0.0001s"},
      {1'000'000, "0.001s"},
      {10'000'000, "0.010s"},
      {123'000'000, "0.123s"},
      {123'400'000, "0.1234s"},
      {999'999'999, "0.999999999s"},
      {1'000'000'000, "1.000s"},
      {1'250'000'000, "1.250s"},
      {59'000'000'001, "59.000000001s"},
      {3'600'000'000'000, "3600.000s"},
      {kMax - 1, "9223372036.854775806s"},
      {kMax, "never"},
      {-1, "-0.000000001s"},
      {-1'500'000'000, "-1.500s"},
      {kMin, "-9223372036.854775808s"},
  };
  for (const auto& [ns, text] : cases) {
    EXPECT_EQ(FormatSimTime(SimTime(ns)), text) << ns;
  }
}

}  // namespace
}  // namespace orrery
