// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PaintEvent`: the color of an event.

#ifndef ORRERY_TOOLS_PAINT_EVENT_H_
#define ORRERY_TOOLS_PAINT_EVENT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "orrery/base/trace_event.h"

namespace orrery {

// Returns `text`, which is about `event`, in the color of its kind: failures
// are red, faults and messages that are lost yellow, log lines cyan. Most have
// none. See `Paint` for when there are colors at all.
std::string PaintEvent(const TraceEvent& event, absl::string_view text);

}  // namespace orrery

#endif  // ORRERY_TOOLS_PAINT_EVENT_H_
