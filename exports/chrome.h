// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExportChrome`: a trace in the JSON that Chrome's about:tracing made common.

#ifndef ORRERY_EXPORTS_CHROME_H_
#define ORRERY_EXPORTS_CHROME_H_

#include "absl/status/status.h"
#include "orrery/exports/export_options.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Writes `trace` to `output` as one JSON object in the trace event format, an
// event a line. What is shown is the same as by `ExportPerfetto`; more programs
// read it, and it is three times as large.
//
// Errors:
//   kFailedPrecondition  the trace holds choices only
//   kAborted             `output` takes no more
absl::Status ExportChrome(const Trace& trace, const ExportOptions& options,
                          ExportOutput output);

}  // namespace orrery

#endif  // ORRERY_EXPORTS_CHROME_H_
