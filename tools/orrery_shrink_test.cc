// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/tools/orrery_fixture.h"

namespace orrery {
namespace {

using testing::HasSubstr;

class OrreryShrinkTest : public OrreryFixture {
 protected:
  static std::string Sample() { return FailingSample(); }

  // Has a test of it fail, and its trace stand in "failed.trace".
  void Fail(const std::string& test) { RecordSample(test, "failed.trace"); }
};

TEST_F(OrreryShrinkTest, WritesASmallTraceAndSaysWhatIsLeft) {
  Fail("FailingSample.LosesAnUpdate");
  const Output output =
      Orrery(absl::StrCat("shrink failed.trace -- ", Sample()));
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("1 deviation from FIFO order (of 4)"));
  EXPECT_THAT(output.out, HasSubstr("1. before first#2 goes on ("));
  EXPECT_THAT(output.out, HasSubstr("failed.trace.min"));
  EXPECT_EQ(output.err, "");

  const Output info = Orrery("info failed.trace.min");
  EXPECT_EQ(info.exit_code, 0) << info.err;
  EXPECT_THAT(info.out, HasSubstr("FailingSample.LosesAnUpdate"));
  const Output replay = Shell(absl::StrCat(
      "'", Sample(), "' --gtest_filter=FailingSample.LosesAnUpdate ",
      "--orrery_replay=failed.trace.min"));
  EXPECT_EQ(replay.exit_code, 1);
  EXPECT_THAT(replay.out, HasSubstr("exactly as recorded"));
  EXPECT_THAT(replay.out, HasSubstr("a deposit is lost"));
}

TEST_F(OrreryShrinkTest, StaysWithinTheReplaysThatItIsGiven) {
  Fail("FailingSample.LosesAnUpdate");
  const Output output =
      Orrery(absl::StrCat("shrink --replays=6 failed.trace -- ", Sample()));
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("after 6 replays"));
}

TEST_F(OrreryShrinkTest, CtrlCKeepsTheSmallestSoFar) {
  Fail("FailingSample.DISABLED_IsInterrupted --gtest_also_run_disabled_tests");
  const Output output = Shell(
      absl::StrCat("export SAMPLE_INTERRUPT=1; orrery shrink failed.trace -- ",
                   Sample(), " --gtest_also_run_disabled_tests"));
  EXPECT_EQ(output.exit_code, 0) << output.err;
  EXPECT_THAT(output.out, HasSubstr("cut short"));
  EXPECT_EQ(Orrery("info failed.trace.min").exit_code, 0);
}

TEST_F(OrreryShrinkTest, ARunThatDoesNotFailIsNotShrunk) {
  const Output made = Shell(absl::StrCat(
      "mkdir -p made && '", Sample(),
      "' --gtest_filter=PassingSample.Passes --orrery_trace_dir=made "
      "--orrery_trace_level=events --orrery_runs=1; mv made/*.orrery "
      "passed.trace"));
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const Output output =
      Orrery(absl::StrCat("shrink passed.trace -- ", Sample()));
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_EQ(output.out, "");
  EXPECT_THAT(output.err, HasSubstr("it did not fail"));
}

TEST_F(OrreryShrinkTest, SaysWhichProgramIsMissing) {
  ExpectTrouble("shrink events.trace -- /nowhere/test",
                "shrink: there is no /nowhere/test");
  const Output output = Orrery("shrink events.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("shrink: there is no bazel-bin/"));
  EXPECT_THAT(output.err, HasSubstr("name it after --"));
}

TEST_F(OrreryShrinkTest, AProgramWithoutThatTestIsTrouble) {
  const Output output =
      Orrery(absl::StrCat("shrink events.trace -- ", Sample()));
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("has not shrunk it"));
}

TEST_F(OrreryShrinkTest, SaysWhatIsWrongWithTheCommandLine) {
  ExpectTrouble("shrink", "shrink: name a trace");
  ExpectTrouble("shrink -",
                "shrink: the trace has to be a file, beside which the small "
                "one is written");
  ExpectTrouble("shrink --replays=0 events.trace",
                "shrink: --replays=0: expected at least 1");
  const Output output = Orrery("shrink nothing.trace");
  EXPECT_EQ(output.exit_code, 2);
  EXPECT_THAT(output.err, HasSubstr("nothing.trace"));
}

}  // namespace
}  // namespace orrery
