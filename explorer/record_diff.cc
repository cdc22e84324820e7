// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/record_diff.h"

#include <algorithm>
#include <cstddef>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/trace_diff.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

void LeaveOutAddresses(Trace& trace) {
  for (TraceEvent& event : trace.events) {
    auto* const failed = std::get_if<event::Failed>(&event.what);
    if (failed == nullptr) continue;
    trace.texts.push_back(WithoutAddresses(failed->message));
    failed->message = trace.texts.back();
  }
  if (trace.footer.has_value() && trace.footer->failure.has_value()) {
    std::string& message = trace.footer->failure->message;
    message = WithoutAddresses(message);
  }
}

// The event in which two traces that differ in their events do so first.
std::optional<size_t> FirstDifference(const Trace& first, const Trace& second) {
  TraceNames names, other_names;
  const size_t shorter = std::min(first.events.size(), second.events.size());
  for (size_t i = 0; i < shorter; ++i) {
    names.Learn(first.events[i]);
    other_names.Learn(second.events[i]);
    if (!SameEvent(first.events[i], second.events[i]) ||
        FormatEvent(i, first.events[i], names) !=
            FormatEvent(i, second.events[i], other_names)) {
      return i;
    }
  }
  if (first.events.size() != second.events.size()) return shorter;
  return std::nullopt;
}

// Says where the task that acts in event number `index` comes from; "" if none
// acts, or the trace does not tell.
std::string Origin(const Trace& trace, size_t index) {
  if (index >= trace.events.size()) return "";
  const TaskId actor = trace.events[index].task;
  for (size_t i = 0; i < index; ++i) {
    const TraceEvent& event = trace.events[i];
    const auto* const spawned = std::get_if<event::Spawned>(&event.what);
    if (spawned == nullptr || spawned->id != actor) continue;
    const std::string site = EventSite(event);
    if (site.empty()) return "";
    TraceNames names;
    names.Learn(event);
    return absl::StrCat("\n", names.Task(actor), " was spawned at ", site);
  }
  return "";
}

}  // namespace

std::string WithoutAddresses(absl::string_view text) {
  std::string result;
  auto skip_while = [&](auto belongs) {
    size_t n = 0;
    while (n < text.size() && belongs(text[n])) ++n;
    text.remove_prefix(n);
  };
  while (!text.empty()) {
    if (absl::StartsWith(text, "0x") && text.size() > 2 &&
        absl::ascii_isxdigit(static_cast<unsigned char>(text[2]))) {
      absl::StrAppend(&result, "0x...");
      text.remove_prefix(2);
      skip_while([](char c) {
        return absl::ascii_isxdigit(static_cast<unsigned char>(c));
      });
      continue;
    }
    constexpr absl::string_view kBytes = "-byte object <";
    if (absl::StartsWith(text, kBytes)) {
      absl::StrAppend(&result, kBytes, "...");
      text.remove_prefix(kBytes.size());
      skip_while([](char c) { return c != '>'; });
      continue;
    }
    result.push_back(text.front());
    text.remove_prefix(1);
  }
  return result;
}

std::optional<std::string> DiffRecords(Trace& first, Trace& second) {
  LeaveOutAddresses(first);
  LeaveOutAddresses(second);
  std::optional<std::string> diff =
      DiffTraces(first, second, {.context = 5, .exact = true});
  if (!diff.has_value()) return diff;
  const std::optional<size_t> at = FirstDifference(first, second);
  if (!at.has_value()) return diff;
  const std::string origin = Origin(first, *at);
  absl::StrAppend(&*diff, origin.empty() ? Origin(second, *at) : origin);
  return diff;
}

}  // namespace orrery
