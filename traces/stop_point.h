// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StopPoint`: where a run is to stop for a debugger, as --orrery_break and
// `orrery replay --break` take it.

#ifndef ORRERY_TRACES_STOP_POINT_H_
#define ORRERY_TRACES_STOP_POINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/sim_time.h"

namespace orrery {

// A run stops when the event has been taken down and before anything else
// happens: what has made it happen stands on the stack.
struct StopPoint {
  enum class Kind : uint8_t {
    kEvent,       // event:N, the event with this number, as in `orrery print`
    kTime,        // time:T, the first event at this time or later: time:1.5s
    kChoice,      // choice:N, the N-th choice, from 0
    kMessage,     // message:ID, the sending of this message
    kFailure,     // fail, the first event that says that something is wrong;
                  // fail-N, the event which is N before that
    kDivergence,  // diverge, where a replay leaves what was recorded
  };

  Kind kind = Kind::kEvent;
  uint64_t number = 0;
  SimTime time;
  std::string text;  // as it was written

  // Whether only a replay can tell where it is.
  bool needs_replay() const {
    return kind == Kind::kFailure || kind == Kind::kDivergence;
  }
};

// What a run is asked for.
struct StopSettings {
  std::vector<StopPoint> points;
  // From there on it says all that it does.
  std::optional<StopPoint> verbose_from;

  bool any() const { return !points.empty() || verbose_from.has_value(); }
};

// Returns the points in `list`, which stand between commas.
//
// Errors:
//   kInvalidArgument  one of them has none of the forms above; the message
//                     lists these
absl::StatusOr<std::vector<StopPoint>> ParseStopPoints(absl::string_view list);

// Returns the point from which on a run says all that it does: of the kinds
// kEvent or kTime.
//
// Errors:
//   kInvalidArgument  it is not of these two forms
absl::StatusOr<StopPoint> ParseVerboseFrom(absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_TRACES_STOP_POINT_H_
