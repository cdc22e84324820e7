// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What was found out about traces, and what was saved of them, for other
// programs.

#ifndef ORRERY_TRACES_VERDICT_JSON_H_
#define ORRERY_TRACES_VERDICT_JSON_H_

#include <string>

#include "orrery/traces/recover_trace.h"
#include "orrery/traces/verify_trace.h"

namespace orrery {

// Returns the verdict as one JSON object on one line, whose keys are those of
// PrintedVerdict in trace.proto.
std::string VerdictAsJson(const TraceVerdict& verdict);

// The same with PrintedRecovery. `path` and `output` are the files' names.
std::string RecoveryAsJson(const std::string& path, const std::string& output,
                           const TraceRecovery& recovery);

}  // namespace orrery

#endif  // ORRERY_TRACES_VERDICT_JSON_H_
