// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests of many runs on a real test program: that runs in processes of their
// own die alone, and that each that fails is reported, and repeated by the
// commands that are printed.

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace fs = std::filesystem;

using Environment = std::vector<std::pair<std::string, std::string>>;
using Lines = std::vector<std::string>;

constexpr char kSample[] = "tests/isolation_sample";

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kAsan = true;
#elif defined(__has_feature)
constexpr bool kAsan = __has_feature(address_sanitizer);
#else
constexpr bool kAsan = false;
#endif

class IsolationTest : public testing::Test {
 protected:
  IsolationTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const std::string& test, const Lines& flags = {},
                    Environment environment = {}, int patience_seconds = 60) {
    Lines words = {kSample,
                   absl::StrCat("--gtest_filter=IsolationSample.", test)};
    words.insert(words.end(), flags.begin(), flags.end());
    environment.emplace_back("ORRERY_TRACE_DIR", folder_);
    return RunProgram({.words = words,
                       .environment = environment,
                       .patience_seconds = patience_seconds});
  }

  ProgramResult Shell(const std::string& line, int patience_seconds = 60) {
    return RunShell(line, {.environment = {{"ORRERY_TRACE_DIR", folder_},
                                           {"ORRERY_KEEP_GOING", "1"}},
                           .patience_seconds = patience_seconds});
  }

  size_t Files() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto& file : fs::directory_iterator(folder_)) {
      ++count;
    }
    return count;
  }

  std::string folder_;
};

// Returns the failures in `output`, the lines of each.
std::vector<Lines> FailuresIn(const std::string& output) {
  std::vector<Lines> failures;
  bool inside = false;
  for (const std::string& line : SplitLines(output)) {
    if (absl::EndsWith(line, ": Failure")) {
      failures.emplace_back();
      inside = true;
    } else if (line.empty() || absl::StartsWith(line, "[")) {
      inside = false;  // what a dying run prints by itself may follow
    }
    if (inside) failures.back().push_back(line);
  }
  return failures;
}

TEST_F(IsolationTest, AnApplicationWithMutableStaticsPassesAThousandSeeds) {
  const ProgramResult many = Run("AMutableStatic");
  EXPECT_EQ(many.exit_code, 0) << many.output;
  const ProgramResult one = Run("AMutableStaticInOneProcess");
  EXPECT_EQ(one.exit_code, 1);
  EXPECT_THAT(one.output, AllOf(HasSubstr("it has begun already"),
                                HasSubstr("(run 2 of 1000)")));
}

// How the runs of DiesNowAndThen die, by what the report says.
std::string FateOf(const Lines& failure) {
  const std::string text = absl::StrJoin(failure, "\n");
  for (const char* fate :
       {"SIGABRT", "SIGKILL", "exit code 3", "no end within 1s", "SIGSEGV"}) {
    if (absl::StrContains(
            text, absl::StrCat("the process of this run died: ", fate, "\n"))) {
      return fate;
    }
  }
  if (kAsan && absl::StrContains(text, "this run died: exit code 1\n")) {
    return "SIGSEGV";  // a stack that is used up
  }
  return absl::StrContains(text, "an assertion") ? "assertion" : text;
}

