// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a timeline: what each event is to the task that acts, and to the
// one that it acts upon.

#ifndef ORRERY_ANALYSIS_TIMELINE_ROWS_H_
#define ORRERY_ANALYSIS_TIMELINE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// Returns the task to which `event` does something: wakes, spawns, cancels it;
// none if it does not.
TaskId TargetOf(const TraceEvent& event);

struct TimelineRow {
  uint64_t index = 0;  // into `Trace::events`
  std::string text;    // what the acting task does
  std::string note;    // what that is to `TargetOf` the event: "woken"
  // Of a message: the index of the event that began its way, or ended it.
  std::optional<uint64_t> came_from;
  std::optional<uint64_t> goes_to;
};

// Returns the rows of the events with those indices, which ascend.
std::vector<TimelineRow> MakeTimelineRows(const Trace& trace,
                                          absl::Span<const uint64_t> indices);

// Returns the row as one JSON object (`PrintedRow`) on one line. `names` knows
// those of the events up to it.
std::string TimelineRowAsJson(const Trace& trace, const TimelineRow& row,
                              const TraceNames& names);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_TIMELINE_ROWS_H_
