// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The shares of a report's lines. What reports of real failures look like is in
// //tests:failure_report_test.

#include "orrery/testing/failure_report.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/slow_step.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> Lines(const std::string& text) {
  return absl::StrSplit(text, '\n');
}

CapturedFailure MakeFailure(int number, int message_lines) {
  CapturedFailure failure;
  failure.file = "bank_test.cc";
  failure.line = number;
  std::vector<std::string> lines;
  for (int i = 0; i < message_lines; ++i) {
    lines.push_back(absl::StrCat("message ", number, " line ", i));
  }
  failure.message = absl::StrJoin(lines, "\n");
  failure.time = SimTime(1'000'000'000);
  failure.step = 7;
  failure.task = TaskId(2);
  failure.task_name = "client#2";
  return failure;
}

// A report with as much of each part as is asked for.
struct Amounts {
  int failures = 0;
  int message_lines = 1;
  int scoped_traces = 0;
  int tasks = 0;
  int events = 0;
  int faults = 0;
  int notes = 0;
  int run_notes = 0;
  int slow_steps = 0;
};

std::string Format(const Amounts& amounts) {
  TestRun run;
  run.result.outcome =
      amounts.failures == 0 ? Outcome::kDeadlock : Outcome::kCompleted;
  for (int i = 0; i < amounts.failures; ++i) {
    run.failures.push_back(MakeFailure(i, amounts.message_lines));
    for (int j = 0; j < amounts.scoped_traces; ++j) {
      run.failures.back().scoped_traces.push_back(absl::StrCat("scope ", j));
    }
  }
  run.failure_count = run.failures.size();
  if (amounts.failures == 0) {
    run.result.failure.emplace().message = "deadlock: nothing can run";
  }
  for (int i = 0; i < amounts.slow_steps; ++i) {
    SlowStep slow;
    slow.passed = absl::Seconds(i + 1);
    slow.task_name = absl::StrCat("report#", i);
    slow.site = "report.cc:41 Render";
    run.result.slow_steps.push_back(slow);
  }
  run.result.slow_step_count = run.result.slow_steps.size();
  for (int i = 0; i < amounts.run_notes; ++i) {
    absl::StrAppend(&run.result.notes, "drawn ", i, "\n");
  }
  for (int i = 0; i < amounts.tasks; ++i) {
    TaskReport task;
    task.id = TaskId(static_cast<uint32_t>(i + 1));
    task.name = absl::StrCat("t", i, "#", i + 1);
    task.wait = WaitKind::kEvent;
    task.waits_for = "Event \"done\"";
    run.result.tasks.push_back(task);
  }
  EventTail events(1000, nullptr);
  for (int i = 0; i < amounts.events; ++i) {
    events.OnEvent({SimTime(i), TaskId(2), event::Finished()});
  }
  for (int i = 0; i < amounts.faults; ++i) {
    events.OnEvent({SimTime(), TaskId(), event::Faulted{"crash", NodeId()}});
  }
  FailureReportInput input;
  input.run = &run;
  input.events = &events;
  input.seed = Seed(42);
  input.scheduler = "random";
  for (int i = 0; i < amounts.notes; ++i) {
    input.notes.push_back(absl::StrCat("note ", i));
  }
  input.trace_file = "/tmp/x.orrery";
  input.report_file = "/tmp/x.orrery.html";
  input.rerun = "./rerun";
  input.replay = "./replay";
  return FormatFailureReport(input);
}

TEST(FailureReportTest, HasAllItsPartsInOrder) {
  EXPECT_THAT(
      Lines(Format({.failures = 1,
                    .message_lines = 2,
                    .scoped_traces = 1,
                    .tasks = 1,
                    .events = 1,
                    .faults = 1,
                    .notes = 1,
                    .run_notes = 2})),
      ElementsAre(
          "message 0 line 0", "message 0 line 1", "  in scope 0",
          "  at 1.000s, step 7, in task client#2", "seed 42, scheduler random",
          "drawn 0", "drawn 1",
          "last events of the tasks involved (#n is event n of the "
          "trace):",
          "  #0 0.000s task#2 ends",
          "tasks that are not done (1):", "  t0#1 waits for Event \"done\"",
          "faults so far: crash at 0.000s", "note 0", "trace:  /tmp/x.orrery",
          "report: /tmp/x.orrery.html", "rerun:  ./rerun", "replay: ./replay"));
}

// GoogleTest puts two lines before it.
TEST(FailureReportTest, NeverHasMoreLinesThanItMay) {
  const int sizes[] = {0, 1, 5, 100};
  for (int failures : sizes) {
    for (int message_lines : sizes) {
      for (int tasks : sizes) {
        for (int events : {0, 3, 30}) {
          for (int scoped_traces : {0, 3}) {
            const Amounts amounts = {.failures = failures,
                                     .message_lines = message_lines,
                                     .scoped_traces = scoped_traces,
                                     .tasks = tasks,
                                     .events = events,
                                     .faults = events,
                                     .notes = 6,
                                     .run_notes = events,
                                     .slow_steps = events};
            const std::vector<std::string> lines = Lines(Format(amounts));
            ASSERT_LE(lines.size() + 2, kReportLines)
                << failures << " failures of " << message_lines << " lines, "
                << tasks << " tasks, " << events << " events";
            ASSERT_EQ(lines[lines.size() - 2], "rerun:  ./rerun");
            ASSERT_EQ(lines[lines.size() - 1], "replay: ./replay");
            ASSERT_THAT(lines, Contains("seed 42, scheduler random"));
            ASSERT_THAT(lines, Contains(StartsWith("  at ")));
          }
        }
      }
    }
  }
}

TEST(FailureReportTest, CountsTheFailuresThatDoNotFit) {
  const std::vector<std::string> lines =
      Lines(Format({.failures = 100, .message_lines = 3}));
  size_t shown = 0;
  for (const std::string& line : lines) {
    if (line == "  at 1.000s, step 7, in task client#2") ++shown;
  }
  EXPECT_GE(shown, 2u);
  EXPECT_THAT(
      lines, Contains(absl::StrCat("... and ", 100 - shown, " more failures")));
}

TEST(FailureReportTest, CutsALongMessageAndKeepsWhenAndWhere) {
  const std::vector<std::string> lines =
      Lines(Format({.failures = 1, .message_lines = 100}));
  EXPECT_THAT(lines, Contains(StartsWith("  ... and ")));
  EXPECT_THAT(lines, Contains("  at 1.000s, step 7, in task client#2"));
  EXPECT_THAT(lines, Not(Contains("message 0 line 99")));
}

TEST(FailureReportTest, ShowsTheLatestFaults) {
  EXPECT_THAT(Format({.faults = 0}), HasSubstr("faults so far: none\n"));
  EXPECT_THAT(Format({.faults = 7}),
              HasSubstr("faults so far: 7, the latest: crash at 0.000s; "));
}

TEST(FailureReportTest, ShowsWhoHasHeldUpTheLoop) {
  EXPECT_THAT(Format({.failures = 1}), Not(HasSubstr("slow")));
  EXPECT_THAT(Lines(Format({.failures = 1, .slow_steps = 1})),
              Contains("slow: report#0 held up everybody for 1.000s, at "
                       "report.cc:41 Render (from 0.000s on, step 0)"));
  const std::string many = Format({.failures = 1, .slow_steps = 5});
  EXPECT_THAT(many, HasSubstr("report#1"));
  EXPECT_THAT(many, Not(HasSubstr("report#2")));
  EXPECT_THAT(many, HasSubstr("\n  ... and 3 more slow steps\n"));
}

TEST(FailureReportTest, SaysWhichRunOfHowMany) {
  TestRun run;
  run.failures = {MakeFailure(0, 1)};
  run.failure_count = 1;
  FailureReportInput input;
  input.run = &run;
  input.seed = Seed(9);
  input.scheduler = "pct:depth=3";
  EXPECT_THAT(FormatFailureReport(input),
              HasSubstr("\nseed 9, scheduler pct:depth=3"));
  input.run_index = 4;
  input.runs = 200;
  EXPECT_THAT(FormatFailureReport(input),
              HasSubstr("\nseed 9 (run 5 of 200), scheduler pct:depth=3"));
}

TEST(FailureReportTest, SaysWhatItDoesNotKnowOnlyByItsAbsence) {
  TestRun run;
  run.failures = {MakeFailure(0, 1)};
  run.failure_count = 1;
  FailureReportInput input;
  input.run = &run;
  input.scheduler = "fifo";
  EXPECT_THAT(
      Lines(FormatFailureReport(input)),
      ElementsAre("message 0 line 0", "  at 1.000s, step 7, in task client#2",
                  "seed 1, scheduler fifo"));
}

// A run in which an assertion has failed and which then died of something else.
TEST(FailureReportTest, ShowsAnExceptionBesideFailedAssertions) {
  TestRun run;
  run.failures = {MakeFailure(0, 1)};
  run.failure_count = 1;
  run.result.outcome = Outcome::kFailed;
  RunFailure& own = run.result.failure.emplace();
  own.message = "uncaught exception in task client#2: int";
  own.exception = std::make_exception_ptr(7);
  own.site = "bank_test.cc:70";
  own.step = 8;
  FailureReportInput input;
  input.run = &run;
  input.scheduler = "fifo";
  EXPECT_THAT(
      Lines(FormatFailureReport(input)),
      ElementsAre("message 0 line 0", "  at 1.000s, step 7, in task client#2",
                  "uncaught exception in task client#2: int",
                  "  the task was spawned at bank_test.cc:70",
                  "  at 0.000s, step 8", "seed 1, scheduler fifo"));
}

TEST(FailureReportTest, ALimitSaysHowToRaiseIt) {
  TestRun run;
  run.result.outcome = Outcome::kStepLimit;
  run.result.failure.emplace().message = "the limit of 5 steps was reached";
  FailureReportInput input;
  input.run = &run;
  EXPECT_THAT(FormatFailureReport(input), HasSubstr("{.max_steps = ...}"));
  run.result.outcome = Outcome::kTimeLimit;
  EXPECT_THAT(FormatFailureReport(input), HasSubstr("{.max_time = ...}"));
}

}  // namespace
}  // namespace orrery
