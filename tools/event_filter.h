// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `EventFilter`: which events of a trace a verb is to look at, as its flags
// say.

#ifndef ORRERY_TOOLS_EVENT_FILTER_H_
#define ORRERY_TOOLS_EVENT_FILTER_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_reader.h"
#include "orrery/traces/trace_text.h"

namespace orrery {

class EventFilter {
 public:
  // All events.
  EventFilter() = default;

  // Reads --from, --to, --task and --kind.
  //
  // Errors:
  //   kInvalidArgument  --kind names none
  static absl::StatusOr<EventFilter> FromFlags();

  // Whether the event with this number is one of them. `names` knows those of
  // the events up to it.
  bool Passes(uint64_t number, const TraceEvent& event,
              const TraceNames& names) const;

  // Whether that task is one of those that --task names; true without --task.
  bool PassesTask(TaskId task, const TraceNames& names) const;

  // The numbers of the first and the last event that may pass.
  uint64_t from() const { return from_; }
  uint64_t to() const { return to_; }

 private:
  uint64_t from_ = 0;
  uint64_t to_ = std::numeric_limits<uint64_t>::max();
  std::vector<std::string> tasks_;  // empty: any
  std::vector<std::string> kinds_;  // empty: any
};

// Returns what to say of a trace that has no events, with the command that
// makes one that has; OK if it has them.
absl::Status CheckHasEvents(const Trace& trace);

// Returns the number of the event that `text` names: a number, "#12", "12" or
// "event:12", or "failure", the event that the run failed with.
//
// Errors:
//   kInvalidArgument  it is neither
//   kNotFound         the trace does not hold that event, or no failure
absl::StatusOr<uint64_t> FindEvent(const Trace& trace, absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_TOOLS_EVENT_FILTER_H_
