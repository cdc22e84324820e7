// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_json.h"

#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "orrery/base/task_report.h"
#include "orrery/traces/message_json.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

void PrintTask(const TaskReport& task, traces::v1::PrintedTask* printed) {
  printed->set_task(Utf8(task.name));
  printed->set_wait(
      std::string(WaitName(task.running ? WaitKind::kNothing : task.wait)));
  printed->set_text(Utf8(FormatWait(task)));
  printed->set_held_by(Utf8(task.held_by));
  printed->set_due_ns(task.due.ns);
  for (const std::string& frame : task.stack) printed->add_stack(Utf8(frame));
  printed->set_spawned_at(Utf8(task.spawned_at));
  for (const std::string& name : task.awaited_by) {
    printed->add_awaited_by(Utf8(name));
  }
}

}  // namespace

std::string EventAs(EventFormat format, uint64_t index, const TraceEvent& event,
                    const TraceNames& names, bool with_site) {
  traces::v1::PrintedEvent printed;
  printed.set_index(index);
  printed.set_time_ns(event.time.ns);
  printed.set_task(Utf8(names.Task(event.task)));
  printed.set_kind(std::string(EventKindName(event)));
  printed.set_text(Utf8(EventText(event, names)));
  if (with_site) printed.set_site(Utf8(EventSite(event)));
  if (format == EventFormat::kJson) return MessageAsJson(printed);
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(printed, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string InfoAsJson(const Trace& trace) {
  const TraceHeader& header = trace.header;
  traces::v1::PrintedInfo info;
  info.set_file(Utf8(trace.name));
  info.set_bytes(trace.size);
  info.set_version(header.version);
  info.set_level(header.level == TraceLevel::kEvents ? "events" : "choices");
  info.set_target(Utf8(header.target));
  info.set_suite(Utf8(header.suite));
  info.set_test(Utf8(header.test));
  info.set_param(Utf8(header.param));
  info.set_run(header.run);
  info.set_seed(absl::StrCat(header.seed.value));
  info.set_scheduler(Utf8(header.scheduler));
  info.set_events(trace.events.size());
  info.set_choices(trace.schedule.choices.size());
  info.set_unknown_events(trace.unknown_events);
  info.set_first_event(trace.first_event);
  info.set_recovered(Utf8(trace.recovered));
  info.set_damage(Utf8(trace.damage));
  info.set_not_done_count(trace.not_done_count);
  for (const TaskReport& task : trace.not_done) {
    PrintTask(task, info.add_not_done());
  }
  info.set_outcome(std::string(OutcomeName(Outcome::kUnknown)));
  if (trace.footer.has_value()) {
    const TraceFooter& footer = *trace.footer;
    info.set_outcome(std::string(OutcomeName(footer.outcome)));
    info.set_steps(footer.steps);
    info.set_elapsed_ns(footer.elapsed.ns);
    info.set_schedule_digest(absl::StrCat(
        absl::Hex(footer.digests.schedule.value(), absl::kZeroPad16)));
    info.set_data_digest(
        absl::StrCat(absl::Hex(footer.digests.data.value(), absl::kZeroPad16)));
    if (footer.failure.has_value()) {
      info.set_failure(Utf8(footer.failure->message));
    }
  }
  return MessageAsJson(info);
}

}  // namespace orrery
