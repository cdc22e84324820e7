// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces in files, and what is left of them where something goes wrong.

#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/sample_trace.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::HasSubstr;

constexpr TraceLevel kLevels[] = {TraceLevel::kChoices, TraceLevel::kEvents};

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/trace_writer_file_test_", name);
}

// ---- Files ------------------------------------------------------------------

TEST(TraceWriterFileTest, AFileAndMemoryGetTheSameBytes) {
  const std::string path = TempPath("same");
  for (TraceLevel level : kLevels) {
    TraceWriter memory;
    memory.Begin(SampleHeader(level));
    RecordLongRun(memory);
    ASSERT_TRUE(memory.Finish(SampleFooter()).ok());
    TraceWriter file;
    ASSERT_TRUE(file.BeginFile(path, SampleHeader(level)).ok());
    RecordLongRun(file);
    ASSERT_TRUE(file.Finish(SampleFooter()).ok());
    const absl::StatusOr<std::string> bytes = ReadTraceBytes(path, path);
    ASSERT_TRUE(bytes.ok());
    // Not EXPECT_EQ: it would look for the smallest difference, for hours.
    EXPECT_TRUE(WithoutEnvironment(*bytes) ==
                WithoutEnvironment(memory.bytes()));
    EXPECT_TRUE(ParseTrace(*bytes, path).ok());
  }
}

