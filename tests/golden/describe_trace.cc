// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/golden/describe_trace.h"

#include <google/protobuf/descriptor.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "orrery/base/choice.h"
#include "orrery/traces/trace.pb.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void DescribeMessage(const Descriptor* message, std::set<std::string>* seen,
                     std::string* text) {
  const std::string name(message->full_name());
  if (!seen->insert(name).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    absl::StrAppend(text, std::string(message->name()), " ", field->number(),
                    " ",
                    field->is_repeated()    ? "repeated "
                    : field->has_presence() ? "optional "
                                            : "",
                    field->message_type() != nullptr
                        ? std::string(field->message_type()->name())
                    : field->enum_type() != nullptr
                        ? std::string(field->enum_type()->name())
                        : std::string(field->type_name()),
                    " ", std::string(field->name()), "\n");
  }
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    if (field->message_type() != nullptr) {
      DescribeMessage(field->message_type(), seen, text);
    }
  }
}

}  // namespace

std::string DescribeTrace(const Trace& trace) {
  std::string text = FormatInfo(trace);
  if (!trace.header.arguments.empty()) absl::StrAppend(&text, "\narguments:");
  for (const std::string& argument : trace.header.arguments) {
    absl::StrAppend(&text, " ", argument);
  }
  absl::StrAppend(&text, "\nbuild: ", trace.header.build.id, ", ",
                  trace.header.build.compiler, ", ", trace.header.build.mode,
                  "\n\nevents:\n");
  TraceNames names;
  for (const TraceEvent& event : trace.before) {
    names.Learn(event);
    absl::StrAppend(&text, "before: ", FormatEvent(0, event, names), "\n");
  }
  for (size_t i = 0; i < trace.events.size(); ++i) {
    names.Learn(trace.events[i]);
    absl::StrAppend(&text,
                    FormatEvent(trace.first_event + i, trace.events[i], names),
                    "\n");
  }
  absl::StrAppend(&text, "\nchoices:\n");
  for (const ScheduledChoice& choice : trace.schedule.choices) {
    absl::StrAppend(&text, std::string(ChoiceName(choice.kind)), " ",
                    choice.chosen, " of ", choice.n, " \"",
                    trace.schedule.SiteOf(choice), "\" span ",
                    choice.span.value, "\n");
  }
  for (const auto& [index, digests] : trace.checkpoints) {
    absl::StrAppend(&text, "after ", index, ": ",
                    absl::Hex(digests.schedule.value()), " ",
                    absl::Hex(digests.data.value()), "\n");
  }
  return text;
}

std::string DescribeSchema() {
  std::set<std::string> seen;
  std::string text;
  DescribeMessage(traces::v1::Trace::descriptor(), &seen, &text);
  const auto* levels = traces::v1::Level_descriptor();
  for (int i = 0; i < levels->value_count(); ++i) {
    absl::StrAppend(&text, "Level ", levels->value(i)->number(), " ",
                    std::string(levels->value(i)->name()), "\n");
  }
  return text;
}

}  // namespace orrery