TEST_F(IsolationTest, RunsThatDieAreReportedAndTheOthersGoOn) {
  const ProgramResult result = Run("DiesNowAndThen", {"--orrery_stats=yes"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr("60 runs of random, "));
  std::map<std::string, Lines> failures;
  for (const Lines& failure : FailuresIn(result.output)) {
    EXPECT_TRUE(failures.emplace(FateOf(failure), failure).second)
        << "twice: " << FateOf(failure);
  }
  std::set<std::string> fates;
  for (const auto& [fate, failure] : failures) fates.insert(fate);
  EXPECT_EQ(fates,
            (std::set<std::string>{"SIGABRT", "SIGKILL", "SIGSEGV", "assertion",
                                   "exit code 3", "no end within 1s"}))
      << result.output;

  for (const auto& [fate, failure] : failures) {
    SCOPED_TRACE(fate);
    EXPECT_LE(failure.size(), 40u);
    EXPECT_THAT(failure, Contains(AllOf(StartsWith("seed "),
                                        HasSubstr(" of 60), scheduler "
                                                  "random"))));
    // The trace has its choices up to the last one.
    const std::string path = ValueOf("trace:  ", failure);
    const absl::StatusOr<Trace> trace =
        ReadTrace(path, {.allow_incomplete = true});
    ASSERT_TRUE(trace.ok()) << trace.status();
    ASSERT_GT(trace->schedule.choices.size(), 40u);
    EXPECT_EQ(trace->schedule.SiteOf(trace->schedule.choices.back()), "fate");
    EXPECT_EQ(trace->header.scheduler, "random");
    // It has been made, or has died, once more, to take down every event. One
    // that hangs has not.
    const bool hangs = fate == "no end within 1s";
    EXPECT_EQ(trace->header.level,
              hangs ? TraceLevel::kChoices : TraceLevel::kEvents);
    EXPECT_EQ(ValueOf("report: ", failure),
              hangs ? "" : absl::StrCat(path, ".html"));
    EXPECT_THAT(failure,
                Contains(absl::StrCat("seed ", trace->header.seed.value,
                                      " (run ", trace->header.run + 1,
                                      " of 60), scheduler random")));
    // Both commands repeat it. The replay is made in the process of the test.
    const std::vector<Lines> again =
        FailuresIn(Shell(ValueOf("rerun:  ", failure)).output);
    ASSERT_FALSE(again.empty());
    EXPECT_EQ(FateOf(again.front()), fate);
    const ProgramResult replayed =
        Shell(ValueOf("replay: ", failure), /*patience_seconds=*/2);
    EXPECT_NE(replayed.exit_code, 0);
    if (fate == "assertion") {
      EXPECT_THAT(replayed.output, HasSubstr("exactly as recorded\n"));
    } else {
      EXPECT_THAT(replayed.output, Not(HasSubstr("diverged")));
      EXPECT_THAT(replayed.output, Not(HasSubstr("[  ORRERY  ] replay of")))
          << "it died";
    }
  }
}

TEST_F(IsolationTest, AFailureThatComesAgainIsCountedAndLastWordsSayWhere) {
  const ProgramResult result =
      Run("DiesNowAndThen", {"--orrery_time_budget=1m"});
  // 60 runs, of which one in twelve has each fate.
  EXPECT_THAT(result.output,
              ContainsRegex("\\[  ORRERY  \\] seed [0-9]+ and [1-9][0-9]* more "
                            "runs: assertion isolation_sample.cc:"));
  EXPECT_THAT(result.output,
              ContainsRegex("what it said last:\n"
                            "  orrery: SIGABRT in "
                            "IsolationSample.DiesNowAndThen at 2.000s, step "
                            "[0-9]+, task victim#4, seed [0-9]+\n"));
}

TEST_F(IsolationTest, TheFirstFailureEndsIt) {
  const ProgramResult result =
      Run("DiesNowAndThen", {"--orrery_keep_going=1", "--orrery_stats=yes"});
  EXPECT_EQ(FailuresIn(result.output).size(), 1u);
  EXPECT_THAT(result.output, HasSubstr(", 1 failure in 1 run\n"));
}

// As Bazel does to a test that takes too long.
TEST_F(IsolationTest, ATestThatHangsSaysWhereWhenItIsTerminated) {
  const std::string where =
      "orrery: SIGTERM in IsolationSample.Hangs at 2.000s, ";
  ProgramResult result;
  // A machine with much to do may not have got that far.
  for (int patience_seconds : {2, 6, 18}) {
    result = Run("Hangs", {}, {}, patience_seconds);
    if (absl::StrContains(result.output, where)) break;
  }
  EXPECT_EQ(result.signal, SIGTERM);
  EXPECT_THAT(result.output, HasSubstr(where));
}

TEST_F(IsolationTest, ThePolicyThatFoundItIsNamedAndRepeatsIt) {
  const ProgramResult result = Run("LosesAnUpdate");
  const Lines failure = FailureIn(result.output);
  ASSERT_FALSE(failure.empty()) << result.output;
  const std::string seed = ValueOf("seed ", failure);
  EXPECT_THAT(seed, HasSubstr(" of 1000), scheduler "));
  EXPECT_THAT(seed, Not(HasSubstr("portfolio")));
  const std::string policy = seed.substr(seed.find("scheduler ") + 10);
  const std::string rerun = ValueOf("rerun:  ", failure);
  EXPECT_THAT(rerun, HasSubstr(absl::StrCat("--orrery_scheduler=", policy)));
  const ProgramResult again = Shell(rerun);
  EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));
  EXPECT_THAT(again.output, HasSubstr(absl::StrCat(
                                "(run 1 of 1000), scheduler ", policy, "\n")));
  EXPECT_THAT(Shell(ValueOf("replay: ", failure)).output,
              HasSubstr("exactly as recorded\n"));
}

TEST_F(IsolationTest, ARunThatThePolicyLearnsFromMayFail) {
  const ProgramResult result = Run("FailsAlways");
  const Lines failure = FailureIn(result.output);
  EXPECT_THAT(failure,
              Contains(StartsWith("seed 0 (the run that the policy learns "
                                  "from), scheduler ")));
  for (const char* command : {"rerun:  ", "replay: "}) {
    const ProgramResult again = Shell(ValueOf(command, failure));
    EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure))
        << command << again.output;
  }
}

TEST_F(IsolationTest, ASearchEndsWhenItHasTriedEverything) {
  const ProgramResult whole = Run("IsSearched", {"--orrery_stats=yes"});
  EXPECT_EQ(whole.exit_code, 0) << whole.output;
  EXPECT_THAT(whole.output,
              ContainsRegex("[1-9][0-9]* runs of dfs, .*, complete"));
  const ProgramResult cut =
      Run("IsSearched", {"--orrery_stats=yes", "--orrery_runs=2"});
  EXPECT_EQ(cut.exit_code, 0);
  EXPECT_THAT(cut.output,
              HasSubstr(", incomplete: there are more schedules than runs"));
}