TEST(TraceWriterFileTest, AFileIsWrittenAsTheRunGoes) {
  const std::string path = TempPath("going");
  TraceWriter writer;
  ASSERT_TRUE(writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
  RecordLongRun(writer);
  const absl::StatusOr<Trace> trace =
      ReadTrace(path, {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_GT(trace->events.size(), 1000u);
  EXPECT_LT(writer.bytes().size(), 2 * kSyncInterval);
}

// /dev/full takes nothing.
TEST(TraceWriterFileTest, AFullDiskIsToldAtTheEndAndDoesNotDisturbTheRun) {
  RandomScheduler scheduler;
  TraceWriter memory;
  const RunResult expected = RunRecorded(MixedProgram, scheduler, Seed(5),
                                         TraceLevel::kEvents, memory);
  TraceWriter writer;
  ASSERT_TRUE(
      writer.BeginFile("/dev/full", SampleHeader(TraceLevel::kEvents)).ok());
  const RunResult run =
      Simulation({.seed = Seed(5), .scheduler = &scheduler, .trace = &writer})
          .Run(MixedProgram);
  EXPECT_EQ(run.outcome, expected.outcome);
  EXPECT_EQ(run.digests, expected.digests);
  RecordLongRun(writer);
  const absl::Status status = writer.Finish(SampleFooter());
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(),
            "cannot write the trace /dev/full: No space left on device");

  EXPECT_TRUE(writer.BeginFile(TempPath("next"), {}).ok());
  EXPECT_TRUE(writer.Finish({}).ok()) << "the next trace has a disk again";
}

TEST(TraceWriterFileTest, APathThatCannotBeWrittenIsToldAtOnceAndTheRunGoesOn) {
  TraceWriter writer;
  const absl::Status status = writer.BeginFile(
      "/no/such/folder/x.trace", SampleHeader(TraceLevel::kEvents));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(),
            "cannot make the trace file /no/such/folder/x.trace: No such file "
            "or directory");
  RecordLongRun(writer);
  EXPECT_EQ(writer.Finish({}), status);
}

// ---- The end of a process ---------------------------------------------------

TEST(TraceWriterFileTest, RescueSavesWhatIsInMemory) {
  const std::string path = TempPath("rescued");
  for (TraceLevel level : kLevels) {
    TraceWriter writer;
    writer.Begin(SampleHeader(level));
    Record(SampleEvents(), SampleFooter().digests, writer);
    writer.Rescue(path);
    EXPECT_EQ(ReadTrace(path).status().code(), absl::StatusCode::kDataLoss);
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_THAT(trace->damage, HasSubstr("the trace was never closed"));
    EXPECT_FALSE(trace->footer.has_value());
    EXPECT_EQ(trace->schedule.choices.size(), 2u);
    EXPECT_EQ(trace->events.size(),
              level == TraceLevel::kEvents ? SampleEvents().size() : 0);
    EXPECT_EQ(RecordsOf(writer.bytes()).back().number,
              static_cast<uint32_t>(TraceRecord::kSync));
  }
}

TEST(TraceWriterFileTest, RescueSavesWhatIsNotYetInTheFile) {
  const std::string path = TempPath("rescued_file");
  TraceWriter writer;
  ASSERT_TRUE(writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
  RecordLongRun(writer);
  writer.Rescue("/not/used");
  const absl::StatusOr<Trace> trace =
      ReadTrace(path, {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->events.size(), kLongRunRounds * SampleEvents().size());
}

TEST(TraceWriterFileTest, ATraceThatWasRescuedGoesOnToAGoodEnd) {
  const std::string path = TempPath("lives_on");
  const std::string saved = TempPath("saved");
  for (bool in_file : {false, true}) {
    TraceWriter writer;
    if (in_file) {
      ASSERT_TRUE(
          writer.BeginFile(path, SampleHeader(TraceLevel::kEvents)).ok());
    } else {
      writer.Begin(SampleHeader(TraceLevel::kEvents));
    }
    Record(SampleEvents(), {}, writer);
    writer.Rescue(saved);
    Record(SampleEvents(), {}, writer);
    writer.Rescue(saved);
    RecordLongRun(writer);
    ASSERT_TRUE(writer.Finish({}).ok());
    const absl::StatusOr<Trace> trace =
        in_file ? ReadTrace(path) : ParseTrace(writer.bytes(), "in memory");
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->events.size(),
              (kLongRunRounds + 2) * SampleEvents().size());
  }
}

// Looking for them may be the end of a process, so it is saved before as well.
TEST(TraceWriterFileTest, ASecondRescueAddsWhatTheTasksWereUpTo) {
  const std::string file = TempPath("tasks_file");
  const std::string saved = TempPath("tasks_saved");
  for (bool in_file : {false, true}) {
    for (TraceLevel level : kLevels) {
      TraceWriter writer;
      if (in_file) {
        ASSERT_TRUE(writer.BeginFile(file, SampleHeader(level)).ok());
      } else {
        writer.Begin(SampleHeader(level));
      }
      Record(SampleEvents(), {}, writer);
      writer.Rescue(saved);
      writer.Rescue(saved, SampleTasks());
      const absl::StatusOr<Trace> trace =
          ReadTrace(in_file ? file : saved, {.allow_incomplete = true});
      ASSERT_TRUE(trace.ok()) << trace.status();
      EXPECT_THAT(trace->damage, HasSubstr("the trace was never closed"));
      EXPECT_EQ(trace->schedule.choices.size(), 2u);
      EXPECT_EQ(trace->not_done_count, SampleTasks().size());
      ASSERT_EQ(trace->not_done.size(), SampleTasks().size());
      EXPECT_EQ(trace->not_done[1].held_by, "helper#5");
    }
  }
}

TEST(TraceWriterFileTest, OfAProcessThatLivedOnTheLastTasksCount) {
  for (bool all_done : {false, true}) {
    TraceWriter writer;
    writer.Begin(SampleHeader(TraceLevel::kChoices));
    writer.Rescue(TempPath("not_the_last"), SampleTasks());
    const std::vector<TaskReport> last = {SampleTasks().back()};
    ASSERT_TRUE(
        writer.Finish({}, all_done ? std::vector<TaskReport>() : last).ok());
    const absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "x");
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->not_done.size(), all_done ? 0 : 1);
    EXPECT_EQ(trace->not_done_count, all_done ? 0 : 1);
    // What one run said does not go into the next.
    writer.Begin(SampleHeader(TraceLevel::kChoices));
    ASSERT_TRUE(writer.Finish({}).ok());
    for (const RawRecord& record : RecordsOf(writer.bytes())) {
      EXPECT_NE(record.number, static_cast<uint32_t>(TraceRecord::kNotDone));
    }
  }
}

TEST(TraceWriterFileTest, RescueDoesNothingBeforeTheBeginningAndAfterTheEnd) {
  const std::string path = TempPath("nothing");
  ::unlink(path.c_str());
  TraceWriter writer;
  writer.Rescue(path);
  writer.Begin({});
  ASSERT_TRUE(writer.Finish({}).ok());
  const std::string before(writer.bytes());
  writer.Rescue(path);
  EXPECT_EQ(writer.bytes(), before);
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace orrery
