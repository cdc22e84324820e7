// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_diff.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "orrery/base/task_report.h"

namespace orrery {
namespace {

// One for each kind, so that a new one is not forgotten.
bool SameFields(const event::Resumed&, const event::Resumed&) { return true; }
bool SameFields(const event::Logged&, const event::Logged&) { return true; }
bool SameFields(const event::Failed&, const event::Failed&) { return true; }
bool SameFields(const event::Spawned& a, const event::Spawned& b) {
  return a.id == b.id && a.entity == b.entity && a.kind == b.kind &&
         a.node == b.node && a.name == b.name &&
         (a.kind != EntityKind::kTimer || a.due == b.due);
}
bool SameFields(const event::ObjectMade& a, const event::ObjectMade& b) {
  return a.id == b.id && a.key == b.key && a.type == b.type && a.name == b.name;
}
bool SameFields(const event::Chosen& a, const event::Chosen& b) {
  return a.choice.kind == b.choice.kind && a.choice.n == b.choice.n &&
         a.choice.chosen == b.choice.chosen && a.choice.site == b.choice.site &&
         a.choice.span == b.choice.span && a.candidates == b.candidates;
}
bool SameFields(const event::Suspended& a, const event::Suspended& b) {
  return a.wait == b.wait && a.object == b.object &&
         (a.wait != WaitKind::kSleep || a.due == b.due);
}
bool SameFields(const event::Woken& a, const event::Woken& b) {
  return a.task == b.task;
}
bool SameFields(const event::Accessed& a, const event::Accessed& b) {
  return a.object == b.object && a.kind == b.kind;
}
bool SameFields(const event::Finished& a, const event::Finished& b) {
  return a.failed == b.failed && a.cancelled == b.cancelled;
}
bool SameFields(const event::CancelRequested& a,
                const event::CancelRequested& b) {
  return a.task == b.task;
}
bool SameFields(const event::FutureEnded& a, const event::FutureEnded& b) {
  return a.future == b.future && a.failed == b.failed &&
         a.cancelled == b.cancelled;
}
bool SameFields(const event::TimerCancelled& a,
                const event::TimerCancelled& b) {
  return a.timer == b.timer;
}
bool SameFields(const event::TimePassed& a, const event::TimePassed& b) {
  return a.until == b.until;
}
bool SameFields(const event::Faulted& a, const event::Faulted& b) {
  return a.what == b.what && a.node == b.node;
}
bool SameFields(const event::SpanBegun& a, const event::SpanBegun& b) {
  return a.id == b.id && a.parent == b.parent && a.label == b.label;
}
bool SameFields(const event::SpanEnded& a, const event::SpanEnded& b) {
  return a.id == b.id;
}
bool SameFields(const event::MessageSent& a, const event::MessageSent& b) {
  return a.id == b.id && a.from == b.from && a.to == b.to && a.type == b.type &&
         a.size == b.size && a.payload == b.payload;
}
bool SameFields(const event::MessageDelivered& a,
                const event::MessageDelivered& b) {
  return a.id == b.id;
}
bool SameFields(const event::MessageDropped& a,
                const event::MessageDropped& b) {
  return a.id == b.id && a.why == b.why;
}
bool SameFields(const event::MessageCopied& a, const event::MessageCopied& b) {
  return a.id == b.id && a.copy == b.copy;
}
bool SameFields(const event::NodeMade& a, const event::NodeMade& b) {
  return a.id == b.id && a.name == b.name;
}
bool SameFields(const event::NodeChanged& a, const event::NodeChanged& b) {
  return a.node == b.node && a.state == b.state &&
         a.incarnation == b.incarnation;
}
bool SameFields(const event::FileAccessed& a, const event::FileAccessed& b) {
  return a.node == b.node && a.operation == b.operation && a.file == b.file &&
         a.offset == b.offset && a.size == b.size && a.payload == b.payload &&
         a.failed == b.failed;
}
bool SameFields(const event::StateDigested& a, const event::StateDigested& b) {
  return a.label == b.label && a.digest == b.digest;
}

// What `SameFields` leaves out.
template <typename What>
bool SameTexts(const What& a, const What& b) {
  if constexpr (requires { a.site; }) {
    if (a.site.line != b.site.line || a.site.file != b.site.file ||
        a.site.function != b.site.function) {
      return false;
    }
  }
  if constexpr (std::is_same_v<What, event::Logged>) return a.text == b.text;
  if constexpr (std::is_same_v<What, event::Failed>) {
    return a.message == b.message;
  }
  return true;
}

bool SameExactly(const TraceEvent& a, const TraceEvent& b) {
  if (!SameEvent(a, b)) return false;
  return std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        return SameTexts(what, std::get<What>(b.what));
      },
      a.what);
}

