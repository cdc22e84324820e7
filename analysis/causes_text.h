// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What led to an event, for people and for other programs.

#ifndef ORRERY_ANALYSIS_CAUSES_TEXT_H_
#define ORRERY_ANALYSIS_CAUSES_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/analysis/causes.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// A line, and the index of the event that it shows.
struct CauseLine {
  uint64_t index = 0;
  std::string text;
};

// Returns the event and then each of `chain`, which is of it, with its relation
// to the one above: "  woken by        #36 1.500s server#3 wakes client#7".
std::vector<CauseLine> FormatCauses(const Trace& trace, uint64_t event,
                                    absl::Span<const Cause> chain);

// Returns them as one JSON object (`PrintedCauses`) on one line.
std::string CausesAsJson(const Trace& trace, uint64_t event,
                         absl::Span<const Cause> chain);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_CAUSES_TEXT_H_
