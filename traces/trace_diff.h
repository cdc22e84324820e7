// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Comparing traces by what happened in them.

#ifndef ORRERY_TRACES_TRACE_DIFF_H_
#define ORRERY_TRACES_TRACE_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

// Whether two events say the same, places in the source and the texts of log
// lines and of failures apart: those change with every edit.
bool SameEvent(const TraceEvent& a, const TraceEvent& b);

// Whether an event is one that an edit may add or take away without changing
// what happens: a line that is logged.
bool IsRemark(const TraceEvent& event);

// Returns the line of `event` as `FormatEvent` does, to be shown beside
// `other`, from which it differs. Where the two would read the same, what tells
// them apart is added: stable ids, spans. `other` may be null.
std::string FormatEventBeside(const TraceEvent* other, uint64_t index,
                              const TraceEvent& event, const TraceNames& names,
                              bool with_site = true);

struct TraceDiffOptions {
  // How many events before the difference are shown.
  size_t context = 5;
  // Places and texts count too, and so do log lines, and what the tasks were
  // up to that were not done.
  bool exact = false;
};

// Returns the first difference between `a` and `b` in words, with what came
// before; nothing if there is none. The environment in which they were written
// does not count.
std::optional<std::string> DiffTraces(const Trace& a, const Trace& b,
                                      const TraceDiffOptions& options = {});

}  // namespace orrery

#endif  // ORRERY_TRACES_TRACE_DIFF_H_
