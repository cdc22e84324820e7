// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimTestOptions`: how a simulated test is run.

#ifndef ORRERY_TESTING_SIM_TEST_OPTIONS_H_
#define ORRERY_TESTING_SIM_TEST_OPTIONS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "orrery/testing/check_determinism.h"

namespace orrery {

// Written as the last argument of SIM_TEST: {.runs = 1000}. Every member has a
// default, and the environment or a flag goes before both.
struct SimTestOptions {
  // How often the test is run, each time with another seed and a fresh fixture.
  int runs = 1;
  // The policy, in the form that `MakeScheduler` reads. Null: not named. Then a
  // single run is run first in, first out ("fifo"), and many are there to
  // explore ("portfolio").
  const char* scheduler = nullptr;
  // Whether each run has a process of its own, so that it may crash, hang, call
  // exit() or change a global without harm to the others. Not said: it has if
  // there are many. A single run has nothing to be kept from, and in the
  // process of the test it is at hand for a debugger, costs nothing, and may
  // leave something behind for the next test to see.
  std::optional<bool> isolate = std::nullopt;
  // How many different failures are collected. It stops at the first one
  // unless told otherwise.
  int keep_going = 1;
  // No further run begins once the runs have taken so much real time, or so
  // many steps together. A test that has passed until then passes.
  absl::Duration time_budget = absl::InfiniteDuration();
  uint64_t step_budget = std::numeric_limits<uint64_t>::max();
  // A run in a process of its own that takes longer in real time fails: it
  // hangs where no step ends.
  absl::Duration max_real_time = absl::Seconds(60);
  // A failing run is made small: it is repeated up to so often, with other
  // choices, for at most ten seconds of real time. 0: it is left as it is.
  uint64_t shrink = 1000;
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
  // Names of `Sometimes` and `Reachable` (sim/properties.h) of which each has
  // to happen in at least one run, also if no run comes by. A `Sometimes` that
  // some run has evaluated has to happen without being named.
  std::vector<const char*> must_happen = {};
  // Whether each fault that has happened must have made a difference to the
  // program in at least one run (docs/faults.md): for a test of the faults.
  bool faults_must_have_effect = false;
  // Which calls of the real world its steps may make (no_escape.h): functions
  // and kinds of them, such as "clock,open"; "all".
  const char* allow_escapes = "";
  // Which runs are made once more, in another process where everything is
  // different that must not matter, and have to be the same in every event (see
  // docs/determinism.md). A run that fails is, unless this is kOff.
  CheckDeterminism check_determinism = CheckDeterminism::kSample;
};

}  // namespace orrery

#endif  // ORRERY_TESTING_SIM_TEST_OPTIONS_H_
