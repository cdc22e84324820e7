// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is said where a replay diverges, word by word. What is found is tested
// in replay_checker_test.cc.

#include "orrery/traces/divergence_text.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/scheduler/replay_scheduler.h"
#include "orrery/traces/replay_checker.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::HasSubstr;

TEST(DivergenceTextTest, ADifferenceInTheSchedule) {
  DivergenceText text;
  text.where = "event #18204 (choice 2311), 1.204500s";
  text.trace = "raft.orrery";
  text.recorded =
      "#18204 1.204500s loop choice of next task: 1 of 3 {apply#3, election#5, "
      "client#7} -> election#5";
  text.actual =
      "#18204 1.204500s loop choice of next task among 2 {apply#3, client#7}";
  text.only_recorded = {
      "election#5, last seen: #18100 1.204s election#5 sleeps until 1.204500s "
      "[raft/node.cc:214 Elect]"};
  text.kind = DifferenceKind::kSchedule;
  text.look_at = 18204;
  text.recorded_by = RecordedBy::kThisBuild;
  text.common = {"#18203 1.204s apply#3 ends"};
  EXPECT_EQ(
      text.ToString(),
      "REPLAY DIVERGED at event #18204 (choice 2311), 1.204500s: this run does "
      "not match raft.orrery\n"
      "  recorded: #18204 1.204500s loop choice of next task: 1 of 3 {apply#3, "
      "election#5, client#7} -> election#5\n"
      "  this run: #18204 1.204500s loop choice of next task among 2 {apply#3, "
      "client#7}\n"
      "  missing in this run: election#5, last seen: #18100 1.204s election#5 "
      "sleeps until 1.204500s [raft/node.cc:214 Elect]\n"
      "  the schedule changed first: no number that was drawn, no message and "
      "no line that was logged differs before this\n"
      "  => look at event #18204\n"
      "  same build: it follows neither from the code nor from the choices, "
      "but "
      "from a clock, an address, a thread or the like; see "
      "docs/determinism.md\n"
      "  last common event:\n"
      "    #18203 1.204s apply#3 ends");
}

TEST(DivergenceTextTest, ADifferenceInTheDataThatWasLogged) {
  DivergenceText text;
  text.where = "event #12 (choice 3), 1.000s";
  text.trace = "bank.orrery";
  text.recorded = "#12 1.000s ann#2 choice of random \"fee\": 3 of 7";
  text.actual = "#12 1.000s ann#2 choice of random \"fee\" among 9";
  text.kind = DifferenceKind::kData;
  text.look_at = 12;
  text.log = {.recorded = "#8 0.500s ann#2 log: 7 accounts [bank.cc:9 Open]",
              .actual = "#8 0.500s ann#2 log: 9 accounts [bank.cc:9 Open]",
              .site = "bank.cc:9 Open",
              .look_at = 8};
  text.recorded_by = RecordedBy::kAnotherBuild;
  EXPECT_EQ(text.ToString(),
            "REPLAY DIVERGED at event #12 (choice 3), 1.000s: this run does "
            "not match "
            "bank.orrery\n"
            "  recorded: #12 1.000s ann#2 choice of random \"fee\": 3 of 7\n"
            "  this run: #12 1.000s ann#2 choice of random \"fee\" among 9\n"
            "  data changed before the schedule did: what was logged differs\n"
            "    recorded: #8 0.500s ann#2 log: 7 accounts [bank.cc:9 Open]\n"
            "    this run: #8 0.500s ann#2 log: 9 accounts [bank.cc:9 Open]\n"
            "  => look at event #8 [bank.cc:9 Open]\n"
            "  another build recorded it: an edit may be all there is to it; "
            "--orrery_replay_mode=lenient replays across edits");
}

TEST(DivergenceTextTest, OfManyWhoCouldRunTwoAreNamed) {
  DivergenceText text;
  text.only_actual = {"ann#2", "ben#3", "cleo#4", "dan#5"};
  EXPECT_THAT(text.ToString(), HasSubstr("\n  only in this run: ann#2"
                                         "\n  only in this run: ben#3, and 2 "
                                         "more\n"));
}

// ---- Kinds of differences ---------------------------------------------------

