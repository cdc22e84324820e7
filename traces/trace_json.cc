// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_json.h"

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

std::string AsJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  // Every key on every line, zero or not.
#if GOOGLE_PROTOBUF_VERSION >= 5026000
  options.always_print_fields_with_no_presence = true;
#else
  options.always_print_primitive_fields = true;
#endif
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options)
           .ok()) {
    return "{}";
  }
  return json;
}

}  // namespace

std::string EventAs(EventFormat format, uint64_t index, const TraceEvent& event,
                    const TraceNames& names, bool with_site) {
  traces::v1::PrintedEvent printed;
  printed.set_index(index);
  printed.set_time_ns(event.time.ns);
  printed.set_task(names.Task(event.task));
  printed.set_kind(std::string(EventKindName(event)));
  printed.set_text(EventText(event, names));
  if (with_site) printed.set_site(EventSite(event));
  if (format == EventFormat::kJson) return AsJson(printed);
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(printed, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string InfoAsJson(const Trace& trace) {
  traces::v1::PrintedInfo info;
  info.set_file(trace.name);
  info.set_bytes(trace.size);
  info.set_version(trace.header.version);
  info.set_level(trace.header.level == TraceLevel::kEvents ? "events"
                                                           : "choices");
  info.set_target(trace.header.target);
  info.set_suite(trace.header.suite);
  info.set_test(trace.header.test);
  info.set_param(trace.header.param);
  info.set_run(trace.header.run);
  info.set_seed(trace.header.seed.value);
  info.set_scheduler(trace.header.scheduler);
  info.set_events(trace.events.size());
  info.set_choices(trace.schedule.choices.size());
  info.set_damage(trace.damage);
  info.set_outcome(std::string(OutcomeName(Outcome::kUnknown)));
  if (trace.footer.has_value()) {
    const TraceFooter& footer = *trace.footer;
    info.set_outcome(std::string(OutcomeName(footer.outcome)));
    info.set_steps(footer.steps);
    info.set_elapsed_ns(footer.elapsed.ns);
    info.set_schedule_digest(footer.digests.schedule.value());
    info.set_data_digest(footer.digests.data.value());
    if (footer.failure.has_value()) {
      info.set_failure(footer.failure->message);
    }
  }
  return AsJson(info);
}

}  // namespace orrery
