// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What all exports have in common: what may be asked of them, and where their
// output goes.

#ifndef ORRERY_EXPORTS_EXPORT_OPTIONS_H_
#define ORRERY_EXPORTS_EXPORT_OPTIONS_H_

#include <cstdint>
#include <functional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// What an event's place on the time axis of another program means. Code takes
// no simulated time, so many events share one instant and would be drawn as one
// line.
enum class ExportClock : uint8_t {
  // Simulated time, but each event comes at least 1 ns after the one before it:
  // their order can be seen, and nothing moves that anybody would notice.
  kHybrid = 0,
  // An event is 1 us long: its time is its number.
  kStep = 1,
  // Simulated time as it is.
  kSim = 2,
};

struct ExportOptions {
  ExportClock clock = ExportClock::kHybrid;  // for Perfetto and Chrome
  uint64_t last = 40;  // for mermaid: how many messages and wake-ups
  // Called now and then with how many of how many events are done.
  std::function<void(uint64_t done, uint64_t all)> progress;
};

// Takes the next piece of an export. Returns false if it takes no more.
using ExportOutput = absl::FunctionRef<bool(absl::string_view)>;

// Returns whether there are events in `trace` to be exported.
//
// Errors:
//   kFailedPrecondition  the trace holds choices only; the message says how to
//                        get one with events
absl::Status HasEvents(const Trace& trace);

// Returns what an export returns whose output takes no more: kAborted. Who has
// refused it knows why.
absl::Status OutputRefused();

}  // namespace orrery

#endif  // ORRERY_EXPORTS_EXPORT_OPTIONS_H_
