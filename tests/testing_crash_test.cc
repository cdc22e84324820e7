// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is left of a test in which the process dies.

#include <csignal>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

constexpr char kSample[] = "tests/testing_crashing_sample";

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAsan = true;
#elif defined(__has_feature)
constexpr bool kAsan = __has_feature(address_sanitizer);
#else
constexpr bool kAsan = false;
#endif

class CrashTest : public testing::Test {
 protected:
  CrashTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const std::string& test, int patience_seconds = 60) {
    return RunProgram(
        {.words = {kSample, absl::StrCat("--gtest_filter=", test)},
         .environment = {{"ORRERY_TRACE_DIR", folder_}},
         .patience_seconds = patience_seconds});
  }

  // Checks the last words of `result`, in which `test` has died of `of` while
  // the task "victim" ran, and that the trace and both commands are good.
  void Check(const std::string& test, const std::string& of,
             const ProgramResult& result, int patience_seconds = 60) {
    const std::string died = DiedAt(test, of);
    EXPECT_THAT(result.output, HasSubstr(died));
    const std::vector<std::string> lines = SplitLines(result.output);
    const std::string path = ValueOf("trace:  ", lines);
    EXPECT_EQ(path, absl::StrCat(folder_, "/", test, ".1.orrery"));

    // Everything up to the end, and no end.
    absl::StatusOr<Trace> trace = ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(absl::StrCat(trace->header.suite, ".", trace->header.test), test);
    EXPECT_GT(trace->schedule.choices.size(), 300u);
    EXPECT_FALSE(trace->footer.has_value());

    if (of != "a call of exit()") CheckTasks(result, *trace);

    for (const char* command : {"rerun:  ", "replay: "}) {
      const ProgramResult again =
          RunShell(ValueOf(command, lines),
                   {.environment = {{"ORRERY_TRACE_DIR", folder_}},
                    .patience_seconds = patience_seconds});
      EXPECT_THAT(again.output, HasSubstr(died)) << command;
    }
  }

  // What the tasks were up to stands in the output and in the trace.
  static void CheckTasks(const ProgramResult& result, const Trace& trace) {
    EXPECT_THAT(
        result.output,
        ContainsRegex("\ntasks that are not done \\(2\\), and below each "
                      "those it waits for:\n"
                      "  main#1 waits for task victim#4 at tests/"
                      "testing_crashing_sample.cc:[0-9]+ Crash <- [^\n]*\n"
                      "    victim#4 is running, came past tests/"
                      "testing_crashing_sample.cc:[0-9]+ CallInVictim\n"));
    ASSERT_EQ(trace.not_done.size(), 2u);
    EXPECT_EQ(trace.not_done[0].name, "main#1");
    EXPECT_EQ(trace.not_done[0].waits_for, "task victim#4");
    EXPECT_EQ(trace.not_done[1].name, "victim#4");
    EXPECT_TRUE(trace.not_done[1].running);
    EXPECT_EQ(trace.not_done[1].stack.size(), 1u);
  }

  static std::string DiedAt(const std::string& test, const std::string& of) {
    return absl::StrCat("\norrery: ", of, " in ", test,
                        " at 2.000s, step 398, task victim#4, seed 1\n");
  }

  std::string folder_;
};

TEST_F(CrashTest, AnAbortKeepsItsSignal) {
  const ProgramResult result = Run("CrashingSample.Aborts");
  EXPECT_EQ(result.signal, SIGABRT);
  Check("CrashingSample.Aborts", "SIGABRT", result);
}

TEST_F(CrashTest, AWildPointerLeavesTheReportOfASanitizer) {
  const ProgramResult result = Run("CrashingSample.Segfaults");
  Check("CrashingSample.Segfaults", "SIGSEGV", result);
  if (kAsan) {
    EXPECT_THAT(result.output, AllOf(HasSubstr("ERROR: AddressSanitizer: SEGV"),
                                     HasSubstr("Segfault()")));
  } else {
    EXPECT_EQ(result.signal, SIGSEGV);
  }
}

