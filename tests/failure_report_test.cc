// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What failing tests print, as it stands in testing_reports/, and that the two
// commands at its end repeat the failure.

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/task_tree.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kSample[] = "tests/failing_sample";
constexpr char kSource[] = "tests/failing_sample.cc";

Program Sample(const std::string& test, const std::string& traces) {
  return {.words = {kSample, absl::StrCat("--gtest_filter=", test)},
          .environment = {{"ORRERY_TRACE_DIR", traces}}};
}

struct Case {
  const char* name;  // of the file with the expected text
  const char* test;
};

class FailureReportTest : public testing::TestWithParam<Case> {
 protected:
  FailureReportTest() : traces_(MakeTestFolder(GetParam().name)) {}

  // Returns the failure of the sample, printed as it should be.
  std::vector<std::string> Run() {
    const ProgramResult result = RunProgram(Sample(GetParam().test, traces_));
    EXPECT_EQ(result.exit_code, 1) << result.output;
    return FailureIn(result.output);
  }

  std::string traces_;
};

TEST_P(FailureReportTest, IsTheExpectedText) {
  const std::string path =
      absl::StrCat("tests/testing_reports/", GetParam().name, ".txt");
  const std::string actual = absl::StrReplaceAll(
      WithSourceLines(absl::StrCat(absl::StrJoin(Run(), "\n"), "\n"), kSource),
      {{traces_, "TRACES"}});
  if (actual == ReadWholeFile(path)) return;
  // Bazel keeps what is written there: to replace the expected texts, copy it.
  const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (outputs != nullptr) {
    WriteWholeFile(absl::StrCat(outputs, "/", GetParam().name, ".txt"), actual);
  }
  ADD_FAILURE() << "not as in " << path << ":\n" << actual;
}

// The page beside the trace, for a browser. There is none of a run without an
// event, or one so long that its choices alone were kept.
TEST_P(FailureReportTest, HasAPageWhereTheTraceHasEvents) {
  const std::vector<std::string> failure = Run();
  const std::string trace = ValueOf("trace:  ", failure);
  const absl::StatusOr<Trace> read = ReadTrace(trace);
  ASSERT_TRUE(read.ok()) << read.status().message();
  const bool has_events = !read->events.empty();
  EXPECT_EQ(ValueOf("report: ", failure),
            has_events ? absl::StrCat(trace, ".html") : "");
  const std::string page = ReadWholeFile(absl::StrCat(trace, ".html"));
  EXPECT_EQ(absl::StartsWith(page, "<!"), has_events) << page.substr(0, 200);
}

TEST_P(FailureReportTest, FitsOnAScreenAndEndsWithTheCommands) {
  const std::vector<std::string> failure = Run();
  ASSERT_GE(failure.size(), 5u);
  EXPECT_LE(failure.size(), 40u);
  EXPECT_THAT(failure[failure.size() - 2], StartsWith("rerun:  "));
  EXPECT_THAT(failure[failure.size() - 1], StartsWith("replay: "));
  EXPECT_THAT(failure, Contains(StartsWith("seed ")));
  EXPECT_THAT(failure, Contains(StartsWith("trace:  ")));
}

TEST_P(FailureReportTest, RerunFailsInTheSameWay) {
  const std::vector<std::string> failure = Run();
  const ProgramResult again =
      RunShell(ValueOf("rerun:  ", failure),
               {.environment = {{"ORRERY_TRACE_DIR", traces_}}});
  EXPECT_EQ(again.exit_code, 1) << again.output;
  EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));
  EXPECT_THAT(WhatFailed(failure), Not(IsEmpty()));
}

TEST_P(FailureReportTest, ReplayFailsInTheSameWay) {
  const std::vector<std::string> failure = Run();
  const ProgramResult again = RunShell(ValueOf("replay: ", failure));
  EXPECT_EQ(again.exit_code, 1) << again.output;
  EXPECT_THAT(again.output, HasSubstr("choices, exactly as recorded\n"));
  EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));
}

