// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether a trace is what was written, and says what can be true.

#ifndef ORRERY_TRACES_VERIFY_TRACE_H_
#define ORRERY_TRACES_VERIFY_TRACE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// What was found out about a trace.
struct TraceVerdict {
  // Without its events. `damage` says where the file is damaged or ends early.
  Trace trace;
  // How many of each were read, those of unknown kinds and those that the file
  // has no more included.
  uint64_t events = 0;
  uint64_t choices = 0;
  // What its records say that cannot be true: the first ones, and how many.
  std::vector<std::string> faults;
  uint64_t fault_count = 0;
  // What was checked and holds, and what could not be checked and why, in
  // words.
  std::vector<std::string> holds;
  std::vector<std::string> unchecked;

  bool sound() const { return trace.damage.empty() && fault_count == 0; }
};

struct VerifyTraceOptions {
  // Told from time to time how many of the file's bytes have been read.
  std::function<void(uint64_t read, uint64_t size)> on_progress = nullptr;
};

// Reads the trace at `path` ("-" is standard input) and checks
//   its records and their checksums,
//   that what it counts is there,
//   that tasks, objects, spans, messages and nodes were made before they are
//   named,
//   that the digests follow from the events, or where there are none and as far
//   as they can, from the choices.
//
// A file may be larger than memory.
//
// Errors: those of `ReadTrace`, damage apart, unless not even the header can be
// trusted.
absl::StatusOr<TraceVerdict> VerifyTrace(
    const std::string& path, const VerifyTraceOptions& options = {});

// The same for bytes that are in memory already. `name` is for messages.
absl::StatusOr<TraceVerdict> VerifyTraceBytes(
    absl::string_view bytes, const std::string& name,
    const VerifyTraceOptions& options = {});

// Returns the verdict in some lines.
std::string FormatVerdict(const TraceVerdict& verdict);

}  // namespace orrery

#endif  // ORRERY_TRACES_VERIFY_TRACE_H_