TEST(DivergenceTextTest, WhoRunsIsTheScheduleAndWhatIsDrawnIsData) {
  const TraceEvent runs = {SimTime(), TaskId(1), event::Resumed()};
  const TraceEvent other = {SimTime(), TaskId(2), event::Resumed()};
  const auto draw = [](uint64_t chosen) {
    return TraceEvent{
        SimTime(), TaskId(1),
        event::Chosen{{.kind = ChoiceKind::kRandom, .n = 9, .chosen = chosen},
                      {}}};
  };
  const auto sleep = [](int64_t until) {
    event::Suspended suspended;
    suspended.wait = WaitKind::kSleep;
    suspended.due = SimTime(until);
    return TraceEvent{SimTime(), TaskId(1), suspended};
  };
  const TraceEvent ends = {SimTime(), TaskId(1), event::Finished()};
  const auto kind = [](const TraceEvent& a, const TraceEvent& b) {
    return KindOfDifference(&a, &b);
  };
  EXPECT_EQ(kind(runs, other), DifferenceKind::kSchedule);
  EXPECT_EQ(kind(draw(1), other), DifferenceKind::kSchedule);
  EXPECT_EQ(kind(draw(1), draw(2)), DifferenceKind::kData);
  EXPECT_EQ(kind(sleep(1), sleep(2)), DifferenceKind::kData);
  EXPECT_EQ(kind(sleep(1), draw(2)), DifferenceKind::kAction);
  EXPECT_EQ(kind(sleep(1), ends), DifferenceKind::kAction);
  EXPECT_EQ(KindOfDifference(&ends, nullptr), DifferenceKind::kEnd);
  EXPECT_EQ(KindOfDifference(nullptr, &ends), DifferenceKind::kEnd);
}

// ---- Choices that the scheduler was not asked for ---------------------------

// A choice of who runs next, among others than were recorded: main#1 and
// callback#3, where client#2 had been ready, too, and had run.
TEST(DivergenceTextTest, AChoiceAmongOthers) {
  const Trace recorded = ReadBack(SampleEvents());
  ReplayChecker checker(&recorded, nullptr, [](std::string) {});
  checker.set_recorded_by(RecordedBy::kThisBuild);
  std::vector<TraceEvent> events = SampleEvents();
  events.resize(12);
  for (const TraceEvent& event : events) checker.OnEvent(event);
  Divergence divergence;
  divergence.choice = 1;
  divergence.recorded = recorded.schedule.choices[1];
  divergence.actual = Choice{.kind = ChoiceKind::kNextEntity, .n = 2};
  divergence.candidates = {TaskId(1), TaskId(3)};
  EXPECT_EQ(
      checker.Explain(divergence),
      "REPLAY DIVERGED at event #12 (choice 1), 0.000s: this run does not "
      "match "
      "sample.trace\n"
      "  recorded: #12 0.000s loop choice of next task: 1 of 3 {main#1, "
      "client#2, callback#3} -> client#2\n"
      "  this run: #12 0.000s loop choice of next task among 2 {main#1, "
      "callback#3}\n"
      "  missing in this run: client#2, last seen: #2 0.000s main#1 spawns "
      "client#2 on node 3 [bank/transfer.cc:300 Transfer]\n"
      "  the schedule changed first: no number that was drawn, no message and "
      "no line that was logged differs before this\n"
      "  => look at event #12\n"
      "  same build: it follows neither from the code nor from the choices, "
      "but "
      "from a clock, an address, a thread or the like; see "
      "docs/determinism.md\n"
      "  last 5 common events:\n"
      "    #7 0.000s main#1 begins \"transfer\"\n"
      "    #8 0.000s main#1 choice of data \"amount\": 3 of 4\n"
      "    #9 0.000s main#1 ends span 1\n"
      "    #10 0.000s main#1 acquires Mutex \"state\"\n"
      "    #11 0.000s main#1 waits for task client#2 [bank/transfer.cc:41 "
      "Transfer]");
  EXPECT_EQ(checker.look_at(), 12u);
}

TEST(DivergenceTextTest, AChoiceOfATraceWithChoicesOnly) {
  const Trace recorded =
      ReadBack(SampleEvents(), "choices.trace", TraceLevel::kChoices);
  ReplayChecker checker(&recorded, nullptr, [](std::string) {});
  Divergence divergence;
  divergence.choice = 0;
  divergence.recorded = recorded.schedule.choices[0];
  divergence.recorded_site = "amount";
  divergence.actual = Choice{.kind = ChoiceKind::kData, .n = 5};
  divergence.actual_site = "amount";
  divergence.task = TaskId(1);
  EXPECT_EQ(checker.Explain(divergence),
            "REPLAY DIVERGED at choice 0, 0.000s: this run does not match "
            "choices.trace\n"
            "  recorded: choice of data \"amount\" among 4 -> 3\n"
            "  this run: choice of data \"amount\" among 5\n"
            "  the trace has choices only, so it cannot say whether events "
            "differ before this\n"
            "  the trace does not say which build recorded it");
}

}  // namespace
}  // namespace orrery
