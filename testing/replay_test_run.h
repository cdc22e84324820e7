// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayTestRun`: what --orrery_replay does to a simulated test.

#ifndef ORRERY_TESTING_REPLAY_TEST_RUN_H_
#define ORRERY_TESTING_REPLAY_TEST_RUN_H_

#include "orrery/testing/sim_test_body.h"
#include "orrery/testing/sim_test_options.h"
#include "orrery/testing/test_config.h"

namespace orrery {

// Makes the recorded run again, as --orrery_replay_mode says, if it is one of
// the current GoogleTest test: strictly if this very program has recorded it,
// leniently if it was another build, which it says before the run, with all
// that differs. Skips the test if the trace is of another one that this process
// runs.
void ReplayTestRun(const SimTestOptions& options, MakeSimTestBody make_body,
                   const TestConfig& config);

}  // namespace orrery

#endif  // ORRERY_TESTING_REPLAY_TEST_RUN_H_
