// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunSimTest`: runs one simulated test, as often as it wants, and reports what
// failed. The macros of sim_test.h come down to it.

#ifndef ORRERY_TESTING_TEST_RUNNER_H_
#define ORRERY_TESTING_TEST_RUNNER_H_

#include <memory>

#include "orrery/sim/task.h"
#include "orrery/testing/sim_test_options.h"

namespace orrery {

// One run of a test: the fixture with the test's body.
class SimTestBody {
 public:
  virtual ~SimTestBody() = default;
  // Sets up, runs the body, and tears down.
  virtual Task<> Run() = 0;
};

// Runs the current GoogleTest test. `make_body` is called for each run, inside
// its simulation.
void RunSimTest(const SimTestOptions& options,
                std::unique_ptr<SimTestBody> (*make_body)());

}  // namespace orrery

#endif  // ORRERY_TESTING_TEST_RUNNER_H_
