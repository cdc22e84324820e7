// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RaceAnalysis`: which steps of a run happened before which, and which pairs
// of them could have come in the other order. That is what DPOR needs to know
// of a run (Abdulla, Aronis, Jonsson and Sagonas, "Optimal dynamic partial
// order reduction", POPL 2014, and "Source sets", JACM 2017).
//
// Steps happen before each other in the order of each entity's steps; if one
// made the other ready; and if they touch the same thing in ways that matter.
// The last come in two kinds. Some pairs could be exchanged, and to do so makes
// a difference: two writes, two requests for a lock. They are *races*. Others
// cannot be exchanged: a lock is given back, then taken by the next one. Where
// the request comes first, it waits, and nothing of what comes later is any
// different; so a request does not happen before the release. (A rule that
// takes such pairs for races, or for ordered both ways, misses nearly every
// deadlock: the step that it would exchange is never the one that has to be.)
//
// The clock stands between two instants: all steps of the earlier one happen
// before those of the later one, so they are forgotten with it.
//
// Cost: O(n) for each step and earlier access to the same object, where n
// things are ready or have run in the instant.

#ifndef ORRERY_SCHEDULER_RACE_ANALYSIS_H_
#define ORRERY_SCHEDULER_RACE_ANALYSIS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/scheduler/touch.h"

namespace orrery {

// Two steps that could have come in the other order.
struct Race {
  // The earlier one; the later one is the newest step. If the earlier one is
  // work of the event loop, the step that asked for it has a race of its own.
  size_t first = 0;
  // Who could run in the place of `first`, so that it comes after the other:
  // any of them will do. Nobody if only the event loop could.
  std::vector<EntityId> initials;
};

class RaceAnalysis {
 public:
  // Forgets all. Call it when a run begins.
  void Clear();

  // Adds the next step of the run. Returns its races with earlier steps, if
  // `races` says that they are wanted.
  std::vector<Race> Add(const StepInfo& step, bool races);

  // Returns how many steps were added.
  size_t size() const { return begin_ + events_.size(); }
  // Returns what the latest step has touched.
  const Touches& touches() const { return touches_; }
  // Returns the ends of tasks without which the latest step would have been
  // two, with room for others in between.
  const std::vector<size_t>& passed() const { return passed_; }
  // Returns whether the earlier step happened before the later one. Both are of
  // the latest instant.
  bool HappensBefore(size_t earlier, size_t later) const;

 private:
  // When an entity has taken how many steps, by its number in the instant.
  using Clock = std::vector<uint32_t>;

  static constexpr size_t kNone = ~size_t{0};

  struct Owner {
    EntityId id = {};
    uint32_t steps = 0;
    size_t last = 0;             // its latest step, if `steps` is not 0
    std::vector<size_t> wakers;  // steps that made it ready since then
  };
  struct Event {
    uint32_t owner = 0;
    uint32_t ordinal = 0;  // among the steps of its owner, from 1
    bool forced = false;
    size_t cause = kNone;     // if it is forced: the step from which it follows
    bool everything = false;  // it can be exchanged with nothing
    Clock clock;
  };
  // An earlier access, or how the newest step stands to an earlier one.
  struct TouchAt {
    size_t event;
    TouchKind kind;
  };
  struct Conflict {
    size_t event;
    TouchOrder order;
  };

  Event& at(size_t event) { return events_[event - begin_]; }
  const Event& at(size_t event) const { return events_[event - begin_]; }
  bool Covers(const Clock& clock, size_t event) const;
  static void Join(Clock& clock, const Clock& other);
  uint32_t OwnerOf(EntityId id);
  // Makes an owner that does nothing else: the event loop does one thing after
  // another, but none of them because of the one before.
  uint32_t NewOwner(EntityId id);
  void BeginInstant();
  // Fills in `touches_` and `joined_`.
  void FindTouches(const StepInfo& step);
  void AddTouch(const StepInfo& step, const Access& access);
  // Calls `f` with each step of the instant that was the end of an entity.
  template <typename F>
  void ForEachEnd(ObjectKey key, F f) const {
    const auto found = touched_.find(key);
    if (found == touched_.end()) return;
    for (const TouchAt& touch : found->second) {
      if (touch.kind == TouchKind::kEnd) f(touch.event);
    }
  }
  void FindConflicts(uint32_t owner);
  std::vector<EntityId> Initials(size_t first, uint32_t owner, EntityId id,
                                 bool forced, const Clock& base) const;

  size_t begin_ = 0;  // the first step of the instant
  uint64_t instant_ = 0;
  std::vector<Event> events_;  // of the instant
  std::vector<Owner> owners_;
  absl::flat_hash_map<EntityId, uint32_t> owner_of_;
  absl::flat_hash_map<ObjectKey, std::vector<TouchAt>> touched_;
  absl::flat_hash_set<ObjectKey> entities_;  // keys of entities, of the run
  std::vector<size_t> chosen_;  // the steps that are not forced, of the run
  Touches touches_;
  std::vector<size_t> passed_;
  std::vector<ObjectKey> joined_;    // whose ends the step found last of all
  std::vector<Conflict> conflicts_;  // latest first
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_RACE_ANALYSIS_H_
