// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/failure_index.h"

#include <variant>

#include "orrery/base/trace_event.h"

namespace orrery {

std::optional<uint64_t> FailureIndex(const Trace& trace) {
  const uint64_t size = trace.events.size();
  if (size == 0) return std::nullopt;
  if (trace.footer.has_value()) {
    if (trace.footer->failed_event.has_value()) {
      const uint64_t number = *trace.footer->failed_event;
      if (number < trace.first_event || number - trace.first_event >= size) {
        return std::nullopt;
      }
      return number - trace.first_event;
    }
    if (trace.footer->outcome == Outcome::kCompleted) return std::nullopt;
  }
  for (uint64_t i = 0; i < size; ++i) {
    if (std::holds_alternative<event::Failed>(trace.events[i].what)) return i;
  }
  return size - 1;
}

}  // namespace orrery
