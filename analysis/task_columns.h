// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A trace as a table for a terminal: a row for each event, a column for each
// task.

#ifndef ORRERY_ANALYSIS_TASK_COLUMNS_H_
#define ORRERY_ANALYSIS_TASK_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/analysis/timeline_rows.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

struct TimelineOptions {
  size_t width = 100;  // in columns of the terminal
  bool ascii = false;  // lines and arrows of ASCII characters
  // The tasks that have a column; empty: all that occur.
  std::vector<TaskId> tasks = {};
  std::optional<uint64_t> marked =
      std::nullopt;  // the index of an event to point at
  // Returns the text, which is about the event, in the color of its kind.
  std::function<std::string(const TraceEvent&, absl::string_view)> paint = {};
};

// Returns the rows as a table. What does not fit into a column goes on below.
// If there are so many tasks that their columns would be too narrow to read, it
// is a list instead, with the name of the task before what it does.
std::string FormatTimeline(const Trace& trace,
                           absl::Span<const TimelineRow> rows,
                           const TimelineOptions& options = {});

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_TASK_COLUMNS_H_
