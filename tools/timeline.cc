// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `orrery timeline`: one column for each task.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "orrery/analysis/failure_index.h"
#include "orrery/analysis/lanes.h"
#include "orrery/analysis/names_before.h"
#include "orrery/analysis/task_columns.h"
#include "orrery/analysis/timeline_rows.h"
#include "orrery/tools/event_filter.h"
#include "orrery/tools/paint_event.h"
#include "orrery/tools/shared_flags.h"
#include "orrery/tools/terminal.h"
#include "orrery/tools/verb.h"
#include "orrery/tools/verbs.h"
#include "orrery/traces/trace_text.h"

ABSL_FLAG(std::string, around, "",
          "timeline: the event that is in the middle: event:N or failure");
ABSL_FLAG(uint64_t, width, 0,
          "timeline: in how many columns; 0: as many as the terminal has");
ABSL_FLAG(bool, ascii, false, "timeline: no characters beyond ASCII");

namespace orrery {
namespace {

// Without flags, so many events are shown, or all if there are no more.
constexpr size_t kBefore = 40;
constexpr size_t kAfter = 10;

struct Window {
  std::vector<uint64_t> indices;  // of the events to show
  std::optional<uint64_t> middle;
  bool whole = true;  // whether those are all that the flags ask for
};

// Returns the events that pass the filter, in their order. An event that is
// done to one of the filter's tasks passes as well.
std::vector<uint64_t> PassingEvents(const Trace& trace,
                                    const EventFilter& filter) {
  std::vector<uint64_t> indices;
  TraceNames names = NamesBefore(trace);
  for (uint64_t i = 0; i < trace.events.size(); ++i) {
    const TraceEvent& event = trace.events[i];
    names.Learn(event);
    const uint64_t number = trace.first_event + i;
    const TaskId target = TargetOf(event);
    if (number >= filter.from() && number <= filter.to() &&
        (filter.PassesTask(event.task, names) ||
         (target && filter.PassesTask(target, names)))) {
      indices.push_back(i);
    }
  }
  return indices;
}

// Keeps so many events before and after the middle.
void Narrow(size_t before, size_t after, Window& window) {
  std::vector<uint64_t>& all = window.indices;
  const auto middle = std::lower_bound(all.begin(), all.end(), *window.middle);
  const auto at = static_cast<size_t>(middle - all.begin());
  const size_t begin = at - std::min(at, before);
  const size_t end = std::min(all.size(), at + after + 1);
  window.whole = begin == 0 && end == all.size();
  all = std::vector<uint64_t>(all.begin() + static_cast<ptrdiff_t>(begin),
                              all.begin() + static_cast<ptrdiff_t>(end));
}

absl::StatusOr<Window> ChooseWindow(const Trace& trace,
                                    const EventFilter& filter) {
  Window window;
  window.indices = PassingEvents(trace, filter);
  const std::string around = absl::GetFlag(FLAGS_around);
  const std::optional<uint64_t> context = absl::GetFlag(FLAGS_context);
  if (!around.empty()) {
    const absl::StatusOr<uint64_t> number = FindEvent(trace, around);
    if (!number.ok()) return number.status();
    window.middle = *number - trace.first_event;
  } else {
    window.middle = FailureIndex(trace);
    const bool fits = window.indices.size() <= kBefore + kAfter + 1;
    const bool asked_for = absl::GetFlag(FLAGS_from).has_value() ||
                           absl::GetFlag(FLAGS_to).has_value();
    if ((fits || asked_for) && !context.has_value()) return window;
  }
  if (window.middle.has_value()) {
    Narrow(context.value_or(kBefore), context.value_or(kAfter), window);
  } else if (!window.indices.empty()) {
    // It did not fail: how it ended.
    window.middle = window.indices.back();
    Narrow(context.value_or(kBefore + kAfter), 0, window);
    window.middle.reset();
  }
  return window;
}

// The tasks that have a column because --task names them.
std::vector<TaskId> WantedTasks(const Trace& trace, const EventFilter& filter) {
  std::vector<TaskId> tasks;
  if (absl::GetFlag(FLAGS_task).empty()) return tasks;
  TraceNames names = NamesBefore(trace);
  for (const TraceEvent& event : trace.events) names.Learn(event);
  for (const Lane& lane : BuildLanes(trace).lanes) {
    if (filter.PassesTask(lane.id, names)) tasks.push_back(lane.id);
  }
  return tasks;
}

void PrintAsJson(const Trace& trace, const std::vector<TimelineRow>& rows) {
  TraceNames names = NamesBefore(trace);
  uint64_t learned = 0;
  for (const TimelineRow& row : rows) {
    for (; learned <= row.index; ++learned) names.Learn(trace.events[learned]);
    if (!PrintLine(TimelineRowAsJson(trace, row, names))) return;
  }
}

void PrintAsTable(const Trace& trace, const std::vector<TimelineRow>& rows,
                  const EventFilter& filter, const Window& window) {
  if (rows.empty()) {
    PrintLine("no such events");
    return;
  }
  TimelineOptions options;
  options.width = absl::GetFlag(FLAGS_width);
  if (options.width == 0) options.width = TerminalColumns();
  options.ascii = absl::GetFlag(FLAGS_ascii);
  options.tasks = WantedTasks(trace, filter);
  options.marked = window.middle;
  options.paint = PaintEvent;
  PrintLine(absl::StripSuffix(FormatTimeline(trace, rows, options), "\n"));
  if (window.whole) return;
  PrintLine(absl::StrCat(
      "events ", trace.first_event + rows.front().index, " to ",
      trace.first_event + rows.back().index, " of ", trace.first_event, " to ",
      trace.first_event + trace.events.size() - 1,
      "; --from=N --to=N, --around=event:N or --context=N show others"));
}

int Run(const std::vector<std::string>& files) {
  if (files.size() != 1) return Trouble("timeline: name one trace");
  const absl::StatusOr<EventFilter> filter = EventFilter::FromFlags();
  if (!filter.ok()) return Trouble(filter.status().message());
  absl::StatusOr<Trace> trace = ReadOperand(files.front());
  if (!trace.ok()) return Trouble(trace.status().message());
  const absl::Status has_events = CheckHasEvents(*trace);
  if (!has_events.ok()) return Trouble(has_events.message());
  const absl::StatusOr<Window> window = ChooseWindow(*trace, *filter);
  if (!window.ok()) return Trouble(window.status().message());
  const std::vector<TimelineRow> rows =
      MakeTimelineRows(*trace, window->indices);
  if (absl::GetFlag(FLAGS_json)) {
    PrintAsJson(*trace, rows);
  } else {
    PrintAsTable(*trace, rows, *filter, *window);
  }
  return TellWhatIsMissing(*trace, "shown");
}

}  // namespace

constinit const Verb kTimelineVerb = {
    .name = "timeline",
    .summary = "what happened, with a column for each task",
    .operands = "FILE",
    .flags = "around,context,from,to,task|tasks,width,ascii,json",
    .details =
        R"(Shows all of a short run, and of a longer one what came before the failure, or
before its end. Where another task does something to a task, its column says so.
If the columns would be too narrow to read, it is a list.

  --around=EVENT      event:N, or failure: what came before and after it
  --context=N         so many events before, and so many after it
  --from=N --to=N     only events with these numbers
  --task=TASK,...     only columns of these tasks: client, client#7 or 7
  --width=N           in N columns; otherwise as wide as the terminal, or 100
  --ascii             no characters beyond ASCII
  --json              as JSON, one object an event)",
    .one_means = "",
    .run = Run};

}  // namespace orrery
