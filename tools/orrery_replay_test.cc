// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kRace[] = "FailingSample.LosesAnUpdate";

class OrreryReplayTest : public OrreryFixture {
 protected:
  // The program whose tests fail.
  static std::string Sample() {
    return absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                        std::getenv("TEST_WORKSPACE"), "/tests/failing_sample");
  }

  // Has a test of it run, and its trace stand in "run.trace".
  void Record(const std::string& test, const std::string& flags = "") {
    const Output output = Shell(
        absl::StrCat("mkdir -p made && '", Sample(), "' --gtest_filter=", test,
                     " --orrery_trace_dir=made --orrery_shrink=off ", flags,
                     "; mv made/*.orrery run.trace"));
    ASSERT_EQ(output.exit_code, 0) << output.err;
  }

  // Replays it.
  Output Replay(const std::string& flags = "",
                const std::string& arguments = "") {
    return Orrery(absl::StrCat("replay run.trace ", flags, " -- ", Sample(),
                               " ", arguments));
  }
};

// ---- How it went ------------------------------------------------------------

TEST_F(OrreryReplayTest, AFailureThatFailsAgainIsADoneReplay) {
  Record(kRace);
  const Output output = Replay();
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, AllOf(HasSubstr("choices, exactly as recorded\n"),
                                HasSubstr("a deposit is lost"),
                                HasSubstr("[  FAILED  ] ")));
}

TEST_F(OrreryReplayTest, ARunThatPassedIsReplayedToo) {
  Record("PassingSample.Passes", "--orrery_trace_level=events --orrery_runs=1");
  const Output output = Replay();
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("as recorded\n"));
}

TEST_F(OrreryReplayTest, ARunThatDivergesIsTold) {
  Record(kRace);
  const Output output = Shell(absl::StrCat(
      "export FAILING_SAMPLE_EDITED=1; orrery replay --mode=strict run.trace "
      "-- ",
      Sample()));
  EXPECT_EQ(output.exit_code, 1) << output.err;
  EXPECT_THAT(output.out, HasSubstr("then it diverged\n"));
}

TEST_F(OrreryReplayTest, TheProgramsArgumentsAreHandedOn) {
  Record(kRace);
  const Output output = Replay("", "--gtest_repeat=2");
  EXPECT_THAT(output.out, HasSubstr("Repeating all tests (iteration 2)"));
}

TEST_F(OrreryReplayTest, WhatThisTestWasToldIsNotForTheProgram) {
  Record(kRace);
  const Output output = Shell(absl::StrCat(
      "export ORRERY_BREAK=event:1 GTEST_FILTER=None.*; orrery replay "
      "run.trace -- ",
      Sample()));
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.err, Not(HasSubstr("break at event")));
}

// ---- Stops ------------------------------------------------------------------

TEST_F(OrreryReplayTest, SaysWhatHappensAtAStop) {
  Record(kRace);
  const Output output = Replay("--break=event:3,fail-1,fail");
  EXPECT_EQ(output.exit_code, 0);
  EXPECT_THAT(output.err,
              AllOf(HasSubstr("[  ORRERY  ] break at event #3 0.000s "),
                    HasSubstr(" (event:3)\n"), HasSubstr(" (fail-1)\n"),
                    ContainsRegex("FAILURE: [^\n]*a deposit is lost[^\n]* "
                                  "\\(fail\\)\n")));
}

// In a trace with events the number of the one that fails is known, and in one
// with choices only it has to be found: it is the same.
TEST_F(OrreryReplayTest, FindsTheFailureOfEitherLevel) {
  Record(kRace);
  const std::string by_choices = Replay("--break=fail").err;
  EXPECT_THAT(by_choices, HasSubstr(" (fail)\n"));
  const Output seed = Orrery("info run.trace");
  const size_t at = seed.out.find("10451216379200822465");
  ASSERT_NE(at, std::string::npos) << seed.out;
  Record(kRace,
         "--orrery_seed=10451216379200822465 --orrery_runs=1 "
         "--orrery_trace_level=events");
  EXPECT_EQ(Replay("--break=fail").err, by_choices);
}

TEST_F(OrreryReplayTest, StopsWhereItDiverges) {
  Record(kRace);
  const Output output = Shell(absl::StrCat(
      "export FAILING_SAMPLE_EDITED=1; orrery replay --mode=strict "
      "--break=diverge run.trace -- ",
      Sample()));
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.err, AllOf(HasSubstr("[  ORRERY  ] break at event #"),
                                HasSubstr(" (diverge)\n")));
  EXPECT_THAT(Replay("--break=diverge").err,
              HasSubstr("break diverge: not reached, since the run went as "
                        "recorded"));
}

