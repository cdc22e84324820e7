// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a trace. How they get into files is in
// trace_writer_file_test.cc.

#include "orrery/traces/trace_writer.h"

#include <unistd.h>

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

constexpr TraceLevel kLevels[] = {TraceLevel::kChoices, TraceLevel::kEvents};

TraceFooter FooterOf(const RunResult& run) {
  TraceFooter footer;
  footer.steps = run.steps;
  footer.outcome = run.outcome;
  footer.digests = run.digests;
  return footer;
}

// A run of the program, as it is written.
std::string Write(const SampleProgram& program, TraceLevel level) {
  RandomScheduler scheduler;
  TraceWriter writer;
  const RunResult run =
      RunRecorded(program.main, scheduler, Seed(7), level, writer);
  EXPECT_TRUE(writer.Finish(FooterOf(run)).ok());
  return std::string(writer.bytes());
}

// Takes the messages that protobuf found in a file and writes them again, in
// the order in which they stood there.
std::string Reserialize(const traces::v1::Trace& trace,
                        const std::vector<RawRecord>& records) {
  std::string bytes(kTraceMagic, kTraceMagicSize);
  std::map<uint32_t, int> next;
  for (const RawRecord& record : records) {
    const int i = next[record.number]++;
    std::string payload;
    switch (static_cast<TraceRecord>(record.number)) {
      case TraceRecord::kHeader:
        payload = trace.header().SerializeAsString();
        break;
      case TraceRecord::kEvent:
        payload = trace.event(i).SerializeAsString();
        break;
      case TraceRecord::kSync:
        payload = trace.sync(i).SerializeAsString();
        break;
      case TraceRecord::kIntern:
        payload = trace.intern(i).SerializeAsString();
        break;
      case TraceRecord::kChoices:
        payload = trace.choices(i).SerializeAsString();
        break;
      case TraceRecord::kFooter:
        payload = trace.footer().SerializeAsString();
        break;
      case TraceRecord::kTrailer:
        payload = trace.trailer().SerializeAsString();
        break;
      case TraceRecord::kNotDone:
        payload = trace.not_done(i).SerializeAsString();
        break;
      case TraceRecord::kTruncated:
        payload = trace.truncated().SerializeAsString();
        break;
    }
    AppendRecord(record.number, payload, &bytes);
  }
  return bytes;
}

// Expects that protobuf reads `bytes` as one message and that it would have
// written every part of it just so.
void ExpectCanonical(const std::string& bytes) {
  traces::v1::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(bytes));
  EXPECT_EQ(trace.magic(), 0x0a1a0a0d59524f89u);
  EXPECT_TRUE(trace.GetReflection()->GetUnknownFields(trace).empty());
  EXPECT_EQ(trace.ByteSizeLong(), bytes.size());
  const std::vector<RawRecord> records = RecordsOf(bytes);
  EXPECT_EQ(Reserialize(trace, records), bytes);
}

TEST(TraceWriterTest,
     ProtobufReadsAndRewritesEverySampleProgramToTheSameBytes) {
  for (TraceLevel level : kLevels) {
    for (const SampleProgram& program : SamplePrograms()) {
      SCOPED_TRACE(program.name);
      const std::string bytes = Write(program, level);
      EXPECT_GT(bytes.size(), 100);
      ExpectCanonical(bytes);
    }
  }
}

TEST(TraceWriterTest, ProtobufReadsAndRewritesEveryKindOfEventToTheSameBytes) {
  ExpectCanonical(SampleTraceBytes(TraceLevel::kEvents));
  ExpectCanonical(SampleTraceBytes(TraceLevel::kChoices));
}

TEST(TraceWriterTest, ProtobufReadsAndRewritesZerosToTheSameBytes) {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  header.version = 0;
  header.scheduler = "";
  TraceWriter writer;
  writer.Begin(header);
  for (TraceEvent::What what :
       {TraceEvent::What(event::Spawned()),
        TraceEvent::What(event::ObjectMade()),
        TraceEvent::What(event::Chosen()), TraceEvent::What(event::Suspended()),
        TraceEvent::What(event::Woken()), TraceEvent::What(event::Accessed()),
        TraceEvent::What(event::Finished()),
        TraceEvent::What(event::TimerCancelled()),
        TraceEvent::What(event::CancelRequested()),
        TraceEvent::What(event::FutureEnded()),
        TraceEvent::What(event::Logged()), TraceEvent::What(event::Failed()),
        TraceEvent::What(event::TimePassed()),
        TraceEvent::What(event::Faulted()),
        TraceEvent::What(event::SpanBegun()),
        TraceEvent::What(event::SpanEnded())}) {
    writer.OnEvent({SimTime(), TaskId(), what});
  }
  TraceFooter footer;
  footer.digests = {Digest(0), Digest(0)};
  footer.failure.emplace();
  TaskReport task;
  task.stack = {""};
  task.awaited_by = {"", ""};
  EXPECT_TRUE(writer.Finish(footer, {TaskReport(), task}).ok());
  ExpectCanonical(std::string(writer.bytes()));
}

