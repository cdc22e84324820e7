// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DeterminismCheck`: checks that runs of a simulated test are functions of
// program, policy and seed: makes them again in another process of this test
// program, see explorer/determinism.h.

#ifndef ORRERY_TESTING_DETERMINISM_CHECK_H_
#define ORRERY_TESTING_DETERMINISM_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/seed.h"
#include "orrery/explorer/run_recorder.h"
#include "orrery/testing/check_determinism.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/sim_test_options.h"

namespace orrery {

// Which run it is.
struct CheckedRun {
  Seed seed;
  uint64_t run_index = 0;   // from 0
  std::string policy = {};  // that made its choices; empty: that of the test
};

// What came out about one run.
struct DeterminismFinding : CheckedRun {
  // False: the check itself could not be made, and `lines` say why.
  bool checked = true;
  // What to tell: "NOT DETERMINISTIC: ...", the first event that differs, what
  // it takes.
  std::vector<std::string> lines;
  // Traces at level kEvents of the first run and of the second, for whoever
  // wants to keep them. Empty unless `checked`.
  std::string first;
  std::string second;
};

// Runs are collected and checked by the batch, in one process: starting it
// costs more than most runs.
class DeterminismCheck {
 public:
  // `full_name` is that of the current test: "Suite.Name". `shared`: the runs
  // are made one after the other in one process, to see what one leaves behind
  // for the next; otherwise each in a process that begins like the first one's.
  DeterminismCheck(std::string full_name, CheckDeterminism mode, bool shared);

  // Returns whether the run with this seed has to be recorded and added: all of
  // them, one in twenty, or none. A run that fails should be added in any mode
  // but kOff, if it has been recorded.
  bool Wants(Seed seed) const;

  // Adds a run that was made.
  void Add(CheckedRun run, RunRecord record);

  // Returns whether there is so much to check that `Run` should be called.
  bool full() const;

  // Checks what was added since the last call. Returns the first run that is
  // not the same again; nothing if all are.
  std::optional<DeterminismFinding> Run();

 private:
  struct Added {
    Seed seed;
    uint64_t run_index = 0;
  };

  std::string full_name_;
  CheckDeterminism mode_;
  bool shared_;
  std::vector<CheckedRun> added_;
  std::vector<RunRecord> records_;  // one for each of `added_`
  size_t bytes_ = 0;                // in `records_`
};

// Returns whether this process is such another process.
bool IsDeterminismCheck();

// Makes the runs again that this process was started for, and ends it. Call for
// the current test, of which the other process wants to know.
[[noreturn]] void MakeRunsForDeterminismCheck(const SimTestOptions& options,
                                              MakeSimTestBody make_body);

}  // namespace orrery

#endif  // ORRERY_TESTING_DETERMINISM_CHECK_H_
