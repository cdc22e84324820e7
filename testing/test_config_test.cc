// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/test_config.h"

#include <string>
#include <utility>
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
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

using Words = std::vector<std::string>;
using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr char kPrinter[] = "testing/test_config_printer";

// Returns the lines that the printer prints.
Words Print(const Words& arguments, const Environment& environment) {
  Words words = {kPrinter};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const ProgramResult result =
      RunProgram({.words = words, .environment = environment});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  return absl::StrSplit(result.output, '\n');
}

TEST(TestConfigTest, HasDefaults) {
  EXPECT_THAT(Print({}, {}), IsSupersetOf({"seed 1", "runs ",
                                           "scheduler  from ", "replay  from ",
                                           "trace_dir /tmp", "trace_level 1"}));
}

// A flag, its twin, a value, and the line that it leads to.
struct Case {
  const char* flag;
  const char* variable;
  const char* value;
  const char* line;
};

class SettingTest : public testing::TestWithParam<Case> {};

TEST_P(SettingTest, CanBeAFlag) {
  const Case& c = GetParam();
  const std::string line =
      absl::StrCat(c.line, absl::EndsWith(c.line, " from ")
                               ? absl::StrCat("--", c.flag, "=", c.value)
                               : "");
  EXPECT_THAT(Print({absl::StrCat("--", c.flag, "=", c.value)}, {}),
              Contains(line));
  EXPECT_THAT(Print({absl::StrCat("-", c.flag, "=", c.value)}, {}),
              Contains(line));
  EXPECT_THAT(Print({absl::StrCat("--", c.flag), c.value}, {}), Contains(line));
}

TEST_P(SettingTest, CanBeAVariable) {
  const Case& c = GetParam();
  const std::string line =
      absl::StrCat(c.line, absl::EndsWith(c.line, " from ")
                               ? absl::StrCat(c.variable, "=", c.value)
                               : "");
  EXPECT_THAT(Print({}, {{c.variable, c.value}}), Contains(line));
}

TEST_P(SettingTest, AsAFlagGoesBeforeTheVariable) {
  const Case& c = GetParam();
  EXPECT_THAT(Print({absl::StrCat("--", c.flag, "=", c.value)},
                    {{c.variable, "another"}}),
              Contains(StartsWith(c.line)));
}

TEST_P(SettingTest, AsAnEmptyFlagIsNone) {
  const Case& c = GetParam();
  EXPECT_THAT(Print({absl::StrCat("--", c.flag, "=")}, {{c.variable, c.value}}),
              Contains(StartsWith(c.line)));
  EXPECT_THAT(Print({}, {{c.variable, ""}}), Contains("seed 1"));
}

TEST_P(SettingTest, NeedsAValue) {
  const Case& c = GetParam();
  EXPECT_THAT(
      Print({absl::StrCat("--", c.flag)}, {}),
      Contains(absl::StrCat("error: --", c.flag, ": it takes a value: --",
                            c.flag, "=VALUE")));
}

