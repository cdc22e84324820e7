// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Statistics for people, and for other programs.

#ifndef ORRERY_ANALYSIS_STATS_TEXT_H_
#define ORRERY_ANALYSIS_STATS_TEXT_H_

#include <cstddef>
#include <string>

#include "orrery/analysis/stats.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns the statistics of `trace` in tables, each with `top` lines at most.
// Tables without a line are left out.
std::string FormatStats(const Trace& trace, const TraceStats& stats,
                        size_t top = 10);

// Returns all of them as one JSON object (`PrintedStats`) on one line.
std::string StatsAsJson(const Trace& trace, const TraceStats& stats);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_STATS_TEXT_H_
