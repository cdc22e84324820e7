// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What tests of disks share: short forms of what has to succeed, and all the
// states that a power cut can leave.

#ifndef ORRERY_SIM_DISK_DISK_TESTING_H_
#define ORRERY_SIM_DISK_DISK_TESTING_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/disk/disk.h"
#include "orrery/sim/disk/disk_options.h"
#include "orrery/sim/disk/file.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

// Sectors of four bytes, so that a state fits in a line; and no time passes.
DiskOptions SmallDisk();

// Opens a file; makes it if it is not there.
Task<File> OpenOrMake(Disk& disk, std::string path);
// Opens it and writes into it.
Task<> WriteTo(Disk& disk, std::string path, uint64_t offset,
               std::string bytes);
// The same, and syncs it.
Task<> WriteAndSync(Disk& disk, std::string path, uint64_t offset,
                    std::string bytes);
// The same at its beginning, and syncs the root.
Task<> StoreIn(Disk& disk, std::string path, std::string bytes);
Task<> TruncateTo(Disk& disk, std::string path, uint64_t size);
Task<std::string> ReadAll(Disk& disk, std::string path);
// What is done succeeds.
Task<> Do(Task<absl::Status> task);
Task<absl::StatusCode> CodeOf(Task<absl::Status> task);

// Returns all that is on `disk`, as "d/ f=ab", with a '.' for each zero.
std::string TextOf(const Disk& disk);

// The fault could happen, did, and the program could tell, so often.
void ExpectCounts(absl::string_view name, uint64_t armed, uint64_t reached,
                  uint64_t effects);
FaultCounts CountsOf(absl::string_view name);

// Runs `body`, which must succeed. `sink` takes down what happens, if not null.
template <typename Body>
RunResult RunTest(Body body, TraceSink* sink = nullptr) {
  RandomScheduler scheduler;
  const RunResult result =
      Simulation({.seed = Seed(1), .scheduler = &scheduler, .trace = sink})
          .Run(body);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  return result;
}

using DiskScript = Task<> (*)(Disk&);

// What a power cut after a script can leave, and how many runs have shown it.
struct CrashStates {
  std::set<std::string> states;
  int runs = 0;
};

// Tries all there is to draw.
CrashStates AfterCrash(DiskScript script,
                       const DiskOptions& options = SmallDisk());

}  // namespace orrery

#endif  // ORRERY_SIM_DISK_DISK_TESTING_H_