INSTANTIATE_TEST_SUITE_P(
    Each, SettingTest,
    testing::Values(
        Case{"orrery_seed", "ORRERY_SEED", "18446744073709551615",
             "seed 18446744073709551615"},
        Case{"orrery_runs", "ORRERY_RUNS", "300", "runs 300"},
        Case{"orrery_scheduler", "ORRERY_SCHEDULER", "pct:depth=3",
             "scheduler pct:depth=3 from "},
        Case{"orrery_replay", "ORRERY_REPLAY", "a.orrery",
             "replay a.orrery from "},
        Case{"orrery_replay_mode", "ORRERY_REPLAY_MODE", "prefix:211",
             "replay_mode 2 211"},
        Case{"orrery_trace_dir", "ORRERY_TRACE_DIR", "/x/y", "trace_dir /x/y"},
        Case{"orrery_trace_level", "ORRERY_TRACE_LEVEL", "off",
             "trace_level 0"},
        Case{"orrery_trace_max_mb", "ORRERY_TRACE_MAX_MB", "3",
             "trace_max_bytes 3145728"},
        Case{"orrery_isolate", "ORRERY_ISOLATE", "no", "isolate no"},
        Case{"orrery_keep_going", "ORRERY_KEEP_GOING", "12", "keep_going 12"},
        Case{"orrery_time_budget", "ORRERY_TIME_BUDGET", "1m30s",
             "time_budget 1m30s"},
        Case{"orrery_step_budget", "ORRERY_STEP_BUDGET", "123456789012",
             "step_budget 123456789012"},
        Case{"orrery_report", "ORRERY_REPORT", "off", "report off"},
        Case{"orrery_set", "ORRERY_SET", "net.loss=off,a.b=5%",
             "set a.b=5%,net.loss=off from "},
        Case{"orrery_shrink", "ORRERY_SHRINK", "off", "shrink 0"},
        Case{"orrery_stats", "ORRERY_STATS", "yes", "stats yes"},
        Case{"orrery_swarm_seeds", "ORRERY_SWARM_SEEDS", "2147483647",
             "swarm_seeds 2147483647"},
        Case{"orrery_swarm_scheduler", "ORRERY_SWARM_SCHEDULER", "pos",
             "scheduler pos from "},
        Case{"orrery_list_properties", "ORRERY_LIST_PROPERTIES", "yes",
             "list_properties yes"},
        Case{"orrery_break", "ORRERY_BREAK", "event:7,time:1s",
             "break event:7 time:1s"},
        Case{"orrery_verbose_from", "ORRERY_VERBOSE_FROM", "event:7",
             "verbose_from event:7"},
        Case{"orrery_resume", "ORRERY_RESUME", "a.state",
             "resume a.state from "}),
    [](const testing::TestParamInfo<Case>& info) {
      return std::string(info.param.flag);
    });

TEST(TestConfigTest, TheLastOfSeveralFlagsCounts) {
  EXPECT_THAT(Print({"--orrery_seed=2", "--orrery_seed=3"}, {}),
              Contains("seed 3"));
}

TEST(TestConfigTest, KnowsThreeLevels) {
  for (const auto& [word, number] :
       {std::pair("off", 0), std::pair("choices", 1), std::pair("events", 2)}) {
    EXPECT_THAT(Print({}, {{"ORRERY_TRACE_LEVEL", word}}),
                Contains(absl::StrCat("trace_level ", number)));
  }
}

