// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// --orrery_replay and the other flags on a real test program: with traces that
// match, with traces that do not, and with files that are none.

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace fs = std::filesystem;

using Environment = std::vector<std::pair<std::string, std::string>>;
using Flags = std::vector<std::string>;

constexpr char kSample[] = "tests/failing_sample";
constexpr char kRace[] = "FailingSample.LosesAnUpdate";
constexpr char kDeadlock[] = "FailingSample.FivePhilosophersDeadlock";

class ReplayFlagTest : public testing::Test {
 protected:
  ReplayFlagTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const Flags& flags, Environment environment = {}) {
    Flags words = {kSample};
    words.insert(words.end(), flags.begin(), flags.end());
    environment.emplace_back("TMPDIR", folder_);
    return RunProgram({.words = words, .environment = environment});
  }

  // Runs a test that fails, and returns the trace that it leaves.
  std::string Record(const std::string& test, const Environment& environment) {
    const ProgramResult result =
        Run({absl::StrCat("--gtest_filter=", test)}, environment);
    const std::string trace = ValueOf("trace:  ", FailureIn(result.output));
    EXPECT_TRUE(fs::exists(trace)) << result.output;
    return trace;
  }
  std::string Record(const std::string& test) { return Record(test, {}); }

  // Replays `trace` with the test alone.
  ProgramResult Replay(const std::string& test, const std::string& trace,
                       const Environment& environment = {}) {
    return Run({absl::StrCat("--gtest_filter=", test),
                absl::StrCat("--orrery_replay=", trace)},
               environment);
  }

  std::string folder_;
};

// ---- Traces that match ------------------------------------------------------

TEST_F(ReplayFlagTest, NeedsNoFilter) {
  const std::string trace = Record(kDeadlock);
  const ProgramResult result = Run({absl::StrCat("--orrery_replay=", trace)});
  EXPECT_THAT(result.output, HasSubstr("exactly as recorded\n"));
  EXPECT_THAT(result.output,
              HasSubstr(absl::StrCat("[  FAILED  ] ", kDeadlock)));
  EXPECT_THAT(result.output, HasSubstr(absl::StrCat(
                                 "--orrery_replay=", trace, " is a trace of ",
                                 kDeadlock, "\n[  SKIPPED ] ", kRace)));
}

TEST_F(ReplayFlagTest, HasATwinInTheEnvironment) {
  const std::string trace = Record(kRace);
  const ProgramResult result =
      Run({absl::StrCat("--gtest_filter=", kRace)}, {{"ORRERY_REPLAY", trace}});
  EXPECT_THAT(result.output, HasSubstr("choices, exactly as recorded\n"));
}

TEST_F(ReplayFlagTest, FollowsTheTraceWhateverTheOtherFlagsSay) {
  const std::string trace = Record(kRace);
  const std::vector<std::string> plain = FailureIn(Replay(kRace, trace).output);
  const ProgramResult result = Replay(kRace, trace,
                                      {{"ORRERY_SEED", "77"},
                                       {"ORRERY_SCHEDULER", "fifo"},
                                       {"ORRERY_RUNS", "3"},
                                       {"ORRERY_TRACE_LEVEL", "off"}});
  EXPECT_THAT(result.output, HasSubstr("choices, exactly as recorded\n"));
  EXPECT_EQ(WhatFailed(FailureIn(result.output)), WhatFailed(plain));
  EXPECT_THAT(FailureIn(result.output),
              Contains(HasSubstr("seed 10451216379200822465 ")));
}

TEST_F(ReplayFlagTest, RepeatsARunThatPassed) {
  Run({"--gtest_filter=PassingSample.*"}, {{"ORRERY_TRACE_LEVEL", "events"}});
  int replayed = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    const ProgramResult result =
        Replay("PassingSample.Passes", entry.path().string());
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_THAT(result.output, HasSubstr("exactly as recorded\n"));
    ++replayed;
  }
  EXPECT_EQ(replayed, 3) << "each run was to leave a trace";
}

TEST_F(ReplayFlagTest, ShowsTheLastEventsOfATraceWithChoicesOnly) {
  const std::string trace = Record("FailingSample.NeverEndsInLong");
  const ProgramResult result = Replay("FailingSample.NeverEndsInLong", trace);
  EXPECT_THAT(result.output, HasSubstr("(the last of 5001 times)"));
}

