// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TestRun`: one run of a simulated test, with GoogleTest's results held back.

#ifndef ORRERY_TESTING_TEST_RUN_H_
#define ORRERY_TESTING_TEST_RUN_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "orrery/sim/faults/fault.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/testing/failure_capture.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/traces/format.h"

namespace orrery {

// How a run went.
struct TestRun {
  RunResult result;
  std::vector<CapturedFailure> failures;
  uint64_t failure_count = 0;  // those included that were not kept
  // Why it was skipped, if it was. A run may be skipped and fail as well.
  std::optional<CapturedSkip> skip;
  // The run was stopped by a CO_SKIP, so that it is not `ok()`.
  bool stopped_by_skip = false;
  // How often which faults happened, and which settings it has asked for.
  std::vector<FaultCounts> faults;
  std::set<std::string> settings_asked;

  bool failed() const {
    return failure_count > 0 || (!result.ok() && !stopped_by_skip);
  }
};

// Runs the test once: makes the fixture in a new simulation, runs it, destroys
// it. What the fixture's constructor throws fails the run.
TestRun RunOnce(const SimulationOptions& options, MakeSimTestBody make_body);

// Returns what a trace says about the run's end. An assertion that failed says
// more than that the run did.
TraceFooter FooterOf(const TestRun& run);

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_RUN_H_