TEST(TestConfigTest, BadValuesAreNamedWithTheirPlaceAndWhatIsExpected) {
  const std::vector<std::pair<Case, const char*>> cases = {
      {{"orrery_set", "ORRERY_SET", "net.loss", ""},
       "\"net.loss\": expected NAME=VALUE"},
      {{"orrery_seed", "ORRERY_SEED", "seven", ""},
       "expected an integer from 0 to 2^64 - 1"},
      {{"orrery_seed", "ORRERY_SEED", "-1", ""},
       "expected an integer from 0 to 2^64 - 1"},
      {{"orrery_seed", "ORRERY_SEED", "18446744073709551616", ""},
       "expected an integer from 0 to 2^64 - 1"},
      {{"orrery_seed", "ORRERY_SEED", "0x10", ""},
       "expected an integer from 0 to 2^64 - 1"},
      {{"orrery_runs", "ORRERY_RUNS", "0", ""},
       "expected a number of runs, at least 1"},
      {{"orrery_runs", "ORRERY_RUNS", "-5", ""},
       "expected a number of runs, at least 1"},
      {{"orrery_runs", "ORRERY_RUNS", "many", ""},
       "expected a number of runs, at least 1"},
      {{"orrery_runs", "ORRERY_RUNS", "99999999999", ""},
       "expected a number of runs, at least 1"},
      {{"orrery_trace_max_mb", "ORRERY_TRACE_MAX_MB", "0", ""},
       "expected a number of MiB, at least 1"},
      {{"orrery_trace_level", "ORRERY_TRACE_LEVEL", "all", ""},
       "expected off, choices or events"},
      {{"orrery_replay_mode", "ORRERY_REPLAY_MODE", "exact", ""},
       "expected strict, lenient or prefix:N, N choices"},
      {{"orrery_replay_mode", "ORRERY_REPLAY_MODE", "prefix:-1", ""},
       "expected strict, lenient or prefix:N, N choices"},
      {{"orrery_replay_mode", "ORRERY_REPLAY_MODE", "prefix", ""},
       "expected strict, lenient or prefix:N, N choices"},
      {{"orrery_isolate", "ORRERY_ISOLATE", "maybe", ""}, "expected yes or no"},
      {{"orrery_report", "ORRERY_REPORT", "no", ""}, "expected on or off"},
      {{"orrery_shrink", "ORRERY_SHRINK", "no", ""},
       "expected a number of replays, or off"},
      {{"orrery_shrink", "ORRERY_SHRINK", "-1", ""},
       "expected a number of replays, or off"},
      {{"orrery_stats", "ORRERY_STATS", "all", ""}, "expected yes or no"},
      {{"orrery_keep_going", "ORRERY_KEEP_GOING", "0", ""},
       "expected a number of failures, at least 1"},
      {{"orrery_time_budget", "ORRERY_TIME_BUDGET", "30", ""},
       "expected a time with its unit, such as 30s or 5m"},
      {{"orrery_time_budget", "ORRERY_TIME_BUDGET", "-1s", ""},
       "expected a time with its unit, such as 30s or 5m"},
      {{"orrery_swarm_seeds", "ORRERY_SWARM_SEEDS", "0", ""},
       "expected a number of seeds, from 1 to 2147483647"},
      {{"orrery_list_properties", "ORRERY_LIST_PROPERTIES", "all", ""},
       "expected yes or no"},
      {{"orrery_break", "ORRERY_BREAK", "evnt:1", ""},
       "expected event:N, time:T (such as time:1.5s), choice:N, message:ID, "
       "fail, fail-N or diverge, or several with commas between them, and not "
       "\"evnt:1\""},
      {{"orrery_break", "ORRERY_BREAK", "event:1,fail-1", ""},
       "only a replay knows where fail-1 is: name a trace with "
       "--orrery_replay=FILE"},
      {{"orrery_verbose_from", "ORRERY_VERBOSE_FROM", "fail", ""},
       "expected event:N or time:T (such as time:1.5s)"},
      {{"orrery_step_budget", "ORRERY_STEP_BUDGET", "none", ""},
       "expected a number of steps, at least 1"},
  };
  for (const auto& [c, expected] : cases) {
    const std::string flag = absl::StrCat("--", c.flag, "=", c.value);
    EXPECT_THAT(Print({flag}, {}),
                Contains(absl::StrCat("error: ", flag, ": ", expected)));
    EXPECT_THAT(Print({}, {{c.variable, c.value}}),
                Contains(absl::StrCat("error: ", c.variable, "=", c.value, ": ",
                                      expected)));
  }
}

TEST(TestConfigTest, ShrinkingTakesANumberOfReplays) {
  EXPECT_THAT(Print({"--orrery_shrink=250"}, {}), Contains("shrink 250"));
}

TEST(TestConfigTest, AStopIsAboutOneRunInThisProcess) {
  for (const char* flag :
       {"--orrery_break=event:1", "--orrery_verbose_from=time:1s"}) {
    EXPECT_THAT(Print({flag}, {}),
                AllOf(Contains("runs 1"), Contains("isolate no"),
                      Contains("shrink 0")));
    // What the target of a swarm says counts as well.
    for (const char* variable : {"ORRERY_RUNS", "ORRERY_SWARM_SEEDS"}) {
      EXPECT_THAT(Print({flag}, {{variable, "5"}}),
                  Contains(absl::StrCat(
                      "error: ", flag, ": it is about one run, and ", variable,
                      "=5 asks for more; say which one by its seed, "
                      "--orrery_seed=N, or by its trace, "
                      "--orrery_replay=FILE")));
    }
    EXPECT_THAT(Print({flag, "--orrery_runs=1"}, {{"ORRERY_SWARM_SEEDS", "5"}}),
                AllOf(Contains("runs 1"), Contains("swarm_seeds 0")));
    EXPECT_THAT(Print({flag, "--orrery_isolate=yes"}, {}),
                Contains(absl::StrCat(
                    "error: ", flag,
                    ": a debugger sees the run in the process that it has "
                    "started, and --orrery_isolate=yes puts it into another")));
  }
}