INSTANTIATE_TEST_SUITE_P(
    Every, FailureReportTest,
    testing::Values(
        Case{"lost_update", "FailingSample.LosesAnUpdate"},
        Case{"deadlock", "FailingSample.FivePhilosophersDeadlock"},
        Case{"wide_deadlock", "FailingSample.AHundredTasksDeadlock"},
        Case{"step_limit", "FailingSample.NeverEnds"},
        Case{"long_step_limit", "FailingSample.NeverEndsInLong"},
        Case{"live_lock", "FailingSample.GoesRoundInCircles"},
        Case{"time_limit", "FailingSample.TakesTooLong"},
        Case{"assertion_in_helper", "FailingSample.AssertsInAHelper"},
        Case{"exception_in_task", "FailingSample.ThrowsWhereNobodyAwaits"},
        Case{"exception", "FailingSample.Throws"},
        Case{"many_failures", "FailingSample.FailsManyTimes"},
        Case{"long_message", "FailingSample.FailsAtLength"},
        Case{"three_tasks", "FailingSample.FailsInThreeTasks"},
        Case{"not_deterministic", "FailingSample.DependsOnAGlobal"},
        Case{"other_choices", "FailingSample.ChoosesByAGlobal"},
        Case{"throwing_fixture", "ThrowingFixture.IsNotRun"},
        Case{"failing_fixture", "FailingFixture.FailsAfterItsBody"},
        Case{"fatal_set_up", "FatalSetUp.StopsTheBody"},
        Case{"closing", "FailingSample.FailsWhileTheRunIsTakenApart"},
        Case{"parameter", "Numbers/SquareTest.IsSmall/1"},
        Case{"skipped_after_failure", "SkippingSample.FailsAndThenSkips"}),
    [](const testing::TestParamInfo<Case>& info) {
      return std::string(info.param.name);
    });

// The promises about a deadlock, apart from the layout.
TEST(DeadlockReportTest, NamesEachTaskItsWaitTheHolderAndTheLine) {
  const std::string traces = MakeTestFolder("deadlock_by_name");
  const std::string output = WithSourceLines(
      RunProgram(Sample("FailingSample.FivePhilosophersDeadlock", traces))
          .output,
      kSource);
  const char* const names[] = {"Anna#2", "Ben#3", "Cleo#4", "Dan#5", "Eva#6"};
  const char* const forks[] = {"b", "c", "d", "e", "a"};
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(
        output,
        HasSubstr(absl::StrCat(
            "  ", names[i], " waits for Mutex \"fork ", forks[i], "\" held by ",
            names[(i + 1) % 5],
            " at <Mutex::Guard second = co_await right.Lock();> Dine")));
  }
  EXPECT_THAT(
      output,
      HasSubstr("these wait for each other: Anna#2 -> Ben#3 -> Cleo#4 -> Dan#5 "
                "-> Eva#6 -> Anna#2"));
}

// Returns what the tasks of a failing sample were up to, as its trace says.
std::string TaskTreeOf(const std::string& test, const std::string& folder) {
  const ProgramResult result = RunProgram(Sample(test, MakeTestFolder(folder)));
  const absl::StatusOr<Trace> trace =
      ReadTrace(ValueOf("trace:  ", FailureIn(result.output)));
  if (!trace.ok()) return trace.status().ToString();
  EXPECT_EQ(trace->not_done.size(), trace->not_done_count);
  return WithSourceLines(
      absl::StrJoin(FormatTaskTree(trace->not_done, 100), "\n"), kSource);
}

// So that the report can be had again from the trace alone.
TEST(DeadlockReportTest, TheTraceSaysWhoWaitsForWhom) {
  const std::string locks =
      "at <Mutex::Guard second = co_await right.Lock();> Dine";
  EXPECT_EQ(
      TaskTreeOf("FailingSample.FivePhilosophersDeadlock", "deadlock_tree"),
      absl::StrCat("main#1 waits for task Anna#2 at <co_await p1;> "
                   "FailingSample_FivePhilosophersDeadlock\n"
                   "  Anna#2 waits for Mutex \"fork b\" held by Ben#3 ",
                   locks,
                   "\n"
                   "    Ben#3 waits for Mutex \"fork c\" held by Cleo#4 ",
                   locks,
                   "\n"
                   "      Cleo#4 waits for Mutex \"fork d\" held by Dan#5 ",
                   locks,
                   "\n"
                   "        Dan#5 waits for Mutex \"fork e\" held by Eva#6 ",
                   locks,
                   "\n"
                   "          Eva#6 waits for Mutex \"fork a\" held by Anna#2 ",
                   locks,
                   "\n"
                   "            Anna#2, see above"));
}

TEST(LimitReportTest, TheTraceSaysWhatEachTaskWasUpTo) {
  EXPECT_EQ(TaskTreeOf("FailingSample.TakesTooLong", "time_limit_tree"),
            "main#1 sleeps until 12.000s at <for (;;) co_await "
            "Sleep(absl::Seconds(3));> FailingSample_TakesTooLong");
  EXPECT_THAT(TaskTreeOf("FailingSample.NeverEndsInLong", "step_limit_tree"),
              StartsWith("main#1 waits for its turn at "))
      << "a trace of choices alone has it too";
}

}  // namespace
}  // namespace orrery