// "No task" after task 7 is not the same as "as before".
TEST(TraceWriterTest, TheLoopAfterATaskIsWrittenAsZero) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  for (TaskId task : {TaskId(7), TaskId(7), TaskId(0), TaskId(0)}) {
    writer.OnEvent({SimTime(), task, event::Resumed()});
  }
  EXPECT_TRUE(writer.Finish({}).ok());
  traces::v1::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(std::string(writer.bytes())));
  ASSERT_EQ(trace.event_size(), 4);
  EXPECT_EQ(trace.event(0).task(), 7u);
  EXPECT_FALSE(trace.event(1).has_task());
  EXPECT_TRUE(trace.event(2).has_task());
  EXPECT_EQ(trace.event(2).task(), 0u);
  EXPECT_FALSE(trace.event(3).has_task());
}

// Returns the numbers of texts and places that `message` uses.
std::vector<uint32_t> Uses(const traces::v1::Event& event) {
  switch (event.what_case()) {
    case traces::v1::Event::kSuspended:
      return {event.suspended().site()};
    case traces::v1::Event::kChosen:
      return {event.chosen().label()};
    case traces::v1::Event::kSpawned:
      return {event.spawned().name(), event.spawned().site()};
    case traces::v1::Event::kObjectMade:
      return {event.object_made().type(), event.object_made().name(),
              event.object_made().site()};
    case traces::v1::Event::kLogged:
      return {event.logged().site()};
    case traces::v1::Event::kFailed:
      return {event.failed().site()};
    case traces::v1::Event::kTimePassed:
      return {event.time_passed().site()};
    case traces::v1::Event::kFaulted:
      return {event.faulted().what()};
    case traces::v1::Event::kSpanBegun:
      return {event.span_begun().label()};
    default:
      return {};
  }
}

TEST(TraceWriterTest, TextsAndPlacesAreGivenANumberOnceAndBeforeTheirUse) {
  std::vector<std::string> traces = {SampleTraceBytes(TraceLevel::kEvents)};
  for (const SampleProgram& program : SamplePrograms()) {
    traces.push_back(Write(program, TraceLevel::kEvents));
  }
  for (const std::string& bytes : traces) {
    std::set<std::string> given;
    uint32_t last_id = 0;
    for (const RawRecord& record : RecordsOf(bytes)) {
      if (record.number == static_cast<uint32_t>(TraceRecord::kIntern)) {
        traces::v1::Intern intern;
        ASSERT_TRUE(intern.ParseFromString(std::string(record.payload)));
        EXPECT_EQ(intern.id(), last_id + 1);
        last_id = intern.id();
        EXPECT_LT(intern.site().file(), intern.id());
        EXPECT_LT(intern.site().function(), intern.id());
        intern.clear_id();
        EXPECT_TRUE(given.insert(intern.SerializeAsString()).second)
            << "given twice: " << intern.ShortDebugString();
      } else if (record.number == static_cast<uint32_t>(TraceRecord::kEvent)) {
        traces::v1::Event event;
        ASSERT_TRUE(event.ParseFromString(std::string(record.payload)));
        for (uint32_t id : Uses(event)) EXPECT_LE(id, last_id);
      }
    }
    EXPECT_GT(last_id, 5u);
  }
}

