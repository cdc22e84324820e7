// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/replay_scheduler.h"

#include <string>

#include "gtest/gtest.h"

namespace orrery {
namespace {

// Two choices of order around a draw of a random number.
Schedule Recorded() {
  Schedule schedule;
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 2});
  schedule.Add({.kind = ChoiceKind::kRandom,
                .n = 10,
                .chosen = 7,
                .site = "jitter",
                .span = SpanId(4)});
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 2, .chosen = 1});
  return schedule;
}

constexpr ChoicePoint kFirst = {.kind = ChoiceKind::kNextEntity, .n = 3};
constexpr ChoicePoint kSecond = {
    .kind = ChoiceKind::kRandom, .n = 10, .site = "jitter"};
constexpr ChoicePoint kThird = {.kind = ChoiceKind::kNextEntity, .n = 2};

// Follows what was recorded up to `where`, which must be a difference, and
// returns it in words.
std::string DivergeAtSecond(const ChoicePoint& where) {
  ReplayScheduler replay(Recorded());
  replay.BeginRun({});
  EXPECT_EQ(replay.PickNext(kFirst, {}), 2);
  EXPECT_EQ(replay.Explain(), "");
  const uint64_t answer = where.kind == ChoiceKind::kNextEntity
                              ? replay.PickNext(where, {})
                              : replay.Draw(where);
  EXPECT_EQ(answer, Scheduler::kDiverged);
  EXPECT_EQ(replay.followed(), 1);
  return replay.Explain();
}

TEST(ReplaySchedulerTest, GivesTheRecordedAnswers) {
  ReplayScheduler replay(Recorded());
  EXPECT_EQ(replay.Spec(), "replay");
  for (int run = 0; run < 2; ++run) {
    replay.BeginRun({.seed = Seed(99)});
    EXPECT_EQ(replay.PickNext(kFirst, {}), 2);
    EXPECT_EQ(replay.Draw(kSecond), 7);
    EXPECT_EQ(replay.PickNext(kThird, {}), 1);
    EXPECT_EQ(replay.EndRun({.outcome = Outcome::kCompleted}),
              NextRun::kExhausted);
    EXPECT_FALSE(replay.divergence().has_value());
    EXPECT_EQ(replay.Explain(), "");
    EXPECT_EQ(replay.followed(), 3);
  }
}

TEST(ReplaySchedulerTest, OrdersStepsIfTheRecordedPolicyDid) {
  Schedule schedule = Recorded();
  EXPECT_TRUE(ReplayScheduler(schedule).traits().orders);
  EXPECT_TRUE(ReplayScheduler(schedule).traits().follows);
  schedule.ordered = false;
  EXPECT_FALSE(ReplayScheduler(schedule).traits().orders);
}

TEST(ReplaySchedulerTest, AnotherSpanTimeOrTaskIsNoDifference) {
  ReplayScheduler replay(Recorded());
  replay.BeginRun({});
  replay.PickNext(kFirst, {});
  ChoicePoint moved = kSecond;
  moved.span = SpanId(5);
  moved.now = SimTime(123);
  moved.task = TaskId(9);
  EXPECT_EQ(replay.Draw(moved), 7);
}

TEST(ReplaySchedulerTest, AnotherKindDiverges) {
  EXPECT_EQ(DivergeAtSecond({.kind = ChoiceKind::kNextEntity, .n = 10}),
            "at choice 1\n"
            "  recorded: choice of random \"jitter\" among 10 -> 7\n"
            "  this run: choice of next task among 10");
}

TEST(ReplaySchedulerTest, AnotherNumberOfAlternativesDiverges) {
  EXPECT_EQ(
      DivergeAtSecond({.kind = ChoiceKind::kRandom, .n = 11, .site = "jitter"}),
      "at choice 1\n"
      "  recorded: choice of random \"jitter\" among 10 -> 7\n"
      "  this run: choice of random \"jitter\" among 11");
}

TEST(ReplaySchedulerTest, AnotherLabelDiverges) {
  EXPECT_EQ(
      DivergeAtSecond({.kind = ChoiceKind::kRandom, .n = 10, .site = "retry"}),
      "at choice 1\n"
      "  recorded: choice of random \"jitter\" among 10 -> 7\n"
      "  this run: choice of random \"retry\" among 10");
}

TEST(ReplaySchedulerTest, ARecordThatIsOverDiverges) {
  Schedule schedule;
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 2});
  ReplayScheduler replay(schedule);
  replay.BeginRun({});
  EXPECT_EQ(replay.PickNext(kFirst, {}), 2);
  EXPECT_EQ(replay.Draw(kSecond), Scheduler::kDiverged);
  ASSERT_TRUE(replay.divergence().has_value());
  EXPECT_FALSE(replay.divergence()->recorded.has_value());
  EXPECT_EQ(replay.Explain(),
            "at choice 1\n"
            "  recorded: no further choice, the run was over\n"
            "  this run: choice of random \"jitter\" among 10");
}

TEST(ReplaySchedulerTest, ARunThatIsOverTooEarlyDiverges) {
  ReplayScheduler replay(Recorded());
  replay.BeginRun({});
  EXPECT_EQ(replay.PickNext(kFirst, {}), 2);
  replay.EndRun({.outcome = Outcome::kCompleted});
  ASSERT_TRUE(replay.divergence().has_value());
  EXPECT_FALSE(replay.divergence()->actual.has_value());
  EXPECT_EQ(replay.Explain(),
            "at choice 1\n"
            "  recorded: choice of random \"jitter\" among 10 -> 7\n"
            "  this run: no further choice, the run is over");
}

TEST(ReplaySchedulerTest, ARunThatWasStoppedAsDivergedIsNotBlamedTwice) {
  ReplayScheduler replay(Recorded());
  replay.BeginRun({});
  replay.EndRun({.outcome = Outcome::kDiverged});
  EXPECT_FALSE(replay.divergence().has_value());
}

// A schedule that was edited by hand, or damaged.
TEST(ReplaySchedulerTest, AnAnswerThatIsNoAlternativeDiverges) {
  Schedule schedule;
  schedule.Add({.kind = ChoiceKind::kNextEntity, .n = 3, .chosen = 3});
  ReplayScheduler replay(schedule);
  replay.BeginRun({});
  EXPECT_EQ(replay.PickNext(kFirst, {}), Scheduler::kDiverged);
  EXPECT_EQ(replay.Explain(),
            "at choice 0\n"
            "  recorded: choice of next task among 3 -> 3\n"
            "  this run: choice of next task among 3");
}

TEST(ReplaySchedulerTest, OnlyTheFirstDifferenceCounts) {
  ReplayScheduler replay(Recorded());
  replay.BeginRun({});
  EXPECT_EQ(replay.PickNext(kThird, {}), Scheduler::kDiverged);
  const std::string first = replay.Explain();
  EXPECT_EQ(replay.PickNext(kFirst, {}), Scheduler::kDiverged)
      << "there is no way back into the recorded run";
  replay.EndRun({.outcome = Outcome::kCompleted});
  EXPECT_EQ(replay.Explain(), first);
  EXPECT_EQ(replay.followed(), 0);
}

}  // namespace
}  // namespace orrery
