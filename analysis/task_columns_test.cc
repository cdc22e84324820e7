// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/task_columns.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/analysis/text_table.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr TaskId kLoop(0);
constexpr TaskId kAnn(1);
constexpr TaskId kBen(2);

event::Spawned Spawns(TaskId id, absl::string_view name) {
  event::Spawned spawned;
  spawned.id = id;
  spawned.name = name;
  return spawned;
}
event::Logged Logs(absl::string_view text) {
  event::Logged logged;
  logged.text = text;
  return logged;
}

// Two tasks, a message that arrives, and one that does not.
Trace Talk() {
  const SimTime start;
  const SimTime later(1'500'000'000);
  Trace trace;
  event::MessageSent sent;
  sent.id = MessageId(1);
  sent.type = "Ping";
  sent.size = 8;
  event::MessageSent lost = sent;
  lost.id = MessageId(2);
  event::Suspended waits;
  waits.wait = WaitKind::kSleep;
  waits.due = later;
  trace.events = {
      {start, kLoop, Spawns(kAnn, "ann")},
      {start, kAnn, Spawns(kBen, "ben")},
      {start, kAnn, sent},
      {start, kAnn, lost},
      {start, kAnn, waits},
      {start, kLoop, event::MessageDropped{MessageId(2), "partition"}},
      {start, kBen, event::MessageDelivered{MessageId(1), {}}},
      {start, kBen, event::CancelRequested{kAnn}},
      {start, kBen, event::Woken{kAnn}},
      {later, kAnn, event::Finished{.failed = false, .cancelled = true}},
  };
  return trace;
}

std::vector<uint64_t> All(const Trace& trace) {
  std::vector<uint64_t> indices;
  for (uint64_t i = 0; i < trace.events.size(); ++i) indices.push_back(i);
  return indices;
}

std::string Format(const Trace& trace, const TimelineOptions& options) {
  return FormatTimeline(trace, MakeTimelineRows(trace, All(trace)), options);
}

TEST(TaskColumnsTest, EachTaskHasAColumnWithWhatItDoesAndWhatIsDoneToIt) {
  EXPECT_EQ(
      Format(Talk(), {.width = 120, .ascii = true}),
      R"( #    time  | loop                                | ann#1                               | ben#2
------------+-------------------------------------+-------------------------------------+-------------------------------
 0  0.000s  | spawns ann#1                        | < spawned                           |
 1       "  |                                     | spawns ben#2                        | < spawned
 2       "  |                                     | sends message 1 Ping, 8 bytes -> #6 |
 3       "  |                                     | sends message 2 Ping, 8 bytes -> #5 |
 4       "  |                                     | sleeps until 1.500s                 |
 5       "  | #3 -> drops message 2 Ping:         |                                     |
            | partition                           |                                     |
 6       "  |                                     |                                     | #2 -> receives message 1 Ping
 7       "  |                                     | < asked to cancel                   | asks ann#1 to cancel
 8       "  |                                     | < woken                             | wakes ann#1
 9  1.500s  |                                     | ends, cancelled                     |
)");
}

TEST(TaskColumnsTest, WithoutAsciiThereAreLinesAndArrows) {
  const std::string table = Format(Talk(), {.width = 120});
  EXPECT_THAT(table, HasSubstr(" \u2502 loop "));
  EXPECT_THAT(table, HasSubstr("\u2500\u253c\u2500"));
  EXPECT_THAT(table, HasSubstr(" \u2500\u25ba #6 "));
  EXPECT_THAT(table, HasSubstr("\u25c4 woken"));
}

TEST(TaskColumnsTest, NoLineIsWiderThanTheTerminal) {
  for (size_t width = 58; width < 130; ++width) {
    for (bool ascii : {false, true}) {
      const std::string table =
          Format(Talk(), {.width = width, .ascii = ascii});
      for (absl::string_view line : absl::StrSplit(table, '\n')) {
        ASSERT_LE(ColumnsOf(line), width) << table;
      }
    }
  }
}

TEST(TaskColumnsTest, WhatDoesNotFitIntoAColumnGoesOnBelow) {
  Trace trace;
  trace.events = {{SimTime(), kAnn, Logs("one two three four five six seven")},
                  {SimTime(), kBen, Logs("short")}};
  EXPECT_EQ(Format(trace, {.width = 45, .ascii = true}),
            " #    time  | task#1            | task#2\n"
            "------------+-------------------+------------\n"
            " 0  0.000s  | log: one two      |\n"
            "            | three four five   |\n"
            "            | six seven         |\n"
            " 1       \"  |                   | log: short\n");
}

TEST(TaskColumnsTest, AFailureIsShownInMoreLinesThanOtherEvents) {
  std::string text;
  for (int i = 0; i < 40; ++i) absl::StrAppend(&text, "word", i, " ");
  Trace trace;
  event::Failed failed;
  failed.message = text;
  trace.events = {{SimTime(), kAnn, Logs(text)}, {SimTime(), kBen, failed}};
  const std::string table = Format(trace, {.width = 80, .ascii = true});
  const std::vector<std::string> lines = absl::StrSplit(table, '\n');
  // Two of the heading, three of the log line, then the failure.
  ASSERT_GT(lines.size(), 10u) << table;
  EXPECT_THAT(lines[4], HasSubstr("~ |")) << table;
  EXPECT_THAT(table, HasSubstr("word39"));
}

TEST(TaskColumnsTest, WhereColumnsWouldBeTooNarrowItIsAList) {
  EXPECT_EQ(Format(Talk(), {.width = 40, .ascii = true}),
            " 0  0.000s  loop   spawns ann#1\n"
            " 1       \"  ann#1  spawns ben#2\n"
            " 2       \"  ann#1  sends message 1 Ping, 8 bytes -> #6\n"
            " 3       \"  ann#1  sends message 2 Ping, 8 bytes -> #5\n"
            " 4       \"  ann#1  sleeps until 1.500s\n"
            " 5       \"  loop   #3 -> drops message 2 Ping: partition\n"
            " 6       \"  ben#2  #2 -> receives message 1 Ping\n"
            " 7       \"  ben#2  asks ann#1 to cancel\n"
            " 8       \"  ben#2  wakes ann#1\n"
            " 9  1.500s  ann#1  ends, cancelled\n");
}

TEST(TaskColumnsTest, OfOtherTasksOnlyWhatTheyDoToThoseThatAreWanted) {
  const Trace trace = Talk();
  const std::string table =
      Format(trace, {.width = 80, .ascii = true, .tasks = {kAnn}});
  EXPECT_THAT(table, HasSubstr("| < woken by ben#2\n"));
  EXPECT_THAT(table, HasSubstr("| < spawned by loop\n"));
  EXPECT_THAT(table, Not(HasSubstr("receives")));
}

TEST(TaskColumnsTest, OneEventMayBeMarked) {
  const std::string table =
      Format(Talk(), {.width = 40, .ascii = true, .marked = 8});
  EXPECT_THAT(table, HasSubstr("\n>8       \"  ben#2  wakes"));
}

TEST(TaskColumnsTest, NumbersAreThoseOfTheRun) {
  Trace trace = Talk();
  trace.first_event = 1000;
  const std::string list = Format(trace, {.width = 40, .ascii = true});
  EXPECT_THAT(list,
              HasSubstr("\n 1002       \"  ann#1  sends message 1 Ping, 8 "
                        "bytes -> #1006\n"));
}

TEST(TaskColumnsTest, NamesOfEventsThatWereDroppedAreKnown) {
  Trace trace = Talk();
  trace.before.assign(trace.events.begin(), trace.events.begin() + 2);
  trace.events.erase(trace.events.begin(), trace.events.begin() + 2);
  trace.first_event = 2;
  EXPECT_THAT(Format(trace, {.width = 40, .ascii = true}),
              HasSubstr(" 8       \"  ben#2  wakes ann#1\n"));
}

TEST(TaskColumnsTest, OnlyWhatTheActingTaskDoesIsPainted) {
  TimelineOptions options{.width = 100, .ascii = true};
  options.paint = [](const TraceEvent&, absl::string_view text) {
    return absl::StrCat("<b>", text, "</b>");
  };
  const std::string table = Format(Talk(), options);
  EXPECT_THAT(table, HasSubstr("| < woken"));
  EXPECT_THAT(table, HasSubstr("| <b>wakes ann#1</b>"));
}

TEST(TaskColumnsTest, WhatAProgramLogsCannotMoveTheCursor) {
  Trace trace;
  trace.events = {{SimTime(), kLoop, Spawns(kAnn, "\x1b[2Jann\n")},
                  {SimTime(), kAnn, Logs("a\nb\r\x1b[31m")}};
  for (size_t width : {40, 100}) {
    const std::string table = Format(trace, {.width = width, .ascii = true});
    EXPECT_THAT(table, Not(HasSubstr("\x1b")));
    EXPECT_THAT(table, Not(HasSubstr("\r")));
  }
}

TEST(TaskColumnsTest, NothingIsATableWithoutRows) {
  EXPECT_EQ(FormatTimeline(Trace(), {}, {.ascii = true}),
            " #  time\n----------\n");
}

// ---- Rows -------------------------------------------------------------------

TEST(TimelineRowsTest, MessagesKnowWhereTheirWayBeginsAndEnds) {
  const Trace trace = Talk();
  const std::vector<TimelineRow> rows = MakeTimelineRows(trace, All(trace));
  ASSERT_EQ(rows.size(), 10u);
  EXPECT_EQ(rows[2].goes_to, 6u);
  EXPECT_EQ(rows[3].goes_to, 5u);
  EXPECT_EQ(rows[5].came_from, 3u);
  EXPECT_EQ(rows[6].came_from, 2u);
  EXPECT_EQ(rows[4].goes_to, std::nullopt);
}

TEST(TimelineRowsTest, AChoiceOfWhoRunsIsInShort) {
  static constexpr TaskId kBoth[] = {kAnn, kBen};
  Trace trace;
  trace.events = {
      {SimTime(), kLoop, Spawns(kBen, "ben")},
      {SimTime(), kLoop,
       event::Chosen{{ChoiceKind::kNextEntity, 2, 1, "", SpanId()}, kBoth}}};
  const std::vector<uint64_t> indices = {1};
  EXPECT_EQ(MakeTimelineRows(trace, indices)[0].text, "picks ben#2 of 2");
}

TEST(TimelineRowsTest, JsonTellsWhatIsDoneToWhom) {
  const Trace trace = Talk();
  const std::vector<TimelineRow> rows = MakeTimelineRows(trace, All(trace));
  TraceNames names;
  for (const TraceEvent& event : trace.events) names.Learn(event);
  EXPECT_EQ(TimelineRowAsJson(trace, rows[8], names),
            "{\"index\":8,\"time_ns\":0,\"task\":\"ben#2\",\"kind\":\"woken\","
            "\"text\":\"wakes ann#1\",\"site\":\"\",\"target\":\"ann#1\","
            "\"note\":\"woken\"}");
  EXPECT_EQ(TimelineRowAsJson(trace, rows[6], names),
            "{\"index\":6,\"time_ns\":0,\"task\":\"ben#2\",\"kind\":\"message_"
            "delivered\",\"text\":\"receives message 1 Ping\",\"site\":\"\","
            "\"came_from\":2}");
}

}  // namespace
}  // namespace orrery
