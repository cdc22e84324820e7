// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/event.h"

namespace orrery {

void Event::Set() {
  Simulation& simulation = Simulation::Current("Event::Set");
  if (simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kSignal);
  if (set_) return;
  set_ = true;
  while (waiters_.WakeFirst(simulation)) {
  }
}

void Event::Clear() {
  Simulation& simulation = Simulation::Current("Event::Clear");
  if (simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kWrite);
  set_ = false;
}

}  // namespace orrery
