// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ExportMermaid`: the end of a trace as a sequence diagram in text, for a bug
// report: pages of GitHub, GitLab and others draw it.

#ifndef ORRERY_EXPORTS_MERMAID_H_
#define ORRERY_EXPORTS_MERMAID_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/exports/export_options.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Writes the last `options.last` messages, wake-ups, spawns and requests to
// cancel in `trace` to `output`, and with them the failures. Who takes part
// stands in the box of its node.
//
// Errors:
//   kFailedPrecondition  the trace holds choices only
//   kAborted             `output` takes no more
absl::Status ExportMermaid(const Trace& trace, const ExportOptions& options,
                           ExportOutput output);

// Returns `text` as it may stand in a diagram: one line, cut if it is long,
// with a number in the place of each character that means something there.
std::string MermaidText(absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_EXPORTS_MERMAID_H_
