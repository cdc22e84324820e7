// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/json_lines.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

absl::Status ExportJsonLines(const Trace& trace, const ExportOptions& options,
                             ExportOutput output) {
  if (absl::Status status = HasEvents(trace); !status.ok()) return status;
  constexpr size_t kPieceSize = 1 << 16;
  constexpr size_t kProgressInterval = 1 << 14;
  const size_t all = trace.events.size();
  TraceNames names;
  for (const TraceEvent& event : trace.before) names.Learn(event);
  std::string piece;
  for (size_t i = 0; i < all; ++i) {
    if (options.progress && i % kProgressInterval == 0)
      options.progress(i, all);
    const TraceEvent& event = trace.events[i];
    names.Learn(event);
    absl::StrAppend(
        &piece,
        EventAs(EventFormat::kJson, trace.first_event + i, event, names), "\n");
    if (piece.size() < kPieceSize) continue;
    if (!output(piece)) return OutputRefused();
    piece.clear();
  }
  if (!piece.empty() && !output(piece)) return OutputRefused();
  if (options.progress) options.progress(all, all);
  return absl::OkStatus();
}

}  // namespace orrery
