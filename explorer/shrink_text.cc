// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_text.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace orrery {
namespace {

// A list that is longer than a screen is not read: the trace has all of it.
constexpr size_t kMaxLines = 10;

std::string Count(uint64_t count, absl::string_view one,
                  absl::string_view many) {
  if (count == 0) return absl::StrCat("no ", one);
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

}  // namespace

DeviationWords::DeviationWords(std::vector<Deviation> order, TraceSink* next)
    : order_(std::move(order)), next_(next) {}

void DeviationWords::OnChoices(absl::Span<const Choice> choices,
                               const DigestPair& digests) {
  if (next_ != nullptr && next_->level() != TraceLevel::kOff) {
    next_->OnChoices(choices, digests);
  }
}

void DeviationWords::OnEvent(const TraceEvent& event) {
  if (next_ != nullptr && next_->level() == TraceLevel::kEvents) {
    next_->OnEvent(event);
  }
  Learn(event);
  const auto* chosen = std::get_if<event::Chosen>(&event.what);
  if (chosen == nullptr || chosen->choice.chosen == 0) return;
  const Choice& choice = chosen->choice;
  if (choice.kind != ChoiceKind::kNextEntity) {
    lines_.push_back(absl::StrCat(
        names_.Task(event.task), " draws ", choice.chosen, " of ", choice.n,
        " for ", ChoiceName(choice.kind),
        choice.site.empty() ? "" : absl::StrCat(" \"", choice.site, "\"")));
    return;
  }
  if (deviations_ >= order_.size()) return;
  const Deviation& deviation = order_[deviations_++];
  lines_.push_back(absl::StrCat(
      "before ", NameOf(deviation.before),
      HasBegun(deviation.before) ? " goes on" : " begins",
      SiteOf(deviation.before), ", ", NameOf(deviation.runs),
      HasBegun(deviation.runs) ? " runs" : " begins", SiteOf(deviation.runs)));
}

void DeviationWords::Learn(const TraceEvent& event) {
  names_.Learn(event);
  const std::string site = EventSite(event);
  if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
    tasks_[spawned->entity] = spawned->id;
    places_[spawned->id].site =
        site.empty() ? "" : absl::StrCat("spawned at ", site);
  } else if (std::holds_alternative<event::Resumed>(event.what)) {
    places_[event.task].begun = true;
  } else if (std::holds_alternative<event::Suspended>(event.what)) {
    places_[event.task].site = site;
  }
}

std::string DeviationWords::NameOf(EntityId entity) const {
  const auto task = tasks_.find(entity);
  return task == tasks_.end() ? "an unknown task" : names_.Task(task->second);
}

std::string DeviationWords::SiteOf(EntityId entity) const {
  const auto task = tasks_.find(entity);
  if (task == tasks_.end()) return "";
  const std::string& site = places_.at(task->second).site;
  return site.empty() ? "" : absl::StrCat(" (", site, ")");
}

bool DeviationWords::HasBegun(EntityId entity) const {
  const auto task = tasks_.find(entity);
  return task != tasks_.end() && places_.at(task->second).begun;
}

std::string DeviationsInWords(const ShrinkCost& cost) {
  std::vector<std::string> parts = {absl::StrCat(
      Count(cost.deviations, "deviation", "deviations"), " from FIFO order")};
  if (cost.faults != 0) parts.push_back(Count(cost.faults, "fault", "faults"));
  if (cost.draws != 0) {
    parts.push_back(
        Count(cost.draws, "draw that is not 0", "draws that are not 0"));
  }
  const std::string last = parts.back();
  parts.pop_back();
  if (parts.empty()) return last;
  return absl::StrCat(absl::StrJoin(parts, ", "), " and ", last);
}

std::vector<std::string> FormatShrink(const ShrinkResult& result,
                                      absl::Span<const std::string> lines) {
  const ShrinkCost& before = result.original;
  const ShrinkCost& after = result.cost;
  std::string first = DeviationsInWords(after);
  const uint64_t sum_before = before.deviations + before.faults + before.draws;
  const uint64_t sum_after = after.deviations + after.faults + after.draws;
  if (sum_before != sum_after) {
    absl::StrAppend(&first, " (of ", sum_before, ")");
  }
  absl::StrAppend(&first, ", after ",
                  Count(result.replays, "replay", "replays"));
  if (result.stopped) absl::StrAppend(&first, ", cut short");
  if (result.out_of_replays) absl::StrAppend(&first, ", the most it may take");
  std::vector<std::string> text = {std::move(first)};
  const size_t shown = lines.size() > kMaxLines ? kMaxLines - 1 : lines.size();
  for (size_t i = 0; i < shown; ++i) {
    text.push_back(absl::StrCat("  ", i + 1, ". ", lines[i]));
  }
  if (shown < lines.size()) {
    text.push_back(absl::StrCat("  ... and ", lines.size() - shown,
                                " more, which are in the trace"));
  }
  for (const OtherFailure& other : result.others) {
    text.push_back(
        absl::StrCat("  on the way it met another failure: ", other.signature));
  }
  return text;
}

}  // namespace orrery
