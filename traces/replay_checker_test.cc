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

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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
  const ReplayChecker& checker() const { return checker_; }

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
      ElementsAre("replay diverged at event #13: this run does not match "
                  "sample.trace\n"
                  "  recorded: #13 0.000s client#2 runs\n"
                  "  this run: #13 0.000s main#1 runs\n"
                  "  events before it:\n"
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

TEST(ReplayCheckerTest, NothingCameBeforeTheFirstEvent) {
  const Trace recorded = ReadBack(SampleEvents());
  Replay replay(recorded);
  replay.Events({{SimTime(), TaskId(), event::Resumed()}});
  EXPECT_THAT(
      replay.differences(),
      ElementsAre("replay diverged at event #0: this run does not match "
                  "sample.trace\n"
                  "  recorded: #0 0.000s loop spawns main#1 "
                  "[bank/transfer.cc:41 Transfer]\n"
                  "  this run: #0 0.000s loop runs"));
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
              HasSubstr("\n  recorded: #76 1.500000001s main#1 ends"
                        "\n  this run: #76 1.500000001s main#1 ends, "
                        "cancelled\n"));
}

TEST(ReplayCheckerTest, ARunThatEndsEarlyDiverges) {
  const Trace recorded = ReadBack(SampleEvents());
  std::vector<TraceEvent> events = SampleEvents();
  events.pop_back();
  Replay replay(recorded);
  EXPECT_EQ(
      replay.Events(events).End(),
      "replay diverged at event #76: this run does not match sample.trace\n"
      "  recorded: #76 1.500000001s main#1 ends\n"
      "  this run: nothing more, the run is over\n"
      "  events before it:\n"
      "    #73 1.500000001s client#2 fault: crash on replica-1\n"
      "    #74 1.500000001s client#2 FAILURE: balance is off "
      "[bank/transfer.cc:41 Transfer]\n"
      "    #75 1.500000001s client#2 ends with an exception");
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
      ElementsAre("replay diverged at event #2: this run does not match "
                  "sample.trace\n"
                  "  recorded: nothing more, the run was over\n"
                  "  this run: #2 0.000s main#1 spawns client#2 on node 3 "
                  "[bank/transfer.cc:300 Transfer]\n"
                  "  events before it:\n"
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
              HasSubstr("replay diverged at event #14: "));
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
  std::get<event::Failed>(events[74].what).message = "balance is wrong";
  Replay replay(recorded);
  EXPECT_EQ(replay.Events(events).End(), "");
  EXPECT_THAT(replay.differences(), IsEmpty());
}

// ---- Digests ----------------------------------------------------------------

TEST(ReplayCheckerTest, OtherDigestsAtTheEndAreADivergence) {
  const Trace recorded = ReadBack(SampleEvents());
  Replay replay(recorded);
  EXPECT_EQ(replay.Events(SampleEvents()).End({kDigests.schedule, Digest(1)}),
            "replay diverged: the run ended with other digests than "
            "sample.trace\n"
            "  recorded: schedule 0123456789abcdef, data fedcba9876543210\n"
            "  this run: schedule 0123456789abcdef, data 0000000000000001");
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
          "replay diverged before choice 4000: the data digest does not match "
          "choices.trace\n"
          "  recorded: schedule 000000000000000b, data 0000000000000015\n"
          "  this run: schedule 000000000000000b, data 0000000000000016\n"
          "  the trace has choices only, so it cannot say which event "
          "differs"));
}

TEST(ReplayCheckerTest, WithoutEventsAScheduleDigestThatDiffersIsADivergence) {
  const Trace recorded = ChoicesOnly();
  Replay replay(recorded);
  replay.Choices(2000, {Digest(1), Digest(20)});
  replay.Choices(2000, {Digest(2), Digest(21)});
  ASSERT_EQ(replay.differences().size(), 1u) << "it is told once";
  EXPECT_THAT(replay.differences()[0],
              HasSubstr("replay diverged before choice 2000: the schedule "
                        "digest does not match choices.trace"));
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
