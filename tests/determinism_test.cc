// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// One program and one seed give one run: on this machine twice, in another
// environment, and with other compilers and options.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/base/digest.h"
#include "orrery/explorer/memory_scrambler.h"
#include "orrery/explorer/other_process.h"
#include "orrery/explorer/perturbation.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/tests/sample_programs.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

extern char** environ;

namespace orrery {
namespace {

constexpr uint64_t kSeeds = 1000;

std::string DigestInWords(const SampleProgram& program) {
  return absl::StrCat(absl::Hex(DigestOfRuns(program.main, kSeeds).value()));
}

void MixText(Digest& digest, absl::string_view text) {
  for (char c : text) digest.Mix(static_cast<unsigned char>(c));
}

TEST(DeterminismTest, TwoRunsGiveTheSameBytes) {
  TraceWriter first;
  TraceWriter second;
  for (const SampleProgram& program : SamplePrograms()) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RandomScheduler scheduler;
      const RunResult a = RunRecorded(program.main, scheduler, Seed(seed),
                                      TraceLevel::kEvents, first);
      const RunResult b = RunRecorded(program.main, scheduler, Seed(seed),
                                      TraceLevel::kEvents, second);
      ASSERT_TRUE(a.ok()) << program.name << ", seed " << seed << ": "
                          << FormatRunResult(a);
      ASSERT_EQ(first.bytes(), second.bytes()) << program.name << " " << seed;
      ASSERT_EQ(a.outcome, b.outcome) << program.name << " " << seed;
      ASSERT_EQ(a.steps, b.steps) << program.name << " " << seed;
      ASSERT_EQ(a.digests, b.digests) << program.name << " " << seed;
      RunRecorded(program.main, scheduler, Seed(seed), TraceLevel::kChoices,
                  first);
      RunRecorded(program.main, scheduler, Seed(seed), TraceLevel::kChoices,
                  second);
      ASSERT_EQ(first.bytes(), second.bytes()) << program.name << " " << seed;
    }
  }
}

TEST(DeterminismTest, SeedsDiffer) {
  TraceWriter writer;
  RandomScheduler scheduler;
  const RunResult a = RunRecorded(MixedProgram, scheduler, Seed(1),
                                  TraceLevel::kChoices, writer);
  const RunResult b = RunRecorded(MixedProgram, scheduler, Seed(2),
                                  TraceLevel::kChoices, writer);
  EXPECT_NE(a.digests.schedule, b.digests.schedule);
  EXPECT_NE(a.digests.data, b.digests.data);
}

// The numbers below were computed once; every compiler, at every level of
// optimization and with sanitizers, has to come to the same. A change that
// moves them makes old seeds and traces useless: it belongs in CHANGELOG.md,
// under Replay.
TEST(DeterminismTest, DigestsAndTextsAreThoseOfEveryOtherBuild) {
  Digest digests;
  Digest texts;
  TraceWriter writer;
  for (const SampleProgram& program : SamplePrograms()) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RandomScheduler scheduler;
      const RunResult result = RunRecorded(program.main, scheduler, Seed(seed),
                                           TraceLevel::kEvents, writer);
      digests.Mix(result.digests.schedule.value());
      digests.Mix(result.digests.data.value());
      if (seed > 50) continue;
      ASSERT_TRUE(writer.Finish({}).ok());
      absl::StatusOr<Trace> trace = ParseTrace(writer.bytes(), "in memory");
      ASSERT_TRUE(trace.ok()) << trace.status();
      TraceNames names;
      for (size_t i = 0; i < trace->events.size(); ++i) {
        names.Learn(trace->events[i]);
        MixText(texts, FormatEvent(i, trace->events[i], names,
                                   /*with_site=*/false));
      }
    }
  }
  EXPECT_EQ(absl::StrCat(absl::Hex(digests.value())), "c4a82b7a518983da");
  EXPECT_EQ(absl::StrCat(absl::Hex(texts.value())), "5ae4a866b39080ef");
}

std::string OutputOf(const std::string& command) {
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot run";
  std::string output;
  char buffer[4096];
  while (const size_t got = std::fread(buffer, 1, sizeof(buffer), pipe)) {
    output.append(buffer, got);
  }
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

TEST(DeterminismTest, TheEnvironmentChangesNothing) {
  const std::string binary =
      absl::StrCat(std::getenv("TEST_SRCDIR"), "/",
                   std::getenv("TEST_WORKSPACE"), "/tests/run_program");
  const std::string padding(5000, 'x');
  for (const char* arguments : {"concurrent 1", "mixed 7", "mixed 99"}) {
    const std::string plain = OutputOf(absl::StrCat(binary, " ", arguments));
    EXPECT_GT(plain.size(), 100);
    for (const std::string& environment :
         {std::string("env -i"), std::string("cd / && LC_ALL=de_DE.UTF-8"),
          std::string("LANG=tr_TR.UTF-8 TZ=Pacific/Kiritimati"),
          absl::StrCat("TMPDIR=/nowhere PADDING=", padding)}) {
      EXPECT_EQ(
          OutputOf(absl::StrCat(environment, " ", binary, " ", arguments)),
          plain)
          << environment << ", " << arguments;
    }
  }
}

// With all seeds, where everything is different that must not matter.
TEST(DeterminismTest, AThousandSeedsAreTheSameInAnotherProcess) {
  OtherProcess process;
  process.output_path = absl::StrCat(testing::TempDir(), "/other.output");
  process.folder = absl::StrCat(testing::TempDir(), "/other");
  ASSERT_EQ(MakeOtherFolder(process.folder), "");
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    environment.push_back(*entry);
  }
  process.environment = PerturbedEnvironment(environment, Perturbations::All());
  int programs = 0;
  for (const SampleProgram& program : SamplePrograms()) {
    ++programs;
    process.words = {"determinism_test", program.name};
    const OtherProcessEnd end = RunInOtherProcess(process);
    ASSERT_TRUE(end.ok()) << program.name << " " << end.ToString();
    std::string there;
    std::ifstream(process.output_path) >> there;
    EXPECT_EQ(there, DigestInWords(program)) << program.name;
  }
  EXPECT_GE(programs, 3);
}

}  // namespace
}  // namespace orrery

// Without arguments for GoogleTest it is that other process.
int main(int argc, char** argv) {
  if (argc == 2 && argv[1][0] != '-') {
    orrery::ScrambleMemoryIfAsked();
    for (const orrery::SampleProgram& program : orrery::SamplePrograms()) {
      if (program.name != argv[1]) continue;
      std::puts(orrery::DigestInWords(program).c_str());
      return 0;
    }
    return 2;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
