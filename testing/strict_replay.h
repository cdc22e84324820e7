// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayStrictly`: --orrery_replay_mode=strict.

#ifndef ORRERY_TESTING_STRICT_REPLAY_H_
#define ORRERY_TESTING_STRICT_REPLAY_H_

#include "orrery/testing/replayed_run.h"

namespace orrery {

// Makes the recorded run again. Every choice and every event has to be the
// recorded one; the first that is not ends the run and fails the test. So does
// a run that goes on where the trace of a process that died ends.
void ReplayStrictly(const ReplayedRun& replayed);

}  // namespace orrery

#endif  // ORRERY_TESTING_STRICT_REPLAY_H_
