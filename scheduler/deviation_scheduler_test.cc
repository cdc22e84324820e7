// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/deviation_scheduler.h"

#include "gtest/gtest.h"
#include "orrery/scheduler/ready_list.h"

namespace orrery {
namespace {

Deviation Before(uint64_t turn, uint64_t step, uint64_t runs) {
  return {.before = EntityId(turn), .step = step, .runs = EntityId(runs)};
}

ChoicePoint DrawOf(uint64_t entity, absl::string_view site, uint64_t n) {
  return {.kind = ChoiceKind::kRandom,
          .n = n,
          .site = site,
          .entity = EntityId(entity)};
}

KeyedDraw Drawn(uint64_t entity, absl::string_view site, uint64_t ordinal,
                uint64_t value) {
  return {.entity = EntityId(entity),
          .kind = ChoiceKind::kRandom,
          .site = std::string(site),
          .ordinal = ordinal,
          .value = value};
}

TEST(DeviationSchedulerTest, WithoutDeviationsItIsFirstInFirstOutAndZeros) {
  DeviationScheduler scheduler(Deviations{});
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6, 7})), 0);
  EXPECT_EQ(scheduler.Draw(DrawOf(5, "jitter", 10)), 0);
}

TEST(DeviationSchedulerTest, ADeviationHoldsAtItsStepOnly) {
  DeviationScheduler scheduler(Deviations{.order = {Before(5, 1, 7)}});
  for (int run = 0; run < 2; ++run) {
    scheduler.BeginRun({});
    EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6, 7})), 0);
    scheduler.OnStep(StepOf(5));
    EXPECT_EQ(scheduler.PickNext({}, ReadyList({6, 7})), 0) << "not 6's turn";
    EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6, 7})), 2);
    EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6, 7})), 0)
        << "it has had its effect";
    scheduler.OnStep(StepOf(5));
    EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6, 7})), 0);
  }
}

TEST(DeviationSchedulerTest, SeveralBeforeOneStepRunInTheirOrder) {
  DeviationScheduler scheduler(
      Deviations{.order = {Before(5, 0, 7), Before(5, 0, 6)}});
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6, 7})), 2);
  EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6})), 1);
  EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 8})), 0);
}

TEST(DeviationSchedulerTest, WhoCannotRunIsPassedOver) {
  DeviationScheduler scheduler(
      Deviations{.order = {Before(5, 0, 99), Before(5, 0, 6)}});
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6})), 1);
  DeviationScheduler nobody(Deviations{.order = {Before(5, 0, 99)}});
  nobody.BeginRun({});
  EXPECT_EQ(nobody.PickNext({}, ReadyList({5, 6})), 0);
}

TEST(DeviationSchedulerTest, WorkOfTheEnginesOwnIsNoStepOfAnybody) {
  DeviationScheduler scheduler(Deviations{.order = {Before(5, 0, 6)}});
  scheduler.BeginRun({});
  StepInfo own = StepOf(5);
  own.forced = true;
  scheduler.OnStep(own);
  EXPECT_EQ(scheduler.PickNext({}, ReadyList({5, 6})), 1);
}

TEST(DeviationSchedulerTest, DrawsAreKeyedByWhoAsksAndHowOften) {
  DeviationScheduler scheduler(
      Deviations{.draws = {Drawn(5, "jitter", 1, 4), Drawn(6, "retry", 0, 3)}});
  for (int run = 0; run < 2; ++run) {
    scheduler.BeginRun({});
    EXPECT_EQ(scheduler.Draw(DrawOf(6, "jitter", 10)), 0);
    EXPECT_EQ(scheduler.Draw(DrawOf(5, "jitter", 10)), 0);
    EXPECT_EQ(scheduler.Draw(DrawOf(5, "retry", 10)), 0);
    EXPECT_EQ(scheduler.Draw(DrawOf(5, "jitter", 10)), 4);
    EXPECT_EQ(scheduler.Draw(DrawOf(6, "retry", 10)), 3);
  }
}

TEST(DeviationSchedulerTest, ANumberThatIsTooLargeIsZero) {
  DeviationScheduler scheduler(Deviations{.draws = {Drawn(5, "jitter", 0, 4)}});
  scheduler.BeginRun({});
  EXPECT_EQ(scheduler.Draw(DrawOf(5, "jitter", 4)), 0);
}

TEST(DeviationSchedulerTest, LeavesTheOrderAloneIfTheRunHasNone) {
  const DeviationScheduler scheduler(Deviations{.ordered = false});
  EXPECT_FALSE(scheduler.traits().orders);
  EXPECT_TRUE(DeviationScheduler(Deviations{}).traits().orders);
}

}  // namespace
}  // namespace orrery
