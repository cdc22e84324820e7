// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_text.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> LinesOf(const Trace& trace, bool with_site = true) {
  std::vector<std::string> lines;
  TraceNames names;
  for (size_t i = 0; i < trace.events.size(); ++i) {
    names.Learn(trace.events[i]);
    lines.push_back(FormatEvent(i, trace.events[i], names, with_site));
  }
  return lines;
}

std::string TextOf(TraceEvent::What what) {
  return EventText({SimTime(), TaskId(1), what}, {});
}

TEST(TraceTextTest, EveryKindOfEventHasItsLine) {
  EXPECT_THAT(
      LinesOf(ReadBack(SampleEvents())),
      ElementsAre(
          "#0 0.000s loop spawns main#1 [bank/transfer.cc:41 Transfer]",
          "#1 0.000s main#1 runs",
          "#2 0.000s main#1 spawns client#2 on node 3 "
          "[bank/transfer.cc:300 Transfer]",
          "#3 0.000s main#1 posts callback#3 [bank/transfer.cc:41 Transfer]",
          "#4 0.000s main#1 posts timer#4 for 1.500s",
          "#5 0.000s main#1 makes Mutex \"state\" "
          "[bank/transfer.cc:41 Transfer]",
          "#6 0.000s main#1 makes Queue#2 [bank/transfer.cc:41 Transfer]",
          "#7 0.000s main#1 begins \"transfer\"",
          "#8 0.000s main#1 choice of data \"amount\": 3 of 4",
          "#9 0.000s main#1 ends span 1",
          "#10 0.000s main#1 acquires Mutex \"state\"",
          "#11 0.000s main#1 waits for task client#2 "
          "[bank/transfer.cc:41 Transfer]",
          "#12 0.000s loop choice of next task: 1 of 3 "
          "{main#1, client#2, callback#3} -> client#2",
          "#13 0.000s client#2 runs",
          "#14 0.000s client#2 sleeps until 1.500s "
          "[bank/transfer.cc:300 Transfer]",
          "#15 1.500s loop wakes client#2",
          "#16 1.500s client#2 cancels timer#4",
          "#17 1.500s client#2 stands still until 1.500000001s "
          "[bank/transfer.cc:300 Transfer]",
          "#18 1.500000001s client#2 waits for Mutex \"state\" "
          "[bank/transfer.cc:300 Transfer]",
          "#19 1.500000001s client#2 waits for an item in Queue#2 "
          "[bank/transfer.cc:300 Transfer]",
          "#20 1.500000001s client#2 waits for room in Queue#2 "
          "[bank/transfer.cc:300 Transfer]",
          "#21 1.500000001s client#2 yields [bank/transfer.cc:300 Transfer]",
          "#22 1.500000001s client#2 stands before Mutex \"state\" "
          "[bank/transfer.cc:300 Transfer]",
          "#23 1.500000001s client#2 waits for all of several tasks "
          "[bank/transfer.cc:300 Transfer]",
          "#24 1.500000001s client#2 is stopped",
          "#25 1.500000001s client#2 makes Future \"reply\" "
          "[bank/transfer.cc:41 Transfer]",
          "#26 1.500000001s client#2 waits for Future \"reply\" "
          "[bank/transfer.cc:300 Transfer]",
          "#27 1.500000001s client#2 makes Semaphore \"slots\" "
          "[bank/transfer.cc:41 Transfer]",
          "#28 1.500000001s client#2 waits for a unit of Semaphore \"slots\" "
          "[bank/transfer.cc:300 Transfer]",
          "#29 1.500000001s client#2 makes Condition \"full\" "
          "[bank/transfer.cc:41 Transfer]",
          "#30 1.500000001s client#2 waits for Condition \"full\" "
          "[bank/transfer.cc:300 Transfer]",
          "#31 1.500000001s client#2 makes Barrier \"round\" "
          "[bank/transfer.cc:41 Transfer]",
          "#32 1.500000001s client#2 waits for Barrier \"round\" "
          "[bank/transfer.cc:300 Transfer]",
          "#33 1.500000001s client#2 makes Channel#7 "
          "[bank/transfer.cc:41 Transfer]",
          "#34 1.500000001s client#2 waits for an item in Channel#7 "
          "[bank/transfer.cc:300 Transfer]",
          "#35 1.500000001s client#2 waits for room in Channel#7 "
          "[bank/transfer.cc:300 Transfer]",
          "#36 1.500000001s client#2 makes RwLock \"table\" "
          "[bank/transfer.cc:41 Transfer]",
          "#37 1.500000001s client#2 waits for a read lock of RwLock "
          "\"table\" [bank/transfer.cc:300 Transfer]",
          "#38 1.500000001s client#2 waits for a write lock of RwLock "
          "\"table\" [bank/transfer.cc:300 Transfer]",
          "#39 1.500000001s client#2 makes TaskGroup \"workers\" "
          "[bank/transfer.cc:41 Transfer]",
          "#40 1.500000001s client#2 waits for the children of TaskGroup "
          "\"workers\" [bank/transfer.cc:300 Transfer]",
          "#41 1.500000001s client#2 makes ThreadPool \"disk\" "
          "[bank/transfer.cc:41 Transfer]",
          "#42 1.500000001s client#2 waits for a worker of ThreadPool "
          "\"disk\" [bank/transfer.cc:300 Transfer]",
          "#43 1.500000001s client#2 makes Event \"ready\" "
          "[bank/transfer.cc:41 Transfer]",
          "#44 1.500000001s client#2 waits for Event \"ready\" "
          "[bank/transfer.cc:300 Transfer]",
          "#45 1.500000001s client#2 waits for the first of several "
          "[bank/transfer.cc:300 Transfer]",
          "#46 1.500000001s client#2 waits for the first ready case of a "
          "select "
          "[bank/transfer.cc:300 Transfer]",
          "#47 1.500000001s client#2 waits for something outside Orrery "
          "[bank/transfer.cc:300 Transfer]",
          "#48 1.500000001s client#2 gives a value to Future \"reply\"",
          "#49 1.500000001s client#2 gives an error to Future \"reply\"",
          "#50 1.500000001s loop cancels Future \"reply\"",
          "#51 1.500000001s client#2 spawns helper#5 "
          "[bank/transfer.cc:300 Transfer]",
          "#52 1.500000001s client#2 asks helper#5 to cancel",
          "#53 1.500000001s loop asks helper#5 to cancel",
          "#54 1.500000001s helper#5 ends, cancelled",
          "#55 1.500000001s loop makes node 3 \"replica-1\"",
          "#56 1.500000001s loop replica-1 is up, incarnation 1",
          "#57 1.500000001s client#2 sends message 1 Append to replica-1, "
          "96 bytes [bank/transfer.cc:300 Transfer]",
          "#58 1.500000001s client#2 sends message 2, 1 byte",
          "#59 1.500000001s loop copies message 1 Append as message 3",
          "#60 1.500000001s client#2 receives message 1 Append "
          "[bank/transfer.cc:41 Transfer]",
          "#61 1.500000001s loop receives message 3 Append",
          "#62 1.500000001s loop drops message 2: partition",
          "#63 1.500000001s client#2 write \"wal/0\" on replica-1, 512 bytes "
          "at 4096",
          "#64 1.500000001s client#2 fsync \"wal/0\" on replica-1, 0 bytes "
          "at 0: failed",
          "#65 1.500000001s client#2 state \"ledger\": 99aabbccddeeff00",
          "#66 1.500000001s loop replica-1 pauses, incarnation 1",
          "#67 1.500000001s loop replica-1 is up, incarnation 1",
          "#68 1.500000001s loop replica-1 has stopped, incarnation 1",
          "#69 1.500000001s loop replica-1 is up, incarnation 2",
          "#70 1.500000001s loop replica-1 is killed, incarnation 2",
          "#71 1.500000001s loop replica-1 is up, incarnation 3",
          "#72 1.500000001s loop replica-1 crashes, incarnation 3",
          "#73 1.500000001s client#2 log: caf\xc3\xa9: 3\xe2\x82\xac no more "
          "[bank/transfer.cc:300 Transfer]",
          "#74 1.500000001s client#2 fault: crash on replica-1",
          "#75 1.500000001s client#2 FAILURE: balance is off "
          "[bank/transfer.cc:41 Transfer]",
          "#76 1.500000001s client#2 ends with an exception",
          "#77 1.500000001s main#1 ends"));
}

