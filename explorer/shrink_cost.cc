// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/shrink_cost.h"

#include <set>

namespace orrery {

ShrinkCost CostOf(const DetailedRun& record) {
  ShrinkCost cost;
  std::set<EntityId> entities;
  for (const RecordedPick& pick : record.picks) {
    if (!pick.deviates()) continue;
    ++cost.deviations;
    entities.insert(pick.turn());
    entities.insert(pick.ran);
  }
  for (const RecordedDraw& draw : record.draws) {
    if (draw.drawn.value == 0) continue;
    ++(draw.drawn.kind == ChoiceKind::kFault ? cost.faults : cost.draws);
    entities.insert(draw.drawn.entity);
  }
  cost.entities = entities.size();
  cost.length = record.schedule.choices.size();
  cost.chosen.reserve(cost.length);
  for (const ScheduledChoice& choice : record.schedule.choices) {
    cost.chosen.push_back(choice.chosen);
  }
  return cost;
}

}  // namespace orrery
