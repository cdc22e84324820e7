// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FindEvents`: events by what their lines say, and by what comes before and
// after them.

#ifndef ORRERY_TOOLS_EVENT_SEARCH_H_
#define ORRERY_TOOLS_EVENT_SEARCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "orrery/tools/event_filter.h"
#include "orrery/tools/text_pattern.h"
#include "orrery/traces/trace_reader.h"

namespace orrery {

// All that is set has to hold of an event that is found.
struct EventSearch {
  std::optional<TextPattern> pattern = std::nullopt;  // its line
  EventFilter filter = {};
  std::optional<uint64_t> after =
      std::nullopt;  // its number is greater than that
  std::optional<uint64_t> before =
      std::nullopt;  // its number is less than that
  // Whether the line of some event before it, or after it, matches. The filter
  // does not hold for those.
  std::optional<TextPattern> preceded_by = std::nullopt;
  std::optional<TextPattern> not_preceded_by = std::nullopt;
  std::optional<TextPattern> followed_by = std::nullopt;
  std::optional<TextPattern> not_followed_by = std::nullopt;
  // How many events before and after it are looked at for these; all of them,
  // if it is not set.
  std::optional<uint64_t> within = std::nullopt;
};

// Returns the indices into `Trace::events` of those that are found, in their
// order. Looks at each event once. `progress` is told how many of how many are
// looked at.
//
// Errors:
//   kResourceExhausted  see TextPattern::Matches
absl::StatusOr<std::vector<uint64_t>> FindEvents(
    const Trace& trace, const EventSearch& search,
    const std::function<void(uint64_t done, uint64_t all)>& progress = {});

}  // namespace orrery

#endif  // ORRERY_TOOLS_EVENT_SEARCH_H_
