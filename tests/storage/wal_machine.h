// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunWalMachine`: a machine that keeps a log, and to which everything happens
// that the seed comes up with.

#ifndef ORRERY_TESTS_STORAGE_WAL_MACHINE_H_
#define ORRERY_TESTS_STORAGE_WAL_MACHINE_H_

#include <cstdint>
#include <map>
#include <string>

#include "orrery/base/seed.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/run_result.h"
#include "orrery/tests/storage/wal.h"

namespace orrery::storage {

struct WalMachineOptions {
  WalBug bug = WalBug::kNone;
  // It goes down at random moments: by power cuts now and then, or always
  // because its processes are killed.
  bool power_cuts = true;
  // Calls that fail: short ones, I/O errors, failing syncs, a full disk.
  bool failing_calls = true;
};

// What happened in all runs together.
struct WalTotals {
  uint64_t sure = 0;  // records
  std::map<std::string, FaultCounts> faults;
};

// Runs it once. The run fails if the log loses what it has told to be sure, has
// what it should not have, or cannot be opened in the end. Adds to `totals` if
// that is not null.
RunResult RunWalMachine(const WalMachineOptions& options, Seed seed,
                        Scheduler& scheduler, WalTotals* totals = nullptr);

}  // namespace orrery::storage

#endif  // ORRERY_TESTS_STORAGE_WAL_MACHINE_H_
