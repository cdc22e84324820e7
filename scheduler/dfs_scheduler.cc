// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/dfs_scheduler.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/scheduler/fifo_rank.h"
#include "orrery/scheduler/state_text.h"

namespace orrery {
namespace {

constexpr absl::string_view kStateName = "dfs-1";

std::string Bound(absl::string_view key, uint64_t value) {
  return value == DfsOptions::kUnbounded ? "" : absl::StrCat(key, "=", value);
}

std::string Describe(ChoiceKind kind, uint64_t n, EntityId who) {
  std::string text = absl::StrCat("choice of ", ChoiceName(kind), " among ", n);
  if (who) absl::StrAppend(&text, ", entity ", absl::Hex(who.value));
  return text;
}

std::string Plural(uint64_t n, absl::string_view noun) {
  return absl::StrCat(n, " ", noun, n == 1 ? "" : "s");
}

}  // namespace

std::string DfsScheduler::Spec() const {
  std::vector<std::string> options = {
      Bound("preemptions", options_.preemptions),
      Bound("delays", options_.delays), Bound("steps", options_.steps)};
  if (options_.values != DfsOptions::kDefaultValues) {
    options.push_back(absl::StrCat("values=", options_.values));
  }
  std::erase(options, "");
  if (options.empty()) return "dfs";
  return absl::StrCat("dfs:", absl::StrJoin(options, ","));
}

void DfsScheduler::BeginRun(const RunInfo&) {
  // What a run has added that did not come to its end is no part of the search.
  levels_.resize(given_);
  next_ = 0;
  run_cut_ = false;
  run_large_ = false;
  if (phase_ != Phase::kDiverged) divergence_.clear();
}

DfsScheduler::Level* DfsScheduler::Follow(const Level& asked) {
  if (next_ == levels_.size()) {
    levels_.push_back(asked);
  } else {
    const Level& level = levels_[next_];
    if (level.kind != asked.kind || level.n != asked.n ||
        level.preempts != asked.preempts) {
      Diverge(asked);
      return nullptr;
    }
  }
  return &levels_[next_++];
}

void DfsScheduler::Diverge(const Level& asked) {
  const Level& level = levels_[next_];
  divergence_ =
      absl::StrCat("at choice ", next_, " of a search\n  run before: ",
                   Describe(level.kind, level.n, level.who), "\n  this run: ",
                   asked.n == 0 ? "no further choice, the run is over"
                                : Describe(asked.kind, asked.n, asked.who));
}

size_t DfsScheduler::PickNext(const ChoicePoint& where, Candidates ready) {
  if (phase_ == Phase::kOver) return 0;
  if (phase_ == Phase::kDiverged || !divergence_.empty()) {
    return static_cast<size_t>(kDiverged);
  }
  if (where.step >= options_.steps) {
    run_cut_ = true;
    return 0;
  }
  const Level asked = {
      .kind = ChoiceKind::kNextEntity,
      .preempts = ready[0]->task == where.task && static_cast<bool>(where.task),
      .n = ready.size()};
  Level* level = Follow(asked);
  if (level == nullptr) return static_cast<size_t>(kDiverged);
  const size_t index = IndexOfRank(ready, level->chosen);
  const EntityId who = ready[index]->id;
  if (!level->who) {
    level->who = who;
  } else if (level->who != who) {
    --next_;
    Level other = asked;
    other.who = who;
    Diverge(other);
    return static_cast<size_t>(kDiverged);
  }
  return index;
}

uint64_t DfsScheduler::Draw(const ChoicePoint& where) {
  if (phase_ == Phase::kOver) return 0;
  if (phase_ == Phase::kDiverged || !divergence_.empty()) return kDiverged;
  if (where.n > options_.values) {
    run_large_ = true;
    return 0;
  }
  if (where.step >= options_.steps) {
    run_cut_ = true;
    return 0;
  }
  Level* level = Follow({.kind = where.kind, .n = where.n});
  return level != nullptr ? level->chosen : kDiverged;
}

NextRun DfsScheduler::EndRun(const RunSummary& run) {
  if (phase_ == Phase::kSearching) {
    const bool died = run.outcome == Outcome::kUnknown;
    if (!died && divergence_.empty() && next_ < levels_.size()) Diverge({});
    if (!divergence_.empty()) {
      phase_ = Phase::kDiverged;
    } else {
      ++schedules_;
      if (run_cut_) ++cut_;
      if (run_large_) ++large_;
      // Its choices after the vector died with it.
      if (died) {
        ++lost_;
        levels_.resize(given_);
      }
      if (!Advance()) phase_ = Phase::kOver;
    }
  }
  if (phase_ == Phase::kSearching) return NextRun::kAgain;
  const bool complete = phase_ == Phase::kOver && !bound_used_ && cut_ == 0 &&
                        large_ == 0 && lost_ == 0;
  return complete ? NextRun::kExhausted : NextRun::kOutOfBudget;
}

bool DfsScheduler::Exceeds(const Level& level, uint64_t chosen) const {
  Level changed = level;
  changed.chosen = chosen;
  return PreemptionsOf(changed) > options_.preemptions - preemptions_ ||
         DelaysOf(changed) > options_.delays - delays_;
}

bool DfsScheduler::Advance() {
  preemptions_ = 0;
  delays_ = 0;
  for (const Level& level : levels_) {
    preemptions_ += PreemptionsOf(level);
    delays_ += DelaysOf(level);
  }
  while (!levels_.empty()) {
    Level& last = levels_.back();
    preemptions_ -= PreemptionsOf(last);
    delays_ -= DelaysOf(last);
    if (last.chosen + 1 < last.n) {
      if (!Exceeds(last, last.chosen + 1)) {
        ++last.chosen;
        last.who = EntityId();
        given_ = levels_.size();
        return true;
      }
      bound_used_ = true;
    }
    levels_.pop_back();
  }
  given_ = 0;
  return false;
}

std::string DfsScheduler::Completeness() const {
  std::vector<std::string> bounds;
  if (options_.preemptions != DfsOptions::kUnbounded) {
    bounds.push_back(Plural(options_.preemptions, "preemption"));
  }
  if (options_.delays != DfsOptions::kUnbounded) {
    bounds.push_back(Plural(options_.delays, "delay"));
  }
  std::string text;
  if (phase_ == Phase::kOver) {
    text = absl::StrCat(
        "every schedule",
        bound_used_
            ? absl::StrCat(" with at most ", absl::StrJoin(bounds, " and "))
            : "",
        " (", schedules_, " of them)");
  } else {
    text = absl::StrCat("the first ", Plural(schedules_, "schedule"),
                        ", there are more");
  }
  if (phase_ == Phase::kDiverged) {
    absl::StrAppend(&text, "; stopped, since the program is not deterministic");
  }
  if (cut_ != 0) {
    absl::StrAppend(&text, "; ", cut_, " of them ", cut_ == 1 ? "was" : "were",
                    " cut at ", Plural(options_.steps, "step"));
  }
  if (large_ != 0) {
    absl::StrAppend(&text, "; ", large_, " of them drew from more than ",
                    Plural(options_.values, "value"), " and got 0 only");
  }
  if (lost_ != 0) {
    absl::StrAppend(&text, "; ", lost_, " of them died, and what could follow ",
                    "the choices they had in common with others was not tried");
  }
  return text;
}

std::string DfsScheduler::SaveState() const {
  std::string state;
  AppendState(&state, kStateName);
  AppendState(&state, Spec());
  for (const uint64_t number :
       {uint64_t{static_cast<uint8_t>(phase_)}, schedules_, cut_, large_, lost_,
        uint64_t{bound_used_}, uint64_t{given_}}) {
    AppendState(&state, number);
  }
  for (size_t i = 0; i < given_; ++i) {
    const Level& level = levels_[i];
    for (const uint64_t number :
         {uint64_t{static_cast<uint8_t>(level.kind)}, uint64_t{level.preempts},
          level.n, level.chosen, level.who.value}) {
      AppendState(&state, number);
    }
  }
  AppendState(&state, "end");
  return state;
}

bool DfsScheduler::RestoreState(absl::string_view state) {
  StateReader reader(state);
  Phase phase = Phase::kSearching;
  uint64_t schedules = 0;
  uint64_t cut = 0;
  uint64_t large = 0;
  uint64_t lost = 0;
  bool bound_used = false;
  uint64_t count = 0;
  if (!reader.Word(kStateName) || !reader.Word(Spec()) ||
      !reader.Value(&phase, Phase::kDiverged) || !reader.Number(&schedules) ||
      !reader.Number(&cut) || !reader.Number(&large) || !reader.Number(&lost) ||
      !reader.Value(&bound_used, true) ||
      !reader.Number(&count, state.size())) {
    return false;
  }
  std::vector<Level> levels(count);
  for (Level& level : levels) {
    if (!reader.Value(&level.kind, ChoiceKind::kFault) ||
        level.kind < ChoiceKind::kNextEntity ||
        !reader.Value(&level.preempts, true) || !reader.Number(&level.n) ||
        level.n < 2 || !reader.Number(&level.chosen, level.n - 1) ||
        !reader.Number(&level.who.value)) {
      return false;
    }
  }
  if (!reader.Word("end") || !reader.AtEnd()) return false;
  phase_ = phase;
  schedules_ = schedules;
  cut_ = cut;
  large_ = large;
  lost_ = lost;
  bound_used_ = bound_used;
  levels_ = std::move(levels);
  given_ = levels_.size();
  next_ = 0;
  divergence_ = phase == Phase::kDiverged
                    ? "the search has met a program that is not deterministic"
                    : "";
  return true;
}

}  // namespace orrery
