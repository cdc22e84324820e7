// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FormatFailureReport`: what a failing test prints, on one screen.

#ifndef ORRERY_TESTING_FAILURE_REPORT_H_
#define ORRERY_TESTING_FAILURE_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "orrery/base/seed.h"
#include "orrery/sim/run_result.h"
#include "orrery/testing/failure_capture.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// No more lines than this.
inline constexpr size_t kReportLines = 40;

struct FailureReportInput {
  const RunResult* result = nullptr;
  const std::vector<CapturedFailure>* failures = nullptr;
  const Trace* trace = nullptr;  // with events, or null
  Seed seed;
  uint64_t run = 0;  // from 0
  uint64_t runs = 1;
  std::string scheduler;
  std::vector<std::string> notes;  // one line each
  std::string trace_file;          // empty: none
  std::string rerun;               // commands
  std::string replay;
};

// Returns: what failed, with simulated time, step, task and seed; the last
// events of the tasks involved; the blocked tasks; the faults so far; the
// trace; and last the two commands. What does not fit is cut and counted.
std::string FormatFailureReport(const FailureReportInput& input);

// The commands that repeat a run of this process's test: by seed, and from a
// trace. Made from the environment that Bazel gives to tests, or from the
// process's own command line where there is none.
std::string RerunCommand(const std::string& full_test_name, Seed seed,
                         const std::optional<std::string>& scheduler);
std::string ReplayCommand(const std::string& full_test_name,
                          const std::string& trace_file);

}  // namespace orrery

#endif  // ORRERY_TESTING_FAILURE_REPORT_H_
