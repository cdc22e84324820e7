// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ShrinkReplay`: what --orrery_replay and --orrery_shrink do together, and
// what `orrery shrink` has a test program do.

#ifndef ORRERY_TESTING_SHRINK_REPLAY_H_
#define ORRERY_TESTING_SHRINK_REPLAY_H_

#include "orrery/testing/current_test.h"
#include "orrery/testing/sim_test_body.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Makes the run of `trace`, which is one of this test and has failed, small;
// writes the small one beside it, as `ShrunkTracePath` says, and prints what is
// left of it. Fails the test if that cannot be done, and only then. Ctrl-C cuts
// it short: the smallest so far is kept.
void ShrinkReplay(const CurrentTest& test, MakeSimTestBody make_body,
                  const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_TESTING_SHRINK_REPLAY_H_