TEST_F(CrashTest, AStackThatIsUsedUpIsNoObstacle) {
  const ProgramResult result = Run("CrashingSample.OverflowsTheStack");
  Check("CrashingSample.OverflowsTheStack", "SIGSEGV", result);
  if (kAsan) {
    EXPECT_THAT(result.output,
                HasSubstr("ERROR: AddressSanitizer: stack-overflow"));
  } else {
    EXPECT_EQ(result.signal, SIGSEGV);
  }
}

TEST_F(CrashTest, AFailedCheckSaysWhichRule) {
  const ProgramResult result = Run("CrashingSample.FailsACheck");
  EXPECT_EQ(result.signal, SIGABRT);
  EXPECT_THAT(result.output, AllOf(HasSubstr("orrery: sums must add up\n"),
                                   HasSubstr("check failed: 1 + 1 == 3\n")));
  Check("CrashingSample.FailsACheck", "SIGABRT", result);
}

TEST_F(CrashTest, AnExceptionThatNobodyMayCatch) {
  const ProgramResult result = Run("CrashingSample.ThrowsOutOfNoexcept");
  EXPECT_EQ(result.signal, SIGABRT);
  EXPECT_THAT(result.output, HasSubstr("disk full"));
  Check("CrashingSample.ThrowsOutOfNoexcept", "SIGABRT", result);
}

TEST_F(CrashTest, ACallOfExitIsReportedAndKeepsItsCode) {
  const ProgramResult result = Run("CrashingSample.Exits");
  EXPECT_EQ(result.exit_code, 7);
  Check("CrashingSample.Exits", "a call of exit()", result);
}

// As Bazel does to a test that takes too long.
TEST_F(CrashTest, ATestThatHangsSaysWhereWhenItIsTerminated) {
  const ProgramResult result = Run("CrashingSample.HangsInOneStep", 2);
  EXPECT_EQ(result.signal, SIGTERM);
  Check("CrashingSample.HangsInOneStep", "SIGTERM", result, 2);
}

TEST_F(CrashTest, AssertionsThatHadFailedAreNotLost) {
  const ProgramResult result = Run("CrashingSample.FailsAndThenAborts");
  EXPECT_THAT(result.output, AllOf(HasSubstr("before that, tests/testing_"
                                             "crashing_sample.cc:"),
                                   HasSubstr("before the end")));
  Check("CrashingSample.FailsAndThenAborts", "SIGABRT", result);
}

// GoogleTest stops the program then, whether it has a debugger or not.
TEST_F(CrashTest, BreakingOnAFailureShowsTheFailure) {
  const ProgramResult result = RunProgram(
      {.words = {kSample, "--gtest_filter=CrashingSample.FailsAndThenAborts",
                 "--gtest_break_on_failure"},
       .environment = {{"ORRERY_TRACE_DIR", folder_}}});
  EXPECT_NE(result.signal, 0);
  EXPECT_NE(result.signal, SIGABRT) << "it has gone on";
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("in CrashingSample.FailsAndThenAborts at 2.000s, "
                              "step 398, task victim#4, seed 1\n"),
                    HasSubstr("before the end")));
}

TEST_F(CrashTest, AnotherThreadIsToldApart) {
  const ProgramResult result = Run("CrashingSample.AbortsInAThread");
  EXPECT_EQ(result.signal, SIGABRT);
  EXPECT_THAT(result.output,
              HasSubstr("orrery: SIGABRT in another thread, while "
                        "CrashingSample.AbortsInAThread ran\n"));
}

TEST_F(CrashTest, WhatASanitizerFindsIsReportedToo) {
  const ProgramResult result = Run("CrashingSample.UsesFreedMemory");
  if (!kAsan) {
    EXPECT_EQ(result.exit_code, 0) << "nobody has noticed";
    return;
  }
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output,
              HasSubstr("ERROR: AddressSanitizer: heap-use-after-free"));
  Check("CrashingSample.UsesFreedMemory", "a sanitizer's finding", result);
}

TEST_F(CrashTest, AFixtureThatDiesWhenItIsDestroyed) {
  const ProgramResult result = Run("CrashingFixture.AbortsWhenDestroyed");
  EXPECT_THAT(result.output,
              HasSubstr("orrery: SIGABRT in "
                        "CrashingFixture.AbortsWhenDestroyed at 0.000s, step "
                        "2, seed 1\n"));
}

