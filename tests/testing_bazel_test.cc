// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Simulated tests under `bazel test` and under GoogleTest's own flags: what
// they print is to be pasted at the root of the workspace, and works there.

#include <stdlib.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

namespace fs = std::filesystem;

using Environment = std::vector<std::pair<std::string, std::string>>;

constexpr char kSample[] = "tests/failing_sample";
constexpr char kBazelTest[] =
    "bazel test //tests:failing_sample --test_output=all";

// A folder that looks like a workspace in which the sample was built.
class Workspace {
 public:
  explicit Workspace(const std::string& name) : root_(MakeTestFolder(name)) {
    fs::create_directories(root_ + "/bin");
    fs::create_directories(root_ + "/bazel-bin/tests");
    fs::create_symlink(fs::absolute("tests/testing_bazel_stub.sh"),
                       root_ + "/bin/bazel");
    fs::create_symlink(fs::absolute(kSample),
                       root_ + "/bazel-bin/tests/failing_sample");
  }

  const std::string& root() const { return root_; }

  // Runs what a user would type there.
  ProgramResult Type(const std::string& line,
                     const Environment& environment = {}) const {
    const char* path = ::getenv("PATH");
    Environment all = environment;
    all.emplace_back("PATH", absl::StrCat(root_, "/bin:", path));
    return RunShell(line, {.environment = all, .folder = root_});
  }

 private:
  std::string root_;
};

// ---- The printed commands ---------------------------------------------------

struct Layout {
  const char* name;
  Environment environment;
};

class BazelCommandsTest : public testing::TestWithParam<Layout> {
 protected:
  BazelCommandsTest()
      : workspace_(absl::StrCat("workspace_", GetParam().name)) {}

  // Fails as in the first place, with both of the printed commands.
  void Check(const std::string& test) {
    SCOPED_TRACE(test);
    const ProgramResult first =
        workspace_.Type(absl::StrCat(kBazelTest, " '--test_filter=", test, "'"),
                        GetParam().environment);
    EXPECT_EQ(first.exit_code, 3);
    const std::vector<std::string> failure = FailureIn(first.output);
    ASSERT_THAT(failure, Not(IsEmpty())) << first.output;
    EXPECT_LE(failure.size(), 40u);

    const std::string rerun = ValueOf("rerun:  ", failure);
    EXPECT_EQ(rerun, failure[failure.size() - 2].substr(8));
    EXPECT_THAT(rerun, StartsWith("bazel test //tests:failing_sample "));
    const ProgramResult again = workspace_.Type(rerun, GetParam().environment);
    EXPECT_EQ(again.exit_code, 3) << again.output;
    EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));

    // The rerun has put its own outputs in the place of the first ones.
    workspace_.Type(absl::StrCat(kBazelTest, " '--test_filter=", test, "'"),
                    GetParam().environment);
    const std::string replay = ValueOf("replay: ", failure);
    EXPECT_EQ(replay, failure.back().substr(8));
    const ProgramResult replayed = workspace_.Type(replay);
    EXPECT_EQ(replayed.exit_code, 1) << replayed.output;
    EXPECT_THAT(replayed.output, HasSubstr("choices, exactly as recorded\n"));
    EXPECT_THAT(replayed.output, Not(HasSubstr("unzip:")));
    EXPECT_EQ(WhatFailed(FailureIn(replayed.output)), WhatFailed(failure));

    // Where the trace is said to be, it is, now at the latest.
    const std::string trace = ValueOf("trace:  ", failure);
    EXPECT_THAT(trace, StartsWith("bazel-testlogs/tests/failing_sample/"));
    EXPECT_TRUE(fs::exists(absl::StrCat(workspace_.root(), "/", trace)))
        << trace;
    // And beside it, the page.
    const std::string report = ValueOf("report: ", failure);
    EXPECT_EQ(report, trace + ".html");
    EXPECT_TRUE(fs::exists(absl::StrCat(workspace_.root(), "/", report)))
        << report;
  }

  Workspace workspace_;
};

TEST_P(BazelCommandsTest, RepeatARaceFoundByAnotherSeed) {
  Check("FailingSample.LosesAnUpdate");
}
TEST_P(BazelCommandsTest, RepeatADeadlock) {
  Check("FailingSample.FivePhilosophersDeadlock");
}
TEST_P(BazelCommandsTest, RepeatATestWithAParameter) {
  Check("Numbers/SquareTest.IsSmall/1");
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, BazelCommandsTest,
    testing::Values(Layout{"archive", {}},
                    Layout{"folder", {{"STUB_KEEPS_FOLDER", "1"}}},
                    Layout{"archives_of_shards", {{"STUB_SHARDS", "3"}}},
                    Layout{"folders_of_shards",
                           {{"STUB_SHARDS", "3"}, {"STUB_KEEPS_FOLDER", "1"}}}),
    [](const testing::TestParamInfo<Layout>& info) {
      return std::string(info.param.name);
    });

