// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SearchBelow`: looks for a run with fewer deviations than the best so far,
// not by taking away from that but by trying others: every single deviation
// first, then some of the best one's with one more, then every pair.
//
// Iterative context bounding, with deviations as what is bounded: Musuvathi and
// Qadeer, "Iterative context bounding for systematic testing of multithreaded
// programs", PLDI 2007. Those are tried first that part two steps which touch
// the same thing.
//
// Cost: with k choices among n candidates, k(n - 1) runs for one deviation, and
// the square of it for two. So it has a budget of its own.

#ifndef ORRERY_EXPLORER_SHRINK_SEARCH_H_
#define ORRERY_EXPLORER_SHRINK_SEARCH_H_

#include <cstdint>

#include "orrery/explorer/shrink_trials.h"

namespace orrery {

// Returns whether the best run has become smaller, in at most `replays` runs.
bool SearchBelow(ShrinkTrials& trials, uint64_t replays);

}  // namespace orrery

#endif  // ORRERY_EXPLORER_SHRINK_SEARCH_H_