TEST(TraceTextTest, WithoutPlacesNoPlaceIsShown) {
  for (const std::string& line :
       LinesOf(ReadBack(SampleEvents()), /*with_site=*/false)) {
    EXPECT_THAT(line, Not(HasSubstr("transfer.cc")));
  }
}

TEST(TraceTextTest, EveryKindOfEventHasAWordOfItsOwn) {
  const std::vector<absl::string_view> names = EventKindNames();
  std::set<absl::string_view> used;
  for (const TraceEvent& event : SampleEvents()) {
    used.insert(EventKindName(event));
  }
  EXPECT_EQ(used, std::set<absl::string_view>(names.begin(), names.end()));
  EXPECT_EQ(used.size(), names.size());
  EXPECT_EQ(EventKindName({SimTime(), TaskId(), event::SpanEnded()}),
            "span_ended");
  EXPECT_EQ(EventKindName({SimTime(), TaskId(), event::Chosen()}), "choice");
}

// A later version may have more of them.
TEST(TraceTextTest, KindsWithoutANameAreShownByTheirNumber) {
  EXPECT_EQ(TextOf(event::Suspended{static_cast<WaitKind>(42), 1, {}, {}}),
            "waits for kind 42");
  EXPECT_EQ(TextOf(event::Accessed{ObjectId(2), static_cast<AccessKind>(99)}),
            "kind 99 object#2");
  EXPECT_EQ(
      TextOf(event::Chosen{{static_cast<ChoiceKind>(7), 3, 1, "", {}}, {}}),
      "choice of kind 7: 1 of 3");
}

