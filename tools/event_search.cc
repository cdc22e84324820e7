// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/event_search.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "orrery/analysis/names_before.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

// What the events are asked for that must, or must not, come before or after.
class Neighbors {
 public:
  explicit Neighbors(const std::optional<TextPattern>& pattern)
      : pattern_(pattern) {}

  absl::Status Look(uint64_t index, const std::string& line) {
    if (!pattern_.has_value()) return absl::OkStatus();
    const absl::StatusOr<bool> matches = pattern_->Matches(line);
    if (!matches.ok()) return matches.status();
    if (*matches) found_.push_back(index);
    return absl::OkStatus();
  }

  bool asked() const { return pattern_.has_value(); }

  // Whether one of those that match is at most `within` events before `index`.
  bool Before(uint64_t index, uint64_t within) const {
    const auto next = std::lower_bound(found_.begin(), found_.end(), index);
    return next != found_.begin() && index - *(next - 1) <= within;
  }
  bool After(uint64_t index, uint64_t within) const {
    const auto next = std::upper_bound(found_.begin(), found_.end(), index);
    return next != found_.end() && *next - index <= within;
  }

 private:
  const std::optional<TextPattern>& pattern_;
  std::vector<uint64_t> found_;  // the indices of those that match
};

}  // namespace

absl::StatusOr<std::vector<uint64_t>> FindEvents(
    const Trace& trace, const EventSearch& search,
    const std::function<void(uint64_t done, uint64_t all)>& progress) {
  Neighbors preceded(search.preceded_by);
  Neighbors not_preceded(search.not_preceded_by);
  Neighbors followed(search.followed_by);
  Neighbors not_followed(search.not_followed_by);
  Neighbors* const neighbors[] = {&preceded, &not_preceded, &followed,
                                  &not_followed};
  const bool asks_neighbors =
      std::any_of(std::begin(neighbors), std::end(neighbors),
                  [](const Neighbors* n) { return n->asked(); });
  TraceNames names = NamesBefore(trace);
  std::vector<uint64_t> found;
  for (uint64_t i = 0; i < trace.events.size(); ++i) {
    if (progress) progress(i, trace.events.size());
    const TraceEvent& event = trace.events[i];
    const uint64_t number = trace.first_event + i;
    names.Learn(event);
    const bool candidate =
        search.filter.Passes(number, event, names) &&
        (!search.after.has_value() || number > *search.after) &&
        (!search.before.has_value() || number < *search.before);
    if (!candidate && !asks_neighbors) continue;
    const std::string line = FormatEvent(number, event, names);
    for (Neighbors* each : neighbors) {
      const absl::Status status = each->Look(i, line);
      if (!status.ok()) return status;
    }
    if (!candidate) continue;
    if (search.pattern.has_value()) {
      const absl::StatusOr<bool> matches = search.pattern->Matches(line);
      if (!matches.ok()) return matches.status();
      if (!*matches) continue;
    }
    found.push_back(i);
  }
  const uint64_t within =
      search.within.value_or(std::numeric_limits<uint64_t>::max());
  std::erase_if(found, [&](uint64_t i) {
    return (preceded.asked() && !preceded.Before(i, within)) ||
           (not_preceded.asked() && not_preceded.Before(i, within)) ||
           (followed.asked() && !followed.After(i, within)) ||
           (not_followed.asked() && not_followed.After(i, within));
  });
  return found;
}

}  // namespace orrery
