// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/urw_scheduler.h"

#include <algorithm>
#include <utility>

#include "absl/types/span.h"

namespace orrery {
namespace {

// Returns `a` less `b`, and at least 1.
uint64_t Less(uint64_t a, uint64_t b) { return a > b ? a - b : 1; }

}  // namespace

void UrwScheduler::Learn(const RunProfile& profile) {
  slots_.Know(profile);
  std::vector<uint64_t> own;
  for (const RunProfile::Entity& entity : profile.entities) {
    own.push_back(entity.steps);
  }
  profiled_ = profile.WithDescendants(std::move(own));
  // Somebody who was brought into being, but whose turn never came.
  for (uint64_t& steps : profiled_) steps = std::max<uint64_t>(steps, 1);
}

void UrwScheduler::StartRun() {
  slots_.StartRun();
  left_ = profiled_;
}

uint32_t UrwScheduler::SlotOf(EntityId id) {
  const uint32_t slot = slots_.SlotOf(id);
  if (slot >= left_.size()) left_.resize(slot + 1, 1);
  return slot;
}

size_t UrwScheduler::Pick(Candidates ready) {
  const absl::Span<const uint32_t> slots = slots_.SlotsOf(ready);
  left_.resize(slots_.size(), 1);
  uint64_t sum = 0;
  for (const uint32_t slot : slots) sum += left_[slot];
  uint64_t drawn = prng().Below(sum);
  for (size_t i = 0;; ++i) {
    if (drawn < left_[slots[i]]) return i;
    drawn -= left_[slots[i]];
  }
}

void UrwScheduler::Observe(const StepInfo& step) {
  if (step.forced) return;
  const uint32_t self = SlotOf(step.id);
  left_[self] = Less(left_[self], 1);
  for (const Readied& readied : step.readied) {
    if (!readied.created) continue;
    const uint32_t child = SlotOf(readied.id);
    // What was not met in the profile run is no part of the parent's number.
    if (slots_.IsKnown(child)) left_[self] = Less(left_[self], left_[child]);
  }
}

}  // namespace orrery
