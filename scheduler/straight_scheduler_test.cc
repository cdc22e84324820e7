// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/straight_scheduler.h"

#include "gtest/gtest.h"
#include "orrery/scheduler/ready_list.h"

namespace orrery {
namespace {

constexpr EntityId kA{10};
constexpr EntityId kB{20};
constexpr EntityId kC{30};

RecordedStep Step(EntityId entity, uint64_t object, AccessKind kind) {
  return {.entity = entity, .accesses = {{ObjectKey(object), kind}}};
}

// Picks among 10 and 20, or 10, 20 and 30, and takes the step.
uint64_t Take(StraightScheduler& scheduler, const ReadyList& ready) {
  const Candidates candidates = ready;
  const EntityId id = candidates[scheduler.PickNext({}, candidates)]->id;
  scheduler.OnStep(StepOf(id.value));
  return id.value;
}

TEST(StraightSchedulerTest, StepsThatCommuteAreTakenFirstInFirstOut) {
  StraightScheduler scheduler(
      {Step(kB, 1, AccessKind::kWrite), Step(kA, 2, AccessKind::kWrite),
       Step(kB, 1, AccessKind::kWrite), Step(kA, 2, AccessKind::kWrite)},
      {}, WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
}

TEST(StraightSchedulerTest, ReadersOfOneObjectCommute) {
  StraightScheduler scheduler(
      {Step(kB, 1, AccessKind::kRead), Step(kA, 1, AccessKind::kRead)}, {},
      WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
}

TEST(StraightSchedulerTest, AStepThatDependsOnAnotherWaitsForIt) {
  StraightScheduler scheduler(
      {Step(kA, 2, AccessKind::kWrite), Step(kB, 1, AccessKind::kWrite),
       Step(kA, 1, AccessKind::kRead)},
      {}, WhenNotYet::kLongestReady);
  for (int run = 0; run < 2; ++run) {
    scheduler.BeginRun({});
    EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
    EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 20);
    EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
  }
}

TEST(StraightSchedulerTest, AWriterWaitsForAllWhoReadBefore) {
  StraightScheduler scheduler(
      {Step(kB, 1, AccessKind::kRead), Step(kC, 1, AccessKind::kRead),
       Step(kA, 1, AccessKind::kWrite)},
      {}, WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20, 30})), 20);
  EXPECT_EQ(Take(scheduler, ReadyList({10, 30})), 30);
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
}

TEST(StraightSchedulerTest, WhoWaitsIsReplacedByTheOneLongestReadyOrFirst) {
  const std::vector<RecordedStep> steps = {Step(kC, 3, AccessKind::kWrite),
                                           Step(kB, 1, AccessKind::kWrite),
                                           Step(kA, 1, AccessKind::kWrite)};
  StraightScheduler longest(steps, {}, WhenNotYet::kLongestReady);
  longest.BeginRun({});
  EXPECT_EQ(Take(longest, ReadyList({10, 20, 30})), 20);
  StraightScheduler recorded(steps, {}, WhenNotYet::kAsRecorded);
  recorded.BeginRun({});
  EXPECT_EQ(Take(recorded, ReadyList({10, 20, 30})), 30);
}

TEST(StraightSchedulerTest, WhoWasMadeReadyByAStepComesAfterIt) {
  StraightScheduler scheduler(
      {{.entity = kB, .readied = {{.id = kA}}}, {.entity = kA}}, {},
      WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 20);
}

TEST(StraightSchedulerTest, AStepThatLooksAtAnEntityKeepsItsPlace) {
  StraightScheduler scheduler(
      {Step(kB, kA.value, AccessKind::kWrite), {.entity = kA}}, {},
      WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 20);
}

TEST(StraightSchedulerTest, BeyondTheRecordItIsFirstInFirstOut) {
  StraightScheduler scheduler({Step(kB, 1, AccessKind::kWrite)}, {},
                              WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 20);
  EXPECT_EQ(Take(scheduler, ReadyList({10, 20})), 10);
}

TEST(StraightSchedulerTest, DrawsAreThoseOfTheRecord) {
  StraightScheduler scheduler({},
                              {{.entity = kA,
                                .kind = ChoiceKind::kData,
                                .site = "size",
                                .ordinal = 0,
                                .value = 3}},
                              WhenNotYet::kLongestReady);
  scheduler.BeginRun({});
  EXPECT_EQ(
      scheduler.Draw(
          {.kind = ChoiceKind::kData, .n = 5, .site = "size", .entity = kA}),
      3);
}

}  // namespace
}  // namespace orrery
