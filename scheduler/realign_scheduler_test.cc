// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs of programs that have changed, choice by choice. Real ones are in
// tests/replay_test.cc and tests/corpus/replay_corpus_test.cc.

#include "orrery/scheduler/realign_scheduler.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "orrery/base/sim_time.h"
#include "orrery/scheduler/entity_matcher.h"

namespace orrery {
namespace {

constexpr EntityId kMain{100}, kAnn{101}, kBen{102}, kCleo{103};

TraceEvent Spawned(TaskId parent, TaskId id, EntityId entity,
                   absl::string_view name) {
  event::Spawned spawned;
  spawned.id = id;
  spawned.entity = entity;
  spawned.name = name;
  return {SimTime(), parent, spawned};
}

// ---- Who is who -------------------------------------------------------------

std::vector<RecordedEntity> Entities() {
  return {{kMain, EntityId(), EntityKind::kTask, "main"},
          {kAnn, kMain, EntityKind::kTask, "worker"},
          {kBen, kMain, EntityKind::kTask, "worker"},
          {kCleo, kMain, EntityKind::kTask, "client"}};
}

class EntityMatcherTest : public testing::Test {
 protected:
  EntityMatcherTest() : matcher_(Entities()) {
    matcher_.BeginRun();
    Spawn(TaskId(), EntityId(100), "main");
  }

  void Spawn(TaskId parent, EntityId entity, absl::string_view name) {
    matcher_.OnEvent(Spawned(parent, TaskId(++last_), entity, name));
  }

  EntityMatcher matcher_;
  uint32_t last_ = 0;
};

TEST_F(EntityMatcherTest, TheSameTasksAreThemselves) {
  Spawn(TaskId(1), kAnn, "worker");
  Spawn(TaskId(1), kBen, "worker");
  Spawn(TaskId(1), kCleo, "client");
  for (const EntityId id : {kMain, kAnn, kBen, kCleo}) {
    EXPECT_EQ(matcher_.Recorded(id), id);
  }
}

// It has moved on the stable ids of those that come after it.
TEST_F(EntityMatcherTest, ATaskThatWasAddedInFrontIsNobody) {
  Spawn(TaskId(1), kAnn, "monitor");
  Spawn(TaskId(1), kBen, "worker");
  Spawn(TaskId(1), kCleo, "worker");
  Spawn(TaskId(1), EntityId(104), "client");
  EXPECT_EQ(matcher_.Recorded(kBen), kAnn);
  EXPECT_EQ(matcher_.Recorded(kCleo), kBen);
  EXPECT_EQ(matcher_.Recorded(EntityId(104)), kCleo);
  EXPECT_EQ(matcher_.Recorded(kAnn), EntityId());
}

TEST_F(EntityMatcherTest, ATaskWithAnotherNameIsKnownByItsStableId) {
  Spawn(TaskId(1), kAnn, "helper");
  EXPECT_EQ(matcher_.Recorded(kAnn), kAnn);
}

TEST_F(EntityMatcherTest, ChildrenAreThoseOfTheirParents) {
  Spawn(TaskId(1), kAnn, "worker");
  Spawn(TaskId(2), EntityId(7), "client");
  EXPECT_EQ(matcher_.Recorded(EntityId(7)), EntityId())
      << "it was main that had a client";
}

TEST_F(EntityMatcherTest, NothingIsKnownOfTheRunBefore) {
  Spawn(TaskId(1), kBen, "worker");
  EXPECT_EQ(matcher_.Recorded(kBen), kAnn);
  matcher_.BeginRun();
  EXPECT_EQ(matcher_.Recorded(kBen), kBen) << "by its id, without events";
}

// ---- Choices ----------------------------------------------------------------

// Ann and Ben take turns, Ann draws, Ben goes first once.
Recording Recorded() {
  Recording recording;
  recording.seed = Seed(9);
  Schedule& schedule = recording.schedule;
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 2, .chosen = 1});
  schedule.Add(
      {.kind = ChoiceKind::kRandom, .n = 10, .chosen = 7, .site = "jitter"});
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 2, .chosen = 0});
  recording.actors = {kBen, kAnn, kAnn};
  recording.steps = {{kBen, 0}, {kAnn, 2}, {kBen}};
  recording.entities = Entities();
  return recording;
}

