// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_text.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "orrery/base/source_site.h"
#include "orrery/base/task_tree.h"

namespace orrery {
namespace {

bool IsControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

std::string Quoted(absl::string_view label) {
  return absl::StrCat("\"", OneLine(label), "\"");
}

std::string ObjectName(absl::string_view type, absl::string_view name,
                       ObjectId id) {
  if (name.empty()) return absl::StrCat(OneLine(type), "#", id.value);
  return absl::StrCat(OneLine(type), " ", Quoted(name));
}

// Returns `name`, or the number of a kind that has none here: a later version
// may know it.
template <typename Kind>
std::string KindText(absl::string_view name, Kind kind) {
  if (name != "unknown" || kind == Kind()) return std::string(name);
  return absl::StrCat("kind ", static_cast<int>(kind));
}

// One function for each kind of event, and one word for it.
struct InWords {
  const TraceNames& names;

  std::string OnNode(NodeId node) const {
    return node ? absl::StrCat(" on ", names.Node(node)) : "";
  }

  std::string operator()(const event::Spawned& e) const {
    if (e.kind == EntityKind::kTask) {
      return absl::StrCat("spawns ", names.Task(e.id), OnNode(e.node));
    }
    std::string text = absl::StrCat("posts ", names.Task(e.id));
    if (e.kind == EntityKind::kTimer) {
      absl::StrAppend(&text, " for ", FormatSimTime(e.due));
    }
    return text + OnNode(e.node);
  }
  std::string operator()(const event::ObjectMade& e) const {
    return absl::StrCat("makes ", ObjectName(e.type, e.name, e.id));
  }
  std::string operator()(const event::Chosen& e) const {
    std::string text = absl::StrCat(
        "choice of ", KindText(ChoiceName(e.choice.kind), e.choice.kind),
        e.choice.site.empty() ? "" : " ",
        e.choice.site.empty() ? "" : Quoted(e.choice.site), ": ",
        e.choice.chosen, " of ", e.choice.n);
    if (!e.candidates.empty()) {
      absl::StrAppend(&text, " {",
                      absl::StrJoin(e.candidates, ", ",
                                    [&](std::string* out, TaskId id) {
                                      absl::StrAppend(out, names.Task(id));
                                    }),
                      "}");
      if (e.choice.chosen < e.candidates.size()) {
        absl::StrAppend(&text, " -> ",
                        names.Task(e.candidates[e.choice.chosen]));
      }
    }
    return text;
  }
  std::string operator()(const event::Resumed&) const { return "runs"; }
  std::string operator()(const event::Suspended& e) const {
    switch (e.wait) {
      case WaitKind::kTurn:
        if (e.object == 0) return "yields";
        return absl::StrCat("stands before ", names.Object(ObjectId(e.object)));
      case WaitKind::kNothing:
        return "is stopped";
      case WaitKind::kSleep:
        return absl::StrCat("sleeps until ", FormatSimTime(e.due));
      case WaitKind::kJoin:
        return absl::StrCat("waits for ", WaitPrefix(e.wait),
                            names.Task(TaskId(e.object)));
      // Several things, or what is not Orrery's.
      case WaitKind::kAll:
      case WaitKind::kAny:
      case WaitKind::kSelect:
      case WaitKind::kForeign:
        return absl::StrCat("waits for ", WaitName(e.wait));
      default:
        break;
    }
    const absl::string_view name = WaitName(e.wait);
    if (e.object == 0 || name == "unknown") {
      return absl::StrCat("waits for ", KindText(name, e.wait));
    }
    return absl::StrCat("waits for ", WaitPrefix(e.wait),
                        names.Object(ObjectId(e.object)));
  }
  std::string operator()(const event::Woken& e) const {
    return absl::StrCat("wakes ", names.Task(e.task));
  }
  std::string operator()(const event::Accessed& e) const {
    return absl::StrCat(KindText(AccessVerb(e.kind), e.kind), " ",
                        names.Object(e.object));
  }
  std::string operator()(const event::Finished& e) const {
    return absl::StrCat(e.failed ? "ends with an exception" : "ends",
                        e.cancelled ? ", cancelled" : "");
  }
  std::string operator()(const event::TimerCancelled& e) const {
    return absl::StrCat("cancels ", names.Task(e.timer));
  }
  std::string operator()(const event::CancelRequested& e) const {
    return absl::StrCat("asks ", names.Task(e.task), " to cancel");
  }
  std::string operator()(const event::FutureEnded& e) const {
    return absl::StrCat(e.cancelled ? "cancels "
                        : e.failed  ? "gives an error to "
                                    : "gives a value to ",
                        names.Object(e.future));
  }
  std::string operator()(const event::Logged& e) const {
    return absl::StrCat("log: ", OneLine(e.text));
  }
  std::string operator()(const event::Failed& e) const {
    return absl::StrCat("FAILURE: ", OneLine(e.message));
  }
  std::string operator()(const event::TimePassed& e) const {
    return absl::StrCat("stands still until ", FormatSimTime(e.until));
  }
  std::string operator()(const event::Faulted& e) const {
    return absl::StrCat("fault: ", OneLine(e.what), OnNode(e.node));
  }
  std::string operator()(const event::SpanBegun& e) const {
    return absl::StrCat("begins ", Quoted(e.label));
  }
  std::string operator()(const event::SpanEnded& e) const {
    return absl::StrCat("ends span ", e.id.value);
  }
  std::string operator()(const event::MessageSent& e) const {
    return absl::StrCat(
        "sends ", names.Message(e.id),
        e.to ? absl::StrCat(" to ", names.Node(e.to)) : std::string(), ", ",
        e.size, e.size == 1 ? " byte" : " bytes");
  }
  std::string operator()(const event::MessageDelivered& e) const {
    return absl::StrCat("receives ", names.Message(e.id));
  }
  std::string operator()(const event::MessageDropped& e) const {
    return absl::StrCat("drops ", names.Message(e.id), ": ", OneLine(e.why));
  }
  std::string operator()(const event::MessageCopied& e) const {
    return absl::StrCat("copies ", names.Message(e.id), " as message ",
                        e.copy.value);
  }
  std::string operator()(const event::NodeMade& e) const {
    return absl::StrCat("makes node ", e.id.value, " ", Quoted(e.name));
  }
  std::string operator()(const event::NodeChanged& e) const {
    return absl::StrCat(names.Node(e.node), " ",
                        KindText(NodeStateVerb(e.state), e.state),
                        ", incarnation ", e.incarnation);
  }
  std::string operator()(const event::FileAccessed& e) const {
    return absl::StrCat(OneLine(e.operation), " ", Quoted(e.file),
                        OnNode(e.node), ", ", e.size,
                        e.size == 1 ? " byte" : " bytes", " at ", e.offset,
                        e.failed ? ": failed" : "");
  }
  std::string operator()(const event::StateDigested& e) const {
    return absl::StrCat("state ", Quoted(e.label), ": ",
                        absl::Hex(e.digest, absl::kZeroPad16));
  }
};

// In the order of TraceEvent::What.
constexpr absl::string_view kKindNames[] = {"spawned",
                                            "object",
                                            "choice",
                                            "resumed",
                                            "suspended",
                                            "woken",
                                            "access",
                                            "finished",
                                            "timer_cancelled",
                                            "cancel_requested",
                                            "future_ended",
                                            "log",
                                            "failure",
                                            "time_passed",
                                            "fault",
                                            "span_begun",
                                            "span_ended",
                                            "message_sent",
                                            "message_delivered",
                                            "message_dropped",
                                            "message_copied",
                                            "node_made",
                                            "node_changed",
                                            "file_access",
                                            "state"};
static_assert(std::size(kKindNames) == std::variant_size_v<TraceEvent::What>);

// Between two lines of one thing in `FormatInfo`.
constexpr char kNextLine[] = "\n           ";

// Returns how many tasks were not done, and who of them waits for whom.
std::vector<std::string> NotDoneLines(const Trace& trace) {
  std::string count = absl::StrCat(
      trace.not_done_count, trace.not_done_count == 1 ? " task" : " tasks");
  if (trace.not_done.size() < trace.not_done_count) {
    absl::StrAppend(&count, ", of which ", trace.not_done.size(), " were kept");
  }
  std::vector<std::string> lines = {
      absl::StrCat(count, "; below each one those that it waits for")};
  for (const std::string& line :
       FormatTaskTree(trace.not_done, std::numeric_limits<size_t>::max())) {
    lines.push_back(OneLine(line));
  }
  return lines;
}

}  // namespace

std::string OneLine(absl::string_view text) {
  std::string line(text);
  if (std::none_of(line.begin(), line.end(), IsControl)) return line;
  line.clear();
  for (char c : text) {
    if (c == '\n' || c == '\r') {
      line += ' ';
    } else if (IsControl(c)) {
      absl::StrAppend(&line, "\\x", absl::Hex(c, absl::kZeroPad2));
    } else {
      line += c;
    }
  }
  return line;
}

void TraceNames::Learn(const TraceEvent& event) {
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    const absl::string_view name =
        spawned->name.empty() ? EntityKindName(spawned->kind) : spawned->name;
    tasks_[spawned->id.value] =
        absl::StrCat(OneLine(name), "#", spawned->id.value);
  } else if (const auto* made = std::get_if<event::ObjectMade>(&event.what)) {
    objects_[made->id.value] = ObjectName(made->type, made->name, made->id);
  } else if (const auto* node = std::get_if<event::NodeMade>(&event.what)) {
    nodes_[node->id.value] = OneLine(node->name);
  } else if (const auto* sent = std::get_if<event::MessageSent>(&event.what)) {
    const auto type = message_types_
                          .emplace(OneLine(sent->type),
                                   static_cast<uint32_t>(type_names_.size()))
                          .first;
    if (type->second == type_names_.size()) type_names_.push_back(type->first);
    messages_[sent->id.value] = type->second;
  } else if (const auto* copied =
                 std::get_if<event::MessageCopied>(&event.what)) {
    const auto found = messages_.find(copied->id.value);
    if (found != messages_.end()) {
      const uint32_t type = found->second;
      messages_[copied->copy.value] = type;
    }
  }
}