std::string Hex16(uint64_t value) {
  return absl::StrCat(absl::Hex(value, absl::kZeroPad16));
}

// Returns what `EventText` leaves out of an event because it tells people
// little.
std::string Details(const TraceEvent& event) {
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    return absl::StrCat("entity ", Hex16(spawned->entity.value));
  }
  if (const auto* made = std::get_if<event::ObjectMade>(&event.what)) {
    return absl::StrCat("object ", made->id.value, ", key ",
                        Hex16(made->key.value));
  }
  if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
    return absl::StrCat("span ", chosen->choice.span.value);
  }
  if (const auto* begun = std::get_if<event::SpanBegun>(&event.what)) {
    return absl::StrCat("span ", begun->id.value, " in ", begun->parent.value);
  }
  if (const auto* sent = std::get_if<event::MessageSent>(&event.what)) {
    return absl::StrCat("from node ", sent->from.value, ", payload ",
                        Hex16(sent->payload));
  }
  if (const auto* file = std::get_if<event::FileAccessed>(&event.what)) {
    return absl::StrCat("payload ", Hex16(file->payload));
  }
  return "";
}

// Adds the details of `event` to its line if it reads like `other`.
void AddDetails(const TraceEvent& other, const TraceEvent& event,
                std::string* line) {
  if (other.time != event.time || other.task != event.task) return;
  TraceNames names;
  names.Learn(event);
  TraceNames other_names;
  other_names.Learn(other);
  if (EventText(other, other_names) != EventText(event, names)) return;
  const std::string details = Details(event);
  if (!details.empty()) absl::StrAppend(line, " (", details, ")");
}

// Walks over the events that count.
class Cursor {
 public:
  Cursor(const Trace& trace, size_t begin, bool exact)
      : trace_(trace), exact_(exact), at_(begin) {
    Skip();
  }
  bool done() const { return at_ == trace_.events.size(); }
  size_t index() const { return at_; }
  uint64_t number() const { return trace_.first_event + at_; }
  const TraceEvent& event() const { return trace_.events[at_]; }
  void Next() {
    ++at_;
    Skip();
  }

 private:
  void Skip() {
    while (!exact_ && !done() && IsRemark(event())) ++at_;
  }

  const Trace& trace_;
  bool exact_;
  size_t at_;
};

bool IsChoice(const TraceEvent& event) {
  return std::holds_alternative<event::Chosen>(event.what);
}

// How many choices were made before the first event that is there.
size_t ChoicesBefore(const Trace& trace) {
  return trace.schedule.choices.size() -
         static_cast<size_t>(
             std::count_if(trace.events.begin(), trace.events.end(), IsChoice));
}

// Returns where to begin in either, where one has dropped more of its first
// events than the other: with the first choice that both have, since a line
// that one of them has logged moves its numbers; or else with the same number.
std::pair<size_t, size_t> Begins(const Trace& a, const Trace& b) {
  if (a.first_event == b.first_event) return {0, 0};
  const size_t choice = std::max(ChoicesBefore(a), ChoicesBefore(b));
  const uint64_t first = std::max(a.first_event, b.first_event);
  auto begin = [&](const Trace& trace, bool by_choice) {
    size_t at = ChoicesBefore(trace);
    for (size_t i = 0; by_choice && i < trace.events.size(); ++i) {
      if (IsChoice(trace.events[i]) && at++ == choice) return i;
    }
    return static_cast<size_t>(
        std::min<uint64_t>(first - trace.first_event, trace.events.size()));
  };
  const bool by_choice =
      choice < a.schedule.choices.size() && choice < b.schedule.choices.size();
  return {begin(a, by_choice), begin(b, by_choice)};
}

