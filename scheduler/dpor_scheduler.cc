// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/dpor_scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace orrery {
namespace {

bool Contains(const std::vector<EntityId>& list, EntityId who) {
  return std::find(list.begin(), list.end(), who) != list.end();
}

std::string Describe(const std::vector<EntityId>& ready) {
  return absl::StrCat(
      "choice of next task among ", ready.size(), ", entities ",
      absl::StrJoin(ready, " ", [](std::string* out, EntityId id) {
        absl::StrAppend(out, absl::Hex(id.value));
      }));
}

std::string DescribeDraw(uint64_t n) {
  return absl::StrCat("draw of a number among ", n);
}

}  // namespace

std::string DporScheduler::Spec() const {
  std::vector<std::string> options;
  if (options_.steps != DporOptions::kUnbounded) {
    options.push_back(absl::StrCat("steps=", options_.steps));
  }
  if (options_.values != DporOptions::kDefaultValues) {
    options.push_back(absl::StrCat("values=", options_.values));
  }
  if (options.empty()) return "dpor";
  return absl::StrCat("dpor:", absl::StrJoin(options, ","));
}

bool DporScheduler::Sleeps(const std::vector<Tried>& sleep, EntityId who) {
  return std::any_of(sleep.begin(), sleep.end(),
                     [who](const Tried& tried) { return tried.who == who; });
}

void DporScheduler::Want(Node& node, EntityId who) {
  if (!Contains(node.wanted, who)) node.wanted.push_back(who);
}

void DporScheduler::Diverge(absl::string_view before, absl::string_view now) {
  divergence_ =
      absl::StrCat("at choice ", next_, " of a search\n  run before: ", before,
                   "\n  this run: ", now);
}

void DporScheduler::BeginRun(const RunInfo&) {
  // What a run has added that did not come to its end is no part of the search.
  nodes_.resize(given_);
  next_ = 0;
  chosen_at_ = kNoNode;
  node_of_.clear();
  chosen_by_.clear();
  sleep_.clear();
  analysis_.Clear();
  aside_ = false;
  asleep_ = false;
  run_cut_ = false;
  run_large_ = false;
  if (phase_ != Phase::kDiverged) divergence_.clear();
}

size_t DporScheduler::PickNext(const ChoicePoint& where, Candidates ready) {
  if (phase_ == Phase::kDiverged || !divergence_.empty()) {
    return static_cast<size_t>(kDiverged);
  }
  if (!Follows()) return 0;
  if (where.step >= options_.steps) {
    run_cut_ = true;
    aside_ = true;
    return 0;
  }
  if (next_ == nodes_.size()) return NewNode(ready);

  Node& node = nodes_[next_];
  const bool same = std::equal(
      node.ready.begin(), node.ready.end(), ready.begin(), ready.end(),
      [](EntityId id, const Candidate* c) { return id == c->id; });
  if (node.is_draw() || !same) {
    std::vector<EntityId> now;
    for (const Candidate* c : ready) now.push_back(c->id);
    Diverge(node.is_draw() ? DescribeDraw(node.n) : Describe(node.ready),
            Describe(now));
    return static_cast<size_t>(kDiverged);
  }
  node.sleep = sleep_;
  sleep_.insert(sleep_.end(), node.tried.begin(), node.tried.end());
  chosen_at_ = next_++;
  const auto chosen =
      std::find(node.ready.begin(), node.ready.end(), node.current.who);
  return static_cast<size_t>(chosen - node.ready.begin());
}

size_t DporScheduler::NewNode(Candidates ready) {
  // The first of those that are awake.
  size_t index = ready.size();
  for (size_t i = 0; i < ready.size(); ++i) {
    if (Sleeps(sleep_, ready[i]->id)) continue;
    if (index == ready.size() || ready[i]->order < ready[index]->order) {
      index = i;
    }
  }
  if (index == ready.size()) {
    asleep_ = true;
    aside_ = true;
    return 0;
  }
  Node& node = nodes_.emplace_back();
  for (const Candidate* c : ready) node.ready.push_back(c->id);
  node.current.who = ready[index]->id;
  node.wanted.push_back(node.current.who);
  node.sleep = sleep_;
  chosen_at_ = next_++;
  return index;
}

uint64_t DporScheduler::Draw(const ChoicePoint& where) {
  if (phase_ == Phase::kDiverged || !divergence_.empty()) return kDiverged;
  if (!Follows()) return 0;
  if (where.n > options_.values) {
    run_large_ = true;
    return 0;
  }
  if (where.step >= options_.steps) {
    run_cut_ = true;
    aside_ = true;
    return 0;
  }
  if (next_ == nodes_.size()) {
    nodes_.emplace_back().n = where.n;
  } else if (const Node& node = nodes_[next_]; node.n != where.n) {
    Diverge(node.is_draw() ? DescribeDraw(node.n) : Describe(node.ready),
            DescribeDraw(where.n));
    return kDiverged;
  }
  return nodes_[next_++].value;
}

