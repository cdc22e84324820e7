// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/divergence_text.h"

#include <cstddef>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"

namespace orrery {
namespace {

// Of those who could run in one run only, so many are named.
constexpr size_t kMaxNamed = 2;

bool IsOfTheSchedule(const TraceEvent& event) {
  if (const auto* chosen = std::get_if<event::Chosen>(&event.what)) {
    return chosen->choice.kind == ChoiceKind::kNextEntity;
  }
  return std::holds_alternative<event::Resumed>(event.what) ||
         std::holds_alternative<event::Woken>(event.what);
}

// Whether two events of one task say that it does the same with other values.
bool IsOfData(const TraceEvent& a, const TraceEvent& b) {
  if (a.what.index() != b.what.index()) return false;
  if (a.time != b.time) return true;
  if (const auto* left = std::get_if<event::Suspended>(&a.what)) {
    const auto& right = std::get<event::Suspended>(b.what);
    return left->wait == right.wait && left->object == right.object;
  }
  if (const auto* left = std::get_if<event::Spawned>(&a.what)) {
    return left->due != std::get<event::Spawned>(b.what).due;
  }
  return std::holds_alternative<event::Chosen>(a.what) ||
         std::holds_alternative<event::TimePassed>(a.what) ||
         std::holds_alternative<event::MessageSent>(a.what) ||
         std::holds_alternative<event::FileAccessed>(a.what) ||
         std::holds_alternative<event::StateDigested>(a.what);
}

void AppendNames(absl::string_view heading,
                 const std::vector<std::string>& names, std::string* text) {
  for (size_t i = 0; i < names.size() && i < kMaxNamed; ++i) {
    absl::StrAppend(text, "\n  ", heading, names[i]);
  }
  if (names.size() > kMaxNamed) {
    absl::StrAppend(text, ", and ", names.size() - kMaxNamed, " more");
  }
}

absl::string_view Meaning(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::kSchedule:
      return "the schedule changed first: no number that was drawn, no message "
             "and no line that was logged differs before this";
    case DifferenceKind::kData:
      return "data changed before the schedule did: who ran is the same up to "
             "here, what was computed is not";
    case DifferenceKind::kAction:
      return "a task does something else: who ran is the same up to here";
    case DifferenceKind::kEnd:
      return "one of the runs is over, and all was the same up to here";
  }
  return "";
}

absl::string_view BuildText(RecordedBy recorded_by) {
  switch (recorded_by) {
    case RecordedBy::kThisBuild:
      return "same build: it follows neither from the code nor from the "
             "choices, but from a clock, an address, a thread or the like; see "
             "docs/determinism.md";
    case RecordedBy::kAnotherBuild:
      return "another build recorded it: an edit may be all there is to it; "
             "--orrery_replay_mode=lenient replays across edits";
    case RecordedBy::kUnknown:
      break;
  }
  return "the trace does not say which build recorded it";
}

}  // namespace

DifferenceKind KindOfDifference(const TraceEvent* recorded,
                                const TraceEvent* actual) {
  if (recorded == nullptr || actual == nullptr) return DifferenceKind::kEnd;
  if (recorded->task != actual->task || IsOfTheSchedule(*recorded) ||
      IsOfTheSchedule(*actual)) {
    return DifferenceKind::kSchedule;
  }
  return IsOfData(*recorded, *actual) ? DifferenceKind::kData
                                      : DifferenceKind::kAction;
}

std::string DivergenceText::ToString() const {
  std::string text =
      absl::StrCat("REPLAY DIVERGED at ", where, ": this run does not match ",
                   trace, "\n  recorded: ", recorded, "\n  this run: ", actual);
  AppendNames("missing in this run: ", only_recorded, &text);
  AppendNames("only in this run: ", only_actual, &text);
  for (const std::string& line : instead) absl::StrAppend(&text, "\n  ", line);
  if (instead.empty()) {
    std::optional<uint64_t> event = look_at;
    std::string place = site;
    if (log.has_value()) {
      absl::StrAppend(
          &text,
          "\n  data changed before the schedule did: what was logged differs",
          "\n    recorded: ", log->recorded, "\n    this run: ", log->actual);
      event = log->look_at;
      place = log->site;
    } else {
      absl::StrAppend(&text, "\n  ", Meaning(kind));
    }
    if (event.has_value()) {
      absl::StrAppend(&text, "\n  => look at event #", *event,
                      place.empty() ? "" : absl::StrCat(" [", place, "]"));
    }
  }
  absl::StrAppend(&text, "\n  ", BuildText(recorded_by));
  if (common.empty()) return text;
  absl::StrAppend(&text, "\n  last ",
                  common.size() == 1 ? "" : absl::StrCat(common.size(), " "),
                  common.size() == 1 ? "common event:" : "common events:");
  for (const std::string& line : common) absl::StrAppend(&text, "\n    ", line);
  return text;
}

}  // namespace orrery
