// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces that are whole, and files that are no traces. What may be wrong with
// the records of a trace is in trace_records_test.cc, damage anywhere in
// trace_damage_test.cc.

#include "orrery/traces/trace_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_text.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/trace_reader_test_", name);
}

// ---- What can be read -------------------------------------------------------

TEST(TraceReaderTest, EveryKindOfEventComesBackAsItWas) {
  const std::vector<TraceEvent> written = SampleEvents();
  const Trace trace = ReadBack(written);
  ASSERT_EQ(trace.events.size(), written.size());
  const TraceNames names;
  for (size_t i = 0; i < written.size(); ++i) {
    const std::string line = FormatEvent(i, written[i], names);
    EXPECT_TRUE(SameEvent(trace.events[i], written[i])) << line;
    EXPECT_EQ(FormatEvent(i, trace.events[i], names), line);
    EXPECT_EQ(EventSite(trace.events[i]), EventSite(written[i]));
    if (const auto* a = std::get_if<event::Suspended>(&written[i].what)) {
      EXPECT_EQ(std::get<event::Suspended>(trace.events[i].what).due, a->due);
    }
    if (const auto* a = std::get_if<event::Spawned>(&written[i].what)) {
      EXPECT_EQ(std::get<event::Spawned>(trace.events[i].what).due, a->due);
    }
  }
}

TEST(TraceReaderTest, TimesThatGoBackOrFarComeBackAsTheyWere) {
  std::vector<TraceEvent> written;
  for (int64_t ns : {int64_t{0}, int64_t{5}, int64_t{3}, int64_t{-7},
                     std::numeric_limits<int64_t>::max(), int64_t{1}}) {
    written.push_back(
        {SimTime(ns), TaskId(1),
         event::Suspended{WaitKind::kSleep, 0, SimTime(2), SiteText()}});
    written.push_back(
        {SimTime(ns), TaskId(1),
         event::Suspended{WaitKind::kSleep, 0, SimTime::Infinite(), {}}});
  }
  const Trace trace = ReadBack(written);
  for (size_t i = 0; i < written.size(); ++i) {
    EXPECT_TRUE(SameEvent(trace.events[i], written[i]))
        << FormatEvent(i, trace.events[i], {}) << " was "
        << FormatEvent(i, written[i], {});
  }
}

TEST(TraceReaderTest, HeaderAndFooterComeBackAsTheyWere) {
  const TraceHeader header = SampleHeader(TraceLevel::kEvents);
  const TraceFooter footer = SampleFooter();
  const Trace trace = ReadBack(SampleEvents());
  EXPECT_EQ(trace.name, "sample.trace");
  EXPECT_EQ(trace.header.version, kTraceVersion);
  EXPECT_EQ(trace.header.level, TraceLevel::kEvents);
  EXPECT_EQ(trace.header.target, header.target);
  EXPECT_EQ(trace.header.suite, header.suite);
  EXPECT_EQ(trace.header.test, header.test);
  EXPECT_EQ(trace.header.param, header.param);
  EXPECT_EQ(trace.header.run, header.run);
  EXPECT_EQ(trace.header.seed.value, header.seed.value);
  EXPECT_EQ(trace.header.scheduler, header.scheduler);
  EXPECT_EQ(trace.header.ordered, header.ordered);
  EXPECT_EQ(trace.header.max_steps, header.max_steps);
  EXPECT_EQ(trace.header.max_time, header.max_time);
  ASSERT_TRUE(trace.footer.has_value());
  EXPECT_EQ(trace.footer->events, SampleEvents().size());
  EXPECT_EQ(trace.footer->choices, 2u);
  EXPECT_EQ(trace.footer->steps, footer.steps);
  EXPECT_EQ(trace.footer->elapsed, footer.elapsed);
  EXPECT_EQ(trace.footer->outcome, footer.outcome);
  EXPECT_EQ(trace.footer->digests, footer.digests);
  ASSERT_TRUE(trace.footer->failure.has_value());
  EXPECT_EQ(trace.footer->failure->message, footer.failure->message);
  EXPECT_EQ(trace.footer->failure->time, footer.failure->time);
  EXPECT_EQ(trace.footer->failure->step, footer.failure->step);
  EXPECT_EQ(trace.footer->failure->task, footer.failure->task);
  EXPECT_EQ(trace.footer->failure->site, footer.failure->site);
  EXPECT_EQ(trace.damage, "");
  EXPECT_EQ(trace.unknown_events, 0u);
}

