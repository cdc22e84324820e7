// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FailureIndex`: where in a trace to look first.

#ifndef ORRERY_ANALYSIS_FAILURE_INDEX_H_
#define ORRERY_ANALYSIS_FAILURE_INDEX_H_

#include <cstdint>
#include <optional>

#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns the index into `Trace::events` of what the run failed with: its first
// event::Failed; its last event if it failed without one, as a deadlock does,
// or if its process died before it could say how it ended. None if it did not
// fail, or if the trace does not hold that event.
std::optional<uint64_t> FailureIndex(const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_FAILURE_INDEX_H_