TEST(BazelTest, AForcedSchedulerIsPartOfTheCommand) {
  const Workspace workspace("workspace_scheduler");
  const ProgramResult first = workspace.Type(
      absl::StrCat(kBazelTest,
                   " --test_filter=FailingSample.FivePhilosophersDeadlock"
                   " --test_env=ORRERY_SCHEDULER=random"));
  const std::vector<std::string> failure = FailureIn(first.output);
  EXPECT_THAT(failure, Contains("seed 1, scheduler random"));
  const std::string rerun = ValueOf("rerun:  ", failure);
  EXPECT_THAT(rerun, HasSubstr(" --test_env=ORRERY_SCHEDULER=random "));
  EXPECT_EQ(WhatFailed(FailureIn(workspace.Type(rerun).output)),
            WhatFailed(failure));
}

TEST(BazelTest, EveryRepetitionHasSeedsOfItsOwn) {
  const Workspace workspace("workspace_repetitions");
  std::set<std::string> seeds;
  for (const char* run : {"1", "2", "3"}) {
    const ProgramResult result = workspace.Type(
        absl::StrCat(kBazelTest, " --test_filter=FailingSample.Throws"),
        {{"STUB_RUN", run}});
    const std::vector<std::string> failure = FailureIn(result.output);
    seeds.insert(ValueOf("seed ", failure));
    // A repetition is repeated by its seed.
    const ProgramResult again = workspace.Type(ValueOf("rerun:  ", failure));
    EXPECT_EQ(ValueOf("seed ", FailureIn(again.output)),
              ValueOf("seed ", failure));
  }
  EXPECT_THAT(seeds, SizeIs(3));
  EXPECT_THAT(seeds, Contains("1, scheduler fifo"));
}

TEST(BazelTest, ShardsRunEachTestOnce) {
  const Workspace workspace("workspace_shards");
  const ProgramResult result =
      workspace.Type(absl::StrCat(kBazelTest, " --test_filter=*Sample.*"),
                     {{"STUB_SHARDS", "3"}});
  std::multiset<std::string> ran;
  for (const std::string& line : SplitLines(result.output)) {
    if (absl::StartsWith(line, "[ RUN      ] ")) ran.insert(line.substr(13));
  }
  EXPECT_GT(ran.size(), 15u);
  for (const std::string& test : ran) EXPECT_EQ(ran.count(test), 1) << test;
}

// ---- GoogleTest's flags -----------------------------------------------------

ProgramResult RunSample(const std::vector<std::string>& flags,
                        Environment environment = {}) {
  std::vector<std::string> words = {kSample};
  words.insert(words.end(), flags.begin(), flags.end());
  environment.emplace_back("ORRERY_TRACE_DIR", testing::TempDir());
  return RunProgram({.words = words, .environment = environment});
}

TEST(GoogleTestTest, XmlHasTheSeedOfEveryTestAndTheTraceOfAFailingOne) {
  const std::string xml = absl::StrCat(MakeTestFolder("xml"), "/test.xml");
  RunSample({absl::StrCat("--gtest_output=xml:", xml),
             "--gtest_filter=FailingSample.LosesAnUpdate:PassingSample.*"});
  std::vector<std::string> lines = SplitLines(ReadWholeFile(xml));
  std::string test, lost, passed;
  for (const std::string& line : lines) {
    if (absl::StrContains(line, "<testcase name=\"LosesAnUpdate\"")) test = "l";
    if (absl::StrContains(line, "<testcase name=\"Passes\"")) test = "p";
    if (absl::StrContains(line, "<property ")) {
      absl::StrAppend(test == "l" ? &lost : &passed, line, "\n");
    }
  }
  EXPECT_THAT(lost, AllOf(HasSubstr("name=\"orrery_seed\" "
                                    "value=\"10451216379200822465\""),
                          HasSubstr("name=\"orrery_trace\" value=\""),
                          HasSubstr("FailingSample.LosesAnUpdate."
                                    "10451216379200822465.orrery\"")));
  EXPECT_THAT(passed, HasSubstr("name=\"orrery_seed\" value=\"1\""));
  EXPECT_THAT(passed, Not(HasSubstr("orrery_trace")));
}

