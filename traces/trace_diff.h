// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Comparing traces by what happened in them.

#ifndef ORRERY_TRACES_TRACE_DIFF_H_
#define ORRERY_TRACES_TRACE_DIFF_H_

#include <optional>
#include <string>

#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Whether two events say the same, places in the source and the texts of log
// lines and of failures apart: those change with every edit.
bool SameEvent(const TraceEvent& a, const TraceEvent& b);

// Whether an event is one that an edit may add or take away without changing
// what happens: a line that is logged.
bool IsRemark(const TraceEvent& event);

struct TraceDiffOptions {
  // How many events before the difference are shown.
  size_t context = 5;
  // Count places and texts too, and log lines.
  bool exact = false;
};

// Returns the first difference between `a` and `b` in words, with what came
// before; nothing if there is none. The environment in which they were written
// does not count.
std::optional<std::string> DiffTraces(const Trace& a, const Trace& b,
                                      const TraceDiffOptions& options = {});

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_DIFF_H_
