// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// From a trace to what a run is realigned by.

#ifndef ORRERY_TRACES_TRACE_RECORDING_H_
#define ORRERY_TRACES_TRACE_RECORDING_H_

#include "orrery/scheduler/recording.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns the choices of `trace` and, if it has all of its events, who made
// them. It is a copy, so the trace may go.
Recording RecordingOf(const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_RECORDING_H_