// No seed names one of its runs.
TEST_F(IsolationTest, AFailureInASearchIsRepeatedFromItsTrace) {
  const Lines failure = FailureIn(Run("FailsInASearch").output);
  ASSERT_FALSE(failure.empty());
  EXPECT_EQ(ValueOf("rerun:  ", failure), "");
  const ProgramResult again = Shell(ValueOf("replay: ", failure));
  EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));
}

TEST_F(IsolationTest, AFailureIsReportedAsItIsInOneProcess) {
  const Lines isolated =
      FailureIn(Run("LosesAnUpdate", {"--orrery_scheduler=random"}).output);
  const Lines own = FailureIn(
      Run("LosesAnUpdate", {"--orrery_scheduler=random", "--orrery_isolate=no"})
          .output);
  EXPECT_EQ(isolated, own);
  EXPECT_THAT(own, Not(testing::IsEmpty()));
}

TEST_F(IsolationTest, ATestThatPassesPrintsAndLeavesNothing) {
  const ProgramResult result = Run("Passes");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, Not(HasSubstr("ORRERY")));
  EXPECT_EQ(Files(), 0u);
  EXPECT_THAT(
      Run("Passes", {"--orrery_stats=yes"}).output,
      ContainsRegex("\\[  ORRERY  \\] 40 runs of portfolio, .* distinct "
                    "schedules, chance that the next run shows a new "
                    "one [0-9.]+%, no failure\n"));
}

TEST_F(IsolationTest, ATestWhoseRunsAreAllTheSameSaysSo) {
  const ProgramResult result = Run("Prints");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output,
              HasSubstr("[  ORRERY  ] none of 3 runs had a choice to make"));
}

TEST_F(IsolationTest, EveryRunMayBeTraced) {
  EXPECT_EQ(Run("Passes", {"--orrery_trace_level=events"}).exit_code, 0);
  EXPECT_GE(Files(), 40u);
  for (const auto& file : fs::directory_iterator(folder_)) {
    EXPECT_TRUE(ReadTrace(file.path().string()).ok()) << file.path();
  }
}

TEST_F(IsolationTest, PropertiesOfRunsReachTheXml) {
  const std::string xml = folder_ + "/test.xml";
  Run("Passes", {absl::StrCat("--gtest_output=xml:", xml)});
  EXPECT_THAT(ReadWholeFile(xml),
              AllOf(HasSubstr("name=\"latest\" value=\"some\""),
                    HasSubstr("name=\"orrery_seed\" value=\"1\"")));
}

TEST_F(IsolationTest, ASkippedRunSkipsTheTest) {
  const ProgramResult result = Run("SkipsARun");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output,
              AllOf(HasSubstr("Skipped\nno luck\n"), HasSubstr(" of 100)\n"),
                    HasSubstr("[  SKIPPED ] 1 test")));
}

TEST_F(IsolationTest, WhatRunsPrintIsSeenOnceEach) {
  const std::string output =
      Run("Prints", {}, {{"ORRERY_CHECK_DETERMINISM", "off"}}).output;
  for (const char* line : {"out of a run", "err of a run"}) {
    size_t count = 0;
    for (const std::string& printed : SplitLines(output)) {
      if (printed == line) ++count;
    }
    EXPECT_EQ(count, 3u) << output;
  }
}

TEST_F(IsolationTest, BudgetsEndATestThatHasNotFailed) {
  for (const char* budget :
       {"--orrery_time_budget=300ms", "--orrery_step_budget=2000"}) {
    const ProgramResult result = Run(
        "Passes", {"--orrery_runs=2000000000", "--orrery_stats=yes", budget});
    EXPECT_EQ(result.exit_code, 0) << budget << "\n" << result.output;
    EXPECT_THAT(result.output, ContainsRegex("ORRERY  \\] [0-9]+ runs of "))
        << budget;
  }
}

TEST_F(IsolationTest, GoesOnWhereItWasStopped) {
  const std::string state = folder_ + "/state";
  const Lines flags = {absl::StrCat("--orrery_resume=", state),
                       "--orrery_runs=5", "--orrery_scheduler=random",
                       "--orrery_trace_level=events"};
  EXPECT_EQ(Run("Passes", flags).exit_code, 0);
  EXPECT_EQ(Files(), 6u);
  EXPECT_EQ(Run("Passes", flags).exit_code, 0);
  EXPECT_EQ(Files(), 11u) << "other seeds";

  Lines others = flags;
  others.push_back("--orrery_seed=7");
  const ProgramResult other = Run("Passes", others);
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.output, HasSubstr("the campaign began with the seed 1"));
  EXPECT_THAT(Run("SkipsARun", flags).output,
              HasSubstr("it is of the test IsolationSample.Passes; give each "
                        "test a file of its own"));
  WriteWholeFile(state, "Dear diary");
  const ProgramResult none = Run("Passes", flags);
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.output, HasSubstr(absl::StrCat(
                               "--orrery_resume=", state,
                               ": this is no state that a campaign has left")));
}

}  // namespace
}  // namespace orrery
