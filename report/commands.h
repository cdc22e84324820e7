// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The commands that repeat the run of a trace, as far as its header tells. A
// failing test knows more of itself, see testing/repeat_commands.h.

#ifndef ORRERY_REPORT_COMMANDS_H_
#define ORRERY_REPORT_COMMANDS_H_

#include <string>

#include "orrery/report/report.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Fills in the commands of `options` that are empty, for a run of `bazel test`:
// only of such a one a trace knows the program. They are to be pasted into a
// shell at the root of the workspace. `trace_path` is where the trace is.
void AddCommands(const Trace& trace, const std::string& trace_path,
                 ReportOptions* options);

}  // namespace orrery

#endif  // ORRERY_REPORT_COMMANDS_H_
