// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DrawOrdinals`: counts the draws of each entity, by kind and label. A draw
// that is named by such a count keeps its name when other entities draw more,
// or less, or in another order.

#ifndef ORRERY_SCHEDULER_DRAW_ORDINALS_H_
#define ORRERY_SCHEDULER_DRAW_ORDINALS_H_

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"

namespace orrery {

class DrawOrdinals {
 public:
  void Clear() { counts_.clear(); }

  // Returns how many draws of this kind there were before this one. O(log n) in
  // the number of entities, kinds and labels.
  uint64_t Next(EntityId entity, ChoiceKind kind, absl::string_view site) {
    return counts_[{entity, kind, std::string(site)}]++;
  }

 private:
  struct Key {
    EntityId entity;
    ChoiceKind kind;
    std::string site;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  std::map<Key, uint64_t> counts_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_DRAW_ORDINALS_H_
