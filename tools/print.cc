// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery print`: the events of a trace.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>

#include "absl/algorithm/container.h"
#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/tools/verb.h"
#include "orrery/traces/trace_json.h"
#include "orrery/traces/trace_text.h"

ABSL_FLAG(uint64_t, from, 0, "print: the first event's number");
ABSL_FLAG(uint64_t, to, std::numeric_limits<uint64_t>::max(),
          "print: the last event's number");
ABSL_FLAG(std::string, task, "",
          "print: only events of this task, by name (client, client#7) or "
          "number");
ABSL_FLAG(std::string, kind, "", "print: only events of this kind");
ABSL_FLAG(uint64_t, last, 0,
          "print: only the last N of the events chosen; 0 is all");
ABSL_FLAG(std::string, format, "text", "print: text, json or textproto");
ABSL_FLAG(bool, sites, true, "print: show places in the source");

namespace orrery {
namespace {

// Whether `name`, "client#7", is what `wanted` asks for.
bool IsTask(const std::string& name, TaskId id, const std::string& wanted) {
  uint32_t number = 0;
  if (absl::SimpleAtoi(wanted, &number)) return id.value == number;
  return name == wanted || absl::StartsWith(name, absl::StrCat(wanted, "#"));
}

}  // namespace

int RunPrint(const std::vector<std::string>& files) {
  if (files.size() != 1) return Trouble("print: name one trace");
  const std::string format = absl::GetFlag(FLAGS_format);
  if (format != "text" && format != "json" && format != "textproto") {
    return Trouble(absl::StrCat("--format=", format,
                                ": expected text, json or textproto"));
  }
  const std::string kind = absl::GetFlag(FLAGS_kind);
  const std::vector<absl::string_view> kinds = EventKindNames();
  if (!kind.empty() && !absl::c_linear_search(kinds, kind)) {
    return Trouble(absl::StrCat("--kind=", kind, ": expected one of ",
                                absl::StrJoin(kinds, ", ")));
  }
  absl::StatusOr<Trace> trace = ReadOperand(files.front());
  if (!trace.ok()) return Trouble(trace.status().message());
  if (trace->header.level != TraceLevel::kEvents) {
    return Trouble(absl::StrCat(
        files.front(), ": it holds choices only, ",
        trace->schedule.choices.size(),
        " of them; to get the events, run the test with --orrery_seed=",
        trace->header.seed.value, " --orrery_scheduler=",
        trace->header.scheduler, " --orrery_trace_level=events"));
  }

  const std::string task = absl::GetFlag(FLAGS_task);
  const uint64_t from = absl::GetFlag(FLAGS_from);
  const uint64_t to = absl::GetFlag(FLAGS_to);
  const uint64_t last = absl::GetFlag(FLAGS_last);
  const bool sites = absl::GetFlag(FLAGS_sites);
  TraceNames names;
  auto print = [&](size_t i) {
    const TraceEvent& event = trace->events[i];
    if (format == "text") return PrintLine(FormatEvent(i, event, names, sites));
    const auto as =
        format == "json" ? EventFormat::kJson : EventFormat::kTextProto;
    return PrintLine(EventAs(as, i, event, names, sites));
  };
  std::deque<size_t> kept;  // with --last: the last ones so far
  for (size_t i = 0; i < trace->events.size() && i <= to; ++i) {
    const TraceEvent& event = trace->events[i];
    names.Learn(event);
    if (i < from || (!kind.empty() && EventKindName(event) != kind) ||
        (!task.empty() && !IsTask(names.Task(event.task), event.task, task))) {
      continue;
    }
    if (last == 0) {
      if (!print(i)) break;
      continue;
    }
    kept.push_back(i);
    if (kept.size() > last) kept.pop_front();
  }
  for (size_t i : kept) print(i);
  int exit_code = kSame;
  if (trace->unknown_events != 0) {
    exit_code = Trouble(absl::StrCat(
        files.front(), ": ", trace->unknown_events,
        " events of kinds that this version does not know are not shown"));
  }
  if (!trace->damage.empty()) {
    exit_code =
        Trouble(absl::StrCat(trace->damage, " (what came before it is shown)"));
  }
  return exit_code;
}

}  // namespace orrery
