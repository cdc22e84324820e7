// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/log_uniform.h"

#include <cmath>
#include <cstdint>

#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr uint64_t kLast = kLogUniformSteps - 1;

TEST(LogUniformTest, TheFirstStepIsTheLeastAndTheLastTheMost) {
  EXPECT_EQ(LogUniform(1, 1'000'000, 0), 1u);
  EXPECT_EQ(LogUniform(1, 1'000'000, kLast), 1'000'000u);
  EXPECT_EQ(LogUniform(7, 7, 0), 7u);
  EXPECT_EQ(LogUniform(7, 7, kLast / 2), 7u);
  EXPECT_EQ(LogUniform(1, UINT64_MAX, kLast), UINT64_MAX);
}

TEST(LogUniformTest, ItIsThePowerItClaimsToBe) {
  for (const uint64_t most :
       {uint64_t{1000}, uint64_t{500'000}, uint64_t{3'600'000'000'000}}) {
    for (uint64_t step = 0; step <= kLast; step += 1021) {
      const double exact =
          20 * std::pow(static_cast<double>(most) / 20,
                        static_cast<double>(step) / static_cast<double>(kLast));
      EXPECT_NEAR(static_cast<double>(LogUniform(20, most, step)), exact,
                  exact / 10'000 + 0.51)
          << most << " " << step;
    }
  }
}

TEST(LogUniformTest, ItNeverGoesBack) {
  uint64_t last = 0;
  for (uint64_t step = 0; step <= kLast; step += 7) {
    const uint64_t now = LogUniform(3, uint64_t{1} << 62, step);
    EXPECT_GE(now, last) << step;
    last = now;
  }
}

TEST(LogUniformTest, EachOrderOfMagnitudeIsAsLikelyAsAnother) {
  int below[4] = {};
  for (uint64_t step = 0; step <= kLast; ++step) {
    const uint64_t number = LogUniform(100, 100'000, step);
    ++below[number < 1000 ? 0 : number < 10'000 ? 1 : 2];
  }
  for (int i = 0; i < 3; ++i) {
    EXPECT_NEAR(below[i], static_cast<double>(kLogUniformSteps) / 3, 40);
  }
}

}  // namespace
}  // namespace orrery
