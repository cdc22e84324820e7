// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/replay_checker.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "orrery/base/sim_time.h"
#include "orrery/traces/trace_diff.h"

namespace orrery {
namespace {

// So many events before the difference are shown.
constexpr size_t kContext = 5;

constexpr char kRunWasOver[] = "nothing more, the run was over";
constexpr char kRunIsOver[] = "nothing more, the run is over";

std::string DigestsText(const DigestPair& digests) {
  return absl::StrCat(
      "schedule ", absl::Hex(digests.schedule.value(), absl::kZeroPad16),
      ", data ", absl::Hex(digests.data.value(), absl::kZeroPad16));
}

// Returns what digests that differ say.
std::string DigestsMeaning(const DigestPair& recorded,
                           const DigestPair& actual) {
  if (recorded.schedule == actual.schedule) {
    return "the data digest differs, the schedule digest does not: data "
           "changed before the schedule did";
  }
  return recorded.data == actual.data
             ? "the schedule digest differs, the data digest does not"
             : "both digests differ";
}

std::string ChoiceText(ChoiceKind kind, absl::string_view label, uint64_t n) {
  return absl::StrCat("choice of ", ChoiceName(kind),
                      label.empty() ? "" : absl::StrCat(" \"", label, "\""),
                      " among ", n);
}

bool IsPick(const TraceEvent& event) {
  const auto* chosen = std::get_if<event::Chosen>(&event.what);
  return chosen != nullptr && chosen->choice.kind == ChoiceKind::kNextEntity;
}

// Returns who could run next at `event`, if that is what it is about.
std::vector<TaskId> WhoCouldRun(const TraceEvent& event) {
  if (IsPick(event)) {
    const auto& chosen = std::get<event::Chosen>(event.what);
    return {chosen.candidates.begin(), chosen.candidates.end()};
  }
  if (std::holds_alternative<event::Resumed>(event.what)) return {event.task};
  return {};
}

}  // namespace

ReplayChecker::ReplayChecker(const Trace* recorded, TraceSink* next,
                             std::function<void(std::string)> diverge)
    : recorded_(recorded), next_(next), diverge_(std::move(diverge)) {
  choices_before_ = recorded_->schedule.choices.size();
  for (const TraceEvent& event : recorded_->events) {
    if (std::holds_alternative<event::Chosen>(event.what)) --choices_before_;
  }
}

TraceLevel ReplayChecker::level() const {
  const TraceLevel wanted =
      next_ != nullptr ? next_->level() : TraceLevel::kChoices;
  return std::max(wanted, recorded_->header.level);
}

void ReplayChecker::NoteLogDifference(const Remark* recorded,
                                      const Remark* actual) {
  if (log_difference_.has_value()) return;
  LogDifference difference;
  difference.recorded = recorded != nullptr ? recorded->line : "nothing";
  difference.actual = actual != nullptr ? actual->line : "nothing";
  difference.site = actual != nullptr ? actual->site : recorded->site;
  difference.look_at = actual != nullptr ? actual->index : events_;
  log_difference_ = std::move(difference);
}

void ReplayChecker::PassRemarks() {
  while (at_ < recorded_->events.size() && IsRemark(recorded_->events[at_])) {
    const TraceEvent& event = recorded_->events[at_];
    recorded_remarks_.push_back(
        {NumberOf(at_), EventText(event, recorded_names_),
         FormatEvent(NumberOf(at_), event, recorded_names_), EventSite(event)});
    ++at_;
  }
  const size_t both = std::min(remarks_.size(), recorded_remarks_.size());
  // Where there are more of them in one run, an edit has added some.
  const bool comparable = remarks_.size() == recorded_remarks_.size() ||
                          recorded_by_ == RecordedBy::kThisBuild;
  for (size_t i = 0; comparable && i < both; ++i) {
    if (remarks_[i].text == recorded_remarks_[i].text) continue;
    NoteLogDifference(&recorded_remarks_[i], &remarks_[i]);
    break;
  }
  if (comparable && remarks_.size() != recorded_remarks_.size()) {
    NoteLogDifference(
        both < recorded_remarks_.size() ? &recorded_remarks_[both] : nullptr,
        both < remarks_.size() ? &remarks_[both] : nullptr);
  }
  remarks_.clear();
  recorded_remarks_.clear();
}

std::string ReplayChecker::LastSeen(TaskId task) const {
  for (size_t i = std::min(at_, recorded_->events.size()); i-- > 0;) {
    const TraceEvent& event = recorded_->events[i];
    const auto* spawned = std::get_if<event::Spawned>(&event.what);
    const auto* woken = std::get_if<event::Woken>(&event.what);
    if (event.task == task || (spawned != nullptr && spawned->id == task) ||
        (woken != nullptr && woken->task == task)) {
      return absl::StrCat(", last seen: ",
                          FormatEvent(NumberOf(i), event, recorded_names_));
    }
  }
  return ", not seen before";
}

void ReplayChecker::CompareCandidates(DivergenceText& text,
                                      absl::Span<const TaskId> actual) {
  if (at_ >= recorded_->events.size()) return;
  const std::vector<TaskId> recorded = WhoCouldRun(recorded_->events[at_]);
  if (recorded.empty() || actual.empty()) return;
  const auto has = [](absl::Span<const TaskId> tasks, TaskId task) {
    return std::find(tasks.begin(), tasks.end(), task) != tasks.end();
  };
  for (const TaskId task : recorded) {
    if (has(actual, task)) continue;
    text.only_recorded.push_back(
        absl::StrCat(recorded_names_.Task(task), LastSeen(task)));
  }
  for (const TaskId task : actual) {
    if (has(recorded, task)) continue;
    text.only_actual.push_back(absl::StrCat(names_.Task(task), LastSeen(task)));
  }
}

std::string ReplayChecker::LastSite(TaskId task) const {
  for (size_t i = std::min(at_, recorded_->events.size()); i-- > 0;) {
    const TraceEvent& event = recorded_->events[i];
    if (event.task != task) continue;
    const std::string site = EventSite(event);
    if (!site.empty()) return site;
  }
  return "";
}

void ReplayChecker::Describe(DivergenceText& text, const TraceEvent* actual) {
  text.trace = recorded_->name;
  text.recorded_by = recorded_by_;
  text.log = log_difference_;
  text.look_at = events_;
  look_at_ = log_difference_.has_value() ? log_difference_->look_at : events_;
  if (!HasEvents()) return;
  text.recorded = kRunWasOver;
  if (at_ < recorded_->events.size()) {
    const TraceEvent& expected = recorded_->events[at_];
    recorded_names_.Learn(expected);
    text.recorded =
        FormatEventBeside(actual, NumberOf(at_), expected, recorded_names_);
    text.site = EventSite(expected);
    text.kind = KindOfDifference(&expected, actual);
  }
  for (size_t i = at_ > kContext ? at_ - kContext : 0; i < at_; ++i) {
    text.common.push_back(
        FormatEvent(NumberOf(i), recorded_->events[i], recorded_names_));
  }
}

void ReplayChecker::Diverge(const TraceEvent& actual) {
  diverged_ = true;
  DivergenceText text;
  Describe(text, &actual);
  const TraceEvent* expected =
      at_ < recorded_->events.size() ? &recorded_->events[at_] : nullptr;
  text.kind = KindOfDifference(expected, &actual);
  text.where = absl::StrCat("event #", events_);
  if (std::holds_alternative<event::Chosen>(actual.what)) {
    absl::StrAppend(&text.where, " (choice ", chosen_, ")");
  }
  absl::StrAppend(&text.where, ", ", FormatSimTime(actual.time));
  text.actual = FormatEventBeside(expected, events_, actual, names_);
  if (const std::string site = EventSite(actual); !site.empty()) {
    text.site = site;
  }
  if (text.site.empty()) text.site = LastSite(actual.task);
  CompareCandidates(text, WhoCouldRun(actual));
  diverge_(text.ToString());
}

std::string ReplayChecker::Explain(const Divergence& divergence) {
  PassRemarks();
  DivergenceText text;
  text.recorded = "no further choice, the run was over";
  if (divergence.recorded.has_value()) {
    text.recorded = absl::StrCat(
        ChoiceText(divergence.recorded->kind, divergence.recorded_site,
                   divergence.recorded->n),
        " -> ", divergence.recorded->chosen);
  }
  Describe(text, nullptr);
  const SimTime time = divergence.actual.has_value() ? divergence.time : now_;
  const bool has_events = level() == TraceLevel::kEvents;
  text.where =
      absl::StrCat(has_events ? absl::StrCat("event #", events_, " (choice ",
                                             divergence.choice, ")")
                              : absl::StrCat("choice ", divergence.choice),
                   ", ", FormatSimTime(time));
  if (!divergence.actual.has_value()) {
    text.actual = "no further choice, the run is over";
    text.kind = DifferenceKind::kEnd;
    return text.ToString();
  }
  const Choice& choice = *divergence.actual;
  const bool pick = choice.kind == ChoiceKind::kNextEntity;
  if (has_events) {
    text.actual = absl::StrCat("#", events_, " ", FormatSimTime(time), " ",
                               names_.Task(divergence.task), " ");
  }
  absl::StrAppend(&text.actual,
                  ChoiceText(choice.kind, divergence.actual_site, choice.n));
  if (pick && has_events && choice.n == divergence.candidates.size()) {
    absl::StrAppend(&text.actual, " {");
    for (size_t i = 0; i < divergence.candidates.size(); ++i) {
      absl::StrAppend(&text.actual, i > 0 ? ", " : "",
                      names_.Task(divergence.candidates[i]));
    }
    absl::StrAppend(&text.actual, "}");
  }
  if (HasEvents()) {
    // As if it were an event: it only lacks an answer.
    const TraceEvent asked = {time, divergence.task, event::Chosen{choice, {}}};
    text.kind = KindOfDifference(
        at_ < recorded_->events.size() ? &recorded_->events[at_] : nullptr,
        &asked);
    if (pick) CompareCandidates(text, divergence.candidates);
  } else {
    text.kind = pick ? DifferenceKind::kSchedule : DifferenceKind::kData;
    text.instead.push_back(
        "the trace has choices only, so it cannot say whether events differ "
        "before this");
  }
  return text.ToString();
}

void ReplayChecker::OnChoices(absl::Span<const Choice> choices,
                              const DigestPair& digests) {
  if (next_ != nullptr && next_->level() != TraceLevel::kOff) {
    next_->OnChoices(choices, digests);
  }
  choices_ += choices.size();
  if (diverged_ || recorded_->checkpoints.empty()) return;
  const auto found = recorded_->checkpoints.find(choices_);
  if (found == recorded_->checkpoints.end() || found->second == digests) return;
  diverged_ = true;
  DivergenceText text;
  Describe(text, nullptr);
  text.where = absl::StrCat("or before choice ", choices_);
  text.recorded = DigestsText(found->second);
  text.actual = DigestsText(digests);
  text.instead = {DigestsMeaning(found->second, digests),
                  "the trace has choices only, so it cannot say which event "
                  "differs"};
  look_at_.reset();
  diverge_(text.ToString());
}

bool ReplayChecker::IsBeforeTheFirst(const TraceEvent& event) {
  if (recorded_->first_event == 0) return false;
  if (recorded_by_ != RecordedBy::kAnotherBuild) {
    return events_ < recorded_->first_event;
  }
  // Lines may have been added to what is not there, so numbers do not count.
  if (chosen_ < choices_before_ || IsRemark(event)) return true;
  const auto first =
      std::find_if_not(recorded_->events.begin(), recorded_->events.end(),
                       [](const TraceEvent& e) { return IsRemark(e); });
  return first == recorded_->events.end() || !SameEvent(*first, event);
}

void ReplayChecker::OnEvent(const TraceEvent& event) {
  if (next_ != nullptr && next_->level() == TraceLevel::kEvents) {
    next_->OnEvent(event);
  }
  if (diverged_) return;
  names_.Learn(event);
  now_ = event.time;
  const bool choice = std::holds_alternative<event::Chosen>(event.what);
  if (!HasEvents()) {
    ++events_;
    return;
  }
  if (!begun_ && IsBeforeTheFirst(event)) {
    recorded_names_.Learn(event);
    ++events_;
    if (choice) ++chosen_;
    return;
  }
  begun_ = true;
  if (IsRemark(event)) {
    remarks_.push_back({events_, EventText(event, names_),
                        FormatEvent(events_, event, names_), EventSite(event)});
    ++events_;
    return;
  }
  PassRemarks();
  if (at_ == recorded_->events.size() && !recorded_->footer.has_value()) {
    return;  // it is a trace of a process that died; this run lives on
  }
  if (at_ == recorded_->events.size() ||
      !SameEvent(recorded_->events[at_], event)) {
    Diverge(event);
    return;
  }
  recorded_names_.Learn(recorded_->events[at_]);
  ++at_;
  ++events_;
  if (choice) ++chosen_;
}

std::string ReplayChecker::CheckEnd(const DigestPair& digests) {
  if (diverged_) return "";
  if (HasEvents()) PassRemarks();
  DivergenceText text;
  if (HasEvents() && at_ < recorded_->events.size()) {
    Describe(text, nullptr);
    text.where = absl::StrCat("event #", events_, ", ", FormatSimTime(now_));
    text.actual = kRunIsOver;
    return text.ToString();
  }
  if (!recorded_->footer.has_value()) return "";
  const DigestPair& expected = recorded_->footer->digests;
  if (expected == digests) return "";
  Describe(text, nullptr);
  look_at_.reset();
  text.where = absl::StrCat("its end, ", FormatSimTime(now_));
  text.recorded = absl::StrCat("digests: ", DigestsText(expected));
  text.actual = absl::StrCat("digests: ", DigestsText(digests));
  text.instead = {DigestsMeaning(expected, digests)};
  return text.ToString();
}

}  // namespace orrery
