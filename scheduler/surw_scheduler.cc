// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/surw_scheduler.h"

#include <algorithm>
#include <utility>

namespace orrery {

void SurwScheduler::Learn(const RunProfile& profile) {
  profile_ = profile;
  slots_.Know(profile);
  all_uses_ = 0;
  for (const RunProfile::Object& object : profile_.objects) {
    for (const RunProfile::Use& use : object.uses) all_uses_ += use.accesses;
  }
}

void SurwScheduler::StartRun() {
  slots_.StartRun();
  selected_ = ObjectKey();
  next_user_ = kNobody;
  profiled_.assign(slots_.known(), 0);
  priorities_.assign(slots_.known(), 0);
  users_.clear();
  if (all_uses_ != 0) {
    uint64_t drawn = prng().Below(all_uses_);
    for (const RunProfile::Object& object : profile_.objects) {
      uint64_t uses = 0;
      for (const RunProfile::Use& use : object.uses) uses += use.accesses;
      if (drawn >= uses) {
        drawn -= uses;
        continue;
      }
      selected_ = object.key;
      for (const RunProfile::Use& use : object.uses) {
        profiled_[use.entity] = use.accesses;
      }
      break;
    }
    profiled_ = profile_.WithDescendants(std::move(profiled_));
  }
  // Whoever has not been started yet counts as part of its parent.
  left_.assign(slots_.known(), 0);
  for (uint32_t slot = 0; slot < slots_.known(); ++slot) {
    if (profiled_[slot] == 0) continue;
    users_.push_back(slot);
    if (profile_.entities[slot].parent == RunProfile::kNoParent) {
      left_[slot] = profiled_[slot];
    }
  }
}

uint32_t SurwScheduler::SlotOf(EntityId id) {
  const uint32_t slot = slots_.SlotOf(id);
  if (slot >= left_.size()) {
    left_.resize(slot + 1, 0);
    priorities_.resize(slot + 1, 0);
  }
  return slot;
}

bool SurwScheduler::IsUse(const Access& access) const {
  return access.object == selected_ && selected_ && IsContended(access.kind);
}

size_t SurwScheduler::Pick(Candidates ready) {
  // The highest priority of all, and of those who may run: who does not use the
  // object now, or is the one to use it.
  size_t best = 0;
  size_t allowed = ready.size();
  at_ = slots_.SlotsOf(ready);
  left_.resize(slots_.size(), 0);
  priorities_.resize(slots_.size(), 0);
  for (size_t i = 0; i < ready.size(); ++i) {
    const uint32_t slot = at_[i];
    uint64_t& priority = priorities_[slot];
    if (priority == 0) priority = prng().Next() | 1;
    if (priority > priorities_[at_[best]]) best = i;
    if (slot != next_user_ && IsUse(ready[i]->access())) continue;
    if (allowed == ready.size() || priority > priorities_[at_[allowed]]) {
      allowed = i;
    }
  }
  if (next_user_ == kNobody && IsUse(ready[best]->access())) {
    next_user_ = DrawNextUser(ready);
    for (size_t i = 0; i < ready.size(); ++i) {
      if (at_[i] == next_user_ &&
          (allowed == ready.size() ||
           priorities_[at_[i]] > priorities_[at_[allowed]])) {
        allowed = i;
      }
    }
  }
  if (allowed == ready.size()) {
    // All are about to use the object, and the one who is to be the next cannot
    // run before somebody else does: another one it is.
    allowed = DrawAmong(ready);
    next_user_ = at_[allowed];
  }
  return allowed;
}

uint32_t SurwScheduler::DrawNextUser(Candidates ready) {
  // Whoever is about to use it will use it at least once, whatever the profile
  // run has shown.
  for (size_t i = 0; i < ready.size(); ++i) {
    uint64_t& left = left_[at_[i]];
    if (left != 0 || !IsUse(ready[i]->access())) continue;
    left = 1;
    if (!slots_.IsKnown(at_[i]) || profiled_[at_[i]] == 0) {
      if (std::find(users_.begin(), users_.end(), at_[i]) == users_.end()) {
        users_.push_back(at_[i]);
      }
    }
  }
  uint64_t sum = 0;
  for (const uint32_t slot : users_) sum += left_[slot];
  uint64_t drawn = prng().Below(sum);
  for (const uint32_t slot : users_) {
    if (drawn < left_[slot]) return slot;
    drawn -= left_[slot];
  }
  return kNobody;  // not reached
}

size_t SurwScheduler::DrawAmong(Candidates ready) {
  uint64_t sum = 0;
  for (const uint32_t slot : at_) sum += std::max<uint64_t>(left_[slot], 1);
  uint64_t drawn = prng().Below(sum);
  for (size_t i = 0; i < ready.size(); ++i) {
    const uint64_t weight = std::max<uint64_t>(left_[at_[i]], 1);
    if (drawn < weight) return i;
    drawn -= weight;
  }
  return 0;  // not reached
}

void SurwScheduler::Observe(const StepInfo& step) {
  if (step.forced) return;
  const uint32_t self = SlotOf(step.id);
  priorities_[self] = 0;
  for (const Access& access : step.accesses) {
    if (!IsUse(access)) continue;
    if (left_[self] != 0) --left_[self];
    if (next_user_ == self) next_user_ = kNobody;
  }
  for (const Readied& readied : step.readied) {
    if (!readied.created) continue;
    const uint32_t child = SlotOf(readied.id);
    if (!slots_.IsKnown(child) || left_[child] != 0) continue;
    const uint64_t moves = std::min(profiled_[child], left_[self]);
    // If the parent was to be the next, it was so on behalf of all that were
    // part of it.
    if (moves != 0 && next_user_ == self && prng().Below(left_[self]) < moves) {
      next_user_ = child;
    }
    left_[self] -= moves;
    left_[child] = profiled_[child];
  }
}

}  // namespace orrery
