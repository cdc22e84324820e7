// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Stops and the commands of tools/gdb/orrery.py in gdb itself, for a program
// that is built with and without optimization, by whatever compiler builds this
// test.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

using Commands = std::vector<std::string>;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAsan = true;
#elif defined(__has_feature)
constexpr bool kAsan = __has_feature(address_sanitizer);
#else
constexpr bool kAsan = false;
#endif

// LeakSanitizer, if there is one, cannot work under a debugger.
constexpr char kNoLeaks[] =
    "export ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\"; ";
constexpr char kFile[] = "tests/gdb/stopping_sample.cc";

struct Build {
  const char* name;
  const char* program;
};

class GdbTest : public testing::TestWithParam<Build> {
 protected:
  void SetUp() override {
    if (RunShell("gdb --version").exit_code != 0) {
      GTEST_SKIP() << "there is no gdb on this machine";
    }
    // The run as it is without gdb, a line an event.
    const ProgramResult plain =
        RunProgram({.words = {GetParam().program},
                    .environment = {{"ORRERY_VERBOSE_FROM", "event:0"}}});
    ASSERT_EQ(plain.exit_code, 0) << plain.output;
    for (absl::string_view line :
         absl::StrSplit(plain.output, '\n', absl::SkipEmpty())) {
      if (absl::StartsWith(line, "#")) events_.emplace_back(line);
    }
    ASSERT_GT(events_.size(), 25u);
  }

  // Returns the number of the first event with this text.
  size_t Find(absl::string_view text) const {
    for (size_t i = 0; i < events_.size(); ++i) {
      if (absl::StrContains(events_[i], text)) return i;
    }
    ADD_FAILURE() << "there is no event with " << text;
    return 0;
  }

  // Returns what gdb prints when it is given these commands, after those that
  // everybody gives.
  static std::string Gdb(const Commands& commands,
                         const std::string& arguments = "") {
    std::string line = absl::StrCat(
        kNoLeaks,
        "gdb -nx -q -batch -ex 'source tools/gdb/orrery.py' "
        "-ex 'set breakpoint pending on' -ex 'break orrery_break_here'");
    for (const std::string& command : commands) {
      absl::StrAppend(&line, " -ex '", command, "'");
    }
    absl::StrAppend(&line, " --args ", GetParam().program, " ", arguments);
    return RunShell(line, {.patience_seconds = 200}).output;
  }

  static std::string Break(size_t event) {
    return absl::StrCat("set environment ORRERY_BREAK event:", event);
  }

  // What orrery-where says there.
  std::string At(size_t event) const {
    return absl::StrCat("event ", events_[event], "\n");
  }

  std::vector<std::string> events_;
};

TEST_P(GdbTest, StopsAtAnEventWithItCurrent) {
  const size_t event = Find("first#2 sleeps");
  const std::string output = Gdb({Break(event), "run", "orrery-where", "bt"});
  EXPECT_THAT(output, ContainsRegex("Breakpoint 1, [^\n]*orrery_break_here"));
  EXPECT_THAT(output, HasSubstr(At(event)));
  EXPECT_THAT(output, HasSubstr("at 0.000s, step 2, in first#2\n"));
  // What has made it happen is on the stack.
  EXPECT_THAT(output, ContainsRegex("#0 [^\n]* orrery_break_here "));
  // gdb puts a space behind names that it has from debug information.
  EXPECT_THAT(output, ContainsRegex("\n#[0-9]+ [^\n]* in (orrery::[^\n]*)?"
                                    "Hold ?\\("));
}

TEST_P(GdbTest, ListsTheTasksWithWhatTheyWaitForAndWhere) {
  const std::string output =
      Gdb({Break(Find("second#3 waits for Mutex") + 1), "run", "orrery-tasks"});
  EXPECT_THAT(output, ContainsRegex(absl::StrCat(
                          "  main#1 waits for task first#2 at ", kFile,
                          ":[0-9]+ Main\n"
                          "  first#2 [^\n]* at ",
                          kFile,
                          ":[0-9]+ Hold\n"
                          "  second#3 waits for Mutex \"account\" held by "
                          "first#2 at ",
                          kFile, ":[0-9]+ Hold\n")));
}

TEST_P(GdbTest, ShowsAsynchronousStacks) {
  const std::string output =
      Gdb({Break(Find("log: has paid")), "run", "orrery-bt second#3",
           "orrery-bt 1", "orrery-bt", "orrery-bt nobody", "orrery-bt 77"});
  EXPECT_THAT(output,
              ContainsRegex(absl::StrCat(
                  "second#3 waits for Mutex \"account\" held by first#2\n"
                  "  0  ",
                  kFile, ":[0-9]+ Hold\n  1  ", kFile,
                  ":[0-9]+ Pay\n  spawned at ", kFile, ":[0-9]+ Main\n")));
  EXPECT_THAT(output,
              ContainsRegex(absl::StrCat("main#1 waits for task first#2\n  0  ",
                                         kFile, ":[0-9]+ Main\n")));
  EXPECT_THAT(output,
              ContainsRegex(absl::StrCat(
                  "first#2 is running\n  0  came past ", kFile,
                  ":[0-9]+ Hold\n  1  ", kFile, ":[0-9]+ Pay\n  spawned at ",
                  kFile, ":[0-9]+ Main\nawaited by main#1 waits for task ")));
  EXPECT_THAT(output, HasSubstr("expected a task, client#7 or 7, and not "
                                "\"nobody\""));
  EXPECT_THAT(output, HasSubstr("there is no task #77 that is not over"));
}

