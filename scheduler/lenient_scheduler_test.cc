// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/lenient_scheduler.h"

#include "gtest/gtest.h"

namespace orrery {
namespace {

constexpr ChoicePoint kOfThree = {.kind = ChoiceKind::kNextEntity, .n = 3};
constexpr ChoicePoint kOfTwo = {.kind = ChoiceKind::kNextEntity, .n = 2};
constexpr ChoicePoint kJitter = {
    .kind = ChoiceKind::kRandom, .n = 10, .site = "jitter"};

Schedule Recorded() {
  Schedule schedule;
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 2});
  schedule.Add(
      {.kind = ChoiceKind::kRandom, .n = 10, .chosen = 7, .site = "jitter"});
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 2, .chosen = 1});
  return schedule;
}

TEST(LenientSchedulerTest, FollowsAListThatFits) {
  LenientScheduler scheduler(Recorded());
  for (int run = 0; run < 2; ++run) {
    scheduler.BeginRun({});
    EXPECT_EQ(scheduler.PickNext(kOfThree, {}), 2);
    EXPECT_EQ(scheduler.Draw(kJitter), 7);
    EXPECT_EQ(scheduler.PickNext(kOfTwo, {}), 1);
  }
}

TEST(LenientSchedulerTest, IsSimpleWhereTheListIsAtItsEnd) {
  LenientScheduler scheduler{Schedule()};
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.PickNext(kOfThree, {}), 0);
  EXPECT_EQ(scheduler.Draw(kJitter), 0);
}

TEST(LenientSchedulerTest, AnAnswerThatThereIsNotIsZeroAndTheNextOneCounts) {
  LenientScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.PickNext(kOfTwo, {}), 0) << "2 of 2";
  EXPECT_EQ(scheduler.Draw(kJitter), 7);
}

TEST(LenientSchedulerTest, AnotherKindOrLabelIsZeroAndTheNextOneCounts) {
  LenientScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.Draw(kJitter), 0);
  EXPECT_EQ(
      scheduler.Draw({.kind = ChoiceKind::kRandom, .n = 10, .site = "retry"}),
      0);
  EXPECT_EQ(scheduler.PickNext(kOfTwo, {}), 1);
}

TEST(LenientSchedulerTest, MoreAlternativesThanRecordedAreNoHindrance) {
  LenientScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.PickNext({.kind = ChoiceKind::kNextEntity, .n = 9}, {}),
            2);
}

TEST(LenientSchedulerTest, LeavesTheOrderAloneIfTheRunHadNone) {
  Schedule schedule = Recorded();
  EXPECT_TRUE(LenientScheduler(schedule).traits().orders);
  schedule.ordered = false;
  EXPECT_FALSE(LenientScheduler(schedule).traits().orders);
}

}  // namespace
}  // namespace orrery
