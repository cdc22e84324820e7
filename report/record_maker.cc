// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/report/record_maker.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"

namespace orrery {

// One function for each kind of event: whatever of it is worth a line.
struct RecordMaker::Arguments {
  RecordMaker& to;

  void operator()(const event::Spawned& e) const {
    to.Task("brings into being", e.id);
    to.Text("kind", EntityKindName(e.kind));
    to.Node("on", e.node);
    if (e.kind == EntityKind::kTimer) to.Time("due", e.due);
  }
  void operator()(const event::ObjectMade& e) const {
    to.Object("object", e.id);
  }
  void operator()(const event::Chosen& e) const {
    to.Text("decides", ChoiceName(e.choice.kind));
    to.Text("label", e.choice.site);
    to.Count("alternatives", e.choice.n);
    to.Text("chosen",
            absl::StrCat(e.choice.chosen,
                         e.choice.chosen == 0 ? ", the simplest" : ""));
    to.Candidates(e.candidates, e.choice.chosen);
  }
  void operator()(const event::Suspended& e) const {
    switch (e.wait) {
      case WaitKind::kJoin:
        return to.Task("waits for", TaskId(e.object));
      case WaitKind::kSleep:
        return to.Time("until", e.due);
      case WaitKind::kNothing:
        return;
      default:
        to.Text("waits for", WaitName(e.wait));
        if (e.object != 0) to.Object("object", ObjectId(e.object));
    }
  }
  void operator()(const event::Woken& e) const { to.Task("wakes", e.task); }
  void operator()(const event::Accessed& e) const {
    to.Text("access", AccessVerb(e.kind));
    to.Object("object", e.object);
  }
  void operator()(const event::Finished& e) const {
    to.Text("result", e.failed      ? "an exception"
                      : e.cancelled ? "cancelled"
                                    : "returned");
  }
  void operator()(const event::TimerCancelled& e) const {
    to.Task("timer", e.timer);
  }
  void operator()(const event::CancelRequested& e) const {
    to.Task("asks to cancel", e.task);
  }
  void operator()(const event::FutureEnded& e) const {
    to.Object("future", e.future);
    to.Text("result", e.cancelled ? "cancelled"
                      : e.failed  ? "an error"
                                  : "a value");
  }
  void operator()(const event::Logged& e) const { to.Text("text", e.text); }
  void operator()(const event::Failed& e) const {
    to.Text("message", e.message);
  }
  void operator()(const event::TimePassed& e) const {
    to.Time("until", e.until);
  }
  void operator()(const event::Faulted& e) const {
    to.Text("fault", e.what);
    to.Node("node", e.node);
  }
  void operator()(const event::SpanBegun& e) const {
    to.Text("label", e.label);
    to.Count("span", e.id.value);
  }
  void operator()(const event::SpanEnded& e) const {
    to.Count("span", e.id.value);
  }
  void operator()(const event::MessageSent& e) const {
    to.Message("message", e.id);
    to.Node("from", e.from);
    to.Node("to", e.to);
    to.Text("size", absl::StrCat(e.size, " bytes"));
    to.Text("payload digest",
            absl::StrCat(absl::Hex(e.payload, absl::kZeroPad16)));
  }
  void operator()(const event::MessageDelivered& e) const {
    to.Message("message", e.id);
  }
  void operator()(const event::MessageDropped& e) const {
    to.Message("message", e.id);
    to.Text("why", e.why);
  }
  void operator()(const event::MessageCopied& e) const {
    to.Message("message", e.id);
    to.Message("copy", e.copy);
  }
  void operator()(const event::NodeMade& e) const { to.Node("node", e.id); }
  void operator()(const event::NodeChanged& e) const {
    to.Node("node", e.node);
    to.Text("state", NodeStateVerb(e.state));
    to.Count("incarnation", e.incarnation);
  }
  void operator()(const event::FileAccessed& e) const {
    to.Node("node", e.node);
    to.Text("file", e.file);
    to.Text("operation", e.operation);
    to.Count("offset", e.offset);
    to.Text("size", absl::StrCat(e.size, " bytes"));
    to.Text("payload digest",
            absl::StrCat(absl::Hex(e.payload, absl::kZeroPad16)));
    if (e.failed) to.Text("result", "failed");
  }
  // What needs none; and a kind that is new has its words.
  template <typename Other>
  void operator()(const Other&) const {}
};

uint32_t RecordMaker::Add(const TraceEvent& event) {
  arguments_.Clear();
  count_ = 0;
  std::visit(Arguments{*this}, event.what);

  std::string text;
  if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
    // The page names the candidates by itself: here they would make of every
    // choice a text of its own.
    text = EventText(
        {event.time, event.task, event::Chosen{chosen->choice, {}}}, names_);
  } else {
    text = EventText(event, names_);
  }
  Wire record;
  record.Number(event.what.index());
  record.Number(texts_.Add(text));
  record.Number(count_);
  record.Raw(arguments_.bytes());
  return records_.Add(record.bytes());
}

void RecordMaker::Begin(ArgumentType type, absl::string_view label) {
  ++count_;
  arguments_.Number(texts_.Add(label));
  arguments_.Number(static_cast<uint64_t>(type));
}

void RecordMaker::Text(absl::string_view label, absl::string_view text) {
  if (text.empty()) return;
  Begin(ArgumentType::kText, label);
  arguments_.Number(texts_.Add(text));
}

void RecordMaker::Count(absl::string_view label, uint64_t number) {
  Text(label, absl::StrCat(number));
}

void RecordMaker::Time(absl::string_view label, SimTime time) {
  Text(label, FormatSimTime(time));
}

void RecordMaker::Task(absl::string_view label, TaskId id) {
  const auto lane = lanes_.find(id.value);
  if (lane == lanes_.end()) return Text(label, names_.Task(id));
  Begin(ArgumentType::kTask, label);
  arguments_.Number(lane->second);
}

void RecordMaker::Node(absl::string_view label, NodeId id) {
  if (!id) return;
  Begin(ArgumentType::kNode, label);
  arguments_.Number(id.value);
}

void RecordMaker::Object(absl::string_view label, ObjectId id) {
  Text(label, names_.Object(id));
}

void RecordMaker::Message(absl::string_view label, MessageId id) {
  Text(label, names_.Message(id));
}

void RecordMaker::Candidates(absl::Span<const TaskId> candidates,
                             uint64_t chosen) {
  if (candidates.empty()) return;
  Begin(ArgumentType::kTasks, "candidates");
  arguments_.Number(candidates.size());
  for (TaskId id : candidates) {
    const auto lane = lanes_.find(id.value);
    if (lane == lanes_.end()) {
      arguments_.Number(0);
      arguments_.Number(texts_.Add(names_.Task(id)));
    } else {
      arguments_.Number(uint64_t{lane->second} + 1);
    }
  }
  arguments_.Number(chosen < candidates.size() ? chosen + 1 : 0);
}

}  // namespace orrery
