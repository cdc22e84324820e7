// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExplorationTable`: what each policy did on each program of the corpus, and
// the page that shows it.

#ifndef ORRERY_BENCH_EXPLORATION_EXPLORATION_TABLE_H_
#define ORRERY_BENCH_EXPLORATION_EXPLORATION_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/seed.h"
#include "orrery/tests/corpus/corpus.h"
#include "orrery/tests/corpus/first_bug.h"

namespace orrery {

struct TableOptions {
  std::vector<std::string> programs;  // by name
  std::vector<std::string> policies;  // specs
  uint64_t campaigns = 20;
  uint64_t cap = 10'000;        // schedules of a campaign
  uint64_t large_cap = 5'000;   // the same for programs of more than 200 steps
  uint64_t trace_runs = 1'000;  // schedules whose traces are told apart
  uint64_t speed_runs = 2'000;  // schedules that are timed
  Seed seed = Seed(1);
};

// Returns what the table on the page is made with.
TableOptions DefaultTableOptions();

// What one policy did on one program.
struct Cell {
  corpus::FirstBug first_bug;  // no campaigns if the program has no bug
  uint64_t trace_runs = 0;
  uint64_t distinct_traces = 0;
  uint64_t traces_seen_once = 0;
  // In one process, with the choices recorded, failures and all.
  double schedules_per_second = 0;

  // Returns the chance that the next schedule shows a trace that none has shown
  // before, as Good and Turing estimate it (Good, 1953).
  double Residual() const;
};

// Measures one cell. Stops the process if there is no such policy.
Cell MeasureCell(const corpus::Program& program, const std::string& policy,
                 const TableOptions& options);

// Returns the cell in one line, for a terminal.
std::string CellLine(const corpus::Program& program, const std::string& policy,
                     const Cell& cell);

// Returns the page docs/exploration_results.md. `cells` has a row for each
// program, and in it a cell for each policy, in the order of `options`.
std::string ResultsPage(const TableOptions& options,
                        absl::Span<const std::vector<Cell>> cells);

}  // namespace orrery

#endif  // ORRERY_BENCH_EXPLORATION_EXPLORATION_TABLE_H_
