// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// --orrery_replay_mode: the same run by the program that recorded it, by one
// that was edited since, and on other ways from one of its choices.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/choice.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/schedule.h"
#include "orrery/testing/subprocess.h"
#include "orrery/tests/testing_output.h"
#include "orrery/traces/trace_file.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

namespace fs = std::filesystem;

using Environment = std::vector<std::pair<std::string, std::string>>;
using Words = std::vector<std::string>;

constexpr char kOriginal[] = "tests/edited_sample";
constexpr char kLooks[] = "tests/edited_sample_looks";
constexpr char kWorks[] = "tests/edited_sample_works";

class ReplayModesTest : public testing::Test {
 protected:
  ReplayModesTest()
      : folder_(MakeTestFolder(
            testing::UnitTest::GetInstance()->current_test_info()->name())) {}

  ProgramResult Run(const std::string& program, const Words& flags = {},
                    Environment environment = {}) {
    Words words = {program};
    words.insert(words.end(), flags.begin(), flags.end());
    environment.emplace_back("TMPDIR", folder_);
    environment.emplace_back("ORRERY_SHRINK", "off");
    return RunProgram({.words = words, .environment = environment});
  }

  // Runs the original until it fails, and returns the trace.
  std::string Record(const Words& flags = {}) {
    const ProgramResult result = Run(kOriginal, flags);
    const std::string trace = ValueOf("trace:  ", FailureIn(result.output));
    EXPECT_TRUE(fs::exists(trace)) << result.output;
    return trace;
  }

  ProgramResult Replay(const std::string& program, const std::string& trace,
                       Words flags = {}, const Environment& environment = {}) {
    flags.push_back(absl::StrCat("--orrery_replay=", trace));
    return Run(program, flags, environment);
  }

  Trace Read(const std::string& path) {
    absl::StatusOr<Trace> trace = ReadTrace(path);
    EXPECT_TRUE(trace.ok()) << trace.status();
    return trace.ok() ? *std::move(trace) : Trace();
  }

  // Writes the choices of a trace into another one, which has nothing else.
  std::string ChoicesOf(const std::string& path) {
    const Trace trace = Read(path);
    TraceHeader header = trace.header;
    header.level = TraceLevel::kChoices;
    std::vector<Choice> choices;
    for (const ScheduledChoice& choice : trace.schedule.choices) {
      choices.push_back({choice.kind, choice.n, choice.chosen,
                         trace.schedule.SiteOf(choice), choice.span});
    }
    TraceWriter writer;
    writer.Begin(header);
    writer.OnChoices(choices, trace.footer->digests);
    EXPECT_TRUE(writer.Finish(*trace.footer).ok());
    const std::string to = folder_ + "/choices.orrery";
    EXPECT_TRUE(WriteTraceFile(to, writer.bytes()).ok());
    return to;
  }

  std::string folder_;
};

// Returns the line that says how a replay went, from the name of the trace on.
std::string HowItWent(const ProgramResult& result) {
  for (const std::string& line : SplitLines(result.output)) {
    const size_t at = line.find(".orrery: ");
    if (absl::StartsWith(line, "[  ORRERY  ] replay of ") &&
        at != std::string::npos) {
      return line.substr(at + 9);
    }
  }
  return result.output;
}

size_t LogLinesIn(const Trace& trace) {
  return static_cast<size_t>(std::count_if(
      trace.events.begin(), trace.events.end(), [](const TraceEvent& event) {
        return std::holds_alternative<event::Logged>(event.what);
      }));
}

// ---- Who recorded it --------------------------------------------------------