void DporScheduler::OnStep(const StepInfo& step) {
  if (!Follows() || !divergence_.empty()) return;
  // One that was not asked about, since there was no other.
  if (chosen_at_ == kNoNode && !step.forced && Sleeps(sleep_, step.id)) {
    asleep_ = true;
    aside_ = true;
    return;
  }
  // What came before the newest choice has been looked at in an earlier run.
  const std::vector<Race> races = analysis_.Add(step, next_ >= given_);
  const Touches& touches = analysis_.touches();
  // A step of the event loop can only be replaced by replacing the one that was
  // chosen before it.
  node_of_.push_back(step.forced && chosen_at_ == kNoNode && !node_of_.empty()
                         ? node_of_.back()
                         : chosen_at_);
  if (!step.forced) chosen_by_.push_back(chosen_at_);
  if (!step.forced && chosen_at_ != kNoNode) {
    nodes_[chosen_at_].current.touches.AddAll(touches);
    chosen_at_ = kNoNode;
  }
  for (const size_t end : analysis_.passed()) {
    if (node_of_[end] == kNoNode) continue;
    // To come before that end makes a difference to all that this one does.
    nodes_[node_of_[end]].current.touches.Add(
        {ObjectKey(step.id.value), TouchKind::kTell});
  }
  for (const Race& race : races) FollowRace(race);
  if (next_ >= given_) WantDisabled(step, touches);
  std::erase_if(sleep_, [&touches](const Tried& tried) {
    return !Independent(tried.touches, touches);
  });
}

// What could have run, and may have been taken out instead, never comes to race
// with the step that did so.
void DporScheduler::WantDisabled(const StepInfo& step, const Touches& touches) {
  size_t at[] = {node_of_.back(), kNoNode};
  if (step.forced && step.cause != 0 && step.cause <= chosen_by_.size()) {
    at[1] = chosen_by_[step.cause - 1];
  }
  for (const Touch& touch : touches.list) {
    if (touch.kind != TouchKind::kTell && touch.kind != TouchKind::kWrite) {
      continue;
    }
    const EntityId who(touch.object.value);
    for (const size_t node : at) {
      if (node != kNoNode && Contains(nodes_[node].ready, who) &&
          !Sleeps(nodes_[node].sleep, who)) {
        Want(nodes_[node], who);
      }
    }
  }
}

void DporScheduler::FollowRace(const Race& race) {
  if (node_of_[race.first] == kNoNode) return;  // there was nobody else
  Node& node = nodes_[node_of_[race.first]];
  bool any = false;
  for (const EntityId who : race.initials) {
    if (!Contains(node.ready, who)) continue;
    if (Contains(node.wanted, who) || Sleeps(node.sleep, who)) return;
    any = true;
  }
  if (any) {
    for (const EntityId who : race.initials) {
      if (Contains(node.ready, who)) return Want(node, who);
    }
  }
  for (const EntityId who : node.ready) Want(node, who);
}

NextRun DporScheduler::EndRun(const RunSummary& run) {
  if (phase_ == Phase::kSearching) {
    const bool died = run.outcome == Outcome::kUnknown;
    if (!died && !aside_ && divergence_.empty() && next_ < given_) {
      Diverge(nodes_[next_].is_draw() ? DescribeDraw(nodes_[next_].n)
                                      : Describe(nodes_[next_].ready),
              "no further choice, the run is over");
    }
    if (!divergence_.empty()) {
      phase_ = Phase::kDiverged;
    } else {
      ++(asleep_ ? repetitions_ : schedules_);
      if (run_cut_) ++cut_;
      if (run_large_) ++large_;
      if (died) {
        // Its choices after the given ones died with it.
        ++lost_;
        nodes_.resize(given_);
        const auto last =
            std::find_if(nodes_.rbegin(), nodes_.rend(),
                         [](const Node& node) { return !node.is_draw(); });
        if (last != nodes_.rend()) last->current.touches.everything = true;
      } else if (!aside_ && run.outcome != Outcome::kCompleted &&
                 run.outcome != Outcome::kDeadlock && !node_of_.empty() &&
                 node_of_.back() != kNoNode) {
        // What the others would have done is not known.
        Node& node = nodes_[node_of_.back()];
        node.current.touches.everything = true;
        for (const EntityId who : node.ready) Want(node, who);
      }
      if (!Advance()) phase_ = Phase::kOver;
    }
  }
  if (phase_ == Phase::kSearching) return NextRun::kAgain;
  const bool complete =
      phase_ == Phase::kOver && cut_ == 0 && large_ == 0 && lost_ == 0;
  return complete ? NextRun::kExhausted : NextRun::kOutOfBudget;
}

bool DporScheduler::Advance() {
  while (!nodes_.empty()) {
    Node& node = nodes_.back();
    if (node.is_draw()) {
      if (++node.value < node.n) break;
    } else {
      node.tried.push_back(std::exchange(node.current, {}));
      for (const EntityId who : node.wanted) {
        if (Sleeps(node.tried, who) || Sleeps(node.sleep, who)) continue;
        node.current.who = who;
        break;
      }
      if (node.current.who) break;
    }
    nodes_.pop_back();
  }
  given_ = nodes_.size();
  return given_ != 0;
}

std::string DporScheduler::Completeness() const {
  std::string text;
  if (phase_ == Phase::kOver) {
    text = absl::StrCat("one schedule of each kind (", schedules_, " of them");
    if (repetitions_ != 0) {
      absl::StrAppend(&text, ", and ", repetitions_,
                      repetitions_ == 1 ? " repetition that was cut short"
                                        : " repetitions that were cut short");
    }
    absl::StrAppend(&text, ")");
  } else {
    text = absl::StrCat(
        "the first ",
        schedules_ == 1 ? "schedule" : absl::StrCat(schedules_, " schedules"),
        " of those of each kind; there are more");
  }
  if (phase_ == Phase::kDiverged) {
    absl::StrAppend(&text, "; stopped, since the program is not deterministic");
  }
  if (cut_ != 0) {
    absl::StrAppend(&text, "; ", cut_, " of them cut at ", options_.steps,
                    " steps");
  }
  if (large_ != 0) {
    absl::StrAppend(&text, "; ", large_, " of them drew from more than ",
                    options_.values, " values and got 0 only");
  }
  if (lost_ != 0) {
    absl::StrAppend(&text, "; ", lost_,
                    " of them died, and their races are not known");
  }
  return text;
}

}  // namespace orrery