// Candidates in this order.
class Ready {
 public:
  explicit Ready(const std::vector<EntityId>& ids) {
    for (const EntityId id : ids) {
      Candidate candidate;
      candidate.id = id;
      owned_.push_back(candidate);
    }
    for (const Candidate& candidate : owned_) list_.push_back(&candidate);
  }
  Candidates get() const { return list_; }

 private:
  std::vector<Candidate> owned_;
  std::vector<const Candidate*> list_;
};

// Lets `scheduler` choose among `ids` and take the step; returns who ran.
EntityId Pick(RealignScheduler& scheduler, const std::vector<EntityId>& ids) {
  const Ready ready(ids);
  const size_t picked = scheduler.PickNext(
      {.kind = ChoiceKind::kNextEntity, .n = ids.size()}, ready.get());
  StepInfo step;
  step.id = ids[picked];
  scheduler.OnStep(step);
  return ids[picked];
}

uint64_t Draw(RealignScheduler& scheduler, EntityId who, uint64_t n,
              absl::string_view label = "jitter") {
  return scheduler.Draw({.kind = ChoiceKind::kRandom,
                         .n = n,
                         .site = label,
                         .task = TaskId(1),
                         .entity = who});
}

TEST(RealignSchedulerTest, TheSameRunIsFollowedToTheLetter) {
  RealignScheduler scheduler(Recorded());
  for (int run = 0; run < 2; ++run) {
    scheduler.BeginRun({});
    EXPECT_EQ(Pick(scheduler, {kAnn, kBen}), kBen);
    EXPECT_EQ(Draw(scheduler, kAnn, 10), 7u);
    EXPECT_EQ(Pick(scheduler, {kAnn, kBen}), kAnn);
    EXPECT_TRUE(scheduler.realignment().exact());
    EXPECT_EQ(scheduler.realignment().ToString(), "all 3 choices reused");
  }
}

TEST(RealignSchedulerTest, ATaskThatWasAddedWaitsForThoseThatWereRecorded) {
  RealignScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  const EntityId added(55);
  EXPECT_EQ(Pick(scheduler, {added, kAnn, kBen}), kBen);
  EXPECT_EQ(Draw(scheduler, kAnn, 10), 7u);
  EXPECT_EQ(Pick(scheduler, {added, kBen, kAnn}), kAnn);
  EXPECT_EQ(Pick(scheduler, {added, kBen}), kBen);
  EXPECT_EQ(scheduler.realignment().ToString(),
            "3 of 3 choices reused, realigned from choice 0 on, 0 mismatched");
  // Nobody else has a step left.
  EXPECT_EQ(Pick(scheduler, {added, kBen}), added);
  EXPECT_EQ(scheduler.realignment().ToString(),
            "3 of 3 choices reused, realigned from choice 0 on, 1 mismatched "
            "(first at choice 4)");
}

TEST(RealignSchedulerTest, ATaskThatIsGoneIsPassedOver) {
  RealignScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  EXPECT_EQ(Pick(scheduler, {kCleo, kAnn}), kAnn);
  EXPECT_EQ(Draw(scheduler, kAnn, 10), 7u);
  EXPECT_EQ(scheduler.realignment().reused, 2u);
}

TEST(RealignSchedulerTest, OtherCandidatesInTheSamePlacesAreNoMatch) {
  RealignScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  EXPECT_EQ(Pick(scheduler, {kBen, kAnn}), kBen)
      << "alternative 1, which was Ben, is Ann now";
  EXPECT_EQ(scheduler.realignment().realigned_from, 0u);
}

