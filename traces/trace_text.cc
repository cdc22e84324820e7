// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "orrery/base/source_site.h"

namespace orrery {
namespace {

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\n", " "}, {"\r", " "}});
}

std::string ObjectName(absl::string_view type, absl::string_view name,
                       ObjectId id) {
  if (name.empty()) return absl::StrCat(type, "#", id.value);
  return absl::StrCat(type, " \"", name, "\"");
}

// One function for each kind of event, and one word for it.
struct InWords {
  const TraceNames& names;
  const TraceEvent& event;

  std::string operator()(const event::Spawned& e) const {
    if (e.kind == EntityKind::kTask) {
      return absl::StrCat("spawns ", names.Task(e.id));
    }
    std::string text = absl::StrCat("posts ", names.Task(e.id));
    if (e.kind == EntityKind::kTimer) {
      absl::StrAppend(&text, " for ", FormatSimTime(e.due));
    }
    return text;
  }
  std::string operator()(const event::ObjectMade& e) const {
    return absl::StrCat("makes ", ObjectName(e.type, e.name, e.id));
  }
  std::string operator()(const event::Chosen& e) const {
    std::string text = absl::StrCat(
        "choice of ", ChoiceName(e.choice.kind),
        e.choice.site.empty() ? "" : absl::StrCat(" \"", e.choice.site, "\""),
        ": ", e.choice.chosen, " of ", e.choice.n);
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
        return absl::StrCat("waits for task ", names.Task(TaskId(e.object)));
      case WaitKind::kMutex:
      case WaitKind::kEvent:
        return absl::StrCat("waits for ", names.Object(ObjectId(e.object)));
      case WaitKind::kQueueGet:
        return absl::StrCat("waits for an item in ",
                            names.Object(ObjectId(e.object)));
      case WaitKind::kQueuePut:
        return absl::StrCat("waits for room in ",
                            names.Object(ObjectId(e.object)));
      default:
        return absl::StrCat("waits for ", WaitName(e.wait));
    }
  }
  std::string operator()(const event::Woken& e) const {
    return absl::StrCat("wakes ", names.Task(e.task));
  }
  std::string operator()(const event::Accessed& e) const {
    return absl::StrCat(AccessName(e.kind), " ", names.Object(e.object));
  }
  std::string operator()(const event::Finished& e) const {
    return e.failed ? "ends with an exception" : "ends";
  }
  std::string operator()(const event::TimerCancelled& e) const {
    return absl::StrCat("cancels ", names.Task(e.timer));
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
    return absl::StrCat("fault: ", e.what);
  }
  std::string operator()(const event::SpanBegun& e) const {
    return absl::StrCat("begins \"", e.label, "\"");
  }
  std::string operator()(const event::SpanEnded& e) const {
    return absl::StrCat("ends span ", e.id.value);
  }
};

// In the order of TraceEvent::What.
constexpr absl::string_view kKindNames[] = {
    "spawned", "object",      "choice",   "resumed",         "suspended",
    "woken",   "access",      "finished", "timer_cancelled", "log",
    "failure", "time_passed", "fault",    "span_begun",      "span_ended"};
static_assert(std::size(kKindNames) == std::variant_size_v<TraceEvent::What>);

}  // namespace

void TraceNames::Learn(const TraceEvent& event) {
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    tasks_[spawned->id.value] = absl::StrCat(
        spawned->name.empty() ? EntityKindName(spawned->kind) : spawned->name,
        "#", spawned->id.value);
  } else if (const auto* made = std::get_if<event::ObjectMade>(&event.what)) {
    objects_[made->id.value] = ObjectName(made->type, made->name, made->id);
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

absl::string_view EventKindName(const TraceEvent& event) {
  return kKindNames[event.what.index()];
}

std::vector<absl::string_view> EventKindNames() {
  return {std::begin(kKindNames), std::end(kKindNames)};
}

std::string EventText(const TraceEvent& event, const TraceNames& names) {
  return std::visit(InWords{names, event}, event.what);
}

std::string EventSite(const TraceEvent& event) {
  return std::visit(
      [](const auto& what) -> std::string {
        if constexpr (requires { what.site; }) {
          if (what.site.line == 0) return "";
          const std::string function = CleanFunction(what.site.function);
          return absl::StrCat(CleanFile(what.site.file), ":", what.site.line,
                              function.empty() ? "" : " ", function);
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
  const TraceHeader& header = trace.header;
  std::string text = absl::StrCat(
      "trace:     ", trace.name, " (", trace.size, " bytes, version ",
      header.version, ", ",
      header.level == TraceLevel::kEvents ? "events" : "choices only", ")\n");
  if (!header.suite.empty()) {
    absl::StrAppend(&text, "test:      ", header.suite, ".", header.test, "\n");
  }
  if (!header.param.empty()) {
    absl::StrAppend(&text, "parameter: ", header.param, "\n");
  }
  if (!header.target.empty()) {
    absl::StrAppend(&text, "target:    ", header.target, "\n");
  }
  absl::StrAppend(&text, "seed:      ", header.seed.value, " (run ", header.run,
                  ")\nscheduler: ", header.scheduler, "\n");
  if (trace.footer.has_value()) {
    const TraceFooter& footer = *trace.footer;
    absl::StrAppend(&text, "outcome:   ", OutcomeName(footer.outcome),
                    " after ", FormatSimTime(footer.elapsed), ", ",
                    footer.steps, " steps, ", footer.choices, " choices, ",
                    footer.events, " events\n");
    absl::StrAppend(
        &text, "digests:   schedule ",
        absl::Hex(footer.digests.schedule.value(), absl::kZeroPad16), ", data ",
        absl::Hex(footer.digests.data.value(), absl::kZeroPad16), "\n");
    if (footer.failure.has_value()) {
      absl::StrAppend(
          &text, "failure:   ", footer.failure->message, "\n           at ",
          FormatSimTime(footer.failure->time), ", step ", footer.failure->step,
          footer.failure->task.empty() ? "" : ", task ", footer.failure->task,
          footer.failure->site.empty() ? "" : ", ", footer.failure->site, "\n");
    }
  } else {
    absl::StrAppend(&text, "outcome:   unknown, ", trace.events.size(),
                    " events and ", trace.schedule.choices.size(),
                    " choices were saved\n");
  }
  if (trace.unknown_events != 0) {
    absl::StrAppend(&text, "unknown:   ", trace.unknown_events,
                    " events of kinds that this version does not know\n");
  }
  if (!trace.damage.empty()) {
    absl::StrAppend(&text, "damage:    ", trace.damage, "\n");
  }
  return text;
}

}  // namespace orrery