TEST(TestConfigTest, WhatLeavesTheRecordedRunKnowsNotWhereItFails) {
  EXPECT_THAT(Print({"--orrery_break=event:1,fail", "--orrery_replay=a.orrery",
                     "--orrery_replay_mode=prefix:7"},
                    {}),
              Contains("error: --orrery_break=event:1,fail: "
                       "--orrery_replay_mode=prefix:7 leaves the recorded run, "
                       "so it is not known where fail is"));
  EXPECT_THAT(Print({"--orrery_break=event:1,fail", "--orrery_replay=a.orrery",
                     "--orrery_replay_mode=lenient"},
                    {}),
              Contains("break event:1 fail"));
}

TEST(TestConfigTest, ASwarmGivesWayToWhatIsAskedFor) {
  EXPECT_THAT(Print({}, {{"ORRERY_SWARM_SEEDS", "900"},
                         {"ORRERY_SWARM_SCHEDULER", "pos"},
                         {"ORRERY_RUNS", "1"},
                         {"ORRERY_SCHEDULER", "fifo"}}),
              AllOf(Contains("swarm_seeds 0"), Contains("runs 1"),
                    Contains("scheduler fifo from ORRERY_SCHEDULER=fifo")));
}

TEST(TestConfigTest, AnUnknownFlagIsAnErrorThatListsTheKnownOnes) {
  EXPECT_THAT(Print({"--orrery_seeds=7"}, {}),
              Contains(StartsWith(
                  "error: --orrery_seeds=7: there is no such flag; known: "
                  "--orrery_seed, --orrery_runs, --orrery_scheduler, "
                  "--orrery_replay, --orrery_replay_mode, --orrery_trace_dir, "
                  "--orrery_trace_level, --orrery_isolate, ")));
  EXPECT_THAT(Print({"--orrery_verbose"}, {}),
              Contains(StartsWith("error: --orrery_verbose: there is no such "
                                  "flag")));
}

TEST(TestConfigTest, FlagsEndAtTwoDashes) {
  EXPECT_THAT(Print({"--", "--orrery_seeds=7"}, {}), Contains("seed 1"));
}

TEST(TestConfigTest, TracesGoToTheFolderThatTheTestIsGiven) {
  EXPECT_THAT(Print({}, {{"TMPDIR", "/c"}}), Contains("trace_dir /c"));
  EXPECT_THAT(Print({}, {{"TMPDIR", "/c"}, {"TEST_TMPDIR", "/b"}}),
              Contains("trace_dir /b"));
  EXPECT_THAT(Print({}, {{"TMPDIR", "/c"},
                         {"TEST_TMPDIR", "/b"},
                         {"TEST_UNDECLARED_OUTPUTS_DIR", "/a"}}),
              Contains("trace_dir /a"));
}

TEST(TestConfigTest, RepetitionsOfBazelHaveSeedsOfTheirOwn) {
  EXPECT_THAT(Print({}, {{"TEST_RANDOM_SEED", "1"}}), Contains("seed 1"));
  const Words second = Print({}, {{"TEST_RANDOM_SEED", "2"}});
  const Words third = Print({}, {{"TEST_RANDOM_SEED", "3"}});
  EXPECT_THAT(second, Not(Contains("seed 1")));
  EXPECT_NE(second.front(), third.front());
  EXPECT_THAT(Print({"--orrery_seed=9"}, {{"TEST_RANDOM_SEED", "2"}}),
              Contains("seed 9"));
  EXPECT_THAT(Print({}, {{"TEST_RANDOM_SEED", "what"}}), Contains("seed 1"));
}

// ---- Repeating --------------------------------------------------------------

TEST(OtherArgumentsTest, AreNeitherOursNorGoogleTests) {
  const Words lines =
      Print({"--gtest_filter=A.B", "-gtest_repeat=2", "--mine=1",
             "--orrery_seed", "7", "plain", "--", "--orrery_runs=x"},
            {});
  Words others;
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "other ")) others.push_back(line.substr(6));
  }
  EXPECT_THAT(others,
              ElementsAre("--mine=1", "plain", "--", "--orrery_runs=x"));
}

