// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"

#include "orrery/base/check.h"

namespace orrery {

bool Mutex::TryLock() {
  Simulation& simulation = Simulation::Current("Mutex::TryLock");
  ORRERY_CHECK(simulation.current_task() != nullptr,
               "Mutex::TryLock() was called outside of a task");
  simulation.Accessed(*this, AccessKind::kAcquire);
  if (!IsFree()) return false;
  set_holder(simulation.current_task());
  return true;
}

void Mutex::Unlock() {
  Simulation* simulation = Simulation::CurrentOrNull();
  // Guards in frames that are destroyed with the run have nobody to wake.
  if (simulation == nullptr || simulation->closing()) return;
  ORRERY_CHECK(IsLocked() && holder() == simulation->current_task_id(),
               "Mutex::Unlock() was called by a task that does not hold the "
               "mutex; keep the Guard in the task that locked it");
  simulation->Accessed(*this, AccessKind::kUnlock);
  set_holder(nullptr);
  WakeFirst(*simulation);
}

void Mutex::WakeFirst(Simulation& simulation) {
  // One that was woken or cancelled has yet to run; it sees to the next one.
  Operation* first = waiters_.front();
  if (first == nullptr || first->state() != Operation::State::kPending) return;
  WaiterList::Wake(simulation, first);
}

}  // namespace orrery
