// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExportJsonLines`: a trace for scripts: jq, Python, a database.

#ifndef ORRERY_EXPORTS_JSON_LINES_H_
#define ORRERY_EXPORTS_JSON_LINES_H_

#include "absl/status/status.h"
#include "orrery/exports/export_options.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Writes each event of `trace` to `output` as one JSON object on a line of its
// own, as `orrery print --format=json` does. The keys stay the same: see
// PrintedEvent in trace.proto.
//
// Errors:
//   kFailedPrecondition  the trace holds choices only
//   kAborted             `output` takes no more
absl::Status ExportJsonLines(const Trace& trace, const ExportOptions& options,
                             ExportOutput output);

}  // namespace orrery

#endif  // ORRERY_EXPORTS_JSON_LINES_H_
