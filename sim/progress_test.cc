// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/progress.h"

#include <set>

#include "gtest/gtest.h"

namespace orrery {
namespace {

TEST(ProgressTest, EveryReasonHasANameOfItsOwn) {
  std::set<absl::string_view> names;
  for (int i = 0; i <= static_cast<int>(StopReason::kDiverged); ++i) {
    EXPECT_TRUE(
        names.insert(StopReasonName(static_cast<StopReason>(i))).second);
  }
  EXPECT_EQ(names.count("unknown"), 0);
  EXPECT_EQ(StopReasonName(static_cast<StopReason>(200)), "unknown");
}

TEST(ProgressTest, IsWrittenInOneLine) {
  EXPECT_EQ(FormatProgress({.reason = StopReason::kTimeReached,
                            .steps = 3,
                            .elapsed = absl::Milliseconds(1500)}),
            "time reached after 3 steps and 1.500s");
}

TEST(ProgressTest, AfterAFailureNothingGoesOn) {
  for (const StopReason reason :
       {StopReason::kIdle, StopReason::kStepped, StopReason::kTimeReached,
        StopReason::kCompleted, StopReason::kClockHeld}) {
    Progress progress;
    progress.reason = reason;
    EXPECT_TRUE(progress.ok());
  }
  for (const StopReason reason :
       {StopReason::kFailed, StopReason::kDeadlock, StopReason::kStepLimit,
        StopReason::kLiveLock, StopReason::kTimeLimit, StopReason::kDiverged}) {
    Progress progress;
    progress.reason = reason;
    EXPECT_FALSE(progress.ok());
  }
}

}  // namespace
}  // namespace orrery
