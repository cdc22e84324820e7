// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs that are handed to the checker event by event. Real ones are in
// tests/replay_test.cc.

#include "orrery/traces/replay_checker.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const DigestPair kDigests = SampleFooter().digests;

// A run that is held against a trace.
class Replay {
 public:
  explicit Replay(const Trace& recorded, TraceSink* next = nullptr)
      : checker_(&recorded, next, [this](std::string difference) {
          differences_.push_back(std::move(difference));
        }) {}

  Replay& Events(const std::vector<TraceEvent>& events) {
    for (const TraceEvent& event : events) checker_.OnEvent(event);
    return *this;
  }
  Replay& Choices(size_t count, const DigestPair& digests) {
    const std::vector<Choice> choices(count,
                                      Choice{ChoiceKind::kData, 9, 8, "x", {}});
    checker_.OnChoices(choices, digests);
    return *this;
  }
  std::string End(const DigestPair& digests = kDigests) {
    return checker_.CheckEnd(digests);
  }
  const std::vector<std::string>& differences() const { return differences_; }
  ReplayChecker& checker() { return checker_; }

 private:
  std::vector<std::string> differences_;
  ReplayChecker checker_;
};

TraceEvent Log(absl::string_view text) {
  return {SimTime(), TaskId(1), event::Logged{text, {"new.cc", "F", 1}}};
}

TEST(ReplayCheckerTest, TheSameRunIsNoDivergence) {
  const Trace recorded = ReadBack(SampleEvents());
  Replay replay(recorded);
  EXPECT_EQ(replay.Events(SampleEvents()).End(), "");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

TEST(ReplayCheckerTest, ADifferenceInTheScheduleNamesBothSides) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  events[13].task = TaskId(1);
  Replay replay(recorded);
  replay.Events(events);
  EXPECT_THAT(
      replay.differences(),
      ElementsAre(
          "REPLAY DIVERGED at event #13, 0.000s: this run does not "
          "match sample.trace\n"
          "  recorded: #13 0.000s client#2 runs\n"
          "  this run: #13 0.000s main#1 runs\n"
          "  missing in this run: client#2, last seen: #2 0.000s main#1 "
          "spawns client#2 on node 3 [bank/transfer.cc:300 Transfer]\n"
          "  only in this run: main#1, last seen: #11 0.000s main#1 "
          "waits for task client#2 [bank/transfer.cc:41 Transfer]\n"
          "  the schedule changed first: no number that was drawn, no "
          "message and no line that was logged differs before this\n"
          "  => look at event #13 [bank/transfer.cc:41 Transfer]\n"
          "  the trace does not say which build recorded it\n"
          "  last 5 common events:\n"
          "    #8 0.000s main#1 choice of data \"amount\": 3 of 4\n"
          "    #9 0.000s main#1 ends span 1\n"
          "    #10 0.000s main#1 acquires Mutex \"state\"\n"
          "    #11 0.000s main#1 waits for task client#2 "
          "[bank/transfer.cc:41 Transfer]\n"
          "    #12 0.000s loop choice of next task: 1 of 3 {main#1, "
          "client#2, callback#3} -> client#2"));
  EXPECT_EQ(replay.End(), "") << "a run diverges once";
}

TEST(ReplayCheckerTest, ADifferenceInTheDataNamesBothSides) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  std::get<event::Suspended>(events[14].what).due = SimTime(7);
  Replay replay(recorded);
  replay.Events(events);
  ASSERT_EQ(replay.differences().size(), 1u);
  EXPECT_THAT(replay.differences()[0],
              HasSubstr("\n  recorded: #14 0.000s client#2 sleeps until 1.500s "
                        "[bank/transfer.cc:300 Transfer]"
                        "\n  this run: #14 0.000s client#2 sleeps until "
                        "0.000000007s [bank/transfer.cc:300 Transfer]\n"));
}