// The names as they are known at event number `index`.
TraceNames NamesAt(const Trace& trace, size_t index) {
  TraceNames names;
  for (const TraceEvent& event : trace.before) names.Learn(event);
  for (size_t i = 0; i <= index && i < trace.events.size(); ++i) {
    names.Learn(trace.events[i]);
  }
  return names;
}

std::string Side(const Trace& trace, const Cursor& cursor, const Cursor& other,
                 bool with_site) {
  if (cursor.done()) {
    return trace.footer.has_value() ? "nothing more, the run was over"
                                    : "nothing more was saved";
  }
  const TraceNames names = NamesAt(trace, cursor.index());
  return FormatEventBeside(other.done() ? nullptr : &other.event(),
                           cursor.number(), cursor.event(), names, with_site);
}

std::string ChoiceSide(const Trace& trace, const Trace& other, size_t index) {
  auto choice_at = [&](const Schedule& schedule) {
    const ScheduledChoice& choice = schedule.choices[index];
    return TraceEvent{SimTime(), TaskId(),
                      event::Chosen{{choice.kind, choice.n, choice.chosen,
                                     schedule.SiteOf(choice), choice.span},
                                    {}}};
  };
  if (index >= trace.schedule.choices.size()) {
    return trace.footer.has_value() ? "no further choice"
                                    : "no further choice was saved";
  }
  const TraceEvent mine = choice_at(trace.schedule);
  std::string text = EventText(mine, {});
  if (index < other.schedule.choices.size()) {
    AddDetails(choice_at(other.schedule), mine, &text);
  }
  return text;
}

bool SameChoice(const Schedule& a, const Schedule& b, size_t i) {
  if (i >= a.choices.size() || i >= b.choices.size()) return false;
  const ScheduledChoice& x = a.choices[i];
  const ScheduledChoice& y = b.choices[i];
  return x.kind == y.kind && x.n == y.n && x.chosen == y.chosen &&
         x.span == y.span && a.SiteOf(x) == b.SiteOf(y);
}

std::optional<std::string> DiffEvents(const Trace& a, const Trace& b,
                                      const TraceDiffOptions& options) {
  const auto [begin_a, begin_b] = Begins(a, b);
  Cursor left(a, begin_a, options.exact);
  Cursor right(b, begin_b, options.exact);
  while (!left.done() && !right.done() &&
         (options.exact ? SameExactly(left.event(), right.event())
                        : SameEvent(left.event(), right.event()))) {
    left.Next();
    right.Next();
  }
  if (left.done() && right.done()) return std::nullopt;
  std::string text =
      absl::StrCat("first difference at event #", left.number(), "\n  ", a.name,
                   ": ", Side(a, left, right, options.exact), "\n  ", b.name,
                   ": ", Side(b, right, left, options.exact));
  const size_t begin =
      left.index() > options.context ? left.index() - options.context : 0;
  if (begin < left.index()) {
    absl::StrAppend(&text, "\nevents before it:");
    const TraceNames names = NamesAt(a, left.index());
    for (size_t i = begin; i < left.index(); ++i) {
      absl::StrAppend(&text, "\n  ",
                      FormatEvent(a.first_event + i, a.events[i], names));
    }
  }
  return text;
}

std::optional<std::string> DiffChoices(const Trace& a, const Trace& b) {
  const size_t longer =
      std::max(a.schedule.choices.size(), b.schedule.choices.size());
  for (size_t i = 0; i < longer; ++i) {
    if (SameChoice(a.schedule, b.schedule, i)) continue;
    return absl::StrCat("first difference at choice ", i, "\n  ", a.name, ": ",
                        ChoiceSide(a, b, i), "\n  ", b.name, ": ",
                        ChoiceSide(b, a, i));
  }
  return std::nullopt;
}

