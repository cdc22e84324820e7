// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `NamesBefore`: what to begin with in order to put the events of a trace into
// words.

#ifndef ORRERY_ANALYSIS_NAMES_BEFORE_H_
#define ORRERY_ANALYSIS_NAMES_BEFORE_H_

#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// Returns the names that are known before the first event that the trace holds:
// none, unless events were dropped to stay within a budget.
inline TraceNames NamesBefore(const Trace& trace) {
  TraceNames names;
  for (const TraceEvent& event : trace.before) names.Learn(event);
  return names;
}

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_NAMES_BEFORE_H_