TEST(TraceWriterTest, LabelsOfChoicesAreGivenANumberBeforeTheirBlock) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kChoices));
  const std::vector<Choice> choices = {
      {ChoiceKind::kData, 2, 1, "a", {}},
      {ChoiceKind::kData, 2, 1, "b", {}},
      {ChoiceKind::kData, 2, 1, "a", SpanId(4)},
      {ChoiceKind::kNextEntity, 2, 1, "", {}},
      {ChoiceKind::kData, 2, 1, "b", {}},
  };
  writer.OnChoices(choices, {});
  EXPECT_TRUE(writer.Finish({}).ok());
  traces::v1::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(std::string(writer.bytes())));
  ASSERT_EQ(trace.intern_size(), 2);
  EXPECT_EQ(trace.intern(0).text(), "a");
  EXPECT_EQ(trace.intern(1).text(), "b");
  ASSERT_EQ(trace.choices_size(), 1);
  EXPECT_EQ(trace.choices(0).count(), 5u);
  EXPECT_THAT(trace.choices(0).packed(),
              testing::ElementsAre(2 + 8, 2, 1, 1,          //
                                   2 + 8, 2, 1, 2,          //
                                   2 + 8 + 16, 2, 1, 1, 4,  //
                                   1, 2, 1,                 //
                                   2 + 8, 2, 1, 2));
  EXPECT_EQ(RecordsOf(writer.bytes())[3].number,
            static_cast<uint32_t>(TraceRecord::kChoices));
}

// An address may come up a second time with something else at it.
TEST(TraceWriterTest, PlacesAreTakenByWhatTheySayNotByWhereTheyLie) {
  char file[] = "one.cc";
  const std::string copy = "one.cc";
  auto log_from = [](TraceWriter& writer, absl::string_view path) {
    writer.OnEvent({SimTime(), TaskId(1), event::Logged{"x", {path, "F", 3}}});
  };
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  log_from(writer, file);
  log_from(writer, copy);
  std::memcpy(file, "two", 3);
  log_from(writer, file);
  log_from(writer, copy);
  EXPECT_TRUE(writer.Finish({}).ok());
  const absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "x");
  ASSERT_TRUE(trace.ok()) << trace.status();
  std::vector<std::string> files;
  for (const TraceEvent& event : trace->events) {
    files.emplace_back(std::get<event::Logged>(event.what).site.file);
  }
  EXPECT_THAT(files,
              testing::ElementsAre("one.cc", "one.cc", "two.cc", "one.cc"));
  traces::v1::Trace parsed;
  ASSERT_TRUE(parsed.ParseFromString(std::string(writer.bytes())));
  EXPECT_EQ(parsed.intern_size(), 5) << "two files, a function, two places";
}

TEST(TraceWriterTest, ATextThatLooksLikeAPlaceIsAText) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  writer.OnEvent({SimTime(), TaskId(1), event::Logged{"x", {"a", "b", 3}}});
  const std::string key(
      "a\0b\0"
      "3",
      5);
  writer.OnEvent({SimTime(), TaskId(1), event::Faulted{key, NodeId()}});
  EXPECT_TRUE(writer.Finish({}).ok());
  const absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "x");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(std::get<event::Faulted>(trace->events[1].what).what, key);
}

TEST(TraceWriterTest, ProgramsNeedNotSpeakUtf8) {
  const absl::string_view text = "caf\xe9\xff";
  TraceHeader header = SampleHeader(TraceLevel::kEvents);
  header.param = std::string(text);
  TraceWriter writer;
  writer.Begin(header);
  writer.OnEvent({SimTime(), TaskId(1), event::Logged{text, {}}});
  TraceFooter footer;
  footer.failure =
      TraceFailure{std::string(text), {}, 1, std::string(text), ""};
  EXPECT_TRUE(writer.Finish(footer).ok());
  const absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "x");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->header.param, text);
  EXPECT_EQ(trace->footer->failure->task, text);
}

// More than the engine hands over; a sink takes what it gets.
TEST(TraceWriterTest, AChoiceAmongTenThousandIsWrittenWhole) {
  std::vector<TaskId> ids;
  for (uint32_t i = 0; i < 10000; ++i) ids.push_back(TaskId(~i));
  const TraceEvent chosen = {
      SimTime(), TaskId(),
      event::Chosen{{ChoiceKind::kNextEntity, ids.size(), 0, "", {}}, ids}};
  const Trace trace = ReadBack({chosen});
  EXPECT_EQ(std::get<event::Chosen>(trace.events[0].what).candidates,
            absl::MakeConstSpan(ids));
}

TEST(TraceWriterTest, TheSameRunGivesTheSameBytes) {
  for (TraceLevel level : kLevels) {
    for (const SampleProgram& program : SamplePrograms()) {
      EXPECT_EQ(WithoutEnvironment(Write(program, level)),
                WithoutEnvironment(Write(program, level)))
          << program.name;
    }
  }
}