// The first of the two runs that a failing test makes has failed already.
TEST_F(CrashTest, DyingWhileTheFailureIsLookedIntoKeepsTheFirstTrace) {
  const ProgramResult result = Run("CrashingSample.DiesWhenRunAgain");
  EXPECT_EQ(result.signal, SIGABRT);
  const std::string path = ValueOf("trace:  ", SplitLines(result.output));
  absl::StatusOr<Trace> trace = ReadTrace(path);
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_TRUE(trace->footer.has_value());
  EXPECT_THAT(trace->footer->failure->message, HasSubstr("once"));
}

TEST_F(CrashTest, TheChildOfADeathTestKeepsSilent) {
  const ProgramResult result = Run("CrashingSample.SurvivesADeathTest");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, Not(HasSubstr("orrery: ")));
  EXPECT_TRUE(fs::is_empty(folder_));
}

// Of either style: one forks, the other starts the program anew.
TEST_F(CrashTest, TheChildOfADeathTestIsNotInTheTraceOfTheTest) {
  std::vector<size_t> events;
  for (const char* style : {"fast", "threadsafe"}) {
    const ProgramResult result = RunProgram(
        {.words = {kSample, "--gtest_filter=CrashingSample.SurvivesADeathTest",
                   absl::StrCat("--gtest_death_test_style=", style)},
         .environment = {{"ORRERY_TRACE_DIR", folder_},
                         {"ORRERY_TRACE_LEVEL", "events"}}});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    const absl::StatusOr<Trace> trace = ReadTrace(
        absl::StrCat(folder_, "/CrashingSample.SurvivesADeathTest.1.orrery"));
    ASSERT_TRUE(trace.ok()) << trace.status();
    events.push_back(trace->events.size());
  }
  EXPECT_GT(events[0], 0u);
  EXPECT_EQ(events[0], events[1]);
}

// No handler sees it, so nothing is written then: it has been already.
TEST_F(CrashTest, AKillLeavesEveryEventAndTheRunCanBeRepeated) {
  const std::string test = "CrashingSample.IsKilled";
  for (const char* isolate : {"no", "yes"}) {
    const ProgramResult result =
        RunProgram({.words = {kSample, absl::StrCat("--gtest_filter=", test)},
                    .environment = {{"ORRERY_TRACE_DIR", folder_},
                                    {"ORRERY_TRACE_LEVEL", "events"},
                                    {"ORRERY_ISOLATE", isolate}}});
    const bool isolated = isolate == std::string("yes");
    EXPECT_EQ(result.signal, isolated ? 0 : SIGKILL) << result.output;
    const std::string path = absl::StrCat(folder_, "/", test, ".1.orrery");
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_THAT(trace->damage, HasSubstr("the trace was never closed"));
    EXPECT_GT(trace->schedule.choices.size(), 300u);
    ASSERT_FALSE(trace->events.empty());
    const TraceEvent& last = trace->events.back();
    EXPECT_TRUE(std::holds_alternative<event::Resumed>(last.what));
    EXPECT_EQ(last.task, TaskId(4));  // the victim
    EXPECT_EQ(last.time, SimTime(2'000'000'000));

    const ProgramResult again =
        RunProgram({.words = {kSample, absl::StrCat("--gtest_filter=", test),
                              absl::StrCat("--orrery_replay=", path)},
                    .environment = {{"ORRERY_TRACE_DIR", folder_},
                                    {"ORRERY_ISOLATE", "no"}}});
    EXPECT_EQ(again.signal, SIGKILL) << again.output;
  }
}

// With every event in it, on request.
TEST_F(CrashTest, AFileThatWasBeingWrittenIsCompleted) {
  const ProgramResult result =
      RunProgram({.words = {kSample, "--gtest_filter=CrashingSample.Aborts"},
                  .environment = {{"ORRERY_TRACE_DIR", folder_},
                                  {"ORRERY_TRACE_LEVEL", "events"}}});
  absl::StatusOr<Trace> trace =
      ReadTrace(ValueOf("trace:  ", SplitLines(result.output)),
                {.allow_incomplete = true});
  ASSERT_TRUE(trace.ok()) << trace.status();
  ASSERT_FALSE(trace->events.empty());
  EXPECT_EQ(trace->events.back().time, SimTime(2'000'000'000));
}

}  // namespace
}  // namespace orrery