std::optional<std::string> DiffField(absl::string_view what, const Trace& a,
                                     absl::string_view left, const Trace& b,
                                     absl::string_view right) {
  if (left == right) return std::nullopt;
  return absl::StrCat(what, " differs\n  ", a.name, ": ", left, "\n  ", b.name,
                      ": ", right);
}

std::string TestText(const Trace& trace) {
  const TraceHeader& header = trace.header;
  return absl::StrCat(header.suite, ".", header.test,
                      header.param.empty() ? "" : " of ", header.param);
}

std::string FooterText(const Trace& trace, bool exact) {
  if (!trace.footer.has_value()) return "none, the process died";
  const TraceFooter& footer = *trace.footer;
  std::string text = absl::StrCat(
      OutcomeName(footer.outcome), " after ", FormatSimTime(footer.elapsed),
      ", ", footer.steps, " steps, schedule digest ",
      Hex16(footer.digests.schedule.value()), ", data digest ",
      Hex16(footer.digests.data.value()));
  if (exact && footer.failure.has_value()) {
    const TraceFailure& failure = *footer.failure;
    absl::StrAppend(&text, ", ", failure.task, " at step ", failure.step, ", ",
                    FormatSimTime(failure.time), ", ", failure.site, ": ",
                    failure.message);
  }
  return text;
}

// Places in the source and all, so it is for exact comparisons.
std::optional<std::string> DiffNotDone(const Trace& a, const Trace& b) {
  auto text_of = [](const Trace& trace, size_t i) {
    return i < trace.not_done.size() ? FormatTaskReport(trace.not_done[i])
                                     : "no further task";
  };
  const size_t longer = std::max(a.not_done.size(), b.not_done.size());
  for (size_t i = 0; i < longer; ++i) {
    auto diff =
        DiffField("what was not done", a, text_of(a, i), b, text_of(b, i));
    if (diff.has_value()) return diff;
  }
  return DiffField("how much was not done", a, absl::StrCat(a.not_done_count),
                   b, absl::StrCat(b.not_done_count));
}

}  // namespace

bool SameEvent(const TraceEvent& a, const TraceEvent& b) {
  if (a.time != b.time || a.task != b.task ||
      a.what.index() != b.what.index()) {
    return false;
  }
  return std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        return SameFields(what, std::get<What>(b.what));
      },
      a.what);
}

bool IsRemark(const TraceEvent& event) {
  return std::holds_alternative<event::Logged>(event.what);
}

std::string FormatEventBeside(const TraceEvent* other, uint64_t index,
                              const TraceEvent& event, const TraceNames& names,
                              bool with_site) {
  std::string line = FormatEvent(index, event, names, with_site);
  if (other != nullptr) AddDetails(*other, event, &line);
  return line;
}

std::optional<std::string> DiffTraces(const Trace& a, const Trace& b,
                                      const TraceDiffOptions& options) {
  if (auto diff = DiffField("the test", a, TestText(a), b, TestText(b))) {
    return diff;
  }
  // Of events that one of them has dropped, the choices are still there.
  if (a.first_event != b.first_event) {
    if (auto diff = DiffChoices(a, b)) return diff;
  }
  // With events on both sides they say more than the choices among them.
  if (a.header.level == TraceLevel::kEvents &&
      b.header.level == TraceLevel::kEvents) {
    if (auto diff = DiffEvents(a, b, options)) return diff;
  }
  if (auto diff = DiffChoices(a, b)) return diff;
  if (auto diff = DiffField("the end", a, FooterText(a, options.exact), b,
                            FooterText(b, options.exact))) {
    return diff;
  }
  return options.exact ? DiffNotDone(a, b) : std::nullopt;
}

}  // namespace orrery
