// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/exploration/exploration_table.h"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "orrery/base/check.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_event.h"
#include "orrery/bench/exploration/trace_classes.h"
#include "orrery/explorer/campaign.h"
#include "orrery/scheduler/make_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/corpus_run.h"
#include "orrery/tests/corpus/first_bug.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery {
namespace {

std::string Number(double value) {
  return value < 9.95 ? absl::StrFormat("%.1f", value)
                      : absl::StrFormat("%.0f", value);
}

std::string FirstBugText(const corpus::FirstBug& found) {
  if (found.campaigns == 0) return "no bug";
  if (found.schedules.empty()) return "–";
  if (!found.FoundByAll()) {
    return absl::StrFormat("%d/%d, %s", found.schedules.size(), found.campaigns,
                           Number(found.Mean()));
  }
  if (found.campaigns == 1) return Number(found.Mean());
  return absl::StrCat(Number(found.Mean()), " ± ", Number(found.Deviation()));
}

std::string TracesText(const Cell& cell) {
  return absl::StrFormat("%d, %.0f %%", cell.distinct_traces,
                         100 * cell.Residual());
}

std::unique_ptr<Scheduler> Make(const std::string& spec, Seed seed) {
  absl::StatusOr<std::unique_ptr<Scheduler>> made = MakeScheduler(spec, seed);
  ORRERY_CHECK(made.ok(), made.status().message());
  return *std::move(made);
}

// Runs the program so many times, whether it fails or not.
CampaignResult RunAll(const corpus::Program& program, Scheduler& policy,
                      const TableOptions& options, uint64_t runs) {
  CampaignOptions campaign;
  campaign.seed = options.seed;
  campaign.runs = runs;
  campaign.max_failures = runs + 1;
  return RunCampaign(corpus::RunOf(program.buggy), policy, campaign);
}

// A grid of programs and policies, each cell as `text` writes it.
std::string Grid(const TableOptions& options,
                 absl::Span<const std::vector<Cell>> cells,
                 const std::function<std::string(const Cell&)>& text) {
  std::string grid = "| program |";
  for (const std::string& policy : options.policies) {
    absl::StrAppend(&grid, " `", policy, "` |");
  }
  grid += "\n|---|";
  for (size_t i = 0; i < options.policies.size(); ++i) grid += "---|";
  grid += "\n";
  for (size_t row = 0; row < options.programs.size(); ++row) {
    absl::StrAppend(&grid, "| ", options.programs[row], " |");
    for (const Cell& cell : cells[row]) {
      absl::StrAppend(&grid, " ", text(cell), " |");
    }
    grid += "\n";
  }
  return grid;
}

}  // namespace

TableOptions DefaultTableOptions() {
  TableOptions options;
  for (const corpus::Program& program : corpus::Programs()) {
    options.programs.push_back(program.name);
  }
  options.policies = {"random", "pct:depth=2", "pct:depth=3", "pct:depth=10",
                      "pos",    "urw",         "surw",        "delay:bound=2",
                      "dfs",    "dpor",        "portfolio"};
  return options;
}

double Cell::Residual() const {
  if (trace_runs == 0) return 1;
  return static_cast<double>(traces_seen_once) /
         static_cast<double>(trace_runs);
}

Cell MeasureCell(const corpus::Program& program, const std::string& policy,
                 const TableOptions& options) {
  Cell cell;
  corpus::FirstBugOptions campaigns;
  campaigns.campaigns = options.campaigns;
  campaigns.cap = program.large ? options.large_cap : options.cap;
  campaigns.seed = options.seed;
  if (program.failure != Outcome::kCompleted) {
    cell.first_bug = corpus::MeasureFirstBug(program, policy, campaigns);
  }
  const std::unique_ptr<Scheduler> policy_of_traces =
      Make(policy, options.seed);
  TraceClasses classes(policy_of_traces.get());
  const CampaignResult traced =
      RunAll(program, classes, options, options.trace_runs);
  cell.trace_runs = traced.runs;
  cell.distinct_traces = classes.distinct();
  cell.traces_seen_once =
      traced.end == CampaignEnd::kExhausted ? 0 : classes.once();
  const std::unique_ptr<Scheduler> policy_of_speed = Make(policy, options.seed);
  // Of the processor: others may use it, too.
  const std::clock_t begun = std::clock();
  const CampaignResult timed =
      RunAll(program, *policy_of_speed, options, options.speed_runs);
  const double seconds =
      static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
  cell.schedules_per_second =
      seconds > 0 ? static_cast<double>(timed.runs) / seconds : 0;
  return cell;
}

std::string CellLine(const corpus::Program& program, const std::string& policy,
                     const Cell& cell) {
  return absl::StrFormat("%-20s %-14s first bug %-14s %8.0f/s  traces %s of %d",
                         program.name, policy, FirstBugText(cell.first_bug),
                         cell.schedules_per_second, TracesText(cell),
                         cell.trace_runs);
}

std::string ResultsPage(const TableOptions& options,
                        absl::Span<const std::vector<Cell>> cells) {
  std::string page = absl::StrFormat(
      R"(# How soon bugs are found

[The corpus](../tests/corpus/programs.h) is a set of small programs with one known bug each, most of them those by which
testing tools have been compared in the literature, written anew. This page says after how many schedules each policy
comes to the bug. It is generated: `./bazelw run --config=opt //bench/exploration -- --page=$PWD/docs/exploration_results.md`
makes it again, in some minutes.

Seeds are fixed: campaign *i* of %d, from 0, has the seed %d + *i*, so the counts come out the same everywhere; speeds do
not. A campaign gives up after %d schedules, and after %d with programs of more than 200 steps. The schedule from which
a policy learns counts. How finely the programs are cut into steps decides what the counts mean; this is granularity
%s.

## Schedules to the first bug

Mean and standard deviation, where all campaigns have found the bug. "12/20, 5300": 12 of 20 have, and the mean,
restricted to the cap, is 5300. "–": none has. Systematic policies do not depend on a seed and have one campaign. The
run that a policy learns from is the same in all campaigns, so where that one fails, all have found the bug at once.

)",
      options.campaigns, options.seed.value, options.cap, options.large_cap,
      corpus::kGranularity);
  absl::StrAppend(&page, Grid(options, cells, [](const Cell& cell) {
    return FirstBugText(cell.first_bug);
  }));
  absl::StrAppend(
      &page, "\n## Different traces\n\nIn ", options.trace_runs,
      " schedules, whether they fail or not: how many differ in more than the "
      "order of steps that have nothing to do\nwith each other, and the chance "
      "that the next schedule shows another one (Good and Turing's estimate).\n"
      "\n",
      Grid(options, cells, TracesText));
  absl::StrAppend(
      &page,
      "\n## Schedules per second\n\nOf processor time on one core of the "
      "machine that wrote this page, in one process, with the choices\n"
      "recorded. What failures cost, and setting up the campaign, is "
      "included.\n\n",
      Grid(options, cells, [](const Cell& cell) {
        return absl::StrFormat("%.0f", cell.schedules_per_second);
      }));
  return page;
}

}  // namespace orrery
