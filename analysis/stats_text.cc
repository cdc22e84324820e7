// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/stats_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/analysis/printed.pb.h"
#include "orrery/analysis/text_table.h"
#include "orrery/base/sim_time.h"
#include "orrery/traces/message_json.h"

namespace orrery {
namespace {

std::string Duration(int64_t ns) { return FormatSimTime(SimTime(ns)); }

std::string Times(uint64_t count, absl::string_view what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

// Adds a table of what is left of `rows` of which `shown` are in it.
void AddTable(absl::string_view title, const TextTable& table, size_t shown,
              size_t rows, std::string* text) {
  if (rows == 0) return;
  absl::StrAppend(text, "\n", title, ":\n", table.Format("  "));
  if (shown < rows) {
    absl::StrAppend(text, "  and ", rows - shown, " more\n");
  }
}

void AddCounts(absl::string_view title, const std::vector<NamedCount>& counts,
               size_t top, std::string* text) {
  const size_t shown = std::min(top, counts.size());
  TextTable table;
  for (size_t i = 0; i < shown; ++i) {
    table.Add({absl::StrCat(counts[i].count), counts[i].name});
  }
  AddTable(title, table, shown, counts.size(), text);
}

std::vector<NamedCount> Messages(const TraceStats& stats) {
  std::vector<NamedCount> counts;
  auto add = [&](absl::string_view name, uint64_t count) {
    if (count > 0) counts.push_back({std::string(name), count});
  };
  add("sent", stats.sent);
  add("delivered", stats.delivered);
  add("copied", stats.copied);
  for (const NamedCount& drop : stats.drops_by_reason) {
    add(absl::StrCat("dropped: ", drop.name), drop.count);
  }
  return counts;
}

void AddWaits(const std::vector<WaitStats>& waits, size_t top,
              std::string* text) {
  const size_t shown = std::min(top, waits.size());
  TextTable table;
  table.Add({"total", "longest", "steps", "times", "at once", "open", "for"});
  for (size_t i = 0; i < shown; ++i) {
    const WaitStats& wait = waits[i];
    table.Add({Duration(wait.total_ns), Duration(wait.longest_ns),
               absl::StrCat(wait.total_steps), absl::StrCat(wait.count),
               absl::StrCat(wait.most_at_once), absl::StrCat(wait.open),
               wait.on});
  }
  AddTable("waits", table, shown, waits.size(), text);
}

void AddTasks(const std::vector<TaskStats>& tasks, size_t top,
              std::string* text) {
  const size_t shown = std::min(top, tasks.size());
  TextTable table;
  table.Add({"steps", "events", "waits", "waited", "task"});
  for (size_t i = 0; i < shown; ++i) {
    const TaskStats& task = tasks[i];
    table.Add({absl::StrCat(task.steps), absl::StrCat(task.events),
               absl::StrCat(task.waits), Duration(task.waited_ns), task.name});
  }
  AddTable("tasks", table, shown, tasks.size(), text);
}

void AddAll(
    const std::vector<NamedCount>& counts,
    google::protobuf::RepeatedPtrField<analysis::v1::PrintedCount>* to) {
  for (const NamedCount& count : counts) {
    analysis::v1::PrintedCount* printed = to->Add();
    printed->set_name(Utf8(count.name));
    printed->set_count(count.count);
  }
}

}  // namespace

std::string FormatStats(const Trace& trace, const TraceStats& stats,
                        size_t top) {
  std::string text = absl::StrCat(
      trace.name, ": ", Times(stats.events, "event"), ", ",
      Times(stats.steps, "step"), ", ", Times(stats.choices, "choice"), ", ",
      Times(stats.tasks.size(), "task"), ", ", Duration(stats.elapsed.ns),
      "\n");
  if (trace.first_event > 0) {
    absl::StrAppend(&text, "the first ", trace.first_event,
                    " events are not in the trace, and not counted\n");
  }
  AddCounts("events", stats.events_by_kind, top, &text);
  AddCounts("choices", stats.choices_by_label, top, &text);
  AddCounts("messages", Messages(stats), top, &text);
  AddCounts("faults", stats.faults, top, &text);
  AddWaits(stats.waits, top, &text);
  AddTasks(stats.tasks, top, &text);
  return text;
}

std::string StatsAsJson(const Trace& trace, const TraceStats& stats) {
  analysis::v1::PrintedStats printed;
  printed.set_file(Utf8(trace.name));
  printed.set_events(stats.events);
  printed.set_first_event(trace.first_event);
  printed.set_steps(stats.steps);
  printed.set_choices(stats.choices);
  printed.set_elapsed_ns(stats.elapsed.ns);
  AddAll(stats.events_by_kind, printed.mutable_events_by_kind());
  AddAll(stats.choices_by_label, printed.mutable_choices_by_label());
  printed.set_messages_sent(stats.sent);
  printed.set_messages_delivered(stats.delivered);
  printed.set_messages_dropped(stats.dropped);
  printed.set_messages_copied(stats.copied);
  AddAll(stats.drops_by_reason, printed.mutable_drops_by_reason());
  AddAll(stats.faults, printed.mutable_faults());
  for (const WaitStats& wait : stats.waits) {
    analysis::v1::PrintedWait* to = printed.add_waits();
    to->set_on(Utf8(wait.on));
    to->set_count(wait.count);
    to->set_open(wait.open);
    to->set_total_ns(wait.total_ns);
    to->set_longest_ns(wait.longest_ns);
    to->set_total_steps(wait.total_steps);
    to->set_most_at_once(wait.most_at_once);
  }
  for (const TaskStats& task : stats.tasks) {
    analysis::v1::PrintedTaskStats* to = printed.add_tasks();
    to->set_task(Utf8(task.name));
    to->set_kind(std::string(EntityKindName(task.kind)));
    to->set_events(task.events);
    to->set_steps(task.steps);
    to->set_waits(task.waits);
    to->set_waited_ns(task.waited_ns);
  }
  printed.set_damage(Utf8(trace.damage));
  return MessageAsJson(printed);
}

}  // namespace orrery