TEST(GoogleTestTest, FilterSelects) {
  const ProgramResult result =
      RunSample({"--gtest_filter=PassingSample.*:Numbers/SquareTest.*/0"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("[  PASSED  ] 2 tests."));
}

TEST(GoogleTestTest, RepeatFailsInTheSameWayEachTime) {
  const ProgramResult result =
      RunSample({"--gtest_filter=FailingSample.LosesAnUpdate:PassingSample.*",
                 "--gtest_repeat=3"});
  std::vector<std::string> seeds;
  for (const std::string& line : SplitLines(result.output)) {
    if (absl::StartsWith(line, "seed ")) seeds.push_back(line);
  }
  EXPECT_THAT(seeds, SizeIs(3));
  EXPECT_THAT(seeds, Each("seed 10451216379200822465 (run 2 of 200), scheduler "
                          "random"));
}

TEST(GoogleTestTest, ShuffleChangesNoRun) {
  std::set<std::multiset<std::string>> all_failures;
  std::set<std::string> orders;
  for (const char* seed : {"1", "2", "3"}) {
    const ProgramResult result = RunSample(
        {"--gtest_shuffle", absl::StrCat("--gtest_random_seed=", seed),
         "--gtest_filter=FailingSample.L*:FailingSample.T*:*Fixture.*"});
    std::multiset<std::string> failures;
    std::string order;
    for (const std::string& line : SplitLines(result.output)) {
      if (absl::StartsWith(line, "seed ") || absl::StartsWith(line, "  at ")) {
        failures.insert(line);
      }
      if (absl::StartsWith(line, "[ RUN      ] ")) order += line;
    }
    EXPECT_THAT(failures, Not(IsEmpty()));
    all_failures.insert(failures);
    orders.insert(order);
  }
  EXPECT_THAT(all_failures, SizeIs(1));
  EXPECT_GT(orders.size(), 1u) << "they were not shuffled";
}

TEST(GoogleTestTest, ADisabledTestIsRepeatedByItsCommand) {
  const ProgramResult first =
      RunSample({"--gtest_also_run_disabled_tests",
                 "--gtest_filter=FailingSample.DISABLED_Fails"});
  const std::vector<std::string> failure = FailureIn(first.output);
  for (const char* command : {"rerun:  ", "replay: "}) {
    const ProgramResult again =
        RunShell(ValueOf(command, failure),
                 {.environment = {{"ORRERY_TRACE_DIR", testing::TempDir()}}});
    EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));
  }
}

TEST(GoogleTestTest, ASkippedRunSkipsTheTestAndSaysWhereAndWhy) {
  const ProgramResult result =
      RunSample({"--gtest_filter=SkippingSample.SkipsTheThirdRun"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(
      WithSourceLines(result.output, "tests/failing_sample.cc"),
      AllOf(HasSubstr("Skipped\nneeds a disk\n  at <if (++run == 3) "
                      "CO_SKIP() << \"needs a disk\";>, seed "),
            HasSubstr("(run 3 of 5)\n"), HasSubstr("[  SKIPPED ] 1 test")));
}

TEST(GoogleTestTest, AFixtureMaySkipTheTest) {
  const ProgramResult result = RunSample({"--gtest_filter=SkippingFixture.*"});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, AllOf(HasSubstr("Skipped\nneeds a network\n"),
                                   HasSubstr("[  SKIPPED ] 1 test")));
}

TEST(GoogleTestTest, ASkipDoesNotHideAFailure) {
  const ProgramResult result =
      RunSample({"--gtest_filter=SkippingSample.FailsAndThenSkips"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, Not(HasSubstr("SKIPPED")));
  EXPECT_THAT(result.output, Not(HasSubstr("the test was skipped")));
}

TEST(GoogleTestTest, AssertionsOfPlainTestsGoToGoogleTestAtOnce) {
  const ProgramResult result =
      RunSample({"--gtest_filter=PlainSample.*:PassingSample.*"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      FailureIn(result.output),
      AllOf(Contains("for all to see"), Not(Contains(StartsWith("seed ")))));
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("[  FAILED  ] PlainSample.ACoAssertEndsItsRun"),
                    HasSubstr("seen by all"),
                    HasSubstr("[  SKIPPED ] PlainSample.ACoSkipSkipsIt")))
      << "and nothing of it is left for the next test";
  EXPECT_THAT(result.output, HasSubstr("[  PASSED  ] 1 test."));
}

}  // namespace
}  // namespace orrery
