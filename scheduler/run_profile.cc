// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/run_profile.h"

#include <algorithm>
#include <utility>

#include "orrery/scheduler/state_text.h"

namespace orrery {
namespace {

constexpr size_t kMaxEntities = 1 << 17;
constexpr size_t kMaxUses = 1 << 18;
// Sums over all entities and uses stay far below 2^64.
constexpr uint64_t kMaxCount = uint64_t{1} << 44;

// Returns how many steps it would have been, had anybody else been ready: an
// entity that is alone does not stop before what it does next. Its very first
// step ends before the first of these. Taken for one step, the long rest of the
// last task in the profile run would look short in all runs.
uint64_t StepsAlone(const StepInfo& step, bool is_first) {
  uint64_t operations = 0;
  for (const Access& access : step.accesses) {
    if (IsContended(access.kind) || access.kind == AccessKind::kRelease) {
      ++operations;
    }
  }
  return is_first ? 1 + operations : std::max<uint64_t>(1, operations);
}

}  // namespace

std::vector<uint64_t> RunProfile::WithDescendants(
    std::vector<uint64_t> own) const {
  // Children come after their parents.
  for (size_t i = entities.size(); i-- > 0;) {
    if (entities[i].parent != kNoParent) own[entities[i].parent] += own[i];
  }
  return own;
}

std::string RunProfile::ToText() const {
  std::string text = "profile 1";
  AppendState(&text, steps);
  AppendState(&text, entities.size());
  for (const Entity& entity : entities) {
    AppendState(&text, entity.id.value);
    AppendState(&text, entity.parent == kNoParent ? 0 : entity.parent + 1);
    AppendState(&text, entity.steps);
  }
  AppendState(&text, objects.size());
  for (const Object& object : objects) {
    AppendState(&text, object.key.value);
    AppendState(&text, object.uses.size());
    for (const Use& use : object.uses) {
      AppendState(&text, use.entity);
      AppendState(&text, use.accesses);
    }
  }
  return text;
}

bool RunProfile::FromText(absl::string_view text, RunProfile* profile) {
  *profile = {};
  StateReader reader(text);
  uint64_t entities = 0;
  if (!reader.Word("profile") || !reader.Word("1") ||
      !reader.Number(&profile->steps, kMaxCount) ||
      !reader.Number(&entities, kMaxEntities)) {
    return false;
  }
  EntityMap<bool> known;
  for (uint64_t i = 0; i < entities; ++i) {
    Entity entity;
    uint64_t parent = 0;
    if (!reader.Number(&entity.id.value) || !reader.Number(&parent, i) ||
        !reader.Number(&entity.steps, kMaxCount) ||
        !known.emplace(entity.id, true).second) {
      return false;
    }
    entity.parent = parent == 0 ? kNoParent : static_cast<uint32_t>(parent - 1);
    profile->entities.push_back(entity);
  }
  uint64_t objects = 0;
  uint64_t all_uses = 0;
  if (!reader.Number(&objects, kMaxUses)) return false;
  for (uint64_t i = 0; i < objects; ++i) {
    Object object;
    uint64_t uses = 0;
    if (!reader.Number(&object.key.value) || !reader.Number(&uses, kMaxUses)) {
      return false;
    }
    all_uses += uses;
    if (uses < 2 || all_uses > kMaxUses ||
        (i > 0 && object.key <= profile->objects.back().key)) {
      return false;
    }
    for (uint64_t u = 0; u < uses; ++u) {
      Use use;
      uint64_t entity = 0;
      if (!reader.Number(&entity, kMaxEntities) || entity >= entities ||
          !reader.Number(&use.accesses, kMaxCount) || use.accesses == 0) {
        return false;
      }
      use.entity = static_cast<uint32_t>(entity);
      if (u > 0 && use.entity <= object.uses.back().entity) return false;
      object.uses.push_back(use);
    }
    profile->objects.push_back(std::move(object));
  }
  return reader.AtEnd();
}

void ProfileRecorder::Begin() {
  profile_ = {};
  indices_.clear();
  uses_.clear();
  use_count_ = 0;
  chosen_ = false;
}

void ProfileRecorder::OnStep(const StepInfo& step) {
  uint32_t self = RunProfile::kNoParent;
  if (!step.forced) {
    self = IndexOf(step.id, RunProfile::kNoParent);
    const bool counted = self != RunProfile::kNoParent;
    const bool is_first = counted && profile_.entities[self].steps == 0;
    const uint64_t steps = chosen_ ? 1 : StepsAlone(step, is_first);
    chosen_ = false;
    profile_.steps += steps;
    if (counted) {
      profile_.entities[self].steps += steps;
      if (!counts_only_) NoteUses(self, step.accesses);
    }
  }
  for (const Readied& readied : step.readied) {
    if (readied.created) IndexOf(readied.id, self);
  }
}

void ProfileRecorder::NoteUses(uint32_t self,
                               absl::Span<const Access> accesses) {
  for (const Access& access : accesses) {
    // Nobody stops before these, so no policy has a say in their order.
    if (access.object == kClockKey || access.object == kLogKey) continue;
    if (!IsContended(access.kind) || use_count_ == kMaxUses) continue;
    uint64_t& count = uses_[access.object][self];
    use_count_ += count == 0 ? 1 : 0;
    ++count;
  }
}

RunProfile ProfileRecorder::Finish() {
  if (counts_only_) {
    profile_.entities.clear();
    return std::move(profile_);
  }
  for (const auto& [key, uses] : uses_) {
    if (uses.size() < 2 || indices_.contains(EntityId(key.value))) continue;
    RunProfile::Object object{key, {}};
    for (const auto& [entity, count] : uses) {
      object.uses.push_back({entity, count});
    }
    profile_.objects.push_back(std::move(object));
  }
  return std::move(profile_);
}

uint32_t ProfileRecorder::IndexOf(EntityId id, uint32_t parent) {
  const auto found = indices_.find(id);
  if (found != indices_.end()) return found->second;
  if (profile_.entities.size() == kMaxEntities) return RunProfile::kNoParent;
  const uint32_t index = static_cast<uint32_t>(profile_.entities.size());
  indices_.emplace(id, index);
  profile_.entities.push_back({.id = id, .parent = parent, .steps = 0});
  return index;
}

}  // namespace orrery
