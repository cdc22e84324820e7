// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `EntityMatcher`: which task of a run is which task of a recorded one, though
// the program has changed in between.
//
// A task is known again by whom it was started by, its name, and how many of
// that name its parent had started before: so a task that is added beside it
// does no harm. Where no name fits, its stable id (base/ids.h) does: then it is
// the name that has changed.

#ifndef ORRERY_SCHEDULER_ENTITY_MATCHER_H_
#define ORRERY_SCHEDULER_ENTITY_MATCHER_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"
#include "orrery/scheduler/recording.h"

namespace orrery {

class EntityMatcher {
 public:
  // Copies what it needs of `recorded`.
  explicit EntityMatcher(const std::vector<RecordedEntity>& recorded);

  // Forgets the run.
  void BeginRun();

  // Learns who came into being in the run. Call for each event, before anybody
  // asks about the task. Without it, stable ids are all there is to go by.
  void OnEvent(const TraceEvent& event);

  // Returns which recorded one `id` is; 0 if it was not recorded.
  EntityId Recorded(EntityId id) const;

 private:
  // What a task is known by. `Add` must be called in the order of creation.
  class Places {
   public:
    uint64_t Add(EntityId id, EntityId parent, EntityKind kind,
                 absl::string_view name);

   private:
    absl::flat_hash_map<EntityId, uint64_t> places_;
    absl::flat_hash_map<uint64_t, uint32_t> count_;  // of a name, of a parent
  };

  absl::flat_hash_map<uint64_t, EntityId> by_place_;  // recorded ones
  absl::flat_hash_map<EntityId, uint64_t> places_;

  Places live_;
  absl::flat_hash_map<uint32_t, EntityId> tasks_;  // of the run, by number
  absl::flat_hash_map<EntityId, EntityId> recorded_;
  absl::flat_hash_map<EntityId, EntityId> taken_;  // the other way round
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_ENTITY_MATCHER_H_