// The whole message where a number that was drawn differs.
TEST(ReplayCheckerTest, ADrawThatDiffersIsADifferenceInTheData) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  std::get<event::Chosen>(events[8].what).choice.chosen = 2;
  Replay replay(recorded);
  replay.checker().set_recorded_by(RecordedBy::kThisBuild);
  replay.Events(events);
  EXPECT_THAT(
      replay.differences(),
      ElementsAre(
          "REPLAY DIVERGED at event #8 (choice 0), 0.000s: this run does not "
          "match sample.trace\n"
          "  recorded: #8 0.000s main#1 choice of data \"amount\": 3 of 4\n"
          "  this run: #8 0.000s main#1 choice of data \"amount\": 2 of 4\n"
          "  data changed before the schedule did: who ran is the same up to "
          "here, what was computed is not\n"
          "  => look at event #8 [bank/transfer.cc:41 Transfer]\n"
          "  same build: it follows neither from the code nor from the "
          "choices, "
          "but from a clock, an address, a thread or the like; see "
          "docs/determinism.md\n"
          "  last 5 common events:\n"
          "    #3 0.000s main#1 posts callback#3 [bank/transfer.cc:41 "
          "Transfer]\n"
          "    #4 0.000s main#1 posts timer#4 for 1.500s\n"
          "    #5 0.000s main#1 makes Mutex \"state\" [bank/transfer.cc:41 "
          "Transfer]\n"
          "    #6 0.000s main#1 makes Queue#2 [bank/transfer.cc:41 Transfer]\n"
          "    #7 0.000s main#1 begins \"transfer\""));
  EXPECT_EQ(replay.checker().look_at(), 8u);
}

// What was logged gives data away before anything else does.
TEST(ReplayCheckerTest, ALineThatReadsOtherwiseIsWhereToLook) {
  std::vector<TraceEvent> events = SampleEvents();
  events.insert(events.begin() + 4, Log("term 4"));
  const Trace recorded = ReadBack(events);
  events[4] = Log("term 5");
  std::get<event::Chosen>(events[9].what).choice.chosen = 2;
  Replay replay(recorded);
  replay.Events(events);
  ASSERT_EQ(replay.differences().size(), 1u);
  EXPECT_THAT(
      replay.differences()[0],
      AllOf(
          StartsWith("REPLAY DIVERGED at event #9 (choice 0), 0.000s: "),
          HasSubstr("\n  data changed before the schedule did: what was "
                    "logged differs\n"
                    "    recorded: #4 0.000s main#1 log: term 4 [new.cc:1 F]\n"
                    "    this run: #4 0.000s main#1 log: term 5 [new.cc:1 F]\n"
                    "  => look at event #4 [new.cc:1 F]\n")));
  EXPECT_EQ(replay.checker().look_at(), 4u);
}

TEST(ReplayCheckerTest, ALineThatWasAddedIsNoDifferenceInTheData) {
  const Trace recorded = ReadBack(SampleEvents());
  for (const bool same_build : {false, true}) {
    std::vector<TraceEvent> events = SampleEvents();
    events.insert(events.begin() + 4, Log("term 5"));
    std::get<event::Chosen>(events[9].what).choice.chosen = 2;
    Replay replay(recorded);
    replay.checker().set_recorded_by(same_build ? RecordedBy::kThisBuild
                                                : RecordedBy::kAnotherBuild);
    replay.Events(events);
    ASSERT_EQ(replay.differences().size(), 1u);
    // Nobody has added a line where the build is the same.
    EXPECT_EQ(replay.checker().look_at(), same_build ? 4u : 9u)
        << replay.differences()[0];
  }
}

TEST(ReplayCheckerTest, NothingCameBeforeTheFirstEvent) {
  const Trace recorded = ReadBack(SampleEvents());
  Replay replay(recorded);
  replay.Events({{SimTime(), TaskId(), event::Resumed()}});
  EXPECT_THAT(
      replay.differences(),
      ElementsAre("REPLAY DIVERGED at event #0, 0.000s: this run does not "
                  "match sample.trace\n"
                  "  recorded: #0 0.000s loop spawns main#1 "
                  "[bank/transfer.cc:41 Transfer]\n"
                  "  this run: #0 0.000s loop runs\n"
                  "  the schedule changed first: no number that was drawn, no "
                  "message and no line that was logged differs before this\n"
                  "  => look at event #0 [bank/transfer.cc:41 Transfer]\n"
                  "  the trace does not say which build recorded it"));
}

