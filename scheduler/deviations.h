// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Deviations`: a run told by what it does otherwise than the simplest one. The
// simplest run goes on first in, first out, and draws nothing but zeros.
//
// Each difference is keyed by who it concerns and by how far that one has got,
// not by its place in the run. So one can be taken out and the others keep
// their meaning, which is what makes a failing run easy to make small.

#ifndef ORRERY_SCHEDULER_DEVIATIONS_H_
#define ORRERY_SCHEDULER_DEVIATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"

namespace orrery {

// Somebody runs out of turn.
struct Deviation {
  EntityId before;    // whose turn it was: the first of the candidates
  uint64_t step = 0;  // how many steps that one had taken
  EntityId runs;      // who ran instead

  friend bool operator==(const Deviation&, const Deviation&) = default;
};

// Something else than 0 is drawn.
struct KeyedDraw {
  EntityId entity;  // who asked
  ChoiceKind kind = ChoiceKind::kRandom;
  std::string site = {};
  // How many draws of this kind and label that one had asked for.
  uint64_t ordinal = 0;
  uint64_t value = 0;

  friend bool operator==(const KeyedDraw&, const KeyedDraw&) = default;
};

struct Deviations {
  // Where several stand before the same step of the same entity, they run in
  // the order in which they are listed.
  std::vector<Deviation> order = {};
  std::vector<KeyedDraw> draws = {};
  // Whether the run has its policy choose who runs next. Where it does not,
  // `order` is empty.
  bool ordered = true;

  friend bool operator==(const Deviations&, const Deviations&) = default;
};

// How many steps each entity has taken.
class LocalSteps {
 public:
  void Clear() { taken_.clear(); }
  void Count(EntityId entity) { ++taken_[entity]; }
  uint64_t Of(EntityId entity) const {
    const auto found = taken_.find(entity);
    return found == taken_.end() ? 0 : found->second;
  }

 private:
  absl::flat_hash_map<EntityId, uint64_t> taken_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DEVIATIONS_H_
