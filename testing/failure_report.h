// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FormatFailureReport`: what a failing test prints, on one screen.

#ifndef ORRERY_TESTING_FAILURE_REPORT_H_
#define ORRERY_TESTING_FAILURE_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "orrery/base/seed.h"
#include "orrery/testing/event_tail.h"
#include "orrery/testing/test_run.h"

namespace orrery {

// No more lines than this, with the two that GoogleTest puts before them.
inline constexpr size_t kReportLines = 40;

struct FailureReportInput {
  const TestRun* run = nullptr;
  const EventTail* events = nullptr;  // null: not known
  Seed seed;
  uint64_t run_index = 0;  // from 0
  uint64_t runs = 1;
  bool profile = false;  // it was the run that the policy learns from
  std::string scheduler;
  std::vector<std::string> notes;  // lines
  std::string trace_file;          // empty: none
  std::string report_file;         // a page for a browser; empty: none
  std::string rerun;               // commands; empty: none
  std::string replay;
};

// Returns: what failed, with simulated time, step and task; the seed; what the
// run has told of itself (`RunResult::notes`); the last events of the tasks
// involved; the tasks that are not done; who has held up the loop; the faults
// so far; the notes; the trace and the page about it; and last the two
// commands.
// What does not fit is cut and counted.
std::string FormatFailureReport(const FailureReportInput& input);

}  // namespace orrery

#endif  // ORRERY_TESTING_FAILURE_REPORT_H_