// They read the same, so what tells them apart is added.
TEST(ReplayCheckerTest, AnotherStableIdIsADivergenceThatCanBeSeen) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  std::get<event::Spawned>(events[0].what).entity = EntityId(1);
  Replay replay(recorded);
  replay.Events(events);
  ASSERT_EQ(replay.differences().size(), 1u);
  EXPECT_THAT(replay.differences()[0],
              HasSubstr("(entity 000000000000feed)\n"));
  EXPECT_THAT(replay.differences()[0], HasSubstr("(entity 0000000000000001)"));
}

TEST(ReplayCheckerTest, ATaskThatIsCancelledInPlaceOfEndingDiverges) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  std::get<event::Finished>(events.back().what).cancelled = true;
  Replay replay(recorded);
  replay.Events(events);
  ASSERT_EQ(replay.differences().size(), 1u);
  EXPECT_THAT(replay.differences()[0],
              HasSubstr("\n  recorded: #77 1.500000001s main#1 ends"
                        "\n  this run: #77 1.500000001s main#1 ends, "
                        "cancelled\n"));
}

TEST(ReplayCheckerTest, ARunThatEndsEarlyDiverges) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  events.pop_back();
  Replay replay(recorded);
  EXPECT_EQ(
      replay.Events(events).End(),
      "REPLAY DIVERGED at event #77, 1.500000001s: this run does not match "
      "sample.trace\n"
      "  recorded: #77 1.500000001s main#1 ends\n"
      "  this run: nothing more, the run is over\n"
      "  one of the runs is over, and all was the same up to here\n"
      "  => look at event #77\n"
      "  the trace does not say which build recorded it\n"
      "  last 5 common events:\n"
      "    #72 1.500000001s loop replica-1 crashes, incarnation 3\n"
      "    #73 1.500000001s client#2 log: caf\xC3\xA9: 3\xE2\x82\xAC no more "
      "[bank/transfer.cc:300 Transfer]\n"
      "    #74 1.500000001s client#2 fault: crash on replica-1\n"
      "    #75 1.500000001s client#2 FAILURE: balance is off "
      "[bank/transfer.cc:41 Transfer]\n"
      "    #76 1.500000001s client#2 ends with an exception");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

TEST(ReplayCheckerTest, ARunThatGoesOnDiverges) {
  std::vector<TraceEvent> events = SampleEvents();
  events.resize(2);
  const Trace recorded = ReadBack(events);
  Replay replay(recorded);
  replay.Events(SampleEvents());
  EXPECT_THAT(
      replay.differences(),
      ElementsAre("REPLAY DIVERGED at event #2, 0.000s: this run does not "
                  "match sample.trace\n"
                  "  recorded: nothing more, the run was over\n"
                  "  this run: #2 0.000s main#1 spawns client#2 on node 3 "
                  "[bank/transfer.cc:300 Transfer]\n"
                  "  one of the runs is over, and all was the same up to here\n"
                  "  => look at event #2 [bank/transfer.cc:300 Transfer]\n"
                  "  the trace does not say which build recorded it\n"
                  "  last 2 common events:\n"
                  "    #0 0.000s loop spawns main#1 "
                  "[bank/transfer.cc:41 Transfer]\n"
                  "    #1 0.000s main#1 runs"));
}

// It is a trace of a process that died; this run lives on.
TEST(ReplayCheckerTest, ARunMayGoOnWhereTheTraceIsCutShort) {
  std::vector<TraceEvent> events = SampleEvents();
  events.resize(2);
  Trace recorded = ReadBack(events);
  recorded.footer.reset();
  Replay replay(recorded);
  EXPECT_EQ(replay.Events(SampleEvents()).End(), "");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

TEST(ReplayCheckerTest, ARunThatEndsBeforeATraceThatIsCutShortDiverges) {
  Trace recorded = ReadBack(SampleEvents());
  recorded.footer.reset();
  std::vector<TraceEvent> events = SampleEvents();
  events.resize(2);
  Replay replay(recorded);
  EXPECT_THAT(replay.Events(events).End(),
              HasSubstr("this run: nothing more, the run is over"));
}

TEST(ReplayCheckerTest, LogLinesThatWereAddedOrTakenAwayAreNoDivergence) {
  const std::vector<TraceEvent> quiet = SampleEvents();
  std::vector<TraceEvent> talkative = {Log("first")};
  for (const TraceEvent& event : quiet) {
    talkative.push_back(event);
    talkative.push_back(Log("again"));
  }
  for (bool added : {false, true}) {
    const Trace recorded = ReadBack(added ? quiet : talkative);
    Replay replay(recorded);
    EXPECT_EQ(replay.Events(added ? talkative : quiet).End(), "");
    EXPECT_THAT(replay.differences(), IsEmpty());
  }
}

// Each side has the number that `orrery print` would give it.
TEST(ReplayCheckerTest, AfterAddedLogLinesEachSideHasItsOwnNumber) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  events[13].task = TaskId(1);
  events.insert(events.begin() + 4, Log("added"));
  Replay replay(recorded);
  replay.Events(events);
  ASSERT_EQ(replay.differences().size(), 1u);
  EXPECT_THAT(replay.differences()[0],
              HasSubstr("REPLAY DIVERGED at event #14, 0.000s: "));
  EXPECT_THAT(replay.differences()[0],
              HasSubstr("\n  recorded: #13 0.000s client#2 runs"
                        "\n  this run: #14 0.000s main#1 runs\n"));
}