TEST_P(GdbTest, GoesForthAndBack) {
  const std::string output =
      Gdb({Break(10), "run", "orrery-goto 15", "orrery-goto 4", "orrery-goto 4",
           "orrery-next", "orrery-next 3", "orrery-goto 10"});
  std::vector<std::string> visited;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    if (absl::StartsWith(line, "event #")) visited.emplace_back(line);
  }
  std::vector<std::string> expected;
  for (const size_t event : {15, 4, 4, 5, 8, 10}) {
    expected.push_back(absl::StrCat("event ", events_[event]));
  }
  EXPECT_EQ(visited, expected) << output;
}

// The flag that is among the arguments gives way.
TEST_P(GdbTest, GoesToAnEventOfAProgramThatDoesNotRunYet) {
  const std::string output =
      Gdb({"delete", "orrery-goto 12", "info breakpoints", "show args"},
          "--one --orrery_break=event:3 --orrery_break event:4 --two");
  // With line numbers it names the place of that function.
  EXPECT_THAT(output, ContainsRegex("breakpoint +keep +y .*(orrery_break_here|"
                                    "sim/debugger\\.cc:)"));
  EXPECT_THAT(output, HasSubstr(At(12)));
  EXPECT_THAT(output, HasSubstr("is \"--one --two\""));
}

TEST_P(GdbTest, SaysWhatIsWrongInAWord) {
  const std::string output =
      Gdb({"orrery-where", "orrery-goto soon", Break(3), "run",
           "orrery-next some", "orrery-goto 100000", "orrery-tasks"});
  EXPECT_THAT(
      output,
      AllOf(HasSubstr("nothing runs; start the program"),
            HasSubstr("expected the number of an event, and not "
                      "\"soon\""),
            HasSubstr("expected a number of events, and not \"some\""),
            HasSubstr("the run has ended\n"),
            HasSubstr("the run has no event #100000\n"),
            Not(HasSubstr("Traceback")), Not(HasSubstr("Python Exception"))));
}

// gdb's own way back, which a single thread allows, and AddressSanitizer does
// not: a process that gdb has made fork hangs there.
TEST_P(GdbTest, CheckpointsWork) {
  if (kAsan) GTEST_SKIP() << "not with AddressSanitizer";
  const std::string output =
      Gdb({Break(8), "run", "checkpoint", "orrery-goto 20", "restart 1",
           "orrery-where", "orrery-goto 12"});
  EXPECT_THAT(output,
              AllOf(HasSubstr(At(20)), HasSubstr(At(8)), HasSubstr(At(12))));
  EXPECT_LT(output.find(At(20)), output.find(At(8))) << output;
  EXPECT_LT(output.find(At(8)), output.find(At(12))) << output;
}

// The way that people go.
TEST(OrreryReplayTest, StartsGdbAtTheEventBeforeTheFailure) {
  if (RunShell("gdb --version").exit_code != 0) {
    GTEST_SKIP() << "there is no gdb on this machine";
  }
  const std::string folder = MakeTestFolder("replayed");
  RunProgram({.words = {"tests/failing_sample",
                        "--gtest_filter=FailingSample.AssertsInAHelper",
                        "--orrery_shrink=off"},
              .environment = {{"ORRERY_TRACE_DIR", folder}}});
  const ProgramResult result = RunShell(absl::StrCat(
      kNoLeaks,
      "printf 'orrery-where\\norrery-next\\norrery-bt\\norrery-goto 1\\n' | "
      "tools/orrery replay --gdb ",
      folder, "/*.orrery -- tests/failing_sample"));
  EXPECT_THAT(result.output, HasSubstr("(fail-1)\n"));
  EXPECT_THAT(result.output,
              ContainsRegex("\nevent #[1-9][0-9]* 2.000s main#1"));
  EXPECT_THAT(result.output,
              ContainsRegex("event #[0-9]+ 2.000s main#1 FAILURE: "));
  EXPECT_THAT(
      result.output,
      ContainsRegex("  1  tests/failing_sample.cc:[0-9]+ DivideTwice\n"));
  EXPECT_THAT(result.output, HasSubstr("event #1 0.000s main#1 runs"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, GdbTest,
    testing::Values(Build{"AsItIsBuilt", "tests/gdb/stopping_sample"},
                    Build{"Optimized", "tests/gdb/optimized_stopping_sample"}),
    [](const testing::TestParamInfo<Build>& info) {
      return std::string(info.param.name);
    });

}  // namespace
}  // namespace orrery