std::string TraceNames::Task(TaskId id) const {
  if (!id) return "loop";
  const auto found = tasks_.find(id.value);
  return found != tasks_.end() ? found->second
                               : absl::StrCat("task#", id.value);
}

std::string TraceNames::Object(ObjectId id) const {
  const auto found = objects_.find(id.value);
  return found != objects_.end() ? found->second
                                 : absl::StrCat("object#", id.value);
}

std::string TraceNames::Node(NodeId id) const {
  const auto found = nodes_.find(id.value);
  return found != nodes_.end() ? found->second
                               : absl::StrCat("node ", id.value);
}

std::string TraceNames::Message(MessageId id) const {
  const auto found = messages_.find(id.value);
  const absl::string_view type = found != messages_.end()
                                     ? type_names_[found->second]
                                     : absl::string_view();
  return absl::StrCat("message ", id.value, type.empty() ? "" : " ", type);
}

absl::string_view EventKindName(const TraceEvent& event) {
  return kKindNames[event.what.index()];
}

std::vector<absl::string_view> EventKindNames() {
  return {std::begin(kKindNames), std::end(kKindNames)};
}

std::string EventText(const TraceEvent& event, const TraceNames& names) {
  return std::visit(InWords{names}, event.what);
}

std::string EventSite(const TraceEvent& event) {
  return std::visit(
      [](const auto& what) -> std::string {
        if constexpr (requires { what.site; }) {
          if (what.site.line == 0) return "";
          const std::string function = CleanFunction(what.site.function);
          return OneLine(absl::StrCat(CleanFile(what.site.file), ":",
                                      what.site.line,
                                      function.empty() ? "" : " ", function));
        } else {
          return "";
        }
      },
      event.what);
}

