// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/entity_matcher.h"

#include <variant>

#include "orrery/base/digest.h"

namespace orrery {

uint64_t EntityMatcher::Places::Add(EntityId id, EntityId parent,
                                    EntityKind kind, absl::string_view name) {
  Digest place;
  const auto above = places_.find(parent);
  place.Mix(above != places_.end() ? above->second : parent.value);
  place.Mix(static_cast<uint64_t>(kind));
  for (const char c : name) place.Mix(static_cast<unsigned char>(c));
  place.Mix(count_[place.value()]++);
  places_[id] = place.value();
  return place.value();
}

EntityMatcher::EntityMatcher(const std::vector<RecordedEntity>& recorded) {
  Places places;
  for (const RecordedEntity& entity : recorded) {
    const uint64_t place =
        places.Add(entity.id, entity.parent, entity.kind, entity.name);
    by_place_.emplace(place, entity.id);
    places_.emplace(entity.id, place);
  }
}

void EntityMatcher::BeginRun() {
  live_ = Places();
  tasks_.clear();
  recorded_.clear();
  taken_.clear();
}

void EntityMatcher::OnEvent(const TraceEvent& event) {
  const auto* spawned = std::get_if<event::Spawned>(&event.what);
  if (spawned == nullptr) return;
  const auto parent = tasks_.find(event.task.value);
  const uint64_t place = live_.Add(
      spawned->entity, parent != tasks_.end() ? parent->second : EntityId(),
      spawned->kind, spawned->name);
  tasks_[spawned->id.value] = spawned->entity;

  const auto by_place = by_place_.find(place);
  EntityId found;
  if (by_place != by_place_.end()) {
    found = by_place->second;
    // Another one was taken for it by its id alone.
    if (const auto other = taken_.find(found); other != taken_.end()) {
      recorded_.erase(other->second);
    }
  } else if (places_.contains(spawned->entity) &&
             !taken_.contains(spawned->entity)) {
    found = spawned->entity;
  }
  if (!found) return;
  recorded_[spawned->entity] = found;
  taken_[found] = spawned->entity;
}

EntityId EntityMatcher::Recorded(EntityId id) const {
  if (tasks_.empty()) return places_.contains(id) ? id : EntityId();
  const auto found = recorded_.find(id);
  return found != recorded_.end() ? found->second : EntityId();
}

}  // namespace orrery
