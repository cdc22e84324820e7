// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/detailed_run.h"

namespace orrery {

Deviations DetailedRun::ToDeviations() const {
  Deviations deviations;
  deviations.ordered = schedule.ordered;
  for (const RecordedPick& pick : picks) {
    if (pick.deviates()) deviations.order.push_back(pick.AsDeviation(pick.ran));
  }
  for (const RecordedDraw& draw : draws) {
    if (draw.drawn.value != 0) deviations.draws.push_back(draw.drawn);
  }
  return deviations;
}

}  // namespace orrery
