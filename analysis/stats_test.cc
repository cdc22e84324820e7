// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/stats.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/analysis/stats_text.h"
#include "orrery/analysis/text_table.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr TaskId kLoop(0);
constexpr TaskId kAnn(1);
constexpr TaskId kBen(2);

event::Suspended Waits(WaitKind wait, uint32_t object = 0) {
  event::Suspended suspended;
  suspended.wait = wait;
  suspended.object = object;
  return suspended;
}

event::ObjectMade Makes(uint32_t id, absl::string_view type,
                        absl::string_view name) {
  event::ObjectMade made;
  made.id = ObjectId(id);
  made.type = type;
  made.name = name;
  return made;
}

event::Spawned Spawns(TaskId id, absl::string_view name) {
  event::Spawned spawned;
  spawned.id = id;
  spawned.name = name;
  return spawned;
}

Trace Of(std::vector<TraceEvent> events) {
  Trace trace;
  trace.name = "t";
  trace.events = std::move(events);
  return trace;
}

TEST(StatsTest, OfNothingThereIsNothing) {
  const TraceStats stats = CountAll(Trace());
  EXPECT_EQ(stats.events, 0u);
  EXPECT_THAT(stats.events_by_kind, IsEmpty());
  EXPECT_THAT(stats.waits, IsEmpty());
  EXPECT_THAT(stats.tasks, IsEmpty());
}

TEST(StatsTest, EventsAreCountedByKindTheMostFrequentFirst) {
  const SimTime t;
  const TraceStats stats = CountAll(Of({{t, kAnn, event::Logged()},
                                        {t, kAnn, event::Resumed()},
                                        {t, kAnn, event::Logged()},
                                        {t, kAnn, event::Finished()}}));
  EXPECT_THAT(stats.events_by_kind,
              ElementsAre(NamedCount{"log", 2}, NamedCount{"finished", 1},
                          NamedCount{"resumed", 1}));
  EXPECT_EQ(stats.events, 4u);
  EXPECT_EQ(stats.steps, 1u);
}

TEST(StatsTest, AWaitLastsUntilTheTaskIsWoken) {
  const TraceStats stats =
      CountAll(Of({{SimTime(0), kAnn, Makes(1, "Mutex", "state")},
                   {SimTime(5), kAnn, Waits(WaitKind::kMutex, 1)},
                   {SimTime(6), kBen, event::Resumed()},
                   {SimTime(7), kBen, Waits(WaitKind::kMutex, 1)},
                   {SimTime(15), kLoop, event::Woken{kAnn}},
                   {SimTime(90), kAnn, event::Resumed()},
                   {SimTime(100), kAnn, Waits(WaitKind::kMutex, 1)},
                   {SimTime(101), kLoop, event::Woken{kAnn}},
                   {SimTime(107), kLoop, event::Woken{kBen}}}));
  ASSERT_EQ(stats.waits.size(), 1u);
  const WaitStats& wait = stats.waits[0];
  EXPECT_EQ(wait.on, "Mutex \"state\"");
  EXPECT_EQ(wait.count, 3u);
  EXPECT_EQ(wait.open, 0u);
  EXPECT_EQ(wait.total_ns, 10 + 1 + 100);
  EXPECT_EQ(wait.longest_ns, 100);
  EXPECT_EQ(wait.total_steps, 1u + 0u + 1u);
  EXPECT_EQ(wait.most_at_once, 2u);
}

TEST(StatsTest, AWaitThatIsNotOverCountsUpToTheEnd) {
  const TraceStats stats =
      CountAll(Of({{SimTime(0), kLoop, Spawns(kBen, "ben")},
                   {SimTime(5), kAnn, Waits(WaitKind::kJoin, 2)},
                   {SimTime(30), kBen, event::Logged()}}));
  ASSERT_EQ(stats.waits.size(), 1u);
  EXPECT_EQ(stats.waits[0].on, "task ben#2");
  EXPECT_EQ(stats.waits[0].open, 1u);
  EXPECT_EQ(stats.waits[0].total_ns, 25);
}

TEST(StatsTest, GivingUpATurnIsNoWait) {
  EXPECT_THAT(CountAll(Of({{SimTime(0), kAnn, Waits(WaitKind::kTurn)}})).waits,
              IsEmpty());
}

TEST(StatsTest, WaitsForTheSameThingInAnotherWayAreAnotherThing) {
  const TraceStats stats =
      CountAll(Of({{SimTime(0), kLoop, Makes(1, "Queue", "jobs")},
                   {SimTime(0), kAnn, Waits(WaitKind::kQueueGet, 1)},
                   {SimTime(3), kBen, Waits(WaitKind::kQueuePut, 1)},
                   {SimTime(9), kLoop, event::Woken{kAnn}}}));
  ASSERT_EQ(stats.waits.size(), 2u);
  EXPECT_EQ(stats.waits[0].on, "an item in Queue \"jobs\"");
  EXPECT_EQ(stats.waits[1].on, "room in Queue \"jobs\"");
}

