// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The check of determinism finds every planted leak, at the first event that
// differs. This program is also what makes the runs, the first time and the
// second: of the program that its first argument names.

#include "orrery/tests/leaks.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/explorer/check_jobs.h"
#include "orrery/explorer/determinism.h"
#include "orrery/explorer/memory_scrambler.h"
#include "orrery/explorer/other_process.h"
#include "orrery/explorer/perturbation.h"
#include "orrery/explorer/record_diff.h"
#include "orrery/explorer/run_recorder.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/log.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/testing/allow_escape.h"
#include "orrery/testing/subprocess.h"
#include "orrery/traces/trace_reader.h"

extern char** environ;

namespace orrery {
namespace {

using testing::HasSubstr;

Task<> Sleeper(int seconds) { co_await Sleep(absl::Seconds(seconds)); }

// Nothing leaks into it, though it does much that looks alike.
Task<> SoundMain() {
  std::set<int> numbers = {3, 1, 2};
  std::vector<JoinHandle<>> sleepers;
  for (int number : numbers) {
    sleepers.push_back(Spawn("sleeper", Sleeper, number));
  }
  for (JoinHandle<>& sleeper : sleepers) {
    co_await sleeper;
    const uint64_t drawn = Random("sound").Below(1000);
    Log(absl::StrCat("drew ", drawn));
  }
}

// Dies only where it is checked.
Task<> DyingMain() {
  Log("about to look");
  co_await Sleep(absl::Seconds(1));
  const char* const home = std::getenv("HOME");
  if (home != nullptr && std::string(home) == "/nonexistent/tycho") {
    std::abort();
  }
  co_await Sleep(absl::Seconds(1));
}

// Where a test writes what the next runs are to log, a letter a run.
constexpr char kScriptVariable[] = "LEAKS_TEST_SCRIPT";

// Differs when it is told to, as a race may. Every run leaves a mark, by which
// the next one knows its number.
Task<> ScriptedMain() {
  std::string script;
  size_t number;
  {
    const AllowEscape allow("a planted leak");
    const std::string path = std::getenv(kScriptVariable);
    script = ReadWholeFile(path);
    const std::string marks = ReadWholeFile(path + ".marks");
    WriteWholeFile(path + ".marks", marks + "x");
    number = marks.size();
  }
  Log(script.substr(std::min(number, script.size() - 1), 1));
  co_return;
}

Task<> (*ProgramOf(const std::string& name))() {
  if (name == "Sound") return SoundMain;
  if (name == "Dying") return DyingMain;
  if (name == "Scripted") return ScriptedMain;
  const Leak* leak = FindLeak(name);
  return leak == nullptr ? nullptr : leak->main;
}

TraceFooter FooterFor(const RunResult& result) {
  TraceFooter footer;
  footer.steps = result.steps;
  footer.outcome = result.outcome;
  footer.digests = result.digests;
  return footer;
}

RunRecord Record(Task<> (*main)(), Seed seed) {
  TraceHeader header;
  header.suite = "Leaks";
  header.test = "Program";
  header.seed = seed;
  header.ordered = true;
  RandomScheduler scheduler;
  RunRecorder recorder;
  recorder.Begin(header);
  const RunResult result =
      Simulation({.seed = seed, .scheduler = &scheduler, .trace = &recorder})
          .Run(main);
  return recorder.Finish(FooterFor(result), result.tasks);
}

DeterminismOptions OptionsFor(const std::string& program) {
  static int count = 0;
  DeterminismOptions options;
  options.words = {"leaks_test", program};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!absl::StartsWith(*entry, "GTEST_"))
      options.environment.push_back(*entry);
  }
  options.scratch = absl::StrCat(testing::TempDir(), "/leaks_test.", ::getpid(),
                                 ".", ++count);
  return options;
}

// Makes runs as a test makes them, in a process of their own in which nothing
// is out of the ordinary: with the seeds 1 and 2, the first of them twice.
// GoogleTest has used the heap of this one already.
std::vector<RunRecord> MakeFirstRuns(const std::string& program) {
  const DeterminismOptions options = OptionsFor(program);
  OtherProcess process;
  process.words = {"leaks_test", program, options.scratch + ".1",
                   options.scratch + ".2", options.scratch + ".1_again"};
  process.environment = options.environment;
  process.output_path = options.scratch + ".output";
  const OtherProcessEnd end = RunInOtherProcess(process);
  EXPECT_TRUE(end.ok()) << end.ToString();
  std::vector<RunRecord> records;
  for (size_t i = 2; i < process.words.size(); ++i) {
    const std::optional<RunRecord> record =
        RunRecord::FromBytes(ReadWholeFile(process.words[i]));
    EXPECT_TRUE(record.has_value()) << process.words[i];
    records.push_back(record.value_or(RunRecord()));
  }
  return records;
}

