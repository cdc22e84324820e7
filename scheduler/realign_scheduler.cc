// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/realign_scheduler.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/ids.h"

namespace orrery {

std::string Realignment::ToString() const {
  if (exact()) return absl::StrCat("all ", recorded, " choices reused");
  std::string text =
      absl::StrCat(reused, " of ", recorded, " choices reused, ");
  if (realigned_from.has_value()) {
    absl::StrAppend(&text, "realigned from choice ", *realigned_from, " on, ");
  }
  absl::StrAppend(&text, mismatched, " mismatched");
  if (first_mismatch.has_value()) {
    absl::StrAppend(&text, " (first at choice ", *first_mismatch, ")");
  }
  return text;
}

RealignScheduler::RealignScheduler(Recording recording)
    : recording_(std::move(recording)), matcher_(recording_.entities) {
  Index();
}

void RealignScheduler::Index() {
  const Schedule& schedule = recording_.schedule;
  for (uint32_t i = 0; i < schedule.sites.size(); ++i) {
    sites_.emplace(schedule.sites[i], i);
  }
  const bool known = recording_.has_actors();
  for (size_t i = 0; i < schedule.choices.size(); ++i) {
    const ScheduledChoice& choice = schedule.choices[i];
    if (known && choice.kind == ChoiceKind::kNextEntity) continue;
    const EntityId actor =
        i < recording_.actors.size() ? recording_.actors[i] : EntityId();
    by_key_[{actor, choice.kind, SiteOf(schedule.SiteOf(choice))}].push_back(i);
  }
  for (size_t i = 0; i < recording_.steps.size(); ++i) {
    steps_of_[recording_.steps[i].who].push_back(i);
  }
}

uint32_t RealignScheduler::SiteOf(absl::string_view label) const {
  const auto found = sites_.find(label);
  return found != sites_.end() ? found->second : kNoSuchSite;
}

void RealignScheduler::BeginRun(const RunInfo&) {
  matcher_.BeginRun();
  prng_ = Prng(ids_internal::Mix(recording_.seed.value + 1));
  next_ = 0;
  choices_ = 0;
  asked_.clear();
  taken_.clear();
  used_.assign(recording_.schedule.choices.size(), false);
  realignment_ = {};
  realignment_.recorded = recording_.schedule.choices.size();
}

void RealignScheduler::Leave() {
  if (!realignment_.realigned_from) realignment_.realigned_from = choices_;
}

void RealignScheduler::Reuse(size_t choice) {
  // A step that nobody has chosen has no choice, and a list that was cut has
  // lost some.
  if (choice >= used_.size() || used_[choice]) return;
  used_[choice] = true;
  ++realignment_.reused;
}

void RealignScheduler::Mismatch() {
  ++realignment_.mismatched;
  if (!realignment_.first_mismatch) realignment_.first_mismatch = choices_;
}

const ScheduledChoice* RealignScheduler::Follow(const ChoicePoint& where,
                                                EntityId actor) {
  if (realignment_.realigned_from) return nullptr;
  const Schedule& schedule = recording_.schedule;
  if (next_ < schedule.choices.size()) {
    const ScheduledChoice& choice = schedule.choices[next_];
    const bool same_actor =
        next_ >= recording_.actors.size() || recording_.actors[next_] == actor;
    if (choice.kind == where.kind && choice.n == where.n && same_actor &&
        choice.chosen < where.n && schedule.SiteOf(choice) == where.site) {
      Reuse(next_++);
      return &choice;
    }
  }
  Leave();
  return nullptr;
}

size_t RealignScheduler::PickNext(const ChoicePoint& where, Candidates ready) {
  size_t answer = 0;
  // Whom the record would have run.
  EntityId there;
  if (!realignment_.realigned_from &&
      next_ < recording_.schedule.choices.size()) {
    const uint64_t chosen = recording_.schedule.choices[next_].chosen;
    if (chosen < ready.size()) there = matcher_.Recorded(ready[chosen]->id);
  }
  if (const ScheduledChoice* choice = Follow(where, there)) {
    answer = choice->chosen;
    if (!recording_.has_actors()) {
      ++asked_[{EntityId(), where.kind, SiteOf(where.site)}];
    }
  } else if (recording_.has_actors()) {
    answer = PickByOrder(ready);
  } else {
    const Key key = {EntityId(), where.kind, SiteOf(where.site)};
    answer = Answer(key, asked_[key]++, ready.size());
  }
  ++choices_;
  return answer;
}

size_t RealignScheduler::PickByOrder(Candidates ready) {
  size_t best = 0;
  size_t first = ~size_t{0};  // its step in the record
  for (size_t i = 0; i < ready.size(); ++i) {
    const EntityId who = matcher_.Recorded(ready[i]->id);
    const auto steps = steps_of_.find(who);
    if (!who || steps == steps_of_.end()) continue;
    const auto taken = taken_.find(who);
    const uint64_t k = taken != taken_.end() ? taken->second : 0;
    if (k >= steps->second.size() || steps->second[k] >= first) continue;
    first = steps->second[k];
    best = i;
  }
  if (first == ~size_t{0}) {
    Mismatch();
    return 0;
  }
  Reuse(recording_.steps[first].choice);
  return best;
}

uint64_t RealignScheduler::Draw(const ChoicePoint& where) {
  const bool known = recording_.has_actors();
  EntityId actor;
  if (known && where.task) {
    actor = matcher_.Recorded(where.entity);
    // Nobody's draws are those of a task that was not recorded.
    if (!actor) actor = EntityId(~uint64_t{0});
  }
  const Key key = {actor, where.kind, SiteOf(where.site)};
  const uint64_t k = asked_[key]++;
  const ScheduledChoice* choice = Follow(where, actor);
  const uint64_t answer =
      choice != nullptr ? choice->chosen : Answer(key, k, where.n);
  ++choices_;
  return answer;
}

uint64_t RealignScheduler::Answer(const Key& key, uint64_t k, uint64_t n) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || k >= found->second.size()) {
    Mismatch();
    return prng_.Below(n);
  }
  const size_t index = found->second[k];
  const ScheduledChoice& choice = recording_.schedule.choices[index];
  if (choice.n == n && choice.chosen < n) {
    Reuse(index);
    return choice.chosen;
  }
  Mismatch();
  return choice.chosen % n;
}

void RealignScheduler::OnStep(const StepInfo& step) {
  if (step.forced) return;
  const EntityId who = matcher_.Recorded(step.id);
  if (who) ++taken_[who];
}

}  // namespace orrery
