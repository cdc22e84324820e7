// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExportPerfetto`: a trace for ui.perfetto.dev and trace_processor.

#ifndef ORRERY_EXPORTS_PERFETTO_H_
#define ORRERY_EXPORTS_PERFETTO_H_

#include "absl/status/status.h"
#include "orrery/exports/export_options.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Writes `trace` to `output` as Perfetto's protobuf: a process for each node, a
// track for each task, slices where it runs and where it waits, instants for
// all else, arrows for wake-ups and messages. Takes memory for the tracks, not
// for the events.
//
// Errors:
//   kFailedPrecondition  the trace holds choices only
//   kAborted             `output` takes no more
absl::Status ExportPerfetto(const Trace& trace, const ExportOptions& options,
                            ExportOutput output);

}  // namespace orrery

#endif  // ORRERY_EXPORTS_PERFETTO_H_
