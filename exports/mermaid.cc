// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/exports/mermaid.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"
#include "orrery/traces/message_json.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

constexpr size_t kMaxText = 100;  // in bytes, before characters are replaced

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') ||
         absl::string_view(" _.,/()=+-").find(c) != absl::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Who takes part: a task, or the loop where it acts for a node.
struct Party {
  uint32_t node = 0;
  uint32_t task = 0;  // 0: the loop

  friend auto operator<=>(const Party&, const Party&) = default;

  std::string Id() const {
    return task != 0 ? absl::StrCat("t", task) : absl::StrCat("n", node);
  }
};

// A line of the diagram.
struct Line {
  Party from;
  Party to;
  std::string arrow;  // empty: a note over `from`
  std::string text;
};

class Diagram {
 public:
  Diagram(const Trace& trace, size_t last) : trace_(trace), last_(last) {
    for (const TraceEvent& event : trace.before) {
      names_.Learn(event);
      if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
        nodes_[spawned->id.value] = spawned->node.value;
      }
    }
  }

  void Take(size_t index) {
    const TraceEvent& event = trace_.events[index];
    names_.Learn(event);
    number_ = trace_.first_event + index;
    event_ = &event;
    std::visit([this](const auto& what) { On(what); }, event.what);
  }

  std::string Text() {
    AddUnderWay();
    std::set<Party> parties;
    for (const Line& line : lines_) {
      parties.insert(line.from);
      parties.insert(line.to);
    }
    std::string text = "sequenceDiagram\n";
    uint32_t box = 0;  // the node whose box is open; 0: none is
    for (const Party& party : parties) {
      if (party.node != box) {
        if (box != 0) text += "  end\n";
        box = party.node;
        // The first word could be taken for a color.
        absl::StrAppend(
            &text, "  box transparent ",
            MermaidText(names_.Node(NodeId(static_cast<uint16_t>(box)))), "\n");
      }
      absl::StrAppend(&text, box != 0 ? "    " : "  ", "participant ",
                      party.Id(), " as ", MermaidText(NameOf(party)), "\n");
    }
    if (box != 0) text += "  end\n";
    for (const Line& line : lines_) {
      const std::string said = MermaidText(line.text);
      if (line.arrow.empty()) {
        absl::StrAppend(&text, "  Note over ", line.from.Id(), ": ", said,
                        "\n");
      } else {
        absl::StrAppend(&text, "  ", line.from.Id(), line.arrow, line.to.Id(),
                        ": ", said, "\n");
      }
    }
    return text;
  }

 private:
  struct Message {
    Party from;
    NodeId to;
    uint64_t sent = 0;  // the number of the event
  };

  std::string NameOf(const Party& party) const {
    if (party.task != 0) return names_.Task(TaskId(party.task));
    return party.node != 0 ? "machine" : "scheduler";
  }
  Party PartyOf(TaskId task) const {
    const auto found = nodes_.find(task.value);
    return {found != nodes_.end() ? found->second : 0, task.value};
  }
  Party Acting() const { return PartyOf(event_->task); }
  static Party Machine(NodeId node) { return {node.value, 0}; }

  // Notes go with the arrows around them; of notes there are as many at most.
  void Add(Line line) {
    if (last_ == 0) return;
    size_t& count = line.arrow.empty() ? notes_ : arrows_;
    lines_.push_back(std::move(line));
    if (++count <= last_) return;
    const bool is_note = &count == &notes_;
    const auto oldest = std::find_if(
        lines_.begin(), lines_.end(),
        [&](const Line& each) { return each.arrow.empty() == is_note; });
    if (is_note) {
      lines_.erase(oldest);
      --notes_;
      return;
    }
    // With an arrow goes what stands before it.
    for (auto each = lines_.begin(); each != oldest; ++each) --notes_;
    lines_.erase(lines_.begin(), oldest + 1);
    --arrows_;
  }
  void AddArrow(const Party& from, const Party& to, absl::string_view arrow,
                absl::string_view what) {
    Add({from, to, std::string(arrow),
         absl::StrCat(what, " (event ", number_, ", ",
                      FormatSimTime(event_->time), ")")});
  }

  void On(const event::Spawned& spawned) {
    nodes_[spawned.id.value] = spawned.node.value;
    if (spawned.kind != EntityKind::kTask) return;
    AddArrow(Acting(), PartyOf(spawned.id), "->>", "spawns");
  }
  void On(const event::Woken& woken) {
    AddArrow(Acting(), PartyOf(woken.task), "->>", "wakes");
  }
  void On(const event::CancelRequested& asked) {
    AddArrow(Acting(), PartyOf(asked.task), "->>", "asks to cancel");
  }
  void On(const event::MessageSent& sent) {
    messages_[sent.id.value] = {event_->task ? Acting() : Machine(sent.from),
                                sent.to, number_};
  }
  void On(const event::MessageCopied& copied) {
    const auto found = messages_.find(copied.id.value);
    if (found == messages_.end()) return;
    const Message message = found->second;
    messages_[copied.copy.value] = message;
  }
  void On(const event::MessageDelivered& delivered) {
    const auto found = messages_.find(delivered.id.value);
    const Message message =
        found != messages_.end() ? found->second : Message();
    AddArrow(message.from, event_->task ? Acting() : Machine(message.to), "->>",
             names_.Message(delivered.id));
    if (found != messages_.end()) messages_.erase(found);
  }
  void On(const event::MessageDropped& dropped) {
    const auto found = messages_.find(dropped.id.value);
    if (found == messages_.end()) {
      // It has arrived, and whoever took it threw it away.
      Add({Acting(), Acting(), "", EventText(*event_, names_)});
      return;
    }
    AddArrow(found->second.from, Machine(found->second.to), "-x",
             absl::StrCat(names_.Message(dropped.id), ": ", dropped.why));
    messages_.erase(found);
  }
  void On(const event::Failed&) {
    Add({Acting(), Acting(), "", EventText(*event_, names_)});
  }
  void On(const event::NodeChanged& changed) {
    const Party machine = Machine(changed.node);
    Add({machine, machine, "", EventText(*event_, names_)});
  }
  void On(const event::Faulted& fault) {
    const Party machine = Machine(fault.node);
    Add({machine, machine, "", EventText(*event_, names_)});
  }
  template <typename Other>
  void On(const Other&) {}

  // The messages that have not arrived, in the order in which they were sent.
  void AddUnderWay() {
    std::map<std::pair<uint64_t, uint64_t>, Message> left;
    for (const auto& [id, message] : messages_) {
      left[{message.sent, id}] = message;
    }
    while (left.size() > last_) left.erase(left.begin());
    for (const auto& [key, message] : left) {
      Add({message.from, Machine(message.to), "-)",
           absl::StrCat(names_.Message(MessageId(key.second)),
                        " is under way (sent in event ", key.first, ")")});
    }
  }

  const Trace& trace_;
  const size_t last_;
  TraceNames names_;
  absl::flat_hash_map<uint32_t, uint32_t> nodes_;    // by task
  absl::flat_hash_map<uint64_t, Message> messages_;  // under way
  std::deque<Line> lines_;
  size_t arrows_ = 0;  // among `lines_`
  size_t notes_ = 0;   // among `lines_`
  uint64_t number_ = 0;
  const TraceEvent* event_ = nullptr;
};

}  // namespace

std::string MermaidText(absl::string_view text) {
  std::string safe;
  const std::string valid = Utf8(
      text.size() > kMaxText ? absl::StrCat(text.substr(0, kMaxText), "...")
                             : std::string(text));
  for (char c : valid) {
    // "wrap:" at the beginning would be an instruction.
    if (IsPlain(c) || (c == ':' && !absl::EndsWithIgnoreCase(safe, "wrap"))) {
      safe += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      safe += ' ';
    } else {
      absl::StrAppend(&safe, "#",
                      static_cast<int>(static_cast<unsigned char>(c)), ";");
    }
  }
  return safe;
}

absl::Status ExportMermaid(const Trace& trace, const ExportOptions& options,
                           ExportOutput output) {
  if (absl::Status status = HasEvents(trace); !status.ok()) return status;
  constexpr size_t kProgressInterval = 1 << 14;
  const size_t all = trace.events.size();
  Diagram diagram(trace, options.last);
  for (size_t i = 0; i < all; ++i) {
    if (options.progress && i % kProgressInterval == 0)
      options.progress(i, all);
    diagram.Take(i);
  }
  if (options.progress) options.progress(all, all);
  return output(diagram.Text()) ? absl::OkStatus() : OutputRefused();
}

}  // namespace orrery
