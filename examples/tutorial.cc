// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The asyncio tutorial in C++, on a simulated clock.
//
//   ./bazelw run //examples:tutorial
//   ./bazelw run //examples:tutorial -- --program=concurrent --scheduler=random

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/examples/programs.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {
namespace {

std::vector<std::string> ProgramNames() {
  std::vector<std::string> names;
  for (const TutorialProgram& program : TutorialPrograms()) {
    names.push_back(program.name);
  }
  return names;
}

}  // namespace
}  // namespace orrery

ABSL_FLAG(std::string, program, "",
          absl::StrCat("the one program to run: ",
                       absl::StrJoin(orrery::ProgramNames(), ", "),
                       "; all of them if empty"));
ABSL_FLAG(std::string, scheduler, "fifo",
          absl::StrCat("the policy: ",
                       absl::StrJoin(orrery::SchedulerNames(), ", ")));
ABSL_FLAG(uint64_t, seed, 1, "the seed; with the policy it names the run");
ABSL_FLAG(std::string, trace, "",
          "file to write a trace of the run to; needs --program");

namespace orrery {
namespace {

TraceHeader HeaderOf(const TutorialProgram& program, const Scheduler& scheduler,
                     Seed seed) {
  TraceHeader header;
  header.level = TraceLevel::kEvents;
  header.suite = "tutorial";
  header.test = program.name;
  header.seed = seed;
  header.scheduler = scheduler.Spec();
  header.ordered = scheduler.traits().orders;
  return header;
}

TraceFooter FooterOf(const RunResult& result) {
  TraceFooter footer;
  footer.steps = result.steps;
  footer.elapsed = SimTime(ToNanoseconds(result.elapsed));
  footer.outcome = result.outcome;
  footer.digests = result.digests;
  return footer;
}

// Under `bazel run`, relative paths are meant from where it was called.
std::string FromCallersFolder(const std::string& path) {
  const char* folder = std::getenv("BUILD_WORKING_DIRECTORY");
  if (folder == nullptr || absl::StartsWith(path, "/")) return path;
  return absl::StrCat(folder, "/", path);
}

absl::Status RunProgram(const TutorialProgram& program, Scheduler& scheduler,
                        Seed seed, const std::string& trace_path) {
  // Once for nothing: the first run of a process also pays for memory that the
  // later ones use again.
  Simulation({.seed = seed, .scheduler = &scheduler}).Run(program.main);

  TraceWriter writer;
  TraceSink* sink = nullptr;
  if (!trace_path.empty()) {
    absl::Status status = writer.BeginFile(FromCallersFolder(trace_path),
                                           HeaderOf(program, scheduler, seed));
    if (!status.ok()) return status;
    sink = &writer;
  }
  std::vector<std::string> lines;
  const auto before = std::chrono::steady_clock::now();
  const RunResult result =
      Simulation({.seed = seed,
                  .scheduler = &scheduler,
                  .trace = sink,
                  .on_log =
                      [&lines](const HistoryEntry& entry) {
                        lines.push_back(absl::StrCat(
                            "[", FormatSimTime(entry.time), "] ", entry.text));
                      }})
          .Run(program.main);
  const auto real = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - before);

  std::printf("%s: %s\n", program.name.c_str(), program.summary.c_str());
  for (const std::string& line : lines) std::printf("  %s\n", line.c_str());
  std::printf("  total %s simulated, %lldus real\n\n",
              FormatSimTime(SimTime(ToNanoseconds(result.elapsed))).c_str(),
              static_cast<long long>(real.count()));
  if (sink != nullptr) {
    absl::Status status = writer.Finish(FooterOf(result));
    if (!status.ok()) return status;
  }
  if (!result.ok()) return absl::InternalError(FormatRunResult(result));
  return absl::OkStatus();
}

absl::Status RunAll() {
  const std::string wanted = absl::GetFlag(FLAGS_program);
  const std::string trace = absl::GetFlag(FLAGS_trace);
  if (!trace.empty() && wanted.empty()) {
    return absl::InvalidArgumentError(
        "--trace takes one program; name it with --program");
  }
  const Seed seed(absl::GetFlag(FLAGS_seed));
  absl::StatusOr<std::unique_ptr<Scheduler>> scheduler =
      MakeScheduler(absl::GetFlag(FLAGS_scheduler), seed);
  if (!scheduler.ok()) return scheduler.status();

  bool found = false;
  for (const TutorialProgram& program : TutorialPrograms()) {
    if (!wanted.empty() && wanted != program.name) continue;
    found = true;
    absl::Status status = RunProgram(program, **scheduler, seed, trace);
    if (!status.ok()) return status;
  }
  if (!found) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--program=", wanted, ": there is no such program; known: ",
        absl::StrJoin(ProgramNames(), ", ")));
  }
  return absl::OkStatus();
}

absl::Status Main(const std::vector<char*>& operands) {
  if (operands.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", operands[1], "\": it takes flags only, see --help"));
  }
  return RunAll();
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "runs the programs of the asyncio tutorial on a simulated clock");
  const absl::Status status = orrery::Main(absl::ParseCommandLine(argc, argv));
  if (!status.ok()) {
    std::fprintf(stderr, "tutorial: %s\n",
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
