// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/run_log.h"

#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/deviation_scheduler.h"
#include "orrery/scheduler/deviations.h"
#include "orrery/scheduler/ready_list.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// Answers what it is told to answer.
class Fixed final : public Scheduler {
 public:
  explicit Fixed(uint64_t answer) : answer_(answer) {}
  std::string Spec() const override { return "fixed"; }
  size_t PickNext(const ChoicePoint&, Candidates) override { return answer_; }
  uint64_t Draw(const ChoicePoint&) override { return answer_; }

 private:
  uint64_t answer_;
};

ChoicePoint Jitter(uint64_t entity) {
  return {.kind = ChoiceKind::kRandom,
          .n = 10,
          .site = "jitter",
          .entity = EntityId(entity),
          .span = SpanId(3)};
}

// A pick of the second of three, a step of it, and two draws.
void RunOnce(WatchedScheduler& watched) {
  watched.BeginRun({});
  watched.PickNext({}, ReadyList({10, 20, 30}));
  const std::vector<Access> accesses = {{ObjectKey(5), AccessKind::kWrite},
                                        {ObjectKey(6), AccessKind::kRead}};
  const std::vector<Readied> readied = {{.id = EntityId(40), .created = true}};
  StepInfo step = StepOf(20);
  step.accesses = accesses;
  step.readied = readied;
  watched.OnStep(step);
  watched.Draw(Jitter(20));
  watched.Draw(Jitter(20));
}

TEST(RunLogTest, KeepsChoicesWithWhatElseThereWas) {
  RunLog log;
  Fixed policy(1);
  WatchedScheduler watched(&policy, &log);
  for (int run = 0; run < 2; ++run) {
    RunOnce(watched);
    const DetailedRun record = log.Read(/*ordered=*/true);
    EXPECT_TRUE(record.complete);
    ASSERT_EQ(record.picks.size(), 1);
    EXPECT_THAT(record.picks[0].candidates,
                ElementsAre(EntityId(10), EntityId(20), EntityId(30)));
    EXPECT_EQ(record.picks[0].ran, EntityId(20));
    EXPECT_TRUE(record.picks[0].deviates());
    ASSERT_EQ(record.schedule.choices.size(), 3);
    EXPECT_EQ(record.schedule.choices[0].n, 3);
    EXPECT_EQ(record.schedule.choices[0].chosen, 1);
    EXPECT_EQ(record.schedule.SiteOf(record.schedule.choices[2]), "jitter");
    ASSERT_EQ(record.draws.size(), 2);
    EXPECT_EQ(record.draws[1].drawn.ordinal, 1);
    EXPECT_EQ(record.draws[1].span, SpanId(3));
  }
}

TEST(RunLogTest, KeepsWhatStepsTouchAndMakeReady) {
  RunLog log;
  Fixed policy(1);
  WatchedScheduler watched(&policy, &log);
  EXPECT_TRUE(watched.traits().observes_steps);
  RunOnce(watched);
  const DetailedRun record = log.Read(true);
  ASSERT_EQ(record.steps.size(), 1);
  EXPECT_EQ(record.steps[0].entity, EntityId(20));
  EXPECT_THAT(record.steps[0].accesses,
              ElementsAre(Access{ObjectKey(5), AccessKind::kWrite},
                          Access{ObjectKey(6), AccessKind::kRead}));
  EXPECT_THAT(record.steps[0].readied,
              ElementsAre(Readied{.id = EntityId(40), .created = true}));
}

TEST(RunLogTest, ItsDeviationsLeadToTheSameChoices) {
  RunLog log;
  Fixed policy(1);
  WatchedScheduler watched(&policy, &log);
  RunOnce(watched);
  const DetailedRun first = log.Read(true);
  DeviationScheduler again(first.ToDeviations());
  WatchedScheduler watched_again(&again, &log);
  RunOnce(watched_again);
  EXPECT_EQ(log.Read(true).schedule.choices, first.schedule.choices);
}

TEST(RunLogTest, IsReadAfterTheProcessOfTheRunHasDied) {
  RunLog log;
  Fixed policy(1);
  WatchedScheduler watched(&policy, &log);
  const pid_t child = ::fork();
  if (child == 0) {
    RunOnce(watched);
    ::_exit(3);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(log.Read(true).schedule.choices.size(), 3);
}

TEST(RunLogTest, SaysWhenItIsFull) {
  RunLog log(/*words=*/20);
  Fixed policy(1);
  WatchedScheduler watched(&policy, &log);
  RunOnce(watched);
  const DetailedRun record = log.Read(true);
  EXPECT_FALSE(record.complete);
  EXPECT_EQ(record.schedule.choices.size(), 1) << "what there was room for";
  log.Begin();
  EXPECT_TRUE(log.Read(true).complete);
}

TEST(RunLogTest, AnAnswerThatThereIsNotIsNotKept) {
  RunLog log;
  Fixed policy(Scheduler::kDiverged);
  WatchedScheduler watched(&policy, &log);
  watched.BeginRun({});
  EXPECT_EQ(watched.PickNext({}, ReadyList({10, 20})), Scheduler::kDiverged);
  EXPECT_TRUE(log.Read(true).schedule.choices.empty());
}

}  // namespace
}  // namespace orrery
