// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ReplayLeniently`: --orrery_replay_mode=lenient.

#ifndef ORRERY_TESTING_LENIENT_REPLAY_H_
#define ORRERY_TESTING_LENIENT_REPLAY_H_

#include <string>

#include "orrery/testing/replayed_run.h"
#include "orrery/testing/test_run.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Makes a run that follows the recorded one as far as it can, as
// `RealignScheduler` does, and says how far that was, and whether the recorded
// failure came. The test fails if this run fails, and passes if it does not. Of
// a run that fails there is a trace of its own.
void ReplayLeniently(const ReplayedRun& replayed);

// Returns whether `run` has failed as the recorded one did, in words: "failure
// reproduced: yes, same assertion", "failure reproduced: no, it passed", "it
// passed as recorded". Two failures are the same if they say the same, numbers
// apart, and are in the same file.
std::string CompareFailures(const Trace& recorded, const TestRun& run);

}  // namespace orrery

#endif  // ORRERY_TESTING_LENIENT_REPLAY_H_