std::string FormatEvent(uint64_t index, const TraceEvent& event,
                        const TraceNames& names, bool with_site) {
  std::string text =
      absl::StrCat("#", index, " ", FormatSimTime(event.time), " ",
                   names.Task(event.task), " ", EventText(event, names));
  if (with_site) {
    const std::string site = EventSite(event);
    if (!site.empty()) absl::StrAppend(&text, " [", site, "]");
  }
  return text;
}

std::string FormatInfo(const Trace& trace) {
  std::string text;
  // A line of its own for each thing that is known.
  auto add = [&](absl::string_view what, absl::string_view value) {
    if (value.empty()) return;
    absl::StrAppend(&text, absl::StrFormat("%-11s", absl::StrCat(what, ":")),
                    value, "\n");
  };
  const TraceHeader& header = trace.header;
  add("trace",
      absl::StrCat(
          trace.name, " (", trace.size, " bytes, version ", header.version,
          ", ", header.level == TraceLevel::kEvents ? "events" : "choices only",
          ")"));
  if (!header.suite.empty()) {
    add("test", OneLine(absl::StrCat(header.suite, ".", header.test)));
  }
  add("parameter", OneLine(header.param));
  add("target", OneLine(header.target));
  add("seed", absl::StrCat(header.seed.value, " (run ", header.run, ")"));
  add("scheduler", OneLine(header.scheduler));
  if (trace.footer.has_value()) {
    const TraceFooter& footer = *trace.footer;
    add("outcome",
        absl::StrCat(KindText(OutcomeName(footer.outcome), footer.outcome),
                     " after ", FormatSimTime(footer.elapsed), ", ",
                     footer.steps, " steps, ", footer.choices, " choices, ",
                     footer.events, " events"));
    add("digests",
        absl::StrCat(
            "schedule ",
            absl::Hex(footer.digests.schedule.value(), absl::kZeroPad16),
            ", data ",
            absl::Hex(footer.digests.data.value(), absl::kZeroPad16)));
    if (footer.failure.has_value()) {
      const TraceFailure& failure = *footer.failure;
      // A message may have lines of its own: they stay, below one another.
      std::vector<std::string> lines;
      for (absl::string_view line : absl::StrSplit(failure.message, '\n')) {
        lines.push_back(OneLine(line));
      }
      lines.push_back(OneLine(absl::StrCat(
          "at ", FormatSimTime(failure.time), ", step ", failure.step,
          failure.task.empty() ? "" : ", task ", failure.task,
          failure.site.empty() ? "" : ", ", failure.site)));
      add("failure", absl::StrJoin(lines, kNextLine));
    }
  } else {
    add("outcome",
        absl::StrCat("unknown, ", trace.events.size(), " events and ",
                     trace.schedule.choices.size(), " choices were saved"));
  }
  if (trace.first_event != 0) {
    add("left out", absl::StrCat("the first ", trace.first_event,
                                 " events, to stay within the budget; their "
                                 "choices are there"));
  }
  if (trace.not_done_count != 0) {
    add("not done", absl::StrJoin(NotDoneLines(trace), kNextLine));
  }
  if (trace.unknown_events != 0) {
    add("unknown", absl::StrCat(trace.unknown_events,
                                " events of kinds that this version does not "
                                "know"));
  }
  add("recovered", OneLine(trace.recovered));
  add("damage", trace.damage);
  return text;
}

}  // namespace orrery