TEST_F(ReplayFlagTest, IsShardedLikeAnyRun) {
  const std::string trace = Record(kDeadlock);
  int failed = 0;
  for (const char* shard : {"0", "1"}) {
    const ProgramResult result =
        Run({absl::StrCat("--orrery_replay=", trace),
             "--gtest_filter=FailingSample.*"},
            {{"GTEST_TOTAL_SHARDS", "2"}, {"GTEST_SHARD_INDEX", shard}});
    if (result.exit_code != 0) ++failed;
  }
  EXPECT_EQ(failed, 1);
}

// ---- Programs that have changed ---------------------------------------------

TEST_F(ReplayFlagTest, AnEditedProgramDivergesWithBothSidesInWords) {
  const std::string trace = Record(kRace);
  const ProgramResult result =
      Replay(kRace, trace, {{"FAILING_SAMPLE_EDITED", "1"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, HasSubstr(" choices, then it diverged\n"));
  const std::vector<std::string> failure = FailureIn(result.output);
  EXPECT_LE(failure.size(), 40u);
  EXPECT_THAT(failure, Contains(StartsWith("REPLAY DIVERGED at ")));
  EXPECT_THAT(failure, Contains(StartsWith("  recorded: ")));
  EXPECT_THAT(failure, Contains(StartsWith("  this run: ")));
  EXPECT_THAT(failure, Contains(AllOf(StartsWith("  at 0.000s, step "))));
}

TEST_F(ReplayFlagTest, AnEditedProgramDivergesWithoutAnyChoice) {
  const std::string trace = Record(kDeadlock);
  const ProgramResult result =
      Replay(kDeadlock, trace, {{"FAILING_SAMPLE_EDITED", "1"}});
  const std::vector<std::string> failure = FailureIn(result.output);
  EXPECT_THAT(failure, Contains(StartsWith("REPLAY DIVERGED at event #")));
  EXPECT_THAT(failure, Contains(AllOf(StartsWith("  recorded: "),
                                      HasSubstr("sleeps until 1.000s"))));
  EXPECT_THAT(failure, Contains(AllOf(StartsWith("  this run: "),
                                      HasSubstr("sleeps until 2.000s"))));
}

// ---- Files that are no such trace -------------------------------------------

TEST_F(ReplayFlagTest, ATraceOfAnotherTestSaysWhichFilterToUse) {
  const std::string trace = Record(kDeadlock);
  const ProgramResult result = Replay(kRace, trace);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      FailureIn(result.output),
      Contains(absl::StrCat("--orrery_replay=", trace, " is a trace of ",
                            kDeadlock, ", not of ", kRace,
                            "; run it with --gtest_filter=", kDeadlock)));
}

TEST_F(ReplayFlagTest, ATraceOfAnotherProgramSaysSo) {
  TraceHeader header;
  header.suite = "AnotherSample";
  header.test = "Passes";
  header.target = "//a:b_test";
  TraceWriter writer;
  writer.Begin(header);
  ASSERT_TRUE(writer.Finish({}).ok());
  const std::string trace = folder_ + "/another.orrery";
  WriteWholeFile(trace, std::string(writer.bytes()));
  const ProgramResult result = Replay(kDeadlock, trace);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      FailureIn(result.output),
      Contains(absl::StrCat("--orrery_replay=", trace,
                            " is a trace of AnotherSample.Passes, and this "
                            "program has no such test; it was recorded in "
                            "//a:b_test")));
}

TEST_F(ReplayFlagTest, AFileThatIsNotThereIsNamedWithItsFolder) {
  const ProgramResult absolute = Replay(kRace, "/nowhere/x.orrery");
  EXPECT_EQ(absolute.exit_code, 1);
  EXPECT_THAT(FailureIn(absolute.output),
              Contains(AllOf(StartsWith("--orrery_replay=/nowhere/x.orrery: "),
                             HasSubstr("No such file or directory"))));
  const ProgramResult relative = Run({}, {{"ORRERY_REPLAY", "x.orrery"}});
  EXPECT_THAT(FailureIn(relative.output),
              AllOf(Contains(StartsWith("ORRERY_REPLAY=x.orrery: ")),
                    Contains(absl::StrCat("  a relative path starts at ",
                                          fs::current_path().string()))));
}

TEST_F(ReplayFlagTest, WhatIsNoTraceIsSaidToBeNone) {
  const std::string text = folder_ + "/text";
  WriteWholeFile(text, "Dear diary,\n");
  EXPECT_THAT(Replay(kRace, text).output, HasSubstr("not an Orrery trace"));
  const std::string empty = folder_ + "/empty";
  WriteWholeFile(empty, "");
  EXPECT_THAT(Replay(kRace, empty).output, HasSubstr("the file is empty"));
  EXPECT_THAT(Replay(kRace, folder_).output, HasSubstr("s a directory"));
}

