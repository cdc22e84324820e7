// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Prints how small the failing random walks of each program of the corpus get,
// with the seeds from 1 on, in at most 1,000 replays.
//
//   ./bazelw run -c opt //tests/shrink:shrink_table -- [RUNS [PROGRAM...]]

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/shrink/shrink_corpus.h"

namespace orrery {
namespace {

void PrintRow(const corpus::Program& program, size_t count) {
  const RunFunction run = BuggyRuns(program);
  const std::vector<FailingRun> failing =
      FailingRandomWalks(run, count, /*max_runs=*/20'000);
  if (failing.empty()) return;
  const ShrinkSummary summary = ShrinkAll(run, failing, {});
  const double runs = static_cast<double>(summary.runs);
  std::printf(
      "| %-20s | %4zu | %6.2f | %5.2f | %3llu | %4zu | %5.0f | %4llu | "
      "%4zu |\n",
      program.name, summary.runs, static_cast<double>(summary.before) / runs,
      static_cast<double>(summary.after) / runs,
      static_cast<unsigned long long>(summary.fewest),
      summary.WithAtMost(summary.fewest + 1),
      static_cast<double>(summary.replays) / runs,
      static_cast<unsigned long long>(summary.most_replays),
      summary.kept_signature);
  std::fflush(stdout);
}

int Main(const std::vector<std::string>& arguments) {
  size_t count = 40;
  if (!arguments.empty() && !absl::SimpleAtoi(arguments[0], &count)) {
    std::fprintf(stderr, "expected a number of runs, not \"%s\"\n",
                 arguments[0].c_str());
    return 2;
  }
  std::puts(
      "| program              | runs | before | after | min | near | "
      "mean  | most | same |\n"
      "|----------------------|------|--------|-------|-----|------|-------|"
      "------|------|");
  for (const corpus::Program& program : corpus::Programs()) {
    const bool wanted = arguments.size() < 2 ||
                        std::find(arguments.begin() + 1, arguments.end(),
                                  program.name) != arguments.end();
    if (wanted && program.failure != Outcome::kCompleted) {
      PrintRow(program, count);
    }
  }
  return 0;
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  return orrery::Main(std::vector<std::string>(argv + 1, argv + argc));
}