TEST(RealignSchedulerTest, ADrawThatWasAddedMovesNoOther) {
  RealignScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  EXPECT_EQ(Pick(scheduler, {kAnn, kBen}), kBen);
  const uint64_t added = Draw(scheduler, kBen, 1000, "added");
  EXPECT_LT(added, 1000u);
  EXPECT_EQ(Draw(scheduler, kAnn, 10), 7u);
  EXPECT_EQ(Pick(scheduler, {kAnn, kBen}), kAnn);
  EXPECT_EQ(scheduler.realignment().ToString(),
            "3 of 3 choices reused, realigned from choice 1 on, 1 mismatched "
            "(first at choice 1)");

  RealignScheduler again(Recorded());
  again.BeginRun({});
  Pick(again, {kAnn, kBen});
  EXPECT_EQ(Draw(again, kBen, 1000, "added"), added) << "from the seed";
}

TEST(RealignSchedulerTest, AmongFewerAlternativesItIsTheRemainder) {
  RealignScheduler scheduler(Recorded());
  scheduler.BeginRun({});
  Pick(scheduler, {kAnn, kBen});
  EXPECT_EQ(Draw(scheduler, kAnn, 4), 3u);
  EXPECT_EQ(scheduler.realignment().mismatched, 1u);
  EXPECT_EQ(scheduler.realignment().first_mismatch, 1u);
}

TEST(RealignSchedulerTest, AnotherTasksNumbersAreItsOwn) {
  Recording recording = Recorded();
  recording.schedule.Add({.kind = ChoiceKind::kRandom,
                          .n = 1'000'000,
                          .chosen = 123'456,
                          .site = "key"});
  recording.actors.push_back(kBen);
  RealignScheduler scheduler(recording);
  scheduler.BeginRun({});
  EXPECT_EQ(Draw(scheduler, kBen, 1'000'000, "key"), 123'456u);
  EXPECT_NE(Draw(scheduler, kCleo, 1'000'000, "key"), 123'456u);
  EXPECT_NE(Draw(scheduler, EntityId(77), 1'000'000, "key"), 123'456u);
}

// ---- Choices alone ----------------------------------------------------------

Recording ChoicesOnly() {
  Recording recording = Recorded();
  recording.actors.clear();
  recording.steps.clear();
  recording.entities.clear();
  return recording;
}

TEST(RealignSchedulerTest, ChoicesAloneAreFoundByKindLabelAndCount) {
  RealignScheduler scheduler(ChoicesOnly());
  EXPECT_FALSE(scheduler.traits().observes_steps);
  scheduler.BeginRun({});
  EXPECT_EQ(Pick(scheduler, {kAnn, kBen}), kBen);
  Draw(scheduler, kAnn, 5, "added");
  EXPECT_EQ(Pick(scheduler, {kAnn, kBen}), kAnn) << "the second of its kind";
  EXPECT_EQ(Draw(scheduler, kAnn, 10), 7u);
  EXPECT_EQ(scheduler.realignment().reused, 3u);
  EXPECT_EQ(scheduler.realignment().mismatched, 1u);
}

TEST(RealignSchedulerTest, ARecordThatIsOverGoesOn) {
  RealignScheduler scheduler(ChoicesOnly());
  scheduler.BeginRun({});
  for (int i = 0; i < 100; ++i) Pick(scheduler, {kAnn, kBen});
  EXPECT_EQ(scheduler.realignment().mismatched, 98u);
}

TEST(RealignSchedulerTest, OrdersStepsIfTheRecordedPolicyDid) {
  Recording recording = Recorded();
  EXPECT_TRUE(RealignScheduler(recording).traits().orders);
  EXPECT_TRUE(RealignScheduler(recording).traits().observes_steps);
  recording.schedule.ordered = false;
  EXPECT_FALSE(RealignScheduler(recording).traits().orders);
  EXPECT_FALSE(RealignScheduler(recording).traits().observes_steps);
}

}  // namespace
}  // namespace orrery
