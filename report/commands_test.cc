// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/commands.h"

#include "gtest/gtest.h"
#include "orrery/report/sample_reports.h"

namespace orrery {
namespace {

ReportOptions CommandsFor(const Trace& trace, const std::string& path) {
  ReportOptions options;
  AddCommands(trace, path, &options);
  return options;
}

TEST(ReportCommandsTest, NameTheTestTheSeedAndTheScheduler) {
  const Trace trace = ClusterTrace(10);
  const ReportOptions options = CommandsFor(trace, "out/run.orrery");
  EXPECT_EQ(options.rerun,
            "bazel test //examples/cluster:replica_test "
            "--test_filter=ReportTest.ElectsOneLeader "
            "--test_env=ORRERY_SEED=42 --test_env=ORRERY_SCHEDULER=random "
            "--test_sharding_strategy=disabled --test_output=all");
  EXPECT_EQ(options.replay,
            "bazel-bin/examples/cluster/replica_test "
            "--gtest_filter=ReportTest.ElectsOneLeader "
            "--orrery_replay=out/run.orrery");
}

TEST(ReportCommandsTest, PutWordsIntoQuotesThatAShellWouldTakeApart) {
  Trace trace = ClusterTrace(10);
  trace.header.arguments = {"--bank=it's $HOME"};
  const ReportOptions options = CommandsFor(trace, "a b;c");
  EXPECT_EQ(options.replay,
            "bazel-bin/examples/cluster/replica_test "
            "--gtest_filter=ReportTest.ElectsOneLeader "
            "'--orrery_replay=a b;c' '--bank=it'\\''s $HOME'");
}

TEST(ReportCommandsTest, AreLeftOutWhereTheTraceDoesNotKnowTheProgram) {
  Trace trace = ClusterTrace(10);
  trace.header.target = "";
  const ReportOptions options = CommandsFor(trace, "run.orrery");
  EXPECT_EQ(options.rerun, "");
  EXPECT_EQ(options.replay, "");
}

TEST(ReportCommandsTest, KeepThoseThatSomebodyKnowsBetter) {
  ReportOptions options;
  options.rerun = "mine";
  AddCommands(ClusterTrace(10), "run.orrery", &options);
  EXPECT_EQ(options.rerun, "mine");
}

TEST(ReportCommandsTest, ReplayNoTraceFromStandardInput) {
  EXPECT_EQ(CommandsFor(ClusterTrace(10), "-").replay, "");
}

}  // namespace
}  // namespace orrery