TEST(ReplayCheckerTest, MovedPlacesAndEditedMessagesAreNoDivergence) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  for (TraceEvent& event : events) {
    std::visit(
        [](auto& what) {
          if constexpr (requires { what.site; }) what.site.line += 10;
        },
        event.what);
  }
  std::get<event::Failed>(events[75].what).message = "balance is wrong";
  Replay replay(recorded);
  EXPECT_EQ(replay.Events(events).End(), "");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

// ---- Traces without their first events --------------------------------------

Trace WithoutFirst(size_t count) {
  Trace trace = ReadBack(SampleEvents());
  trace.events.erase(trace.events.begin(),
                     trace.events.begin() + static_cast<ptrdiff_t>(count));
  trace.first_event = count;
  return trace;
}

TEST(ReplayCheckerTest, WhatATraceHasNotIsNotCompared) {
  const Trace recorded = WithoutFirst(10);
  std::vector<TraceEvent> events = SampleEvents();
  std::get<event::Spawned>(events[0].what).entity = EntityId(1);
  Replay same(recorded);
  EXPECT_EQ(same.Events(events).End(), "");
  EXPECT_THAT(same.differences(), IsEmpty());
  events[13].task = TaskId(1);
  Replay replay(recorded);
  replay.Events(events);
  ASSERT_EQ(replay.differences().size(), 1u);
  EXPECT_THAT(replay.differences()[0],
              AllOf(StartsWith("REPLAY DIVERGED at event #13, "),
                    HasSubstr("\n  recorded: #13 0.000s client#2 runs\n"),
                    HasSubstr("\n  last 3 common events:\n    #10 ")));
}

// An edit has added lines, of which nobody knows how many were not recorded.
TEST(ReplayCheckerTest, AnotherBuildFindsTheFirstEventByTheChoicesBefore) {
  const Trace recorded = WithoutFirst(10);
  std::vector<TraceEvent> events = SampleEvents();
  events.insert(events.begin() + 2, 3, Log("added"));
  Replay replay(recorded);
  replay.checker().set_recorded_by(RecordedBy::kAnotherBuild);
  EXPECT_EQ(replay.Events(events).End(), "");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

// ---- Digests ----------------------------------------------------------------

TEST(ReplayCheckerTest, OtherDigestsAtTheEndAreADivergence) {
  const Trace recorded = ReadBack(SampleEvents());
  Replay replay(recorded);
  EXPECT_THAT(
      replay.Events(SampleEvents()).End({kDigests.schedule, Digest(1)}),
      StartsWith(
          "REPLAY DIVERGED at its end, 1.500000001s: this run does not "
          "match sample.trace\n"
          "  recorded: digests: schedule 0123456789abcdef, data "
          "fedcba9876543210\n"
          "  this run: digests: schedule 0123456789abcdef, data "
          "0000000000000001\n"
          "  the data digest differs, the schedule digest does not: data "
          "changed before the schedule did\n"));
  EXPECT_FALSE(replay.checker().look_at().has_value());
}

Trace ChoicesOnly() {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kChoices));
  const std::vector<Choice> choices(2000,
                                    Choice{ChoiceKind::kData, 9, 8, "x", {}});
  writer.OnChoices(choices, {Digest(10), Digest(20)});
  writer.OnChoices(choices, {Digest(11), Digest(21)});
  EXPECT_TRUE(writer.Finish(SampleFooter()).ok());
  absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "choices.trace");
  EXPECT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->checkpoints.size(), 2u);
  return *std::move(trace);
}

