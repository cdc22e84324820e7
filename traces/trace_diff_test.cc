// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_diff.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"

namespace orrery {
namespace {

using testing::Eq;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;

constexpr auto kNone = std::nullopt;

TraceEvent Does(TraceEvent::What what) {
  return {SimTime(), TaskId(1), std::move(what)};
}

TraceEvent Logs(absl::string_view text, uint32_t line) {
  return Does(event::Logged{text, {"a.cc", "F", line}});
}

// A change to one event, and whether it counts.
struct Change {
  const char* what;
  TraceEvent a;
  TraceEvent b;
};

std::vector<Change> ChangesThatCount() {
  static constexpr TaskId kOneTwo[] = {TaskId(1), TaskId(2)};
  static constexpr TaskId kOneThree[] = {TaskId(1), TaskId(3)};
  using event::Chosen;
  using event::ObjectMade;
  using event::Spawned;
  using event::Suspended;
  const SimTime t0;
  const SimTime t1(1);
  const Spawned spawned = {
      TaskId(2), EntityId(5), EntityKind::kTask, NodeId(), "n", {}, t0};
  auto with = [](auto value, auto change) {
    change(value);
    return Does(value);
  };
  const ObjectMade made = {ObjectId(1), ObjectKey(5), "Mutex", "m", {}};
  const Chosen chosen = {{ChoiceKind::kNextEntity, 2, 1, "s", SpanId(1)},
                         kOneTwo};
  const Suspended sleep = {WaitKind::kSleep, 0, t0, {}};
  const event::MessageSent sent = {MessageId(1), NodeId(1), NodeId(2), "Append",
                                   96,           7,         {}};
  const event::FileAccessed file = {NodeId(1), "write", "wal/0", 0,
                                    1,         2,       false};
  return {
      {"time",
       {t0, TaskId(1), event::Resumed()},
       {t1, TaskId(1), event::Resumed()}},
      {"actor",
       {t0, TaskId(1), event::Resumed()},
       {t0, TaskId(2), event::Resumed()}},
      {"kind", Does(event::Resumed()), Does(event::Finished())},
      {"id", Does(spawned), with(spawned, [](auto& e) { e.id = TaskId(3); })},
      {"entity", Does(spawned),
       with(spawned, [](auto& e) { e.entity = EntityId(6); })},
      {"entity kind", Does(spawned),
       with(spawned, [](auto& e) { e.kind = EntityKind::kCallback; })},
      {"node", Does(spawned),
       with(spawned, [](auto& e) { e.node = NodeId(1); })},
      {"name", Does(spawned), with(spawned, [](auto& e) { e.name = "o"; })},
      {"a timer's time",
       with(spawned, [](auto& e) { e.kind = EntityKind::kTimer; }),
       with(spawned,
            [](auto& e) {
              e.kind = EntityKind::kTimer;
              e.due = SimTime(1);
            })},
      {"object", Does(made), with(made, [](auto& e) { e.id = ObjectId(2); })},
      {"key", Does(made), with(made, [](auto& e) { e.key = ObjectKey(6); })},
      {"type", Does(made), with(made, [](auto& e) { e.type = "Event"; })},
      {"name", Does(made), with(made, [](auto& e) { e.name = "o"; })},
      {"kind of choice", Does(chosen),
       with(chosen, [](auto& e) { e.choice.kind = ChoiceKind::kData; })},
      {"n", Does(chosen), with(chosen, [](auto& e) { e.choice.n = 3; })},
      {"chosen", Does(chosen),
       with(chosen, [](auto& e) { e.choice.chosen = 0; })},
      {"label", Does(chosen),
       with(chosen, [](auto& e) { e.choice.site = "t"; })},
      {"span", Does(chosen),
       with(chosen, [](auto& e) { e.choice.span = SpanId(2); })},
      {"candidates", Does(chosen),
       with(chosen, [](auto& e) { e.candidates = kOneThree; })},
      {"wait", Does(sleep),
       with(sleep, [](auto& e) { e.wait = WaitKind::kTurn; })},
      {"what it waits for", Does(Suspended{WaitKind::kMutex, 1, t0, {}}),
       Does(Suspended{WaitKind::kMutex, 2, t0, {}})},
      {"when it wakes", Does(sleep),
       with(sleep, [](auto& e) { e.due = SimTime(1); })},
      {"who wakes", Does(event::Woken{TaskId(1)}),
       Does(event::Woken{TaskId(2)})},
      {"accessed", Does(event::Accessed{ObjectId(1), AccessKind::kRead}),
       Does(event::Accessed{ObjectId(2), AccessKind::kRead})},
      {"access", Does(event::Accessed{ObjectId(1), AccessKind::kRead}),
       Does(event::Accessed{ObjectId(1), AccessKind::kWrite})},
      {"failed", Does(event::Finished{.failed = true}),
       Does(event::Finished())},
      {"cancelled", Does(event::Finished{.cancelled = true}),
       Does(event::Finished())},
      {"who is asked to cancel", Does(event::CancelRequested{TaskId(1)}),
       Does(event::CancelRequested{TaskId(2)})},
      {"future", Does(event::FutureEnded{.future = ObjectId(1)}),
       Does(event::FutureEnded{.future = ObjectId(2)})},
      {"a future's error", Does(event::FutureEnded{ObjectId(1), true}),
       Does(event::FutureEnded{ObjectId(1)})},
      {"a future that was cancelled",
       Does(event::FutureEnded{ObjectId(1), false, true}),
       Does(event::FutureEnded{ObjectId(1)})},
      {"timer", Does(event::TimerCancelled{TaskId(1)}),
       Does(event::TimerCancelled{TaskId(2)})},
      {"until", Does(event::TimePassed{t0, {}}),
       Does(event::TimePassed{t1, {}})},
      {"fault", Does(event::Faulted{"crash", NodeId(1)}),
       Does(event::Faulted{"pause", NodeId(1)})},
      {"faulted node", Does(event::Faulted{"crash", NodeId(1)}),
       Does(event::Faulted{"crash", NodeId(2)})},
      {"span", Does(event::SpanBegun{SpanId(1), SpanId(2), "l"}),
       Does(event::SpanBegun{SpanId(3), SpanId(2), "l"})},
      {"span's parent", Does(event::SpanBegun{SpanId(1), SpanId(2), "l"}),
       Does(event::SpanBegun{SpanId(1), SpanId(3), "l"})},
      {"span's label", Does(event::SpanBegun{SpanId(1), SpanId(2), "l"}),
       Does(event::SpanBegun{SpanId(1), SpanId(2), "m"})},
      {"span's end", Does(event::SpanEnded{SpanId(1)}),
       Does(event::SpanEnded{SpanId(2)})},
      {"message", Does(sent), with(sent, [](auto& e) { e.id.value = 2; })},
      {"sender", Does(sent), with(sent, [](auto& e) { e.from.value = 3; })},
      {"receiver", Does(sent), with(sent, [](auto& e) { e.to.value = 3; })},
      {"type", Does(sent), with(sent, [](auto& e) { e.type = "Vote"; })},
      {"size", Does(sent), with(sent, [](auto& e) { e.size = 97; })},
      {"payload", Does(sent), with(sent, [](auto& e) { e.payload = 8; })},
      {"delivered", Does(event::MessageDelivered{MessageId(1), {}}),
       Does(event::MessageDelivered{MessageId(2), {}})},
      {"dropped", Does(event::MessageDropped{MessageId(1), "loss"}),
       Does(event::MessageDropped{MessageId(2), "loss"})},
      {"why", Does(event::MessageDropped{MessageId(1), "loss"}),
       Does(event::MessageDropped{MessageId(1), "partition"})},
      {"copied", Does(event::MessageCopied{MessageId(1), MessageId(2)}),
       Does(event::MessageCopied{MessageId(3), MessageId(2)})},
      {"copy", Does(event::MessageCopied{MessageId(1), MessageId(2)}),
       Does(event::MessageCopied{MessageId(1), MessageId(3)})},
      {"node's id", Does(event::NodeMade{NodeId(1), "a"}),
       Does(event::NodeMade{NodeId(2), "a"})},
      {"node's name", Does(event::NodeMade{NodeId(1), "a"}),
       Does(event::NodeMade{NodeId(1), "b"})},
      {"changed node", Does(event::NodeChanged{NodeId(1), NodeState::kUp, 1}),
       Does(event::NodeChanged{NodeId(2), NodeState::kUp, 1})},
      {"state", Does(event::NodeChanged{NodeId(1), NodeState::kUp, 1}),
       Does(event::NodeChanged{NodeId(1), NodeState::kPaused, 1})},
      {"incarnation", Does(event::NodeChanged{NodeId(1), NodeState::kUp, 1}),
       Does(event::NodeChanged{NodeId(1), NodeState::kUp, 2})},
      {"file's node", Does(file), with(file, [](auto& e) { ++e.node.value; })},
      {"operation", Does(file), with(file, [](auto& e) { e.operation = "r"; })},
      {"file", Does(file), with(file, [](auto& e) { e.file = "wal/1"; })},
      {"offset", Does(file), with(file, [](auto& e) { ++e.offset; })},
      {"file's size", Does(file), with(file, [](auto& e) { ++e.size; })},
      {"file's payload", Does(file), with(file, [](auto& e) { ++e.payload; })},
      {"file's failure", Does(file),
       with(file, [](auto& e) { e.failed = true; })},
      {"label of a state", Does(event::StateDigested{"a", 1}),
       Does(event::StateDigested{"b", 1})},
      {"state digest", Does(event::StateDigested{"a", 1}),
       Does(event::StateDigested{"a", 2})},
  };
}

TEST(TraceDiffTest, EveryFieldOfEveryEventCounts) {
  for (const Change& change : ChangesThatCount()) {
    SCOPED_TRACE(change.what);
    EXPECT_TRUE(SameEvent(change.a, change.a));
    EXPECT_TRUE(SameEvent(change.b, change.b));
    EXPECT_FALSE(SameEvent(change.a, change.b));
    EXPECT_FALSE(SameEvent(change.b, change.a));
  }
}

// Two lines that read the same and are said to differ help nobody.
TEST(TraceDiffTest, SideBySideTheLinesOfDifferentEventsDiffer) {
  for (const Change& change : ChangesThatCount()) {
    TraceNames a;
    TraceNames b;
    a.Learn(change.a);
    b.Learn(change.b);
    EXPECT_NE(FormatEventBeside(&change.b, 7, change.a, a),
              FormatEventBeside(&change.a, 7, change.b, b))
        << change.what;
  }
  const TraceEvent a = Does(event::Spawned{
      TaskId(2), EntityId(5), EntityKind::kTask, {}, "n", {}, {}});
  const TraceEvent b = Does(event::Spawned{
      TaskId(2), EntityId(6), EntityKind::kTask, {}, "n", {}, {}});
  EXPECT_EQ(FormatEventBeside(&b, 7, a, {}),
            "#7 0.000s task#1 spawns task#2 (entity 0000000000000005)");
  EXPECT_EQ(FormatEventBeside(nullptr, 7, a, {}),
            "#7 0.000s task#1 spawns task#2");
}

TEST(TraceDiffTest, PlacesAndTextsDoNotCount) {
  EXPECT_TRUE(SameEvent(Logs("a", 1), Logs("b", 2)));
  EXPECT_TRUE(SameEvent(Does(event::Failed{"a", {}}),
                        Does(event::Failed{"b", {"x.cc", "F", 1}})));
  // A task is due when it is spawned, whatever a trace says.
  EXPECT_TRUE(SameEvent(
      Does(event::Spawned{
          TaskId(2), EntityId(5), EntityKind::kTask, {}, "", {}, SimTime(3)}),
      Does(event::Spawned{
          TaskId(2), EntityId(5), EntityKind::kTask, {}, "", {}, SimTime(4)})));
}

// ---- DiffTraces -------------------------------------------------------------

TEST(TraceDiffTest, ATraceDoesNotDifferFromItself) {
  for (TraceLevel level : {TraceLevel::kChoices, TraceLevel::kEvents}) {
    const Trace a = ReadBack(SampleEvents(), "a", level);
    const Trace b = ReadBack(SampleEvents(), "b", level);
    EXPECT_EQ(DiffTraces(a, b), kNone);
    EXPECT_EQ(DiffTraces(a, b, {.exact = true}), kNone);
  }
}

TEST(TraceDiffTest, TheFirstDifferenceIsShownWithWhatCameBefore) {
  std::vector<TraceEvent> changed = SampleEvents();
  std::get<event::Suspended>(changed[14].what).due = SimTime(2'000'000'000);
  changed.erase(changed.begin() + 20, changed.end());
  EXPECT_THAT(DiffTraces(ReadBack(SampleEvents(), "a"), ReadBack(changed, "b"),
                         {.context = 2}),
              Optional(Eq("first difference at event #14\n"
                          "  a: #14 0.000s client#2 sleeps until 1.500s\n"
                          "  b: #14 0.000s client#2 sleeps until 2.000s\n"
                          "events before it:\n"
                          "  #12 0.000s loop choice of next task: 1 of 3 "
                          "{main#1, client#2, callback#3} -> client#2\n"
                          "  #13 0.000s client#2 runs")));
}

TEST(TraceDiffTest, NothingCameBeforeTheFirstEvent) {
  std::vector<TraceEvent> changed = SampleEvents();
  changed.erase(changed.begin());
  EXPECT_THAT(DiffTraces(ReadBack(SampleEvents(), "a"), ReadBack(changed, "b")),
              Optional(Eq("first difference at event #0\n"
                          "  a: #0 0.000s loop spawns main#1\n"
                          "  b: #0 0.000s task#1 runs")));
}

TEST(TraceDiffTest, ARunThatEndsEarlyDiffersAtItsEnd) {
  std::vector<TraceEvent> shorter = SampleEvents();
  shorter.pop_back();
  const Trace a = ReadBack(SampleEvents(), "a");
  const Trace b = ReadBack(shorter, "b");
  EXPECT_THAT(DiffTraces(a, b, {.context = 0}),
              Optional(Eq("first difference at event #77\n"
                          "  a: #77 1.500000001s main#1 ends\n"
                          "  b: nothing more, the run was over")));
  EXPECT_THAT(
      DiffTraces(b, a, {.context = 1}),
      Optional(Eq("first difference at event #77\n"
                  "  b: nothing more, the run was over\n"
                  "  a: #77 1.500000001s main#1 ends\n"
                  "events before it:\n"
                  "  #76 1.500000001s client#2 ends with an exception")));
}

TEST(TraceDiffTest, OfATraceThatIsCutShortItIsSaidThatNoMoreWasSaved) {
  std::vector<TraceEvent> shorter = SampleEvents();
  shorter.pop_back();
  Trace cut = ReadBack(shorter, "cut");
  cut.footer.reset();
  EXPECT_THAT(DiffTraces(ReadBack(SampleEvents(), "a"), cut),
              Optional(HasSubstr("\n  cut: nothing more was saved\n")));
}

TEST(TraceDiffTest, LogLinesMayComeAndGo) {
  std::vector<TraceEvent> talkative = SampleEvents();
  talkative.insert(talkative.begin() + 3, Logs("starting", 3));
  talkative.insert(talkative.begin() + 9, Logs("going on", 4));
  talkative.push_back(Logs("done", 5));
  const Trace a = ReadBack(SampleEvents(), "a");
  EXPECT_EQ(DiffTraces(a, ReadBack(talkative, "b")), kNone);
  EXPECT_EQ(DiffTraces(ReadBack(talkative, "b"), a), kNone);

  // The numbers on either side are those of the trace.
  talkative[20].task = TaskId(1);
  EXPECT_THAT(DiffTraces(a, ReadBack(talkative, "b")),
              Optional(HasSubstr("first difference at event #18\n  a: #18 ")));
  EXPECT_THAT(DiffTraces(a, ReadBack(talkative, "b")),
              Optional(HasSubstr("\n  b: #20 ")));
}

TEST(TraceDiffTest, ExactlyLogLinesPlacesAndMessagesCount) {
  const TraceDiffOptions exactly = {.context = 0, .exact = true};
  EXPECT_THAT(DiffTraces(ReadBack({Logs("a", 1)}, "a"),
                         ReadBack({Logs("b", 1)}, "b"), exactly),
              Optional(Eq("first difference at event #0\n"
                          "  a: #0 0.000s task#1 log: a [a.cc:1 F]\n"
                          "  b: #0 0.000s task#1 log: b [a.cc:1 F]")));
  EXPECT_THAT(DiffTraces(ReadBack({Logs("a", 1)}, "a"),
                         ReadBack({Logs("a", 2)}, "b"), exactly),
              Optional(HasSubstr("\n  b: #0 0.000s task#1 log: a [a.cc:2 F]")));
  EXPECT_THAT(
      DiffTraces(ReadBack({Logs("a", 1)}, "a"), ReadBack({}, "b"), exactly),
      Optional(HasSubstr("\n  b: nothing more, the run was over")));
  EXPECT_THAT(
      DiffTraces(ReadBack({Does(event::Failed{"a", {}})}, "a"),
                 ReadBack({Does(event::Failed{"b", {}})}, "b"), exactly),
      Optional(HasSubstr("\n  b: #0 0.000s task#1 FAILURE: b")));
  Trace other = ReadBack({}, "b");
  other.footer->failure->message = "else";
  EXPECT_THAT(DiffTraces(ReadBack({}, "a"), other, exactly),
              Optional(HasSubstr("the end differs")));
  EXPECT_EQ(DiffTraces(ReadBack({}, "a"), other), kNone);
}

TEST(TraceDiffTest, TracesOfDifferentTestsAreNotCompared) {
  const Trace a = ReadBack(SampleEvents(), "a");
  Trace b = ReadBack({}, "b");
  b.header.param = "3";
  EXPECT_THAT(DiffTraces(a, b), Optional(Eq("the test differs\n"
                                            "  a: Bank.KeepsItsBalance of 2\n"
                                            "  b: Bank.KeepsItsBalance of 3")));
  b.header.param = "";
  EXPECT_THAT(DiffTraces(a, b),
              Optional(HasSubstr("\n  b: Bank.KeepsItsBalance")));
}

TEST(TraceDiffTest, WithoutEventsTheChoicesAreCompared) {
  std::vector<TraceEvent> changed = SampleEvents();
  auto& first = std::get<event::Chosen>(changed[8].what).choice;
  first.chosen = 2;
  const Trace a = ReadBack(SampleEvents(), "a", TraceLevel::kChoices);
  EXPECT_THAT(DiffTraces(a, ReadBack(changed, "b", TraceLevel::kChoices)),
              Optional(Eq("first difference at choice 0\n"
                          "  a: choice of data \"amount\": 3 of 4\n"
                          "  b: choice of data \"amount\": 2 of 4")));
  // Events on one side only say no more.
  EXPECT_THAT(DiffTraces(a, ReadBack(changed, "b")),
              Optional(HasSubstr("first difference at choice 0")));
  EXPECT_EQ(DiffTraces(a, ReadBack(SampleEvents(), "b")), kNone);

  first.chosen = 3;
  changed.erase(changed.begin() + 12);
  EXPECT_THAT(DiffTraces(a, ReadBack(changed, "b", TraceLevel::kChoices)),
              Optional(Eq("first difference at choice 1\n"
                          "  a: choice of next task: 1 of 3\n"
                          "  b: no further choice")));
  first.span = SpanId(9);
  EXPECT_THAT(DiffTraces(a, ReadBack(changed, "b", TraceLevel::kChoices)),
              Optional(Eq("first difference at choice 0\n"
                          "  a: choice of data \"amount\": 3 of 4 (span 1)\n"
                          "  b: choice of data \"amount\": 3 of 4 (span 9)")));
}

TEST(TraceDiffTest, EqualEventsWithAnotherEndDiffer) {
  Trace other = ReadBack(SampleEvents(), "b");
  other.footer->digests.data = Digest(1);
  EXPECT_THAT(
      DiffTraces(ReadBack(SampleEvents(), "a"), other),
      Optional(Eq("the end differs\n"
                  "  a: failed after 1.500000001s, 12 steps, schedule digest "
                  "0123456789abcdef, data digest fedcba9876543210\n"
                  "  b: failed after 1.500000001s, 12 steps, schedule digest "
                  "0123456789abcdef, data digest 0000000000000001")));
  other.footer.reset();
  EXPECT_THAT(DiffTraces(ReadBack(SampleEvents(), "a"), other),
              Optional(HasSubstr("\n  b: none, the process died")));
}

TEST(TraceDiffTest, ExactlyWhatTheTasksWereUpToCounts) {
  const TraceDiffOptions exactly = {.exact = true};
  const Trace a = ReadBack({}, "a");
  Trace b = ReadBack({}, "b");
  b.not_done[2].due = SimTime(1'000'000'000);
  EXPECT_EQ(DiffTraces(a, b), kNone);
  EXPECT_THAT(DiffTraces(a, b, exactly),
              Optional(Eq("what was not done differs\n"
                          "  a: helper#5 sleeps until 2.500s\n"
                          "    spawned at bank/transfer.cc:300 Transfer\n"
                          "  b: helper#5 sleeps until 1.000s\n"
                          "    spawned at bank/transfer.cc:300 Transfer")));
  b = ReadBack({}, "b");
  b.not_done.pop_back();
  EXPECT_THAT(DiffTraces(a, b, exactly),
              Optional(Eq("what was not done differs\n"
                          "  a: busy#6 is running\n"
                          "  b: no further task")));
  b = ReadBack({}, "b");
  b.not_done_count = 9;
  EXPECT_THAT(DiffTraces(a, b, exactly),
              Optional(Eq("how much was not done differs\n  a: 4\n  b: 9")));
}

// ---- Speed ------------------------------------------------------------------

// Not timed: a comparison that is quadratic would not come back.
TEST(TraceDiffTest, ADifferenceAtTheEndOfAHundredThousandEventsIsFound) {
  std::vector<TraceEvent> events;
  while (events.size() < 100000) {
    for (const TraceEvent& event : SampleEvents()) events.push_back(event);
  }
  const Trace a = ReadBack(events, "a");
  events.back().task = TaskId(9);
  const Trace b = ReadBack(events, "b");
  const auto difference = DiffTraces(a, b);
  ASSERT_TRUE(difference.has_value());
  const size_t last = events.size() - 1;
  EXPECT_THAT(*difference, HasSubstr(absl::StrCat("first difference at event #",
                                                  last, "\n")));
  EXPECT_THAT(*difference, Not(HasSubstr(absl::StrCat("#", last - 6))));
}

// ---- Traces whose first events were dropped --------------------------------

// Returns the trace of `events` as if the first `dropped` were not in it.
Trace WithoutFirst(const std::vector<TraceEvent>& events, size_t dropped,
                   absl::string_view name) {
  Trace trace = ReadBack(events, name);
  trace.before.assign(trace.events.begin(), trace.events.begin() + 1);
  trace.events.erase(trace.events.begin(),
                     trace.events.begin() + static_cast<ptrdiff_t>(dropped));
  trace.first_event = dropped;
  return trace;
}

TEST(TraceDiffTest, WhatOnlyOneOfThemHasDroppedIsNotCompared) {
  const std::vector<TraceEvent> events = SampleEvents();
  const Trace whole = ReadBack(events, "a");
  for (size_t dropped : {1u, 5u, 20u}) {
    const Trace part = WithoutFirst(events, dropped, "b");
    EXPECT_EQ(DiffTraces(whole, part), std::nullopt);
    EXPECT_EQ(DiffTraces(part, whole), std::nullopt);
    EXPECT_EQ(DiffTraces(part, WithoutFirst(events, 7, "c")), std::nullopt);
  }
}

TEST(TraceDiffTest, NumbersOfEventsCountThoseThatWereDropped) {
  std::vector<TraceEvent> events = SampleEvents();
  const Trace whole = ReadBack(events, "a");
  events.back().task = TaskId(2);
  const Trace part = WithoutFirst(events, 5, "b");
  const size_t last = events.size() - 1;
  EXPECT_THAT(
      DiffTraces(part, whole).value_or(""),
      testing::AllOf(testing::StartsWith(absl::StrCat(
                         "first difference at event #", last, "\n")),
                     testing::HasSubstr(absl::StrCat("b: #", last, " "))));
}

TEST(TraceDiffTest, AChoiceThatOneOfThemHasDroppedIsCompared) {
  std::vector<TraceEvent> events = SampleEvents();
  const Trace whole = ReadBack(events, "a");
  for (TraceEvent& event : events) {
    auto* chosen = std::get_if<event::Chosen>(&event.what);
    if (chosen == nullptr) continue;
    chosen->choice.chosen = 0;
    break;
  }
  EXPECT_THAT(DiffTraces(whole, WithoutFirst(events, 30, "b")).value_or(""),
              testing::StartsWith("first difference at choice 0\n"));
}

}  // namespace
}  // namespace orrery
