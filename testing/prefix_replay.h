// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayPrefix`: --orrery_replay_mode=prefix:N.

#ifndef ORRERY_TESTING_PREFIX_REPLAY_H_
#define ORRERY_TESTING_PREFIX_REPLAY_H_

#include <cstdint>

#include "orrery/testing/replayed_run.h"

namespace orrery {

// How many runs there are if neither the command line nor the test asks for
// more than one: what comes after the prefix is to be explored.
inline constexpr int kPrefixRuns = 100;

// Runs the test many times. Each run makes the first `choices` recorded
// choices and goes on as the policy of the test, or the one that was asked for,
// wants. Reports what fails, as with any test that is run many times.
void ReplayPrefix(const ReplayedRun& replayed, uint64_t choices);

}  // namespace orrery

#endif  // ORRERY_TESTING_PREFIX_REPLAY_H_
