// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ShrinkTestRun`: makes a failing run of a simulated test small, and says in
// words what is left of it.

#ifndef ORRERY_TESTING_SHRINK_TEST_RUN_H_
#define ORRERY_TESTING_SHRINK_TEST_RUN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "orrery/explorer/shrink.h"
#include "orrery/explorer/shrink_options.h"
#include "orrery/testing/current_test.h"
#include "orrery/testing/failure_explainer.h"
#include "orrery/testing/test_program.h"

namespace orrery {

// Where the small run of the one whose trace is at `path` is written.
std::string ShrunkTracePath(const std::string& path);

// Each run has a process of its own, so that a crash is shrunk, and met on the
// way, without harm. Writes a trace of the result to `path`, and on the way of
// the smallest so far; nothing is written if that is "". Returns what a report
// says, line by line.
//
// Errors: as those of `Shrink`; and of writing the trace.
absl::StatusOr<std::vector<std::string>> ShrinkTestRun(
    TestProgram& program, const RunId& id, const FailingRun& failing,
    ShrinkOptions options, const std::string& path);

// What follows a failure that was found: shrinks it as far as the options of
// the test and the configuration want it, and adds what is to be said to its
// notes. Does nothing where there is nothing to be made smaller.
void ShrinkFound(TestProgram& program, FoundFailure& found);

}  // namespace orrery

#endif  // ORRERY_TESTING_SHRINK_TEST_RUN_H_