TEST(TraceWriterTest, AWriterThatIsUsedAgainWritesAsANewOne) {
  TraceWriter used;
  used.Begin(SampleHeader(TraceLevel::kEvents));
  Record(SampleEvents(), {}, used);
  used.Begin(SampleHeader(TraceLevel::kChoices));
  used.OnChoices(ChoicesOf(SampleEvents()), {});
  for (TraceLevel level : kLevels) {
    used.Begin(SampleHeader(level));
    Record(SampleEvents(), SampleFooter().digests, used);
    ASSERT_TRUE(used.Finish(SampleFooter(), SampleTasks()).ok());
    EXPECT_EQ(WithoutEnvironment(used.bytes()),
              WithoutEnvironment(SampleTraceBytes(level)));
  }
}

TEST(TraceWriterTest, OfTooManyTasksTheNumberIsWritten) {
  std::vector<TaskReport> tasks(kMaxTracedTasks + 5, SampleTasks().front());
  tasks[kMaxTracedTasks - 1].name = "the last one";
  for (size_t count : {kMaxTracedTasks, tasks.size()}) {
    TraceWriter writer;
    writer.Begin(SampleHeader(TraceLevel::kChoices));
    ASSERT_TRUE(
        writer.Finish({}, absl::MakeConstSpan(tasks).subspan(0, count)).ok());
    const absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "x");
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->not_done_count, count);
    ASSERT_EQ(trace->not_done.size(), kMaxTracedTasks);
    EXPECT_EQ(trace->not_done.back().name, "the last one");
  }
}

TEST(TraceWriterTest, WhereAllIsDoneNothingIsWrittenAboutTasks) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kEvents));
  Record(SampleEvents(), {}, writer);
  ASSERT_TRUE(writer.Finish({}).ok());
  traces::v1::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(std::string(writer.bytes())));
  EXPECT_EQ(trace.not_done_size(), 0);
}

TEST(TraceWriterTest, TheFooterSaysWhenWhereAndByWhomItWasWritten) {
  // tidy: allow(real-clock) that is what the footer shows
  const int64_t before = absl::ToUnixMillis(absl::Now());
  traces::v1::Trace trace;
  ASSERT_TRUE(trace.ParseFromString(SampleTraceBytes(TraceLevel::kEvents)));
  const traces::v1::Environment& environment = trace.footer().environment();
  EXPECT_GE(environment.written_unix_ms(), before);
  // tidy: allow(real-clock) as above
  EXPECT_LE(environment.written_unix_ms(), absl::ToUnixMillis(absl::Now()));
  EXPECT_EQ(environment.pid(), ::getpid());
}

// ---- Checksums --------------------------------------------------------------

TEST(TraceWriterTest, AChecksumStandsEverySixtyFourKibibytes) {
  TraceWriter writer;
  for (TraceLevel level : kLevels) {
    writer.Begin(SampleHeader(level));
    RecordLongRun(writer);
    ASSERT_TRUE(writer.Finish({}).ok());
    size_t last = 0;
    int syncs = 0;
    for (const RawRecord& record : RecordsOf(writer.bytes())) {
      if (record.number != static_cast<uint32_t>(TraceRecord::kSync)) continue;
      // It comes after the record that fills the measure.
      EXPECT_GE(record.offset - last, kSyncInterval);
      EXPECT_LT(record.offset - last, kSyncInterval + 10000);
      last = record.offset;
      ++syncs;
    }
    EXPECT_GE(syncs, 3);
    EXPECT_TRUE(ParseTrace(writer.bytes(), "long").ok());
  }
}

TEST(TraceWriterTest, ACheckpointOfTheDigestsFollowsItsChoices) {
  TraceWriter writer;
  writer.Begin(SampleHeader(TraceLevel::kChoices));
  const std::vector<Choice> batch(1000,
                                  Choice{ChoiceKind::kData, 9, 1, "", {}});
  std::map<uint64_t, DigestPair> handed;
  for (uint64_t i = 1; i <= 10; ++i) {
    handed[i * batch.size()] = {Digest(i), Digest(100 + i)};
    writer.OnChoices(batch, handed[i * batch.size()]);
  }
  ASSERT_TRUE(writer.Finish({}).ok());
  const absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "x");
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->schedule.choices.size(), 10000u);
  EXPECT_GE(trace->checkpoints.size(), 5u);
  for (const auto& [count, digests] : trace->checkpoints) {
    EXPECT_EQ(digests, handed[count]) << count;
  }
}

}  // namespace
}  // namespace orrery
