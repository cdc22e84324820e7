// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What must be true of an export so that viewers show what is in the trace:
// they read much that is wrong without a word, and show something else.

#ifndef ORRERY_EXPORTS_VALIDATE_H_
#define ORRERY_EXPORTS_VALIDATE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// Returns what is wrong with Perfetto's trace `bytes`, in a line each, at most
// twenty of them: packets that are no packets or have fields that we do not
// know; times that go back; slices that overlap, end without a beginning, or
// never end; tracks and texts that are used before they are told; arrows
// without one of their ends.
std::vector<std::string> ProblemsInPerfetto(absl::string_view bytes);

// The same of JSON in the trace event format.
std::vector<std::string> ProblemsInChrome(absl::string_view json);

// Traces to be exported by a test: of all kinds of events, of programs that
// ran, of processes that died, without their beginning, with times and names
// that nobody expects, and of events without sense.
std::vector<Trace> TracesToExport();

}  // namespace orrery

#endif  // ORRERY_EXPORTS_VALIDATE_H_
