// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/slow_step_detector.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/slow_step.h"

namespace orrery {
namespace {

constexpr int64_t kLimit = 100;

// Lets time pass as if at this line of "Here"; null if that is not slow.
SlowStep* Pass(SlowStepDetector& detector, uint64_t step, int64_t from,
               int64_t nanoseconds, SourceSite site = SourceSite::current()) {
  return detector.TimePassed(step, SimTime(from), nanoseconds, site);
}

TEST(SlowStepDetectorTest, TheLimitItselfIsNotSlow) {
  SlowStepDetector detector(absl::Nanoseconds(kLimit));
  EXPECT_EQ(Pass(detector, 1, 0, kLimit), nullptr);
  EXPECT_EQ(detector.count(), 0);
  EXPECT_NE(Pass(detector, 2, kLimit, kLimit + 1), nullptr);
  EXPECT_EQ(detector.count(), 1);
}

TEST(SlowStepDetectorTest, TimeAddsUpWithinAStep) {
  SlowStepDetector detector(absl::Nanoseconds(kLimit));
  EXPECT_EQ(Pass(detector, 3, 1000, 60), nullptr);
  EXPECT_NE(Pass(detector, 3, 1060, 60), nullptr);
  EXPECT_NE(Pass(detector, 3, 1120, 60), nullptr);
  ASSERT_EQ(detector.count(), 1);
  const SlowStep& slow = detector.steps().front();
  EXPECT_EQ(slow.step, 3);
  EXPECT_EQ(slow.begin, SimTime(1000));
  EXPECT_EQ(slow.passed, absl::Nanoseconds(180));
}

TEST(SlowStepDetectorTest, TimeDoesNotAddUpOverSteps) {
  SlowStepDetector detector(absl::Nanoseconds(kLimit));
  EXPECT_EQ(Pass(detector, 1, 0, 60), nullptr);
  EXPECT_EQ(Pass(detector, 2, 60, 60), nullptr);
  EXPECT_EQ(detector.count(), 0);
}

TEST(SlowStepDetectorTest, NamesThePlaceWhereMostOfItPassed) {
  SlowStepDetector detector(absl::Nanoseconds(kLimit));
  Pass(detector, 1, 0, 20);
  const int line = __LINE__ + 1;
  Pass(detector, 1, 20, 300);
  Pass(detector, 1, 320, 200);
  const SlowStep& slow = detector.steps().front();
  EXPECT_NE(slow.site.find(
                "slow_step_detector_test.cc:" + std::to_string(line) + " "),
            std::string::npos)
      << slow.site;
  EXPECT_EQ(slow.passed, absl::Nanoseconds(520));
}

TEST(SlowStepDetectorTest, KeepsTheFirstOnesAndCountsAll) {
  SlowStepDetector detector(absl::Nanoseconds(kLimit));
  for (uint64_t step = 1; step <= SlowStepDetector::kMaxKept + 5; ++step) {
    const bool kept = Pass(detector, step, 0, kLimit + 1) != nullptr;
    EXPECT_EQ(kept, step <= SlowStepDetector::kMaxKept);
    EXPECT_EQ(Pass(detector, step, 0, 1) != nullptr, kept);
  }
  EXPECT_EQ(detector.count(), SlowStepDetector::kMaxKept + 5);
  ASSERT_EQ(detector.steps().size(), SlowStepDetector::kMaxKept);
  EXPECT_EQ(detector.steps().back().step, SlowStepDetector::kMaxKept);
  EXPECT_EQ(detector.steps().back().passed, absl::Nanoseconds(kLimit + 2));
}

TEST(SlowStepDetectorTest, WithoutALimitNothingIsSlow) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  SlowStepDetector detector(absl::InfiniteDuration());
  EXPECT_EQ(Pass(detector, 1, 0, kMax), nullptr);
  EXPECT_EQ(Pass(detector, 1, 0, kMax), nullptr) << "the sum overflows";
}

TEST(SlowStepTest, IsOneLine) {
  SlowStep slow;
  slow.begin = SimTime(1'000'000'000);
  slow.passed = absl::Seconds(5);
  slow.step = 12;
  slow.task_name = "report#3";
  slow.site = "report.cc:41 Render";
  EXPECT_EQ(FormatSlowStep(slow),
            "report#3 held up everybody for 5.000s, at report.cc:41 Render "
            "(from 1.000s on, step 12)");
}

}  // namespace
}  // namespace orrery