TEST_F(OrreryReplayTest, IsVerboseFromAnEventOn) {
  Record("PassingSample.Passes", "--orrery_trace_level=events --orrery_runs=1");
  const Output print = Orrery("print run.trace");
  EXPECT_EQ(Replay("--verbose-from=event:0").err, print.out);
  const Output rest = Orrery("print --from=3 run.trace");
  EXPECT_EQ(Replay("--verbose-from=event:3").err, rest.out);
}

// The flags of the program itself.
TEST_F(OrreryReplayTest, ARunWithoutATraceStopsToo) {
  const Output output = Shell(absl::StrCat(
      "'", Sample(), "' --gtest_filter=", kRace,
      " --orrery_break=event:3 --orrery_seed=10451216379200822465"));
  EXPECT_EQ(output.exit_code, 1) << "that seed makes it fail";
  EXPECT_THAT(
      output.err,
      AllOf(StartsWith("[  ORRERY  ] one run for a stop, and not the 200 that "
                       "this test makes: that with seed 10451216379200822465 "
                       "and policy random\n"
                       "[  ORRERY  ] break at event #3 0.000s "),
            EndsWith(" (event:3)\n")))
      << "the runs that explain the failure do not stop";
}

TEST_F(OrreryReplayTest, OnlyAReplayKnowsTheFailure) {
  const Output output = Shell(absl::StrCat(
      "'", Sample(), "' --gtest_filter=", kRace, " --orrery_break=fail-1"));
  EXPECT_EQ(output.exit_code, 1);
  EXPECT_THAT(output.out,
              HasSubstr("--orrery_break=fail-1: only a replay knows where "
                        "fail-1 is: name a trace with --orrery_replay=FILE"));
}

// ---- gdb --------------------------------------------------------------------

TEST_F(OrreryReplayTest, GdbIsToldWhatToDebugAndWhereToStop) {
  Record(kRace);
  Write("gdb", "#!/bin/sh\nfor word; do echo \"<$word>\"; done\nexit 7\n");
  const Output output = Shell(absl::StrCat(
      "chmod +x gdb; ORRERY_GDB=./gdb; export ORRERY_GDB; orrery replay "
      "--gdb run.trace -- ",
      Sample(), " --size=3"));
  EXPECT_EQ(output.exit_code, 7);
  EXPECT_THAT(output.out,
              AllOf(HasSubstr("<break orrery_break_here>\n"),
                    HasSubstr("<set environment ORRERY_BREAK fail-1>\n"),
                    HasSubstr(absl::StrCat("<run>\n<--args>\n<", Sample(),
                                           ">\n<--size=3>\n<--gtest_filter=",
                                           kRace, ">\n<--orrery_replay=/"))));
}

TEST_F(OrreryReplayTest, GdbThatIsMissingIsTrouble) {
  Record(kRace);
  const Output output = Shell(absl::StrCat(
      "ORRERY_GDB=./nothing; export ORRERY_GDB; orrery replay --gdb "
      "run.trace -- ",
      Sample()));
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("replay: cannot run ./nothing: "));
}

// ---- What is wrong ----------------------------------------------------------

TEST_F(OrreryReplayTest, SaysWhatIsWrongWithTheCommandLine) {
  ExpectTrouble("replay", "replay: name a trace");
  ExpectTrouble("replay -",
                "replay: the trace has to be a file, which the test program "
                "reads");
  ExpectTrouble("replay --mode=loose events.trace",
                "replay: --mode=loose: expected strict, lenient or prefix:N");
  ExpectTrouble("replay --verbose-from=choice:1 events.trace",
                "replay: --verbose-from=choice:1: expected event:N or time:T "
                "(such as time:1.5s)");
  const Output output = Orrery("replay --break=evnt:1 events.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err,
              StartsWith("orrery: replay: --break=evnt:1: expected event:N, "));
  EXPECT_THAT(Orrery("replay nothing.trace").err, HasSubstr("nothing.trace"));
}

TEST_F(OrreryReplayTest, SaysWhichProgramIsMissing) {
  ExpectTrouble("replay events.trace -- /nowhere/test",
                "replay: there is no /nowhere/test");
  const Output output = Orrery("replay events.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, AllOf(HasSubstr("replay: there is no bazel-bin/"),
                                HasSubstr("name it after --")));
}

TEST_F(OrreryReplayTest, AProgramWithoutThatTestIsTrouble) {
  const Output output =
      Orrery(absl::StrCat("replay events.trace -- ", Sample()));
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("has not replayed it"));
}

}  // namespace
}  // namespace orrery