TEST_F(ReplayModesTest, ABuildIsTheSameInEachProcessAndAnotherAfterEachEdit) {
  std::vector<TraceBuild> builds;
  for (const char* program : {kOriginal, kOriginal, kLooks, kWorks}) {
    const std::string folder =
        absl::StrCat(folder_, "/", std::to_string(builds.size()));
    const ProgramResult result =
        Run(program, {}, {{"ORRERY_TRACE_DIR", folder}, {"MORE", folder}});
    builds.push_back(
        Read(ValueOf("trace:  ", FailureIn(result.output))).header.build);
  }
  EXPECT_EQ(builds[0], builds[1]);
  EXPECT_NE(builds[0].id, builds[2].id);
  EXPECT_NE(builds[0].id, builds[3].id);
  EXPECT_NE(builds[2].id, builds[3].id);
  EXPECT_EQ(builds[0].id.size(), 32u);
  EXPECT_THAT(builds[0].compiler, ContainsRegex("^(clang|gcc) [0-9]+[.]"));
  EXPECT_THAT(builds[0].mode, ContainsRegex("^(debug|optimized)"));
}

TEST_F(ReplayModesTest, NothingIsAnnouncedWhereNothingHasChanged) {
  const ProgramResult result = Replay(kOriginal, Record());
  EXPECT_THAT(result.output, Not(HasSubstr("[  ORRERY  ] replaying ")));
  EXPECT_THAT(HowItWent(result), EndsWith(" choices, exactly as recorded"));
}

TEST_F(ReplayModesTest, WhatHasChangedIsSaidBeforeTheRun) {
  const std::string trace = Record({"--size=3"});
  const ProgramResult result = Replay(kLooks, trace);
  const std::vector<std::string> lines = SplitLines(result.output);
  const auto first =
      std::find(lines.begin(), lines.end(),
                absl::StrCat("[  ORRERY  ] replaying ", trace,
                             ", mode lenient: another build recorded it"));
  ASSERT_GE(lines.end() - first, 4) << result.output;
  EXPECT_THAT(first[1], ContainsRegex("^.  ORRERY  .   build: recorded "
                                      "[0-9a-f]+ .*, now [0-9a-f]+ "));
  EXPECT_EQ(first[2], "[  ORRERY  ]   arguments: recorded --size=3, now none");
  EXPECT_THAT(first[3], StartsWith("[  ORRERY  ] replay of "));
}

TEST_F(ReplayModesTest, APolicyThatGivesWayIsNamed) {
  const ProgramResult result =
      Replay(kOriginal, Record(), {"--orrery_scheduler=pos"});
  EXPECT_THAT(result.output,
              HasSubstr("\n[  ORRERY  ]   policy: recorded random, which "
                        "holds; now it would be pos\n"));
  EXPECT_THAT(HowItWent(result), EndsWith(" choices, exactly as recorded"));
}

// ---- Edits that change nothing that happens ---------------------------------

