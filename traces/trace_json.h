// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Traces for other programs: JSON and protobuf's text format.

#ifndef ORRERY_TRACES_TRACE_JSON_H_
#define ORRERY_TRACES_TRACE_JSON_H_

#include <cstdint>
#include <string>

#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

enum class EventFormat { kJson, kTextProto };

// Returns the event as a `PrintedEvent` (trace.proto) on one line.
std::string EventAs(EventFormat format, uint64_t index, const TraceEvent& event,
                    const TraceNames& names, bool with_site = true);

// Returns header, outcome and the tasks that were not done as one JSON object
// (`PrintedInfo`) on one line.
std::string InfoAsJson(const Trace& trace);

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_JSON_H_
