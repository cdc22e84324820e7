// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/task_report.h"
#include "orrery/traces/trace.pb.h"

namespace orrery {
namespace {

using google::protobuf::FieldDescriptor;

// Returns how many bytes of `text`, which is not empty, are its first
// character in UTF-8; 0 if they are none.
size_t CharacterSize(absl::string_view text) {
  auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Longer than it has to be, half of a surrogate pair, past the last one.
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
      (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f)) {
    return 0;
  }
  return size;
}

std::string Utf8(absl::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const size_t size = CharacterSize(text);
    absl::StrAppend(&valid, size == 0 ? "\xef\xbf\xbd" : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return valid;
}

void AppendJsonString(absl::string_view text, std::string* json) {
  json->push_back('"');
  for (char c : text) {
    if (c == '"' || c == '\\') json->push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppend(json, "\\u", absl::Hex(c, absl::kZeroPad4));
    } else {
      json->push_back(c);
    }
  }
  json->push_back('"');
}

void AppendJson(const google::protobuf::Message& message, std::string* json);

// A list of texts or of messages.
void AppendJsonList(const google::protobuf::Message& message,
                    const FieldDescriptor* field, std::string* json) {
  const auto& reflection = *message.GetReflection();
  json->push_back('[');
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    if (i > 0) json->push_back(',');
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      AppendJson(reflection.GetRepeatedMessage(message, field, i), json);
    } else {
      AppendJsonString(reflection.GetRepeatedString(message, field, i), json);
    }
  }
  json->push_back(']');
}

// Every key on every line, zero or not, and numbers as numbers: protobuf's own
// printer quotes those of 64 bits, and takes ten times as long.
void AppendJson(const google::protobuf::Message& message, std::string* json) {
  const auto& reflection = *message.GetReflection();
  const auto& type = *message.GetDescriptor();
  json->push_back('{');
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    absl::StrAppend(json, i == 0 ? "\"" : ",\"", std::string(field->name()),
                    "\":");
    if (field->is_repeated()) {
      AppendJsonList(message, field, json);
      continue;
    }
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        AppendJsonString(reflection.GetString(message, field), json);
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        absl::StrAppend(json, reflection.GetUInt32(message, field));
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        absl::StrAppend(json, reflection.GetUInt64(message, field));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(json, reflection.GetInt64(message, field));
        break;
      default:
        ORRERY_CHECK(false, "a printed message has a field of another type");
    }
  }
  json->push_back('}');
}

std::string AsJson(const google::protobuf::Message& message) {
  std::string json;
  AppendJson(message, &json);
  return json;
}

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
  return AsJson(info);
}

}  // namespace orrery
