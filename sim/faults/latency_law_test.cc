// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/latency_law.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

TEST(LatencyLawTest, TheLogarithmIsRightToOnePartInTenThousand) {
  EXPECT_EQ(ExponentialFromUniform(0), 0u);
  uint64_t last = 0;
  for (uint64_t u = 1; u < uint64_t{1} << 32; u += 1'234'567) {
    const uint64_t got = ExponentialFromUniform(static_cast<uint32_t>(u));
    const double wanted = -std::log1p(-std::ldexp(static_cast<double>(u), -32));
    EXPECT_NEAR(std::ldexp(static_cast<double>(got), -32), wanted,
                wanted * 1e-4 + 1e-8)
        << u;
    EXPECT_GE(got, last);
    last = got;
  }
  EXPECT_NEAR(
      std::ldexp(static_cast<double>(ExponentialFromUniform(UINT32_MAX)), -32),
      32 * std::log(2.0), 1e-3);
}

std::vector<int64_t> Sample(const LatencyLaw& law, int count,
                            uint64_t* choices) {
  std::vector<int64_t> sample;
  RandomScheduler scheduler;
  auto draw = [&]() -> Task<> {
    Simulation& simulation = Simulation::Current("test");
    for (int i = 0; i < count; ++i) {
      sample.push_back(law.Draw(simulation, "latency"));
    }
    co_return;
  };
  const RunResult result =
      Simulation({.seed = Seed(5), .scheduler = &scheduler}).Run(draw);
  EXPECT_TRUE(result.ok());
  *choices = result.choices;
  return sample;
}

// Returns the sum of squared differences from `expected`, each over what was
// expected (Pearson, 1900).
double ChiSquare(const std::vector<int>& observed,
                 const std::vector<double>& expected) {
  double sum = 0;
  for (size_t i = 0; i < observed.size(); ++i) {
    const double difference = observed[i] - expected[i];
    sum += difference * difference / expected[i];
  }
  return sum;
}

TEST(LatencyLawTest, AConstantDrawsNothing) {
  uint64_t choices = 0;
  for (int64_t ns : Sample(absl::Milliseconds(3), 100, &choices)) {
    EXPECT_EQ(ns, 3'000'000);
  }
  EXPECT_EQ(choices, 0u);
  (void)Sample(LatencyLaw::Uniform(absl::Seconds(1), absl::Seconds(1)), 10,
               &choices);
  EXPECT_EQ(choices, 0u);
}

TEST(LatencyLawTest, UniformIsUniform) {
  constexpr int kCount = 40'000;
  constexpr size_t kBins = 20;
  uint64_t choices = 0;
  std::vector<int> bins(kBins);
  for (int64_t ns : Sample(LatencyLaw::Uniform(absl::Nanoseconds(1000),
                                               absl::Nanoseconds(2999)),
                           kCount, &choices)) {
    ASSERT_GE(ns, 1000);
    ASSERT_LE(ns, 2999);
    ++bins[static_cast<size_t>(ns - 1000) / 100];
  }
  EXPECT_EQ(choices, static_cast<uint64_t>(kCount));
  // 19 degrees of freedom: above 43.8 once in a thousand.
  EXPECT_LT(ChiSquare(bins, std::vector<double>(kBins, kCount / double{kBins})),
            43.8);
}

TEST(LatencyLawTest, ExponentialIsExponential) {
  constexpr int kCount = 40'000;
  uint64_t choices = 0;
  std::vector<int> bins(11);  // by halves of the average; the last one: more
  for (int64_t ns : Sample(
           LatencyLaw::Exponential(absl::Nanoseconds(500),
                                   absl::Nanoseconds(10'000), absl::Seconds(1)),
           kCount, &choices)) {
    ASSERT_GE(ns, 500);
    ++bins[std::min<size_t>(10, static_cast<size_t>(ns - 500) / 5000)];
  }
  std::vector<double> expected;
  for (int i = 0; i < 10; ++i) {
    expected.push_back(kCount *
                       (std::exp(-i / 2.0) - std::exp(-(i + 1) / 2.0)));
  }
  expected.push_back(kCount * std::exp(-5.0));
  // 10 degrees of freedom: above 29.6 once in a thousand.
  EXPECT_LT(ChiSquare(bins, expected), 29.6);
}

TEST(LatencyLawTest, NoLatencyIsLongerThanTheMost) {
  uint64_t choices = 0;
  int at_most = 0;
  for (int64_t ns : Sample(
           LatencyLaw::Exponential(absl::ZeroDuration(), absl::Nanoseconds(100),
                                   absl::Nanoseconds(100)),
           1000, &choices)) {
    EXPECT_LE(ns, 100);
    at_most += ns == 100 ? 1 : 0;
  }
  EXPECT_GT(at_most, 300);  // one in e
}

TEST(LatencyLawTest, ATailComesOnceInSoManyTimes) {
  constexpr int kCount = 20'000;
  uint64_t choices = 0;
  int long_ones = 0;
  for (int64_t ns :
       Sample(LatencyLaw::WithTail(absl::Nanoseconds(10), absl::Nanoseconds(20),
                                   10, absl::Nanoseconds(100'000)),
              kCount, &choices)) {
    ASSERT_GE(ns, 10);
    ASSERT_LE(ns, 100'000);
    long_ones += ns > 20 ? 1 : 0;
  }
  // 2,000 are expected, with a deviation of 42.
  EXPECT_GT(long_ones, 1850);
  EXPECT_LT(long_ones, 2150);
}

}  // namespace
}  // namespace orrery
