// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A load for what writes and reads traces: the events of a made-up cluster, in
// numbers that were measured of real ones.

#ifndef ORRERY_BENCH_SYNTHETIC_LOAD_H_
#define ORRERY_BENCH_SYNTHETIC_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "orrery/base/trace_event.h"

namespace orrery {

// Returns `n` events of 5 nodes with 40 tasks: 22 events happen at an instant,
// on average, and 12.7 % of them are choices. The texts in them are constants.
// The same arguments give the same events.
std::vector<TraceEvent> SyntheticEvents(size_t n, uint64_t seed);

}  // namespace orrery

#endif  // ORRERY_BENCH_SYNTHETIC_LOAD_H_