// Each in a process of its own, as runs are by default.
int MakeFirstRunsHere(Task<> (*main)(), char** paths) {
  const Seed seeds[] = {Seed(1), Seed(2), Seed(1)};
  for (int i = 0; i < 3; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      WriteWholeFile(paths[i], Record(main, seeds[i]).ToBytes());
      ::_exit(0);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
      std::printf("run %d went wrong\n", i);
      return 1;
    }
  }
  return 0;
}

// "tests/leaks.cc:38" for the line that ends with the marker.
std::string PlaceOf(const Leak& leak) {
  for (const char* name : {"tests/leaks.cc", "tests/leaks_in_order.cc"}) {
    std::ifstream file(name);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
      if (absl::EndsWith(line, absl::StrCat("// LEAK: ", leak.marker))) {
        return absl::StrCat(name, ":", number, " ");
      }
    }
  }
  return "no line is marked so";
}

std::string LineWith(const std::string& text, const std::string& prefix) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, prefix)) return std::string(line);
  }
  return absl::StrCat("no line begins with ", prefix);
}

class LeaksTest : public testing::TestWithParam<Leak> {};

TEST_P(LeaksTest, IsReportedAtItsFirstEvent) {
  const Leak& leak = GetParam();
  std::vector<RunRecord> records = MakeFirstRuns(leak.name);
  records.pop_back();
  DeterminismChecker checker(OptionsFor(leak.name));
  const auto found = checker.Check(records);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value()) << "the leak was not found";
  const Nondeterminism& difference = **found;
  std::printf("%s\n%s\n", difference.diff.c_str(), difference.cause.c_str());
  EXPECT_THAT(difference.diff,
              testing::StartsWith("first difference at event #"));
  // Both sides name the task and the line.
  for (const char* side : {"  first run: ", "  second run: "}) {
    const std::string line = LineWith(difference.diff, side);
    EXPECT_THAT(line, HasSubstr(absl::StrCat(" ", leak.task, "#")));
    EXPECT_THAT(line, HasSubstr(PlaceOf(leak)));
  }
  EXPECT_THAT(difference.diff, HasSubstr(absl::StrCat("\n", leak.task, "#")));
  EXPECT_THAT(difference.diff, HasSubstr(" was spawned at tests/leaks"));
  EXPECT_THAT(difference.cause, testing::ContainsRegex(leak.cause));
  EXPECT_FALSE(difference.second.empty());
}

INSTANTIATE_TEST_SUITE_P(All, LeaksTest, testing::ValuesIn(Leaks()),
                         [](const testing::TestParamInfo<Leak>& info) {
                           return std::string(info.param.name);
                         });

TEST(LeaksTest, ThereAreTwelve) { EXPECT_EQ(Leaks().size(), 12); }

// What the check is for: the order of pointers is the same twice, by accident.
TEST(LeaksTest, APlainSecondRunMissesTheOrderOfPointers) {
  const std::vector<RunRecord> records = MakeFirstRuns("PointerOrder");
  const std::vector<RunRecord> others = MakeFirstRuns("PointerOrder");
  absl::StatusOr<Trace> first = ParseTrace(records[0].events, "first");
  absl::StatusOr<Trace> again = ParseTrace(records[2].events, "again");
  absl::StatusOr<Trace> other = ParseTrace(others[0].events, "other");
  ASSERT_TRUE(first.ok() && again.ok() && other.ok());
  EXPECT_EQ(DiffRecords(*first, *again), std::nullopt) << "same program start";
  EXPECT_EQ(DiffRecords(*first, *other), std::nullopt) << "another one";

  DeterminismChecker checker(OptionsFor("PointerOrder"));
  const auto perturbed =
      checker.CheckOne(records[0], Perturbation::kHeapLayout);
  ASSERT_TRUE(perturbed.ok()) << perturbed.status();
  EXPECT_NE(*perturbed, std::nullopt);
}

TEST(LeaksTest, ASoundProgramPasses) {
  std::vector<RunRecord> records;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    records.push_back(Record(SoundMain, Seed(seed)));
  }
  DeterminismChecker checker(OptionsFor("Sound"));
  const auto found = checker.Check(records);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_FALSE(found->has_value()) << (**found).diff;
  EXPECT_EQ(checker.processes(), 1);
}

TEST(LeaksTest, ADeathOfTheSecondRunIsADifference) {
  DeterminismChecker checker(OptionsFor("Dying"));
  const auto found = checker.Check(MakeFirstRuns("Dying"));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value());
  EXPECT_THAT((*found)->diff, HasSubstr("nothing more was saved"));
  EXPECT_THAT((*found)->diff,
              HasSubstr("the process was killed by signal 6 (Aborted)"));
  EXPECT_THAT((*found)->cause, HasSubstr("getenv"));
}