TEST(StatsTest, TasksAreCountedTheBusiestFirst) {
  const SimTime t;
  const TraceStats stats =
      CountAll(Of({{t, kLoop, Spawns(kAnn, "ann")},
                   {t, kLoop, Spawns(kBen, "ben")},
                   {t, kAnn, event::Resumed()},
                   {t, kAnn, Waits(WaitKind::kSleep)},
                   {t, kBen, event::Resumed()},
                   {t, kBen, event::Resumed()},
                   {SimTime(8), kLoop, event::Woken{kAnn}}}));
  ASSERT_EQ(stats.tasks.size(), 2u);
  EXPECT_EQ(stats.tasks[0].name, "ben#2");
  EXPECT_EQ(stats.tasks[0].steps, 2u);
  EXPECT_EQ(stats.tasks[1].name, "ann#1");
  EXPECT_EQ(stats.tasks[1].steps, 1u);
  EXPECT_EQ(stats.tasks[1].events, 2u);
  EXPECT_EQ(stats.tasks[1].waits, 1u);
  EXPECT_EQ(stats.tasks[1].waited_ns, 8);
}

TEST(StatsTest, MessagesAndFaultsAreCounted) {
  const SimTime t;
  event::MessageSent sent;
  sent.id = MessageId(1);
  const TraceStats stats = CountAll(
      Of({{t, kLoop, event::NodeMade{NodeId(1), "replica-0"}},
          {t, kAnn, sent},
          {t, kAnn, sent},
          {t, kLoop, event::MessageCopied{MessageId(1), MessageId(3)}},
          {t, kAnn, event::MessageDelivered{MessageId(1), {}}},
          {t, kLoop, event::MessageDropped{MessageId(2), "loss"}},
          {t, kLoop, event::MessageDropped{MessageId(3), "loss"}},
          {t, kLoop, event::Faulted{"partition", NodeId()}},
          {t, kLoop, event::NodeChanged{NodeId(1), NodeState::kUp, 1}},
          {t, kLoop, event::NodeChanged{NodeId(1), NodeState::kCrashed, 1}}}));
  EXPECT_EQ(stats.sent, 2u);
  EXPECT_EQ(stats.copied, 1u);
  EXPECT_EQ(stats.delivered, 1u);
  EXPECT_EQ(stats.dropped, 2u);
  EXPECT_THAT(stats.drops_by_reason, ElementsAre(NamedCount{"loss", 2}));
  EXPECT_THAT(stats.faults, ElementsAre(NamedCount{"partition", 1},
                                        NamedCount{"replica-0 crashes", 1}));
}

// What a damaged trace may hold.
TEST(StatsTest, TimesAtTheLimitsDoNotOverflow) {
  const TraceStats stats =
      CountAll(Of({{SimTime(std::numeric_limits<int64_t>::min()), kAnn,
                    Waits(WaitKind::kSleep)},
                   {SimTime::Infinite(), kLoop, event::Woken{kAnn}},
                   {SimTime(3), kAnn, event::Resumed()},
                   {SimTime(4), kLoop, event::Resumed()},
                   {SimTime(4), kLoop, Waits(WaitKind::kSleep)}}));
  EXPECT_EQ(stats.waits.size(), 1u);
  EXPECT_EQ(stats.elapsed, SimTime::Infinite());
}

