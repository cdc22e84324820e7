// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/timeline_rows.h"

#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "orrery/analysis/names_before.h"
#include "orrery/analysis/printed.pb.h"
#include "orrery/base/choice.h"
#include "orrery/traces/message_json.h"

namespace orrery {
namespace {

std::string TextOf(const TraceEvent& event, const TraceNames& names) {
  if (const auto* chosen = std::get_if<event::Chosen>(&event.what);
      chosen != nullptr && chosen->choice.kind == ChoiceKind::kNextEntity &&
      chosen->choice.chosen < chosen->candidates.size()) {
    return absl::StrCat("picks ",
                        names.Task(chosen->candidates[chosen->choice.chosen]),
                        " of ", chosen->choice.n);
  }
  return EventText(event, names);
}

std::string NoteOf(const TraceEvent& event) {
  if (std::holds_alternative<event::Woken>(event.what)) return "woken";
  if (std::holds_alternative<event::CancelRequested>(event.what)) {
    return "asked to cancel";
  }
  if (std::holds_alternative<event::TimerCancelled>(event.what)) {
    return "cancelled";
  }
  const auto* spawned = std::get_if<event::Spawned>(&event.what);
  if (spawned == nullptr) return "";
  return spawned->kind == EntityKind::kTask ? "spawned" : "posted";
}

// Where messages begin and end.
class Messages {
 public:
  explicit Messages(const Trace& trace) {
    for (uint64_t i = 0; i < trace.events.size(); ++i) {
      const TraceEvent::What& what = trace.events[i].what;
      if (const auto* sent = std::get_if<event::MessageSent>(&what)) {
        begins_.emplace(sent->id, i);
      } else if (const auto* copied =
                     std::get_if<event::MessageCopied>(&what)) {
        begins_.emplace(copied->copy, i);
      } else if (const auto* done =
                     std::get_if<event::MessageDelivered>(&what)) {
        ends_.emplace(done->id, i);
      } else if (const auto* lost = std::get_if<event::MessageDropped>(&what)) {
        ends_.emplace(lost->id, i);
      }
    }
  }

  void Link(const TraceEvent::What& what, TimelineRow& row) const {
    if (const auto* sent = std::get_if<event::MessageSent>(&what)) {
      row.goes_to = Find(ends_, sent->id);
    } else if (const auto* copied = std::get_if<event::MessageCopied>(&what)) {
      row.goes_to = Find(ends_, copied->copy);
    } else if (const auto* done = std::get_if<event::MessageDelivered>(&what)) {
      row.came_from = Find(begins_, done->id);
    } else if (const auto* lost = std::get_if<event::MessageDropped>(&what)) {
      row.came_from = Find(begins_, lost->id);
    }
  }

 private:
  using Indices = absl::flat_hash_map<MessageId, uint64_t>;
  static std::optional<uint64_t> Find(const Indices& in, MessageId id) {
    const auto found = in.find(id);
    if (found == in.end()) return std::nullopt;
    return found->second;
  }

  Indices begins_;
  Indices ends_;
};

}  // namespace

TaskId TargetOf(const TraceEvent& event) {
  if (const auto* e = std::get_if<event::Woken>(&event.what)) return e->task;
  if (const auto* e = std::get_if<event::Spawned>(&event.what)) return e->id;
  if (const auto* e = std::get_if<event::CancelRequested>(&event.what)) {
    return e->task;
  }
  if (const auto* e = std::get_if<event::TimerCancelled>(&event.what)) {
    return e->timer;
  }
  return TaskId();
}

std::vector<TimelineRow> MakeTimelineRows(const Trace& trace,
                                          absl::Span<const uint64_t> indices) {
  const Messages messages(trace);
  TraceNames names = NamesBefore(trace);
  std::vector<TimelineRow> rows;
  rows.reserve(indices.size());
  uint64_t learned = 0;
  for (const uint64_t index : indices) {
    for (; learned <= index; ++learned) names.Learn(trace.events[learned]);
    const TraceEvent& event = trace.events[index];
    TimelineRow& row = rows.emplace_back();
    row.index = index;
    row.text = TextOf(event, names);
    row.note = NoteOf(event);
    messages.Link(event.what, row);
  }
  return rows;
}

std::string TimelineRowAsJson(const Trace& trace, const TimelineRow& row,
                              const TraceNames& names) {
  const TraceEvent& event = trace.events[row.index];
  analysis::v1::PrintedRow printed;
  printed.set_index(trace.first_event + row.index);
  printed.set_time_ns(event.time.ns);
  printed.set_task(Utf8(names.Task(event.task)));
  printed.set_kind(std::string(EventKindName(event)));
  printed.set_text(Utf8(row.text));
  printed.set_site(Utf8(EventSite(event)));
  if (const TaskId target = TargetOf(event)) {
    printed.set_target(Utf8(names.Task(target)));
    printed.set_note(row.note);
  }
  if (row.came_from.has_value()) {
    printed.set_came_from(trace.first_event + *row.came_from);
  }
  if (row.goes_to.has_value()) {
    printed.set_goes_to(trace.first_event + *row.goes_to);
  }
  return MessageAsJson(printed);
}

}  // namespace orrery