TEST(RepeatCommandsTest, ByHandAreForTheSameShell) {
  const Words lines = Print({"--gtest_filter=*", "--mine=a b"}, {});
  EXPECT_THAT(
      lines,
      IsSupersetOf({
          "rerun testing/test_config_printer --gtest_filter=A.B "
          "--orrery_seed=7 "
          "'--mine=a b'",
          "rerun with scheduler testing/test_config_printer "
          "--gtest_filter=A.DISABLED_B/0 --gtest_also_run_disabled_tests "
          "--orrery_seed=7 --orrery_scheduler=pct:depth=3 '--mine=a b'",
          "replay command testing/test_config_printer --gtest_filter=A.B "
          "--orrery_replay=/out/A.B.7.orrery '--mine=a b'",
          "replay command testing/test_config_printer --gtest_filter=A.B "
          "'--orrery_replay=/tmp/it'\\''s here.orrery' '--mine=a b'",
          "lasting path /out/A.B.7.orrery",
      }));
}

TEST(RepeatCommandsTest, UnderBazelAreForTheRootOfTheWorkspace) {
  const Words lines = Print({}, {{"TEST_TARGET", "//bank:transfer_test"},
                                 {"TEST_UNDECLARED_OUTPUTS_DIR", "/out"}});
  const std::string outputs = "bazel-testlogs/bank/transfer_test/test.outputs";
  EXPECT_THAT(
      lines,
      IsSupersetOf({
          std::string(
              "rerun bazel test //bank:transfer_test --test_filter=A.B "
              "--test_env=ORRERY_SEED=7 --test_sharding_strategy=disabled "
              "--test_output=all"),
          std::string("rerun with scheduler bazel test //bank:transfer_test "
                      "--test_filter=A.DISABLED_B/0 --test_env=ORRERY_SEED=7 "
                      "--test_env=ORRERY_SCHEDULER=pct:depth=3 "
                      "--test_arg=--gtest_also_run_disabled_tests "
                      "--test_sharding_strategy=disabled --test_output=all"),
          absl::StrCat("replay command unzip -oq ", outputs, "/outputs.zip -d ",
                       outputs,
                       " 2>/dev/null; bazel-bin/bank/transfer_test "
                       "--gtest_filter=A.B --orrery_replay=",
                       outputs, "/A.B.7.orrery"),
          absl::StrCat("lasting path ", outputs, "/A.B.7.orrery"),
          // Not among the outputs:
          std::string("replay command bazel-bin/bank/transfer_test "
                      "--gtest_filter=A.B '--orrery_replay=/tmp/it'\\''s "
                      "here.orrery'"),
      }));
}

TEST(RepeatCommandsTest, KnowTheShardAndTheRepetition) {
  EXPECT_THAT(Print({}, {{"TEST_TARGET", "//bank:transfer_test"},
                         {"TEST_UNDECLARED_OUTPUTS_DIR", "/out"},
                         {"TEST_TOTAL_SHARDS", "4"},
                         {"TEST_SHARD_INDEX", "1"}}),
              Contains("lasting path bazel-testlogs/bank/transfer_test/"
                       "shard_2_of_4/test.outputs/A.B.7.orrery"));
  // Bazel's own path says more than the variables do.
  const std::string folder =
      "/sandbox/7/execroot/bank/bazel-out/k8-fastbuild/testlogs/pay/"
      "transfer_test/shard_2_of_4_run_3_of_5/test.outputs";
  EXPECT_THAT(
      Print({}, {{"TEST_TARGET", "//pay:transfer_test"},
                 {"TEST_UNDECLARED_OUTPUTS_DIR", folder},
                 {"PRINTER_TRACE", absl::StrCat(folder, "/A.B.7.orrery")}}),
      Contains("lasting path bazel-testlogs/pay/transfer_test/"
               "shard_2_of_4_run_3_of_5/test.outputs/A.B.7.orrery"));
}

TEST(RepeatCommandsTest, KnowTargetsOfOtherRepositories) {
  EXPECT_THAT(
      Print({}, {{"TEST_TARGET", "@bank//pay:transfer_test"}}),
      Contains(HasSubstr("bazel-bin/external/bank/pay/transfer_test ")));
  EXPECT_THAT(
      Print({}, {{"TEST_TARGET", "@@bank~1.0//:transfer_test"}}),
      Contains(HasSubstr("'bazel-bin/external/bank~1.0/transfer_test' ")));
  EXPECT_THAT(Print({}, {{"TEST_TARGET", "//:transfer_test"}}),
              Contains(HasSubstr("bazel-bin/transfer_test ")));
}

}  // namespace
}  // namespace orrery