TEST(LeaksTest, AProgramThatMakesNoRunIsAnError) {
  DeterminismChecker checker(OptionsFor("NoSuchProgram"));
  const auto found = checker.Check({Record(SoundMain, Seed(1))});
  EXPECT_EQ(found.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(found.status().message(),
              HasSubstr("exited with code 3 before it had made any run"));
  EXPECT_THAT(found.status().message(), HasSubstr("no program NoSuchProgram"));
}

// Checks a program whose runs log these letters: the first, the two of the
// check, then one a process; the last is that of all further ones.
struct ScriptedCheck {
  std::string cause;
  uint64_t processes = 0;
};
ScriptedCheck CheckScripted(const std::string& letters) {
  static int count = 0;
  const std::string path = absl::StrCat(
      testing::TempDir(), "/leaks_test.script.", ::getpid(), ".", ++count);
  WriteWholeFile(path, letters);
  WriteWholeFile(path + ".marks", "");
  ::setenv(kScriptVariable, path.c_str(), 1);
  DeterminismChecker checker(OptionsFor("Scripted"));
  const auto found = checker.Check({Record(ScriptedMain, Seed(1))});
  ::unsetenv(kScriptVariable);
  if (!found.ok()) return {found.status().ToString()};
  if (!found->has_value()) return {"no difference"};
  return {(*found)->cause, checker.processes()};
}

TEST(LeaksTest, WhatDiffersNowAndThenIsNotBlamedOnWhatWasChanged) {
  // The same once without a change, other with other contents of memory; then
  // other in one of four runs without a change, and with the same addresses.
  const ScriptedCheck check = CheckScripted(
      "a"
      "bb"
      "a"
      "b"
      "aaab"
      "aaab");
  EXPECT_THAT(check.cause, testing::StartsWith("it differs in some processes "
                                               "and not in others, even in"));
  EXPECT_THAT(check.cause, HasSubstr("a thread"));
  EXPECT_EQ(check.processes, 11);
}

TEST(LeaksTest, WhatDiffersNowAndThenIsNotBlamedOnTheRunBefore) {
  // Other in the second run of a process, and in one of four that are alone.
  const ScriptedCheck check = CheckScripted(
      "a"
      "ab"
      "aaab"
      "b"
      "ab");
  EXPECT_THAT(check.cause, HasSubstr("a thread"));
}

TEST(LeaksTest, WhatDiffersNowAndThenOnlyWithOtherAddressesIsToldAsSuch) {
  const ScriptedCheck check = CheckScripted(
      "a"
      "bb"
      "a"
      "b"
      "aaab"
      "a");
  EXPECT_THAT(check.cause, HasSubstr("some processes and not in others, but "
                                     "not in two with the same addresses"));
}

TEST(LeaksTest, BeforeAnythingIsBlamedTheRunIsTheSameEightTimes) {
  EXPECT_THAT(CheckScripted("a"
                            "bb"
                            "a"
                            "b"
                            "aaaaaaaa"
                            "b")
                  .cause,
              testing::StartsWith("it differs as soon as the process has other "
                                  "contents of fresh memory"));
  EXPECT_THAT(CheckScripted("a"
                            "ab"
                            "aaaaaaaa"
                            "b")
                  .cause,
              HasSubstr("left something behind"));
  const ScriptedCheck check = CheckScripted(
      "a"
      "bb"
      "a");
  EXPECT_THAT(check.cause, testing::StartsWith("it differs if heap layout"));
  EXPECT_EQ(check.processes, 16);
}

int MakeRunsAgain(Task<> (*main)()) {
  const absl::Status status =
      MakeCheckedRuns(CheckFolder(), [&](const CheckRun& run) {
        const RunResult result = Simulation({.seed = run.header->seed,
                                             .scheduler = run.scheduler,
                                             .trace = run.trace})
                                     .Run(main);
        return CheckedEnd{FooterFor(result), result.tasks};
      });
  std::printf("%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 4;
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  const bool is_second = !orrery::CheckFolder().empty();
  if (is_second || (argc == 5 && argv[1][0] != '-')) {
    orrery::ScrambleMemoryIfAsked();
    orrery::Task<> (*const program)() = orrery::ProgramOf(argv[1]);
    if (program == nullptr) {
      std::printf("no program %s\n", argv[1]);
      return 3;
    }
    return is_second ? orrery::MakeRunsAgain(program)
                     : orrery::MakeFirstRunsHere(program, argv + 2);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
