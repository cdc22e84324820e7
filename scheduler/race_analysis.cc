// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/race_analysis.h"

#include <algorithm>

namespace orrery {
namespace {

constexpr TaskId kMainTask(1);

TouchKind KindOf(AccessKind kind) {
  switch (kind) {
    case AccessKind::kRead:
      return TouchKind::kRead;
    case AccessKind::kLock:
      return TouchKind::kLock;
    case AccessKind::kUnlock:
      return TouchKind::kUnlock;
    default:
      return TouchKind::kWrite;
  }
}

bool Created(const StepInfo& step, ObjectKey key) {
  for (const Readied& readied : step.readied) {
    if (readied.created && readied.id.value == key.value) return true;
  }
  return false;
}

}  // namespace

void RaceAnalysis::Clear() {
  BeginInstant();
  begin_ = 0;
  instant_ = 0;
  entities_.clear();
  chosen_.clear();
}

void RaceAnalysis::BeginInstant() {
  begin_ += events_.size();
  events_.clear();
  owners_.clear();
  owner_of_.clear();
  touched_.clear();
}

bool RaceAnalysis::Covers(const Clock& clock, size_t event) const {
  const Event& e = at(event);
  return e.owner < clock.size() && clock[e.owner] >= e.ordinal;
}

void RaceAnalysis::Join(Clock& clock, const Clock& other) {
  if (clock.size() < other.size()) clock.resize(other.size());
  for (size_t i = 0; i < other.size(); ++i) {
    clock[i] = std::max(clock[i], other[i]);
  }
}

bool RaceAnalysis::HappensBefore(size_t earlier, size_t later) const {
  return Covers(at(later).clock, earlier);
}

uint32_t RaceAnalysis::NewOwner(EntityId id) {
  owners_.emplace_back().id = id;
  return static_cast<uint32_t>(owners_.size() - 1);
}

uint32_t RaceAnalysis::OwnerOf(EntityId id) {
  const auto found = owner_of_.find(id);
  if (found != owner_of_.end()) return found->second;
  const uint32_t owner = NewOwner(id);
  owner_of_.emplace(id, owner);
  entities_.insert(ObjectKey(id.value));
  return owner;
}

void RaceAnalysis::FindTouches(const StepInfo& step) {
  const ObjectKey self(step.id.value);
  touches_.Clear();
  joined_.clear();
  passed_.clear();
  if (!step.forced) touches_.Add({self, TouchKind::kStep});
  const auto joins = [&](const Access& access) {
    return access.kind == AccessKind::kNone ||
           (access.kind == AccessKind::kWait &&
            entities_.contains(access.object));
  };
  // What it does between waiting for others who turn out to be over.
  const auto first =
      std::find_if_not(step.accesses.begin(), step.accesses.end(), joins);
  const auto last =
      std::find_if_not(step.accesses.rbegin(), step.accesses.rend(), joins)
          .base();
  for (auto it = step.accesses.begin(); it != step.accesses.end(); ++it) {
    const Access& access = *it;
    if (!joins(access)) {
      AddTouch(step, access);
    } else if (access.kind == AccessKind::kNone || access.object == self) {
      continue;  // it begins, or goes on
    } else if (it < first) {
      touches_.Add({access.object, TouchKind::kAwait});
    } else if (it >= last) {
      joined_.push_back(access.object);  // so what it did before is not later
    } else {
      // Had the other not been over by then, the step would have ended here,
      // and let others in before it did the rest.
      touches_.Add({access.object, TouchKind::kRead});
      ForEachEnd(access.object,
                 [&](size_t event) { passed_.push_back(event); });
    }
  }
  for (const Readied& readied : step.readied) {
    if (readied.id != step.id && !readied.created) {
      touches_.Add({ObjectKey(readied.id.value), TouchKind::kWake});
    }
  }
}

void RaceAnalysis::AddTouch(const StepInfo& step, const Access& access) {
  const ObjectKey self(step.id.value);
  if (access.object == kClockKey) {
    touches_.everything = true;  // each step may look at the clock
  } else if (!entities_.contains(access.object)) {
    touches_.Add({access.object, KindOf(access.kind)});
  } else if (access.kind == AccessKind::kRead) {
    touches_.Add({access.object, TouchKind::kRead});
  } else if (access.object != self || step.forced) {
    // The first step of what it creates comes after this one anyway.
    if (!Created(step, access.object)) {
      touches_.Add({access.object, TouchKind::kTell});
    }
  } else if (access.kind == AccessKind::kSignal) {
    touches_.Add({access.object, TouchKind::kEnd});
    // With the main task the run is over: those that are left are cancelled.
    if (step.task == kMainTask) touches_.everything = true;
  }
}

void RaceAnalysis::FindConflicts(uint32_t owner) {
  conflicts_.clear();
  for (const Touch& touch : touches_.list) {
    const auto found = touched_.find(touch.object);
    if (found == touched_.end()) continue;
    for (const TouchAt& earlier : found->second) {
      if (at(earlier.event).owner == owner) continue;
      const TouchOrder order = OrderOf(earlier.kind, touch.kind);
      if (order != TouchOrder::kFree) {
        conflicts_.push_back({earlier.event, order});
      }
    }
  }
  // Those that can be exchanged with nothing, and if this is one, all others.
  for (size_t event = begin_; event < size(); ++event) {
    if ((at(event).everything || touches_.everything) &&
        at(event).owner != owner) {
      conflicts_.push_back({event, TouchOrder::kReversible});
    }
  }
  // Each step once, with the stronger of several relations.
  std::sort(conflicts_.begin(), conflicts_.end(),
            [](const Conflict& a, const Conflict& b) {
              return a.event != b.event ? a.event > b.event : a.order > b.order;
            });
  conflicts_.erase(std::unique(conflicts_.begin(), conflicts_.end(),
                               [](const Conflict& a, const Conflict& b) {
                                 return a.event == b.event;
                               }),
                   conflicts_.end());
}

std::vector<Race> RaceAnalysis::Add(const StepInfo& step, bool races) {
  if (step.instant != instant_) {
    BeginInstant();
    instant_ = step.instant;
  }
  const size_t event = size();
  for (const Readied& readied : step.readied) OwnerOf(readied.id);

  // What it could not have come before: its owner's last step, and what made it
  // ready.
  Clock base;
  const uint32_t owner = step.forced ? NewOwner(step.id) : OwnerOf(step.id);
  if (step.forced) {
    if (step.cause != 0 && chosen_[step.cause - 1] >= begin_) {
      Join(base, at(chosen_[step.cause - 1]).clock);
    }
  } else {
    chosen_.push_back(event);
    if (owners_[owner].steps != 0) Join(base, at(owners_[owner].last).clock);
    for (const size_t waker : owners_[owner].wakers) {
      Join(base, at(waker).clock);
    }
    owners_[owner].wakers.clear();
  }

  FindTouches(step);
  // It has waited for these before it did anything else.
  for (const Touch& touch : touches_.list) {
    if (touch.kind != TouchKind::kAwait) continue;
    ForEachEnd(touch.object, [&](size_t end) { Join(base, at(end).clock); });
  }
  FindConflicts(owner);

  std::vector<Race> found;
  if (races) {
    Clock covered = base;
    for (const Conflict& conflict : conflicts_) {
      if (conflict.order != TouchOrder::kReversible) continue;
      if (!Covers(covered, conflict.event)) {
        const auto note = [&](size_t first) {
          found.push_back(
              {first, Initials(first, owner, step.id, step.forced, base)});
        };
        note(conflict.event);
        // What the event loop does follows from a step, and comes later if that
        // does.
        const size_t cause = at(conflict.event).cause;
        if (cause != kNone && cause >= begin_ && !Covers(base, cause)) {
          note(cause);
        }
      }
      Join(covered, at(conflict.event).clock);
    }
  }

  Event& added = events_.emplace_back();
  added.owner = owner;
  added.ordinal = ++owners_[owner].steps;
  added.forced = step.forced;
  if (step.forced && step.cause != 0) added.cause = chosen_[step.cause - 1];
  added.everything = touches_.everything;
  added.clock = std::move(base);
  for (const Conflict& conflict : conflicts_) {
    Join(added.clock, at(conflict.event).clock);
  }
  if (added.clock.size() <= owner) added.clock.resize(owner + 1);
  added.clock[owner] = added.ordinal;
  owners_[owner].last = event;
  // Its next step comes after the ends for which it has waited.
  for (const ObjectKey& key : joined_) {
    ForEachEnd(key, [&](size_t end) { owners_[owner].wakers.push_back(end); });
  }
  for (const Touch& touch : touches_.list) {
    touched_[touch.object].push_back({event, touch.kind});
  }
  for (const Readied& readied : step.readied) {
    if (readied.id != step.id) {
      owners_[OwnerOf(readied.id)].wakers.push_back(event);
    }
  }
  return found;
}

// Takes the steps after `first` that it did not happen before, and the newest
// one behind them. Those that none of the others happened before can come
// first.
std::vector<EntityId> RaceAnalysis::Initials(size_t first, uint32_t owner,
                                             EntityId id, bool forced,
                                             const Clock& base) const {
  std::vector<EntityId> initials;
  std::vector<uint32_t> from(owners_.size());  // their first ones, by owner
  const auto can_come_first = [&](uint32_t who, const Clock& clock) {
    if (from[who] != 0) return false;
    for (size_t i = 0; i < clock.size(); ++i) {
      if (from[i] != 0 && i != who && clock[i] >= from[i]) return false;
    }
    return true;
  };
  for (size_t i = first + 1; i < size(); ++i) {
    if (HappensBefore(first, i)) continue;
    const Event& event = at(i);
    if (can_come_first(event.owner, event.clock) && !event.forced) {
      initials.push_back(owners_[event.owner].id);
    }
    if (from[event.owner] == 0) from[event.owner] = event.ordinal;
  }
  // The newest one, without what `first` happened before.
  Clock clock = base;
  for (const Conflict& conflict : conflicts_) {
    if (conflict.event > first && !HappensBefore(first, conflict.event)) {
      Join(clock, at(conflict.event).clock);
    }
  }
  if (!forced && can_come_first(owner, clock)) initials.push_back(id);
  return initials;
}

}  // namespace orrery
