// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/run_recorder.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/log.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

Task<> Draw() {
  const uint64_t drawn = Random("number").Below(10);
  if (drawn < 10) Log("drawn");
  co_return;
}

Task<> Main() {
  Spawn("one", Draw);
  Spawn("two", Draw);
  co_return;
}

RunRecord Record(TraceSink* next) {
  RandomScheduler scheduler;
  RunRecorder recorder;
  TraceHeader header;
  header.suite = "Suite";
  header.seed = Seed(3);
  header.ordered = true;
  recorder.Begin(header, next);
  const RunResult result =
      Simulation({.seed = Seed(3), .scheduler = &scheduler, .trace = &recorder})
          .Run(Main);
  TraceFooter footer;
  footer.steps = result.steps;
  return recorder.Finish(footer, {});
}

TEST(RunRecorderTest, BothTracesAreOfTheRun) {
  const RunRecord record = Record(nullptr);
  absl::StatusOr<Trace> choices = ParseTrace(record.choices, "choices");
  absl::StatusOr<Trace> events = ParseTrace(record.events, "events");
  ASSERT_TRUE(choices.ok() && events.ok());
  EXPECT_EQ(choices->header.level, TraceLevel::kChoices);
  EXPECT_EQ(events->header.level, TraceLevel::kEvents);
  EXPECT_EQ(choices->header.suite, "Suite");
  EXPECT_TRUE(choices->events.empty());
  EXPECT_GT(events->events.size(), 8);
  EXPECT_GE(choices->schedule.choices.size(), 2);
  EXPECT_EQ(choices->schedule.choices, events->schedule.choices);
  EXPECT_EQ(choices->footer->steps, events->footer->steps);
}

TEST(RunRecorderTest, WhoeverComesNextGetsWhatItAsksFor) {
  TraceHeader header;
  for (const TraceLevel level : {TraceLevel::kChoices, TraceLevel::kEvents}) {
    header.level = level;
    TraceWriter writer;
    writer.Begin(header);
    Record(&writer);
    ASSERT_TRUE(writer.Finish({}).ok());
    absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "next");
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->events.empty(), level == TraceLevel::kChoices);
    EXPECT_GE(trace->schedule.choices.size(), 2);
  }
}

TEST(RunRecorderTest, ARecordSurvivesAsBytes) {
  const RunRecord record = Record(nullptr);
  const std::optional<RunRecord> back = RunRecord::FromBytes(record.ToBytes());
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->choices, record.choices);
  EXPECT_EQ(back->events, record.events);
  for (const char* bad : {"", "7", "x abc", "9 short", "-1 abc"}) {
    EXPECT_FALSE(RunRecord::FromBytes(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace orrery