TEST_F(ReplayModesTest, StrictHoldsAfterRenamingMovingAndLogging) {
  const ProgramResult result =
      Replay(kLooks, Record(), {"--orrery_replay_mode=strict"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(HowItWent(result), EndsWith(" choices, exactly as recorded"));
  EXPECT_THAT(FailureIn(result.output), Contains("a deposit is lost"));
}

TEST_F(ReplayModesTest, LenientThenIsExact) {
  const ProgramResult result = Replay(kLooks, Record());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(HowItWent(result),
              ContainsRegex("^all [0-9]+ choices reused, digests equal: exact, "
                            "failure reproduced: yes, same assertion$"));
}

// Retroactive logging: the line is new, the run is the old one.
TEST_F(ReplayModesTest, ALineThatIsAddedAfterwardsIsLoggedInTheSameRun) {
  const std::string trace = Record();
  const ProgramResult result =
      Replay(kLooks, trace,
             {"--orrery_replay_mode=strict", "--orrery_trace_level=events"});
  EXPECT_THAT(HowItWent(result), EndsWith(" choices, exactly as recorded"));
  EXPECT_THAT(FailureIn(result.output), Contains(HasSubstr(" log: saw ")));
  const std::string detailed =
      ValueOf("[  ORRERY  ] trace of this replay, with all events: ",
              SplitLines(result.output));
  EXPECT_EQ(detailed, absl::StrCat(absl::StripSuffix(trace, ".orrery"),
                                   ".replay.orrery"));
  const Trace before = Read(trace);
  const Trace after = Read(detailed);
  EXPECT_EQ(LogLinesIn(before), 0u);
  EXPECT_EQ(LogLinesIn(after), 3u);
  EXPECT_EQ(after.events.size(), before.events.size() + 3);
  EXPECT_EQ(after.footer->digests, before.footer->digests);
  EXPECT_EQ(after.schedule.choices, before.schedule.choices);
}

TEST_F(ReplayModesTest, AllEventsAreHadFromATraceWithChoicesOnly) {
  const std::string trace = Record();
  const std::string choices = ChoicesOf(trace);
  const ProgramResult result =
      Replay(kOriginal, choices, {"--orrery_trace_level=events"});
  EXPECT_THAT(HowItWent(result), EndsWith(" choices, exactly as recorded"));
  const std::string detailed =
      ValueOf("[  ORRERY  ] trace of this replay, with all events: ",
              SplitLines(result.output));
  EXPECT_EQ(Read(detailed).events.size(), Read(trace).events.size());
  // A replay of the replay leaves both of them alone.
  const ProgramResult again =
      Replay(kOriginal, detailed, {"--orrery_trace_level=events"});
  EXPECT_THAT(HowItWent(again), EndsWith(" choices, exactly as recorded"));
  EXPECT_THAT(again.output, HasSubstr(".replay2.orrery\n"));
}

TEST_F(ReplayModesTest, LenientlyChoicesAloneAreExactToo) {
  const ProgramResult result = Replay(kLooks, ChoicesOf(Record()));
  EXPECT_THAT(HowItWent(result), HasSubstr("digests equal: exact, failure "
                                           "reproduced: yes"));
}

// ---- Edits that change something --------------------------------------------

TEST_F(ReplayModesTest, ATaskThatWasAddedLeavesTheFailureThere) {
  const ProgramResult result =
      Replay(kWorks, Record(), {}, {{"EDITED_SAMPLE", "task"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(
      HowItWent(result),
      ContainsRegex("^[0-9]+ of [0-9]+ choices reused, realigned from choice "
                    "[0-9]+ on, [0-9]+ mismatched.*, failure reproduced: yes, "
                    "same assertion$"));
}

TEST_F(ReplayModesTest, DrawsThatWereChangedAndAddedAreCounted) {
  const ProgramResult result =
      Replay(kWorks, Record(), {}, {{"EDITED_SAMPLE", "draw"}});
  EXPECT_THAT(HowItWent(result),
              AllOf(ContainsRegex("^[0-9]+ of [0-9]+ choices reused, realigned "
                                  "from choice [0-9]+ on, [1-9][0-9]* "
                                  "mismatched .first at choice [0-9]+.*"),
                    HasSubstr(", failure reproduced: yes, same assertion")));
}

TEST_F(ReplayModesTest, WhereTheFailureIsGoneTheTestPassesAndSaysSo) {
  const ProgramResult result =
      Replay(kWorks, Record(), {}, {{"EDITED_SAMPLE", "fixed"}});
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(HowItWent(result),
              EndsWith(", failure reproduced: no, it passed"));
  EXPECT_FALSE(absl::StrContains(result.output, "trace of this replay"));
}

// What it leaves can be replayed by the edited program to the letter.
TEST_F(ReplayModesTest, ALenientReplayThatFailsLeavesATraceOfItsOwn) {
  const Environment edit = {{"EDITED_SAMPLE", "task"}};
  const ProgramResult result = Replay(kWorks, Record(), {}, edit);
  const std::string own = ValueOf("trace:  ", FailureIn(result.output));
  EXPECT_THAT(own, EndsWith(".replay.orrery"));
  const ProgramResult again = Replay(kWorks, own, {}, edit);
  EXPECT_THAT(HowItWent(again), EndsWith(" choices, exactly as recorded"));
  EXPECT_EQ(WhatFailed(FailureIn(again.output)),
            WhatFailed(FailureIn(result.output)));
}

TEST_F(ReplayModesTest, StrictStopsAtTheFirstDifference) {
  const std::string trace = Record();
  const ProgramResult result =
      Replay(kWorks, trace, {"--orrery_replay_mode=strict"},
             {{"EDITED_SAMPLE", "task"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(HowItWent(result), EndsWith(" choices, then it diverged"));
  const std::vector<std::string> failure = FailureIn(result.output);
  EXPECT_LE(failure.size(), 40u);
  EXPECT_THAT(failure,
              Contains(absl::StrCat("REPLAY DIVERGED at event #4, 0.000s: this "
                                    "run does not match ",
                                    trace)));
  EXPECT_THAT(
      failure,
      Contains(StartsWith("  recorded: #4 0.000s main#1 spawns ann#2 [")));
  EXPECT_THAT(failure, Contains(StartsWith("  this run: #4 0.000s main#1 "
                                           "spawns monitor#2 [")));
  EXPECT_THAT(failure, Contains("  another build recorded it: an edit may be "
                                "all there is to it; --orrery_replay_mode="
                                "lenient replays across edits"));
  EXPECT_THAT(failure.back(), AllOf(StartsWith("replay: "),
                                    EndsWith(" --orrery_replay_mode=strict "
                                             "--orrery_break=event:4")));
  // The command leads to that event.
  const ProgramResult there =
      RunShell(absl::StrCat("EDITED_SAMPLE=task ", ValueOf("replay: ", failure),
                            " 2>&1"),
               {.environment = {{"TMPDIR", folder_}}});
  EXPECT_THAT(there.output, HasSubstr("break at event #4 "));
}

// ---- Other ways from there --------------------------------------------------

TEST_F(ReplayModesTest, FromAChoiceOnOtherRunsAreExplored) {
  const std::string trace = Record();
  const Trace recorded = Read(trace);
  const ProgramResult result =
      Replay(kOriginal, trace,
             {"--orrery_replay_mode=prefix:4", "--orrery_stats=yes"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(HowItWent(result),
              absl::StrCat("4 of ", recorded.schedule.choices.size(),
                           " choices, then random, 200 runs"));
  EXPECT_THAT(result.output, HasSubstr("of random after 4 recorded choices"));
  const std::vector<std::string> failure = FailureIn(result.output);
  EXPECT_THAT(failure, Contains("a deposit is lost"));
  EXPECT_EQ(ValueOf("rerun:  ", failure), "") << "no seed names such a run";
  const std::string found = ValueOf("trace:  ", failure);
  const Trace other = Read(found);
  ASSERT_GE(other.schedule.choices.size(), 4u);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(other.schedule.choices[i], recorded.schedule.choices[i]);
  }
  EXPECT_THAT(HowItWent(Replay(kOriginal, found)),
              EndsWith(" choices, exactly as recorded"));
}

TEST_F(ReplayModesTest, APrefixThatDoesNotFitDiverges) {
  const ProgramResult result =
      Replay(kWorks, Record(), {"--orrery_replay_mode=prefix:3"},
             {{"EDITED_SAMPLE", "draw"}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(FailureIn(result.output), Contains(HasSubstr("diverged")));
}

TEST_F(ReplayModesTest, APolicyThatCannotGoOnFromThereIsRefused) {
  const ProgramResult result =
      Replay(kOriginal, Record(),
             {"--orrery_replay_mode=prefix:1", "--orrery_scheduler=dpor"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(FailureIn(result.output),
              Contains(HasSubstr("cannot go on in the middle of one")));
}

}  // namespace
}  // namespace orrery