TEST(TraceReaderTest, TasksThatWereNotDoneComeBackAsTheyWere) {
  const std::vector<TaskReport> written = SampleTasks();
  for (TraceLevel level : {TraceLevel::kChoices, TraceLevel::kEvents}) {
    const Trace trace = ReadBack(SampleEvents(), "x", level);
    EXPECT_EQ(trace.not_done_count, written.size());
    ASSERT_EQ(trace.not_done.size(), written.size());
    for (size_t i = 0; i < written.size(); ++i) {
      SCOPED_TRACE(written[i].name);
      EXPECT_EQ(trace.not_done[i].id, written[i].id);
      EXPECT_EQ(trace.not_done[i].name, written[i].name);
      EXPECT_EQ(trace.not_done[i].wait, written[i].wait);
      EXPECT_EQ(trace.not_done[i].waits_for, written[i].waits_for);
      EXPECT_EQ(trace.not_done[i].held_by, written[i].held_by);
      EXPECT_EQ(trace.not_done[i].due, written[i].due);
      EXPECT_EQ(trace.not_done[i].stack, written[i].stack);
      EXPECT_EQ(trace.not_done[i].spawned_at, written[i].spawned_at);
      EXPECT_EQ(trace.not_done[i].awaited_by, written[i].awaited_by);
      EXPECT_EQ(trace.not_done[i].running, written[i].running);
    }
  }
}

TEST(TraceReaderTest, TheScheduleIsTheSameAtEitherLevel) {
  const Trace events = ReadBack(SampleEvents(), "a", TraceLevel::kEvents);
  const Trace choices = ReadBack(SampleEvents(), "b", TraceLevel::kChoices);
  EXPECT_TRUE(choices.events.empty());
  for (const Trace* trace : {&events, &choices}) {
    const Schedule& schedule = trace->schedule;
    EXPECT_TRUE(schedule.ordered);
    ASSERT_EQ(schedule.choices.size(), 2u);
    EXPECT_EQ(schedule.choices[0].kind, ChoiceKind::kData);
    EXPECT_EQ(schedule.choices[0].n, 4u);
    EXPECT_EQ(schedule.choices[0].chosen, 3u);
    EXPECT_EQ(schedule.SiteOf(schedule.choices[0]), "amount");
    EXPECT_EQ(schedule.choices[0].span, SpanId(1));
    EXPECT_EQ(schedule.choices[1].kind, ChoiceKind::kNextEntity);
    EXPECT_EQ(schedule.SiteOf(schedule.choices[1]), "");
    EXPECT_EQ(schedule.choices[1].span, SpanId());
  }
  ASSERT_EQ(choices.checkpoints.size(), 1u);
  EXPECT_EQ(choices.checkpoints.at(2), SampleFooter().digests);
}

TEST(TraceReaderTest, ATraceThatMovesTakesItsTextsAlong) {
  Trace first = ReadBack(SampleEvents());
  const Trace second = std::move(first);
  Trace third = ReadBack({});
  third = ReadBack(SampleEvents());
  const TraceNames names;
  for (size_t i = 0; i < second.events.size(); ++i) {
    EXPECT_EQ(FormatEvent(i, second.events[i], names),
              FormatEvent(i, third.events[i], names));
  }
}

TEST(TraceReaderTest, FilesAreReadFromTheirPath) {
  const std::string path = TempPath("file");
  const std::string bytes = SampleTraceBytes(TraceLevel::kEvents);
  ASSERT_TRUE(WriteTraceFile(path, bytes).ok());
  const absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->name, path);
  EXPECT_EQ(trace->size, bytes.size());
  EXPECT_EQ(trace->events.size(), SampleEvents().size());
}

// Makes the file at `path` standard input while it lives.
class StandardInput {
 public:
  explicit StandardInput(const std::string& path)
      : before_(::dup(STDIN_FILENO)) {
    const int fd = ::open(path.c_str(), O_RDONLY);
    EXPECT_EQ(::dup2(fd, STDIN_FILENO), STDIN_FILENO);
    ::close(fd);
  }
  ~StandardInput() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
  }

 private:
  int before_;
};

TEST(TraceReaderTest, ADashIsStandardInput) {
  const std::string path = TempPath("stdin");
  ASSERT_TRUE(WriteTraceFile(path, SampleTraceBytes(TraceLevel::kEvents)).ok());
  const StandardInput input(path);
  const absl::StatusOr<Trace> trace = ReadTrace("-");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->name, "standard input");
  EXPECT_EQ(trace->events.size(), SampleEvents().size());
}

TEST(TraceReaderTest, EmptyStandardInputIsCalledByItsName) {
  const StandardInput input("/dev/null");
  EXPECT_EQ(ReadTrace("-").status().message(),
            "standard input: the file is empty; nothing was recorded into it");
}

