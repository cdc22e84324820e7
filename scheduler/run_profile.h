// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunProfile`: what a policy learns from watching a program once: how many
// steps each task made and whose child it was, and how often each of them
// touched what others touch too.

#ifndef ORRERY_SCHEDULER_RUN_PROFILE_H_
#define ORRERY_SCHEDULER_RUN_PROFILE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// For hash tables of entities, which are looked up in and never walked through.
// The ids are hashes already.
struct EntityIdHash {
  size_t operator()(EntityId id) const { return id.value; }
};

template <typename T>
using EntityMap = absl::flat_hash_map<EntityId, T, EntityIdHash>;

// Whether an access takes part in a race for a value, a lock or an item. How
// something is given back, or started, does not: it would only dilute the
// others.
constexpr bool IsContended(AccessKind kind) {
  return kind == AccessKind::kRead || kind == AccessKind::kWrite ||
         kind == AccessKind::kAcquire || kind == AccessKind::kLock;
}

struct RunProfile {
  static constexpr uint32_t kNoParent = ~uint32_t{0};

  struct Entity {
    EntityId id;
    uint32_t parent = kNoParent;  // index into `entities`, less than its own
    // Its own, as many as if somebody else had been ready all the time.
    uint64_t steps = 0;

    friend bool operator==(const Entity&, const Entity&) = default;
  };
  struct Use {
    uint32_t entity = 0;  // index into `entities`
    uint64_t accesses = 0;

    friend bool operator==(const Use&, const Use&) = default;
  };
  struct Object {
    ObjectKey key;
    std::vector<Use> uses;  // at least two, by entity

    friend bool operator==(const Object&, const Object&) = default;
  };

  // Of all entities: as many choices of who runs next as there can be.
  uint64_t steps = 0;
  // Those that ran or were brought into being, in the order in which that
  // happened. Work of the engine's own is not among them.
  std::vector<Entity> entities;
  // What at least two entities read, wrote, locked or took something from. By
  // key. What tells of the entities themselves, such as their end, is not among
  // them.
  std::vector<Object> objects;

  friend bool operator==(const RunProfile&, const RunProfile&) = default;

  // Returns the sum of `own`, one number for each entity, over each entity and
  // all its descendants.
  std::vector<uint64_t> WithDescendants(std::vector<uint64_t> own) const;

  // Returns it as text, see state_text.h.
  std::string ToText() const;

  // Sets `profile` from such a text. Returns whether it is one; if not,
  // `profile` is left in some valid state.
  static bool FromText(absl::string_view text, RunProfile* profile);
};

// Watches a run. To bound the memory, entities and uses beyond some hundred
// thousand are left out.
class ProfileRecorder {
 public:
  // With `counts_only`, nothing but the number of steps is kept.
  explicit ProfileRecorder(bool counts_only) : counts_only_(counts_only) {}

  void Begin();
  // The next step is one of several that could have been.
  void OnChoice() { chosen_ = true; }
  void OnStep(const StepInfo& step);
  // Returns the profile of what has been seen since `Begin`.
  RunProfile Finish();

 private:
  void NoteUses(uint32_t self, absl::Span<const Access> accesses);
  // Returns the index of `id`, which is added if there is none; `kNoParent` if
  // there are too many.
  uint32_t IndexOf(EntityId id, uint32_t parent);

  const bool counts_only_;
  RunProfile profile_;
  EntityMap<uint32_t> indices_;
  std::map<ObjectKey, std::map<uint32_t, uint64_t>> uses_;
  size_t use_count_ = 0;
  bool chosen_ = false;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_RUN_PROFILE_H_