TEST(ReplayCheckerTest, WithoutEventsTheDigestsOnTheWayAreChecked) {
  const Trace recorded = ChoicesOnly();
  Replay replay(recorded);
  replay.Choices(2000, {Digest(10), Digest(20)});
  replay.Choices(2000, {Digest(11), Digest(21)});
  EXPECT_EQ(replay.End(), "");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

TEST(ReplayCheckerTest, WithoutEventsADataDigestThatDiffersIsADivergence) {
  const Trace recorded = ChoicesOnly();
  Replay replay(recorded);
  replay.Choices(2000, {Digest(10), Digest(20)});
  replay.Choices(2000, {Digest(11), Digest(22)});
  EXPECT_THAT(
      replay.differences(),
      ElementsAre(
          "REPLAY DIVERGED at or before choice 4000: this run does not match "
          "choices.trace\n"
          "  recorded: schedule 000000000000000b, data 0000000000000015\n"
          "  this run: schedule 000000000000000b, data 0000000000000016\n"
          "  the data digest differs, the schedule digest does not: data "
          "changed before the schedule did\n"
          "  the trace has choices only, so it cannot say which event "
          "differs\n"
          "  the trace does not say which build recorded it"));
}

TEST(ReplayCheckerTest, WithoutEventsAScheduleDigestThatDiffersIsADivergence) {
  const Trace recorded = ChoicesOnly();
  Replay replay(recorded);
  replay.Choices(2000, {Digest(1), Digest(20)});
  replay.Choices(2000, {Digest(2), Digest(21)});
  ASSERT_EQ(replay.differences().size(), 1u) << "it is told once";
  EXPECT_THAT(replay.differences()[0],
              AllOf(StartsWith("REPLAY DIVERGED at or before choice 2000: "),
                    HasSubstr("\n  the schedule digest differs, the data "
                              "digest does not\n")));
  EXPECT_EQ(replay.End(), "");
}

// ---- The sink behind it -----------------------------------------------------

TEST(ReplayCheckerTest, ItWantsWhatTheTraceHasOrWhatTheNextSinkWants) {
  TraceWriter next;
  const Trace events = ReadBack(SampleEvents());
  const Trace choices = ReadBack(SampleEvents(), "c", TraceLevel::kChoices);
  EXPECT_EQ(Replay(events).checker().level(), TraceLevel::kEvents);
  EXPECT_EQ(Replay(choices).checker().level(), TraceLevel::kChoices);
  next.Begin(SampleHeader(TraceLevel::kEvents));
  EXPECT_EQ(Replay(choices, &next).checker().level(), TraceLevel::kEvents);
  next.Begin(SampleHeader(TraceLevel::kChoices));
  EXPECT_EQ(Replay(events, &next).checker().level(), TraceLevel::kEvents);
}

TEST(ReplayCheckerTest, TheNextSinkGetsTheWholeRunAlsoPastADivergence) {
  const Trace recorded = ReadBack({});
  TraceWriter next;
  next.Begin(SampleHeader(TraceLevel::kEvents));
  Replay replay(recorded, &next);
  replay.Events(SampleEvents());
  EXPECT_EQ(replay.differences().size(), 1u);
  ASSERT_TRUE(next.Finish(SampleFooter(), SampleTasks()).ok());
  EXPECT_EQ(WithoutEnvironment(next.bytes()),
            WithoutEnvironment(SampleTraceBytes(TraceLevel::kEvents)));
}

TEST(ReplayCheckerTest, TheNextSinkGetsNoEventsThatItDoesNotWant) {
  const Trace recorded = ReadBack(SampleEvents());
  TraceWriter next;
  next.Begin(SampleHeader(TraceLevel::kChoices));
  Replay replay(recorded, &next);
  replay.Events(SampleEvents()).Choices(3, kDigests);
  ASSERT_TRUE(next.Finish({}).ok());
  const absl::StatusOr<Trace> trace = ParseTrace(next.bytes(), "next");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_TRUE(trace->events.empty());
  EXPECT_EQ(trace->schedule.choices.size(), 3u);
}

}  // namespace
}  // namespace orrery