// Whatever is cut off or broken: an error that says so, and no crash.
TEST_F(ReplayFlagTest, ATruncatedTraceSaysWhereItEnds) {
  const std::string trace = Record(kDeadlock);
  const std::string bytes = ReadWholeFile(trace);
  const std::string cut = folder_ + "/cut.orrery";
  const size_t step = bytes.size() / 20;
  for (size_t size = 1; size < bytes.size(); size += step) {
    WriteWholeFile(cut, bytes.substr(0, size));
    const ProgramResult result = Replay(kDeadlock, cut);
    ASSERT_EQ(result.exit_code, 1) << size << "\n" << result.output;
    ASSERT_THAT(result.output, HasSubstr("cut short")) << size;
    ASSERT_THAT(result.output, HasSubstr(cut)) << size;
    ASSERT_THAT(result.output, Not(HasSubstr("exactly as recorded"))) << size;
  }
}

TEST_F(ReplayFlagTest, ADamagedTraceSaysWhere) {
  const std::string trace = Record(kRace);
  const std::string bytes = ReadWholeFile(trace);
  const std::string damaged = folder_ + "/damaged.orrery";
  for (size_t at = 200; at < bytes.size(); at += bytes.size() / 15) {
    std::string broken = bytes;
    broken[at] = static_cast<char>(broken[at] ^ 0x55);
    WriteWholeFile(damaged, broken);
    const ProgramResult result = Replay(kRace, damaged);
    ASSERT_EQ(result.exit_code, 1) << at << "\n" << result.output;
    ASSERT_THAT(result.output, HasSubstr(": damaged ")) << at;
    ASSERT_THAT(result.output, Not(HasSubstr("exactly as recorded"))) << at;
  }
}

// ---- The other flags --------------------------------------------------------