TEST(StatsTest, OfRunsTheSumsAreThoseOfTheTrace) {
  for (const SampleProgram& program : SamplePrograms()) {
    SCOPED_TRACE(program.name);
    RandomScheduler scheduler;
    TraceWriter writer;
    const RunResult result = RunRecorded(program.main, scheduler, Seed(1),
                                         TraceLevel::kEvents, writer);
    const absl::StatusOr<Trace> trace =
        ParseTrace(writer.bytes(), "run", {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    const TraceStats stats = CountAll(*trace);
    EXPECT_EQ(stats.events, trace->events.size());
    EXPECT_EQ(stats.steps, result.steps);
    uint64_t events = 0;
    for (const NamedCount& kind : stats.events_by_kind) events += kind.count;
    EXPECT_EQ(events, stats.events);
    uint64_t choices = 0;
    for (const NamedCount& c : stats.choices_by_label) choices += c.count;
    EXPECT_EQ(choices, stats.choices);
    uint64_t steps = 0;
    for (const TaskStats& task : stats.tasks) steps += task.steps;
    EXPECT_EQ(steps, stats.steps);
    for (const WaitStats& wait : stats.waits) EXPECT_EQ(wait.open, 0u);
  }
}

// ---- In words ---------------------------------------------------------------

TEST(StatsTextTest, TablesAreThereForWhatThereIs) {
  const Trace trace = Of({{SimTime(0), kLoop, Spawns(kAnn, "ann")},
                          {SimTime(0), kAnn, event::Resumed()},
                          {SimTime(0), kAnn, Waits(WaitKind::kSleep)},
                          {SimTime(1'500'000'000), kLoop, event::Woken{kAnn}},
                          {SimTime(1'500'000'000), kAnn, event::Resumed()}});
  EXPECT_EQ(FormatStats(trace, CountAll(trace), 10),
            "t: 5 events, 2 steps, 0 choices, 1 task, 1.500s\n"
            "\n"
            "events:\n"
            "  2  resumed\n"
            "  1  spawned\n"
            "  1  suspended\n"
            "  1  woken\n"
            "\n"
            "waits:\n"
            "   total  longest  steps  times  at once  open  for\n"
            "  1.500s   1.500s      0      1        1     0  sleep\n"
            "\n"
            "tasks:\n"
            "  steps  events  waits  waited  task\n"
            "      2       3      1  1.500s  ann#1\n");
  EXPECT_THAT(FormatStats(trace, CountAll(trace), 2),
              HasSubstr("  1  spawned\n  and 2 more\n"));
}

TEST(StatsTextTest, ATraceWithoutItsFirstEventsSaysSo) {
  Trace trace = Of({{SimTime(0), kAnn, event::Resumed()}});
  trace.first_event = 12;
  EXPECT_THAT(
      FormatStats(trace, CountAll(trace)),
      HasSubstr("\nthe first 12 events are not in the trace, and not counted"));
}

TEST(StatsTextTest, WhatAProgramNamesCannotMoveTheCursor) {
  const Trace trace =
      Of({{SimTime(0), kLoop, event::Faulted{"\x1b[2J\n", NodeId()}},
          {SimTime(0), kLoop, event::MessageDropped{MessageId(1), "\r\x07"}}});
  const std::string text = FormatStats(trace, CountAll(trace));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, HasSubstr("1  \\x1b[2J "));
}

TEST(StatsTextTest, JsonHasEveryKey) {
  const Trace trace = Of({{SimTime(7), kAnn, Waits(WaitKind::kSleep)}});
  EXPECT_EQ(
      StatsAsJson(trace, CountAll(trace)),
      "{\"file\":\"t\",\"events\":1,\"first_event\":0,\"steps\":0,\"choices\":"
      "0,\"elapsed_ns\":7,\"events_by_kind\":[{\"name\":\"suspended\","
      "\"count\":1}],\"choices_by_label\":[],\"messages_sent\":0,\"messages_"
      "delivered\":0,\"messages_dropped\":0,\"messages_copied\":0,\"drops_by_"
      "reason\":[],\"faults\":[],\"waits\":[{\"on\":\"sleep\",\"count\":1,"
      "\"open\":1,\"total_ns\":0,\"longest_ns\":0,\"total_steps\":0,\"most_at_"
      "once\":1}],\"tasks\":[{\"task\":\"task#1\",\"kind\":\"task\",\"events\":"
      "1,\"steps\":0,\"waits\":1,\"waited_ns\":0}],\"damage\":\"\"}");
}

TEST(TextTableTest, CellsAreFlushedRightButTheLastOne) {
  TextTable table;
  table.Add({"1", "one", "x"});
  table.Add({"200", "o", "long"});
  EXPECT_EQ(table.Format("> "), ">   1  one  x\n> 200    o  long\n");
  EXPECT_EQ(TextTable().Format(""), "");
}

TEST(TextTableTest, ACharacterTakesAColumn) {
  EXPECT_EQ(ColumnsOf("caf\xc3\xa9"), 4u);
  EXPECT_EQ(Fit("caf\xc3\xa9", 4), "caf\xc3\xa9");
  EXPECT_EQ(Fit("caf\xc3\xa9s", 4), "caf~");
  EXPECT_EQ(Fit("caf\xc3\xa9s", 5), "caf\xc3\xa9s");
  EXPECT_EQ(Fit("caf\xc3\xa9ss", 5), "caf\xc3\xa9~");
  EXPECT_EQ(Fit("abc", 1), "~");
  EXPECT_EQ(Fit("abc", 0), "");
}

TEST(TextTableTest, LinesAreBrokenBetweenWordsWhereTheyCan) {
  EXPECT_THAT(Wrap("one two  three", 7, 9), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("one two three", 6, 9), ElementsAre("one", "two", "three"));
  EXPECT_THAT(Wrap("abcdefgh ij", 3, 9), ElementsAre("abc", "def", "gh", "ij"));
  EXPECT_THAT(Wrap("one two three four", 5, 2), ElementsAre("one", "two ~"));
  EXPECT_THAT(Wrap("caf\xc3\xa9s", 4, 9), ElementsAre("caf\xc3\xa9", "s"));
  EXPECT_THAT(Wrap("", 4, 9), ElementsAre(""));
  EXPECT_THAT(Wrap("    x", 2, 9), ElementsAre("", "x"));
}

}  // namespace
}  // namespace orrery