TEST(TraceTextTest, WaitsForWhatIsNotOrrerysSaySo) {
  EXPECT_EQ(TextOf(event::Suspended{WaitKind::kForeign, 0, {}, {}}),
            "waits for something outside Orrery");
  EXPECT_EQ(TextOf(event::Suspended{WaitKind::kEvent, 5, {}, {}}),
            "waits for object#5");
}

TEST(TraceTextTest, WaitsForAnObjectThatIsNotKnownNameItsType) {
  EXPECT_EQ(TextOf(event::Suspended{WaitKind::kMutex, 0, {}, {}}),
            "waits for mutex");
  EXPECT_EQ(TextOf(event::Suspended{WaitKind::kSemaphore, 0, {}, {}}),
            "waits for unit of semaphore");
  EXPECT_EQ(TextOf(event::Suspended{WaitKind::kGroup, 0, {}, {}}),
            "waits for children of task group");
}

TEST(TraceTextTest, OfTasksAndFuturesThatWereCancelledItIsSaid) {
  EXPECT_EQ(TextOf(event::Finished{.failed = true, .cancelled = true}),
            "ends with an exception, cancelled");
  EXPECT_EQ(TextOf(event::CancelRequested{TaskId(9)}), "asks task#9 to cancel");
  EXPECT_EQ(TextOf(event::FutureEnded{.future = ObjectId(4)}),
            "gives a value to object#4");
}

TEST(TraceTextTest, WhoWasNeverIntroducedIsKnownByNumber) {
  EXPECT_EQ(TextOf(event::Woken{TaskId(9)}), "wakes task#9");
  EXPECT_EQ(TextOf(event::Woken{TaskId()}), "wakes loop");
  EXPECT_EQ(TextOf(event::Accessed{ObjectId(9), AccessKind::kRead}),
            "reads object#9");
}

TEST(TraceTextTest, AChoiceOfMoreThanWereListedNamesNobody) {
  static constexpr TaskId kListed[] = {TaskId(1), TaskId(2)};
  EXPECT_EQ(
      TextOf(event::Chosen{{ChoiceKind::kNextEntity, 9, 5, "", {}}, kListed}),
      "choice of next task: 5 of 9 {task#1, task#2}");
}

