// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/causes_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/analysis/names_before.h"
#include "orrery/analysis/printed.pb.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/message_json.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

// Returns the names that are known when the event happens; what led to it came
// before.
TraceNames NamesAt(const Trace& trace, uint64_t event) {
  TraceNames names = NamesBefore(trace);
  for (uint64_t i = 0; i <= event; ++i) names.Learn(trace.events[i]);
  return names;
}

void Print(const Trace& trace, uint64_t index, absl::string_view relation,
           const TraceNames& names, analysis::v1::PrintedCause* printed) {
  const TraceEvent& event = trace.events[index];
  printed->set_relation(std::string(relation));
  printed->set_index(trace.first_event + index);
  printed->set_time_ns(event.time.ns);
  printed->set_task(Utf8(names.Task(event.task)));
  printed->set_kind(std::string(EventKindName(event)));
  printed->set_text(Utf8(EventText(event, names)));
  printed->set_site(Utf8(EventSite(event)));
}

}  // namespace

std::vector<CauseLine> FormatCauses(const Trace& trace, uint64_t event,
                                    absl::Span<const Cause> chain) {
  const TraceNames names = NamesAt(trace, event);
  size_t width = 0;
  for (const Cause& cause : chain) {
    width = std::max(width, CauseKindName(cause.kind).size());
  }
  auto text_of = [&](uint64_t index) {
    return FormatEvent(trace.first_event + index, trace.events[index], names);
  };
  std::vector<CauseLine> lines;
  lines.push_back({event, text_of(event)});
  for (const Cause& cause : chain) {
    const absl::string_view relation = CauseKindName(cause.kind);
    lines.push_back({cause.event,
                     absl::StrCat("  ", relation,
                                  std::string(width - relation.size() + 2, ' '),
                                  text_of(cause.event))});
  }
  return lines;
}

std::string CausesAsJson(const Trace& trace, uint64_t event,
                         absl::Span<const Cause> chain) {
  const TraceNames names = NamesAt(trace, event);
  analysis::v1::PrintedCauses printed;
  printed.set_file(Utf8(trace.name));
  Print(trace, event, "", names, printed.mutable_event());
  for (const Cause& cause : chain) {
    Print(trace, cause.event, CauseKindName(cause.kind), names,
          printed.add_causes());
  }
  return MessageAsJson(printed);
}

}  // namespace orrery
