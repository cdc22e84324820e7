// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimTestOptions`: how a simulated test is run.

#ifndef ORRERY_TESTING_SIM_TEST_OPTIONS_H_
#define ORRERY_TESTING_SIM_TEST_OPTIONS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace orrery {

// Written as the last argument of SIM_TEST: {.runs = 200, .scheduler =
// "random"}. Every member has a default, and the environment or a flag goes
// before both.
struct SimTestOptions {
  // How often the test is run, each time with another seed and a fresh fixture.
  // It stops at the first run that fails.
  int runs = 1;
  // The policy, in the form that `MakeScheduler` reads.
  const char* scheduler = "fifo";
  // A run that would go on for longer in simulated time fails.
  absl::Duration max_time = absl::InfiniteDuration();
  // Steps in which more simulated time passes are told as slow: `SlowSteps()`
  // has them, and the report of a failure.
  absl::Duration slow_step = absl::Milliseconds(100);
  // A run that takes more steps fails.
  uint64_t max_steps = 10'000'000;
  // A run that takes more steps while the clock stands still fails: a
  // live-lock.
  uint64_t max_steps_per_instant = 1'000'000;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_SIM_TEST_OPTIONS_H_
