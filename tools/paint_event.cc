// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tools/paint_event.h"

#include <variant>

#include "orrery/tools/terminal.h"

namespace orrery {

std::string PaintEvent(const TraceEvent& event, absl::string_view text) {
  if (std::holds_alternative<event::Failed>(event.what)) {
    return Paint(Color::kRed, text);
  }
  if (std::holds_alternative<event::Faulted>(event.what) ||
      std::holds_alternative<event::MessageDropped>(event.what)) {
    return Paint(Color::kYellow, text);
  }
  if (std::holds_alternative<event::Logged>(event.what)) {
    return Paint(Color::kCyan, text);
  }
  return std::string(text);
}

}  // namespace orrery
