// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `EntitySlots`: a small number for each entity of a run, by which a policy
// keeps in plain arrays what it knows of it.

#ifndef ORRERY_SCHEDULER_ENTITY_SLOTS_H_
#define ORRERY_SCHEDULER_ENTITY_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/run_profile.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class EntitySlots {
 public:
  // Gives the entities of `profile` the slots 0, 1, ... in its order, for good.
  void Know(const RunProfile& profile) {
    slots_.clear();
    strangers_.clear();
    ids_.clear();
    at_.clear();
    known_ = profile.entities.size();
    for (size_t i = 0; i < known_; ++i) {
      slots_.emplace(profile.entities[i].id, static_cast<uint32_t>(i));
    }
  }

  // Forgets all entities but those.
  void StartRun() {
    for (const EntityId id : strangers_) slots_.erase(id);
    strangers_.clear();
    ids_.clear();
    at_.clear();
  }

  // Returns the slots of all of `ready`, in its order; they are there until the
  // next call. Mostly somebody stands where he stood the last time, so it takes
  // a comparison each.
  absl::Span<const uint32_t> SlotsOf(Candidates ready) {
    if (ids_.size() < ready.size()) {
      ids_.resize(ready.size());
      at_.resize(ready.size());
    }
    for (size_t i = 0; i < ready.size(); ++i) {
      const EntityId id = ready[i]->id;
      if (ids_[i] == id && id) continue;
      ids_[i] = id;
      at_[i] = SlotOf(id);
    }
    return absl::MakeConstSpan(at_).first(ready.size());
  }

  // Returns the slot of `id`: the next free one if it is new.
  uint32_t SlotOf(EntityId id) {
    const auto [at, added] =
        slots_.emplace(id, static_cast<uint32_t>(known_ + strangers_.size()));
    if (added) strangers_.push_back(id);
    return at->second;
  }

  size_t known() const { return known_; }
  // How many slots have been given, the known ones included.
  size_t size() const { return known_ + strangers_.size(); }
  bool IsKnown(uint32_t slot) const { return slot < known_; }

 private:
  EntityMap<uint32_t> slots_;
  std::vector<EntityId> strangers_;
  size_t known_ = 0;
  // Who stood where the last time, and the slots.
  std::vector<EntityId> ids_;
  std::vector<uint32_t> at_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_ENTITY_SLOTS_H_