// ---- Piece by piece ---------------------------------------------------------

// Writes a trace that is longer than what is read at a time.
std::string WriteLongFile() {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  for (int i = 0; i < 2; ++i) RecordLongRun(writer);
  EXPECT_TRUE(writer.Finish(SampleFooter()).ok());
  EXPECT_GT(writer.bytes().size(), 2'000'000u);
  const std::string path = TempPath("long");
  EXPECT_TRUE(WriteTraceFile(path, writer.bytes()).ok());
  return path;
}

TEST(TraceReaderTest, PieceByPieceAFileHasTheSameEvents) {
  const std::string path = WriteLongFile();
  const absl::StatusOr<Trace> whole = ReadTrace(path);
  ASSERT_TRUE(whole.ok()) << whole.status();
  uint64_t next = 0;
  int pieces = 0;
  const TraceNames names;
  const absl::StatusOr<Trace> trace =
      ReadTrace(path, {.on_events = [&](const Trace& so_far, uint64_t first,
                                        absl::Span<const TraceEvent> events) {
                  EXPECT_EQ(so_far.header.test, whole->header.test);
                  EXPECT_EQ(first, next);
                  for (const TraceEvent& event : events) {
                    const TraceEvent& expected = whole->events[next];
                    EXPECT_TRUE(SameEvent(event, expected)) << next;
                    if (next % 100 == 0) {
                      EXPECT_EQ(FormatEvent(next, event, names),
                                FormatEvent(next, expected, names));
                    }
                    ++next;
                  }
                  ++pieces;
                  return true;
                }});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(next, whole->events.size());
  EXPECT_GT(pieces, 20);
  EXPECT_TRUE(trace->events.empty());
  EXPECT_TRUE(trace->schedule.choices.empty());
  EXPECT_EQ(trace->choice_count, whole->schedule.choices.size());
  EXPECT_EQ(trace->footer->events, whole->footer->events);
}

TEST(TraceReaderTest, WhoHasSeenEnoughEndsTheReading) {
  const std::string path = WriteLongFile();
  int pieces = 0;
  const absl::StatusOr<Trace> trace = ReadTrace(
      path,
      {.on_events = [&](const Trace&, uint64_t, absl::Span<const TraceEvent>) {
        return ++pieces < 3;
      }});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(pieces, 3);
  EXPECT_FALSE(trace->footer.has_value()) << "the rest was not read";
}

// ---- Files that are no traces -----------------------------------------------

TEST(TraceReaderTest, AMissingFileIsNotFound) {
  const absl::Status status = ReadTrace("/no/such.trace").status();
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "cannot open the trace /no/such.trace: No such file or directory");
}

TEST(TraceReaderTest, AFolderIsNoTrace) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(ReadTrace(folder).status().message(),
            absl::StrCat("cannot read the trace ", folder, ": Is a directory"));
}

TEST(TraceReaderTest, AnEmptyFileSaysThatNothingWasRecorded) {
  const absl::Status status = ParseTrace("", "x.trace").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "x.trace: the file is empty; nothing was recorded into it");
}

TEST(TraceReaderTest, AnotherFileIsNoTraceAndItsBeginningIsShown) {
  const absl::Status status =
      ParseTrace("#!/bin/sh\necho hello\n", "x.trace").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "x.trace: not an Orrery trace: it begins with \"#!/bin/sh\", a "
            "trace with \"Y\\x89ORY\\r\\n\\x1a\\n\"");
}

TEST(TraceReaderTest, AShortFileIsNoTrace) {
  EXPECT_THAT(ParseTrace("hi", "x.trace").status().message(),
              HasSubstr("not an Orrery trace: it begins with \"hi\""));
}

TEST(TraceReaderTest, ATraceThatWasCopiedAsTextIsNoTrace) {
  const std::string bytes = absl::StrReplaceAll(
      SampleTraceBytes(TraceLevel::kEvents), {{"\r\n", "\n"}});
  EXPECT_THAT(ParseTrace(bytes, "x.trace").status().message(),
              HasSubstr("it begins with \"Y\\x89ORY\\n\\x1a\\n"));
}

// Reading it to its end would take forever.
TEST(TraceReaderTest, OfAFileThatIsNoTraceOnlyTheBeginningIsRead) {
  EXPECT_THAT(ReadTrace("/dev/zero").status().message(),
              HasSubstr("/dev/zero: not an Orrery trace: it begins with "
                        "\"\\x00\\x00\\x00"));
}

}  // namespace
}  // namespace orrery
