// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Places of candidates in first-in first-out order.

#ifndef ORRERY_SCHEDULER_FIFO_RANK_H_
#define ORRERY_SCHEDULER_FIFO_RANK_H_

#include <cstddef>
#include <cstdint>

#include "orrery/scheduler/scheduler.h"

namespace orrery {

// Returns how many of `ready` come before the one at `index` in first-in
// first-out order. O(n).
inline uint64_t RankOf(Candidates ready, size_t index) {
  uint64_t rank = 0;
  for (const Candidate* other : ready) {
    if (other->order < ready[index]->order) ++rank;
  }
  return rank;
}

// Returns the index of the one that has `rank` others before it. `rank` is less
// than the number of candidates. O(n) for the first one and its next, O(n^2)
// for others.
inline size_t IndexOfRank(Candidates ready, uint64_t rank) {
  if (rank == 0) return 0;  // the first one always stands first
  for (size_t i = 1; i < ready.size(); ++i) {
    if (RankOf(ready, i) == rank) return i;
  }
  return 0;
}

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_FIFO_RANK_H_
