// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/trace_diff.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "orrery/traces/trace_text.h"

namespace orrery {
namespace {

template <typename T>
bool SameFields(const T&, const T&) {
  return true;
}
bool SameFields(const event::Spawned& a, const event::Spawned& b) {
  return a.id == b.id && a.entity == b.entity && a.kind == b.kind &&
         a.node == b.node && a.name == b.name && a.due == b.due;
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
  return a.failed == b.failed;
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

bool SameExactly(const TraceEvent& a, const TraceEvent& b) {
  if (!SameEvent(a, b) || EventSite(a) != EventSite(b)) return false;
  const TraceNames none;
  return EventText(a, none) == EventText(b, none);
}

// Walks over the events that count.
class Cursor {
 public:
  Cursor(const Trace& trace, bool exact) : trace_(trace), exact_(exact) {
    Skip();
  }
  bool done() const { return at_ == trace_.events.size(); }
  size_t index() const { return at_; }
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
  size_t at_ = 0;
};

// The names as they are known at event number `index`.
TraceNames NamesAt(const Trace& trace, size_t index) {
  TraceNames names;
  for (size_t i = 0; i <= index && i < trace.events.size(); ++i) {
    names.Learn(trace.events[i]);
  }
  return names;
}

std::string Side(const Trace& trace, const Cursor& cursor, bool with_site) {
  if (cursor.done()) return "nothing more, the run was over";
  return FormatEvent(cursor.index(), cursor.event(),
                     NamesAt(trace, cursor.index()), with_site);
}

std::string ChoiceText(const Schedule& schedule, size_t index) {
  if (index >= schedule.choices.size()) return "no further choice";
  const ScheduledChoice& choice = schedule.choices[index];
  return absl::StrCat("choice of ", ChoiceName(choice.kind),
                      schedule.SiteOf(choice).empty()
                          ? ""
                          : absl::StrCat(" \"", schedule.SiteOf(choice), "\""),
                      ": ", choice.chosen, " of ", choice.n);
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
  Cursor left(a, options.exact);
  Cursor right(b, options.exact);
  while (!left.done() && !right.done() &&
         (options.exact ? SameExactly(left.event(), right.event())
                        : SameEvent(left.event(), right.event()))) {
    left.Next();
    right.Next();
  }
  if (left.done() && right.done()) return std::nullopt;
  std::string text =
      absl::StrCat("first difference at event #", left.index(), "\n  ", a.name,
                   ": ", Side(a, left, options.exact), "\n  ", b.name, ": ",
                   Side(b, right, options.exact));
  const size_t begin =
      left.index() > options.context ? left.index() - options.context : 0;
  if (begin < left.index()) {
    absl::StrAppend(&text, "\nevents before it:");
    const TraceNames names = NamesAt(a, left.index());
    for (size_t i = begin; i < left.index(); ++i) {
      absl::StrAppend(&text, "\n  ", FormatEvent(i, a.events[i], names));
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
                        ChoiceText(a.schedule, i), "\n  ", b.name, ": ",
                        ChoiceText(b.schedule, i));
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

std::string FooterText(const Trace& trace) {
  if (!trace.footer.has_value()) return "none, the process died";
  const TraceFooter& footer = *trace.footer;
  return absl::StrCat(
      OutcomeName(footer.outcome), " after ", FormatSimTime(footer.elapsed),
      ", ", footer.steps, " steps, schedule digest ",
      absl::Hex(footer.digests.schedule.value(), absl::kZeroPad16),
      ", data digest ",
      absl::Hex(footer.digests.data.value(), absl::kZeroPad16));
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

std::optional<std::string> DiffTraces(const Trace& a, const Trace& b,
                                      const TraceDiffOptions& options) {
  if (auto diff = DiffField("the test", a,
                            absl::StrCat(a.header.suite, ".", a.header.test), b,
                            absl::StrCat(b.header.suite, ".", b.header.test))) {
    return diff;
  }
  // With events on both sides they say more than the choices among them.
  if (a.header.level == TraceLevel::kEvents &&
      b.header.level == TraceLevel::kEvents) {
    if (auto diff = DiffEvents(a, b, options)) return diff;
  }
  if (auto diff = DiffChoices(a, b)) return diff;
  return DiffField("the end", a, FooterText(a), b, FooterText(b));
}

}  // namespace orrery
