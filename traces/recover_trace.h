// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Making a whole trace of what is left of one.

#ifndef ORRERY_TRACES_RECOVER_TRACE_H_
#define ORRERY_TRACES_RECOVER_TRACE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace orrery {

// What was saved of a trace.
struct TraceRecovery {
  std::string damage;  // what was wrong; empty: nothing, and it was copied
  uint64_t bytes = 0;  // of the file
  uint64_t kept_bytes = 0;
  uint64_t events = 0;  // those included that the file lacked before
  uint64_t choices = 0;
  bool has_footer = false;  // it is still known how the run ended
};

struct RecoverTraceOptions {
  // Told from time to time how many of the file's bytes have been read.
  std::function<void(uint64_t read, uint64_t size)> on_progress = nullptr;
};

// Writes what can be trusted of the trace at `path` to the file at `output`,
// which is made or replaced, as a trace that any reader reads: of a file that
// ends early every whole record, of one that is damaged within what its
// checksums vouch for. If the run's end is lost, the outcome is unknown, and
// `Trace::recovered` says what was wrong.
//
// The file at `path` may be larger than memory. It stays as it is.
//
// Errors: those of `ReadTrace`, damage apart, unless not even the header can be
// trusted; kInvalidArgument if `output` is `path`, or `path` is standard input
// ("-"); others, for writing, as the operating system says.
absl::StatusOr<TraceRecovery> RecoverTrace(
    const std::string& path, const std::string& output,
    const RecoverTraceOptions& options = {});

// Returns what was saved and what was lost, in some lines.
std::string FormatRecovery(const std::string& path, const std::string& output,
                           const TraceRecovery& recovery);

}  // namespace orrery

#endif  // ORRERY_TRACES_RECOVER_TRACE_H_
