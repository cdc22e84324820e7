// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs the policies on the corpus, and says after how many schedules each finds
// each bug.
//
//   ./bazelw run --config=opt //bench/exploration -- --programs=bluetooth
//
// With --control it runs the fixed versions instead, which must not fail.

#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "orrery/base/seed.h"
#include "orrery/bench/exploration/exploration_table.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/first_bug.h"
#include "orrery/tests/corpus/steps.h"

ABSL_FLAG(std::vector<std::string>, programs, {},
          "Programs of the corpus, by name; none means all.");
ABSL_FLAG(std::vector<std::string>, policies, {},
          "Specs, as `MakeScheduler` reads them, with ; in the place of a "
          "comma within one; none means those of the page.");
ABSL_FLAG(uint64_t, campaigns, 20, "How many campaigns each policy has.");
ABSL_FLAG(uint64_t, cap, 10'000, "Schedules after which a campaign gives up.");
ABSL_FLAG(uint64_t, large_cap, 5'000,
          "The same for programs of more than 200 steps.");
ABSL_FLAG(uint64_t, trace_runs, 1'000,
          "Schedules whose traces are told apart.");
ABSL_FLAG(uint64_t, speed_runs, 2'000, "Schedules that are timed.");
ABSL_FLAG(uint64_t, seed, 1, "Of the first campaign.");
ABSL_FLAG(std::string, page, "",
          "Where to write the page with the results, as Markdown.");
ABSL_FLAG(uint64_t, control, 0,
          "Runs so many schedules of each fixed program under each policy, and "
          "counts those that fail: there must be none.");

namespace orrery {
namespace {

int Complain(const std::string& what) {
  std::cerr << what << "\n";
  return 2;
}

// Fills `options` from the flags. Returns what is wrong with them, or "".
std::string ReadFlags(TableOptions& options) {
  if (const auto names = absl::GetFlag(FLAGS_programs); !names.empty()) {
    options.programs = names;
  }
  if (auto specs = absl::GetFlag(FLAGS_policies); !specs.empty()) {
    for (std::string& spec : specs) {
      for (char& c : spec) c = c == ';' ? ',' : c;
    }
    options.policies = specs;
  }
  for (const std::string& name : options.programs) {
    if (corpus::FindProgram(name) != nullptr) continue;
    std::string message =
        absl::StrCat("--programs: there is no \"", name, "\", but there are:");
    for (const corpus::Program& program : corpus::Programs()) {
      absl::StrAppend(&message, " ", program.name);
    }
    return message;
  }
  for (const std::string& spec : options.policies) {
    const auto made = MakeScheduler(spec, Seed(1));
    if (!made.ok()) {
      return absl::StrCat("--policies: ", made.status().message());
    }
  }
  options.campaigns = absl::GetFlag(FLAGS_campaigns);
  options.cap = absl::GetFlag(FLAGS_cap);
  options.large_cap = absl::GetFlag(FLAGS_large_cap);
  options.trace_runs = absl::GetFlag(FLAGS_trace_runs);
  options.speed_runs = absl::GetFlag(FLAGS_speed_runs);
  options.seed = Seed(absl::GetFlag(FLAGS_seed));
  if (options.campaigns == 0) return "--campaigns: at least one is needed";
  if (options.speed_runs == 0) return "--speed_runs: at least one is needed";
  if (options.cap < 2 || options.large_cap < 2) {
    return "--cap, --large_cap: a policy may need one schedule to learn from, "
           "and one to show what it has learned: at least 2";
  }
  return "";
}

// Returns whether no fixed program has failed.
bool RunControl(const TableOptions& options, uint64_t runs) {
  bool passed = true;
  for (const std::string& name : options.programs) {
    const corpus::Program& program = *corpus::FindProgram(name);
    for (const std::string& policy : options.policies) {
      const absl::Time begun = absl::Now();
      const uint64_t failures =
          corpus::CountFailures(program.fixed, policy, runs, options.seed);
      const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
      std::cout << absl::StreamFormat(
                       "%-20s %-14s %d failures in %d schedules, %.0f/s",
                       program.name, policy, failures, runs,
                       static_cast<double>(runs) / seconds)
                << std::endl;
      passed = passed && failures == 0;
    }
  }
  return passed;
}

int RunTable(const TableOptions& options) {
  std::vector<std::vector<Cell>> cells;
  for (const std::string& name : options.programs) {
    const corpus::Program& program = *corpus::FindProgram(name);
    std::vector<Cell>& row = cells.emplace_back();
    for (const std::string& policy : options.policies) {
      row.push_back(MeasureCell(program, policy, options));
      std::cout << CellLine(program, policy, row.back()) << std::endl;
    }
  }
  const std::string path = absl::GetFlag(FLAGS_page);
  if (path.empty()) return 0;
  std::ofstream file(path);
  file << ResultsPage(options, cells);
  file.close();
  if (!file) return Complain(absl::StrCat("--page: cannot write ", path));
  return 0;
}

int Main() {
  TableOptions options = DefaultTableOptions();
  const std::string wrong = ReadFlags(options);
  if (!wrong.empty()) return Complain(wrong);
  std::cout << "granularity " << corpus::kGranularity << "\nseeds "
            << options.seed.value << " to "
            << options.seed.value + options.campaigns - 1 << std::endl;
  const uint64_t control = absl::GetFlag(FLAGS_control);
  if (control > 0) return RunControl(options, control) ? 0 : 1;
  return RunTable(options);
}

}  // namespace
}  // namespace orrery

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Says after how many schedules each policy finds each bug of the "
      "corpus.");
  absl::ParseCommandLine(argc, argv);
  return orrery::Main();
}
