// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunSimTest`: runs one simulated test, as often as it wants, and reports what
// failed. The macros of sim_test.h come down to it.

#ifndef ORRERY_TESTING_TEST_RUNNER_H_
#define ORRERY_TESTING_TEST_RUNNER_H_

#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/sim_test_options.h"

namespace orrery {

// Runs the current GoogleTest test. `make_body` is called for each run, inside
// its simulation.
void RunSimTest(const SimTestOptions& options, MakeSimTestBody make_body);

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_RUNNER_H_
