// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery print`: the events of a trace.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "orrery/analysis/names_before.h"
#include "orrery/tools/event_filter.h"
#include "orrery/tools/paint_event.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

ABSL_FLAG(std::string, format, "text", "print: text, json or textproto");
ABSL_FLAG(bool, sites, true, "print: show places in the source");

namespace orrery {
namespace {

int Run(const std::vector<std::string>& files) {
  if (files.size() != 1) return Trouble("print: name one trace");
  const std::string format =
      absl::GetFlag(FLAGS_json) ? "json" : absl::GetFlag(FLAGS_format);
  if (format != "text" && format != "json" && format != "textproto") {
    return Trouble(absl::StrCat("--format=", format,
                                ": expected text, json or textproto"));
  }
  const absl::StatusOr<EventFilter> filter = EventFilter::FromFlags();
  if (!filter.ok()) return Trouble(filter.status().message());
  absl::StatusOr<Trace> trace = ReadOperand(files.front());
  if (!trace.ok()) return Trouble(trace.status().message());
  const absl::Status has_events = CheckHasEvents(*trace);
  if (!has_events.ok()) return Trouble(has_events.message());

  const uint64_t last = absl::GetFlag(FLAGS_last).value_or(0);
  const bool sites = absl::GetFlag(FLAGS_sites);
  TraceNames names = NamesBefore(*trace);
  auto print = [&](size_t i) {
    const TraceEvent& event = trace->events[i];
    const uint64_t number = trace->first_event + i;
    if (format == "text") {
      return PrintLine(
          PaintEvent(event, FormatEvent(number, event, names, sites)));
    }
    const auto as =
        format == "json" ? EventFormat::kJson : EventFormat::kTextProto;
    return PrintLine(EventAs(as, number, event, names, sites));
  };
  std::deque<size_t> kept;  // with --last: the last ones so far
  for (size_t i = 0; i < trace->events.size(); ++i) {
    const uint64_t number = trace->first_event + i;
    if (number > filter->to()) break;
    const TraceEvent& event = trace->events[i];
    names.Learn(event);
    if (!filter->Passes(number, event, names)) continue;
    if (last == 0) {
      if (!print(i)) break;
      continue;
    }
    kept.push_back(i);
    if (kept.size() > last) kept.pop_front();
  }
  for (size_t i : kept) print(i);
  return TellWhatIsMissing(*trace, "shown");
}

}  // namespace

constinit const Verb kPrintVerb = {
    .name = "print",
    .summary = "the events, one a line",
    .operands = "FILE",
    .flags = "from,to,task|tasks,kind,last,format,json,sites",
    .details =
        R"(  --from=N --to=N     only those with these numbers
  --task=TASK,...     only those of these tasks: client, client#7 or 7
  --kind=KIND,...     only those of these kinds: choice, log, failure, ...
  --last=N            of these only the last N
  --format=FORMAT     text, json or textproto
  --json              as JSON, one object an event
  --no-sites          without places in the source)",
    .one_means = "",
    .run = Run};

}  // namespace orrery