// Whatever a program puts into names and lines, an event is one line, and a
// terminal is left as it was.
TEST(TraceTextTest, NoTextBreaksTheLineOrMovesTheCursor) {
  const std::string nasty("a\nb\rc\0d\x1b[2Je\x7f\tf\v", 16);
  const std::string shown = "a b c\\x00d\\x1b[2Je\\x7f\tf\\x0b";
  EXPECT_EQ(TextOf(event::Logged{nasty, {}}), "log: " + shown);
  EXPECT_EQ(TextOf(event::Failed{nasty, {}}), "FAILURE: " + shown);
  EXPECT_EQ(TextOf(event::Faulted{nasty, NodeId()}), "fault: " + shown);
  EXPECT_EQ(TextOf(event::SpanBegun{SpanId(1), {}, nasty}),
            absl::StrCat("begins \"", shown, "\""));
  EXPECT_EQ(TextOf(event::Chosen{{ChoiceKind::kData, 2, 1, nasty, {}}, {}}),
            absl::StrCat("choice of data \"", shown, "\": 1 of 2"));
  EXPECT_EQ(TextOf(event::ObjectMade{ObjectId(1), {}, nasty, nasty, {}}),
            absl::StrCat("makes ", shown, " \"", shown, "\""));
  TraceNames names;
  names.Learn(
      {SimTime(), TaskId(),
       event::Spawned{TaskId(1), {}, EntityKind::kTask, {}, nasty, {}, {}}});
  EXPECT_EQ(names.Task(TaskId(1)), shown + "#1");
  EXPECT_EQ(
      EventSite({SimTime(), TaskId(), event::Logged{"", {"a\nb", "F", 1}}}),
      "a b:1 F");
}

// ---- FormatInfo -------------------------------------------------------------

TEST(TraceTextTest, InfoShowsHeaderAndOutcome) {
  Trace trace = ReadBack(SampleEvents());
  trace.size = 1234;
  EXPECT_EQ(FormatInfo(trace),
            "trace:     sample.trace (1234 bytes, version 1, events)\n"
            "test:      Bank.KeepsItsBalance\n"
            "parameter: 2\n"
            "target:    //bank:transfer_test\n"
            "seed:      42 (run 6)\n"
            "scheduler: random\n"
            "outcome:   failed after 1.500000001s, 12 steps, 2 choices, 78 "
            "events\n"
            "digests:   schedule 0123456789abcdef, data fedcba9876543210\n"
            "failure:   balance is off\n"
            "           by 3\n"
            "           at 1.500000001s, step 11, task client#2, "
            "bank/transfer.cc:41\n"
            "not done:  4 tasks; below each one those that it waits for\n"
            "           main#1 waits for task client#2 at bank/transfer.cc:41 "
            "Transfer <- bank/main.cc:9 Main\n"
            "             client#2 waits for Mutex \"state\" held by helper#5 "
            "at bank/transfer.cc:300 Transfer\n"
            "               helper#5 sleeps until 2.500s, spawned at "
            "bank/transfer.cc:300 Transfer\n"
            "           busy#6 is running\n");
}

TEST(TraceTextTest, InfoSaysHowManyTasksAreLeftOut) {
  Trace trace;
  trace.not_done = {SampleTasks().front()};
  trace.not_done[0].name = "ma\nin#1";
  trace.not_done_count = 1;
  EXPECT_THAT(
      FormatInfo(trace),
      HasSubstr("not done:  1 task; below each one those that it waits for\n"
                "           ma in#1 waits for task client#2 at "))
      << "names are not trusted to be one line";
  trace.not_done_count = 20'000;
  EXPECT_THAT(
      FormatInfo(trace),
      HasSubstr("not done:  20000 tasks, of which 1 were kept; below "));
}

TEST(TraceTextTest, InfoLeavesOutWhatIsNotKnown) {
  Trace trace;
  trace.name = "x";
  EXPECT_EQ(FormatInfo(trace),
            "trace:     x (0 bytes, version 1, choices only)\n"
            "seed:      1 (run 0)\n"
            "scheduler: fifo\n"
            "outcome:   unknown, 0 events and 0 choices were saved\n");
  trace.footer.emplace().outcome = static_cast<Outcome>(77);
  EXPECT_THAT(FormatInfo(trace),
              HasSubstr("outcome:   kind 77 after 0.000s, "));
  trace.footer->outcome = Outcome::kUnknown;
  EXPECT_THAT(FormatInfo(trace),
              HasSubstr("outcome:   unknown after 0.000s, "));
}

TEST(TraceTextTest, InfoShowsUnknownEventsAndDamage) {
  Trace trace;
  trace.unknown_events = 3;
  trace.damage = "x: damaged at byte 7 of 9: cut short";
  EXPECT_THAT(
      FormatInfo(trace),
      HasSubstr("unknown:   3 events of kinds that this version does not know\n"
                "damage:    x: damaged at byte 7 of 9: cut short\n"));
}

}  // namespace
}  // namespace orrery
