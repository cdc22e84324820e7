// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/condition_variable.h"

#include <limits>

#include "orrery/base/check.h"
#include "orrery/sim/simulation.h"

namespace orrery {

void ConditionVariable::Notify(size_t count) {
  Simulation& simulation = Simulation::Current("ConditionVariable::Notify");
  if (simulation.closing()) return;
  ORRERY_CHECK(waiters_.MayNotify(simulation),
               "ConditionVariable::Notify() was called by a task that does not "
               "hold the mutex; lock it before the change, and notify before "
               "it is unlocked");
  waiters_.Notify(simulation, count);
}

void ConditionVariable::NotifyAll() {
  Notify(std::numeric_limits<size_t>::max());
}

}  // namespace orrery
