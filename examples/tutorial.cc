// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The asyncio tutorial in C++, on a simulated clock.
//
//   ./bazelw run //examples:tutorial
//   ./bazelw run //examples:tutorial -- --program=concurrent --scheduler=random

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "orrery/examples/programs.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/traces/trace_writer.h"

ABSL_FLAG(std::string, program, "",
          "the one program to run: sequential, concurrent, trap, synchronous "
          "or ticker; all of them if empty");
ABSL_FLAG(std::string, scheduler, "fifo", "the policy: fifo or random");
ABSL_FLAG(uint64_t, seed, 1, "the seed; with the policy it names the run");
ABSL_FLAG(std::string, trace, "",
          "file to write a trace of the run to; needs --program");

namespace orrery {
namespace {

absl::Status RunProgram(const TutorialProgram& program, Scheduler& scheduler,
                        Seed seed, const std::string& trace_path) {
  TraceWriter writer;
  TraceSink* sink = nullptr;
  if (!trace_path.empty()) {
    TraceHeader header;
    header.level = TraceLevel::kEvents;
    header.suite = "tutorial";
    header.test = program.name;
    header.seed = seed;
    header.scheduler = scheduler.Spec();
    header.ordered = scheduler.traits().orders;
    absl::Status status = writer.BeginFile(trace_path, header);
    if (!status.ok()) return status;
    sink = &writer;
  }

  std::printf("%s: %s\n", program.name.c_str(), program.summary.c_str());
  std::vector<std::string> lines;
  const absl::Time before = absl::Now();
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
  const absl::Duration real = absl::Now() - before;
  for (const std::string& line : lines) std::printf("  %s\n", line.c_str());
  std::printf("  total %s simulated, %s real\n\n",
              FormatSimTime(SimTime(ToNanoseconds(result.elapsed))).c_str(),
              absl::FormatDuration(real).c_str());

  if (sink != nullptr) {
    TraceFooter footer;
    footer.steps = result.steps;
    footer.elapsed = SimTime(ToNanoseconds(result.elapsed));
    footer.outcome = result.outcome;
    footer.digests = result.digests;
    absl::Status status = writer.Finish(footer);
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

  std::vector<std::string> names;
  bool found = false;
  for (const TutorialProgram& program : TutorialPrograms()) {
    names.push_back(program.name);
    if (!wanted.empty() && wanted != program.name) continue;
    found = true;
    absl::Status status = RunProgram(program, **scheduler, seed, trace);
    if (!status.ok()) return status;
  }
  if (!found) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--program=", wanted,
        ": there is no such program; known: ", absl::StrJoin(names, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "runs the programs of the asyncio tutorial on a simulated clock");
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = orrery::RunAll();
  if (!status.ok()) {
    std::fprintf(stderr, "tutorial: %s\n",
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
