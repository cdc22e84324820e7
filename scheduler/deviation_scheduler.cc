// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/deviation_scheduler.h"

namespace orrery {

DeviationScheduler::DeviationScheduler(const Deviations& deviations)
    : ordered_(deviations.ordered) {
  for (const Deviation& deviation : deviations.order) {
    order_[{deviation.before, deviation.step}].run.push_back(deviation.runs);
  }
  for (const KeyedDraw& draw : deviations.draws) {
    draws_[{draw.entity, draw.kind, draw.site, draw.ordinal}] = draw.value;
  }
}

void DeviationScheduler::BeginRun(const RunInfo&) {
  for (auto& [key, queue] : order_) queue.next = 0;
  steps_.Clear();
  ordinals_.Clear();
}

size_t DeviationScheduler::PickNext(const ChoicePoint&, Candidates ready) {
  const EntityId turn = ready[0]->id;
  const auto found = order_.find({turn, steps_.Of(turn)});
  if (found == order_.end()) return 0;
  Queue& queue = found->second;
  while (queue.next < queue.run.size()) {
    const EntityId wanted = queue.run[queue.next++];
    for (size_t i = 1; i < ready.size(); ++i) {
      if (ready[i]->id == wanted) return i;
    }
  }
  return 0;
}

uint64_t DeviationScheduler::Draw(const ChoicePoint& where) {
  const uint64_t ordinal = ordinals_.Next(where.entity, where.kind, where.site);
  const auto found =
      draws_.find({where.entity, where.kind, std::string(where.site), ordinal});
  if (found == draws_.end() || found->second >= where.n) return 0;
  return found->second;
}

void DeviationScheduler::OnStep(const StepInfo& step) {
  if (!step.forced) steps_.Count(step.id);
}

}  // namespace orrery
