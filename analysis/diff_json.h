// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DiffAsJson`: the first difference of two traces for other programs.

#ifndef ORRERY_ANALYSIS_DIFF_JSON_H_
#define ORRERY_ANALYSIS_DIFF_JSON_H_

#include <optional>
#include <string>

#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns what `DiffTraces` has said of `a` and `b` as one JSON object
// (`PrintedDiff`) on one line.
std::string DiffAsJson(const Trace& a, const Trace& b,
                       const std::optional<std::string>& difference);

}  // namespace orrery

#endif  // ORRERY_ANALYSIS_DIFF_JSON_H_