TEST_F(ReplayFlagTest, AnUnknownFlagFailsEveryTestAndIsNamed) {
  const ProgramResult result =
      Run({"--gtest_filter=PassingSample.*", "--orrery_sede=7"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(FailureIn(result.output),
              Contains(StartsWith("--orrery_sede=7: there is no such flag; "
                                  "known: --orrery_seed, ")));
}

TEST_F(ReplayFlagTest, AnUnknownSchedulerIsNamedWithThoseThatExist) {
  for (const auto& [flags, environment, source] :
       {std::tuple(Flags{"--orrery_scheduler=best"}, Environment{},
                   "--orrery_scheduler=best"),
        std::tuple(Flags{}, Environment{{"ORRERY_SCHEDULER", "best"}},
                   "ORRERY_SCHEDULER=best")}) {
    Flags all = flags;
    all.push_back("--gtest_filter=PassingSample.*");
    const ProgramResult result = Run(all, environment);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(FailureIn(result.output),
                Contains(AllOf(StartsWith(absl::StrCat(source, ": ")),
                               HasSubstr("there is no such policy; known: "))));
  }
}

TEST_F(ReplayFlagTest, BadOptionsOfATestFailIt) {
  const ProgramResult policy = Run({"--gtest_filter=BadOptions.NameNoPolicy"});
  EXPECT_EQ(policy.exit_code, 1);
  EXPECT_THAT(FailureIn(policy.output),
              Contains(StartsWith("the options of this test: scheduler "
                                  "\"best\": there is no such policy")));
  // A flag goes before them.
  EXPECT_EQ(
      Run({"--gtest_filter=BadOptions.NameNoPolicy", "--orrery_scheduler=fifo"})
          .exit_code,
      0);

  const ProgramResult runs = Run({"--gtest_filter=BadOptions.RunNothing"});
  EXPECT_EQ(runs.exit_code, 1);
  EXPECT_THAT(FailureIn(runs.output),
              Contains("{.runs = 0}: expected a number of runs, at least 1"));

  const ProgramResult none = Run({"--gtest_filter=BadOptions.HaveNoScheduler"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(FailureIn(none.output),
              Contains(StartsWith("the options of this test: ")));
}

TEST_F(ReplayFlagTest, RunsSaysHowOften) {
  EXPECT_EQ(Run({"--gtest_filter=PassingSample.*", "--orrery_runs=7"},
                {{"ORRERY_TRACE_LEVEL", "events"}})
                .exit_code,
            0);
  EXPECT_EQ(
      std::distance(fs::directory_iterator(folder_), fs::directory_iterator()),
      7);
}

TEST_F(ReplayFlagTest, PassingTestsLeaveNothingBehind) {
  EXPECT_EQ(Run({"--gtest_filter=PassingSample.*"}).exit_code, 0);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(ReplayFlagTest, WithoutTracesAFailureHasItsRerunCommand) {
  const std::vector<std::string> failure = FailureIn(
      Run({absl::StrCat("--gtest_filter=", kRace), "--orrery_trace_level=off"})
          .output);
  EXPECT_TRUE(fs::is_empty(folder_));
  EXPECT_THAT(failure, Contains("trace:  none was asked for "
                                "(ORRERY_TRACE_LEVEL=off)"));
  EXPECT_THAT(failure.back(), StartsWith("rerun:  "));
  const ProgramResult again = RunShell(ValueOf("rerun:  ", failure),
                                       {.environment = {{"TMPDIR", folder_}}});
  EXPECT_EQ(WhatFailed(FailureIn(again.output)), WhatFailed(failure));
}

TEST_F(ReplayFlagTest, MakesTheFolderForTraces) {
  const std::string deep = folder_ + "/a/b/c";
  const std::string trace = Record(kRace, {{"ORRERY_TRACE_DIR", deep}});
  EXPECT_THAT(trace, StartsWith(deep));
}

TEST_F(ReplayFlagTest, APageIsWrittenUnlessItIsSwitchedOff) {
  const std::string trace = Record(kRace, {});
  const std::string page = absl::StrCat(trace, ".html");
  EXPECT_TRUE(fs::exists(page));
  fs::remove(page);
  const ProgramResult off =
      Run({absl::StrCat("--gtest_filter=", kRace), "--orrery_report=off"}, {});
  EXPECT_EQ(ValueOf("report: ", FailureIn(off.output)), "");
  EXPECT_EQ(ValueOf("trace:  ", FailureIn(off.output)), trace);
  EXPECT_FALSE(fs::exists(page));
}

// A page that cannot be written is a line of the report, and nothing more.
TEST_F(ReplayFlagTest, APageThatCannotBeWrittenIsSaid) {
  const std::string trace = Record(kRace, {});
  const std::string page = absl::StrCat(trace, ".html");
  fs::remove(page);
  fs::create_directories(page + "/in the way");
  const ProgramResult result =
      Run({absl::StrCat("--gtest_filter=", kRace)}, {});
  EXPECT_EQ(result.exit_code, 1);
  const std::vector<std::string> failure = FailureIn(result.output);
  EXPECT_EQ(ValueOf("trace:  ", failure), trace);
  EXPECT_EQ(ValueOf("report: ", failure),
            absl::StrCat("cannot make the report ", page, ": Is a directory"));
}

TEST_F(ReplayFlagTest, AFolderThatCannotBeWrittenCostsTheTraceOnly) {
  const std::string file = folder_ + "/file";
  WriteWholeFile(file, "");
  for (const char* level : {"choices", "events"}) {
    const ProgramResult result =
        Run({absl::StrCat("--gtest_filter=", kDeadlock)},
            {{"ORRERY_TRACE_DIR", file + "/traces"},
             {"ORRERY_TRACE_LEVEL", level}});
    EXPECT_EQ(result.exit_code, 1);
    const std::vector<std::string> failure = FailureIn(result.output);
    EXPECT_THAT(failure,
                Contains(AllOf(StartsWith("trace:  not kept: "),
                               HasSubstr("Not a directory"),
                               HasSubstr("ORRERY_TRACE_DIR says where"))))
        << level;
  }
  // All else is there.
  const std::vector<std::string> failure =
      FailureIn(Run({absl::StrCat("--gtest_filter=", kDeadlock)},
                    {{"ORRERY_TRACE_DIR", file + "/traces"}})
                    .output);
  EXPECT_THAT(failure, Contains("tasks that are not done (6):"));
  EXPECT_THAT(failure, Contains(HasSubstr("Eva#6 waits for Mutex")));
  EXPECT_THAT(failure.back(), StartsWith("rerun:  "));
}

TEST_F(ReplayFlagTest, TheProgramsOwnArgumentsAreRepeated) {
  const ProgramResult first =
      Run({absl::StrCat("--gtest_filter=", kRace), "--size=3", "two words"});
  const std::vector<std::string> failure = FailureIn(first.output);
  for (const char* command : {"rerun:  ", "replay: "}) {
    EXPECT_THAT(ValueOf(command, failure), HasSubstr(" --size=3 'two words'"));
  }
}

}  // namespace
}  // namespace orrery
