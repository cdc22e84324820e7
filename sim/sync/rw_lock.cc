// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/rw_lock.h"

#include "orrery/base/check.h"
#include "orrery/sim/simulation.h"

namespace orrery {

bool RwLock::TryReadLock() {
  Simulation& simulation = Simulation::Current("RwLock::TryReadLock");
  simulation.Accessed(*this, AccessKind::kAcquire);
  if (!CanRead()) return false;
  ++readers_;
  return true;
}

bool RwLock::TryWriteLock() {
  Simulation& simulation = Simulation::Current("RwLock::TryWriteLock");
  ORRERY_CHECK(simulation.current_task() != nullptr,
               "RwLock::TryWriteLock() was called outside of a task");
  simulation.Accessed(*this, AccessKind::kAcquire);
  if (!CanWrite()) return false;
  set_holder(simulation.current_task());
  return true;
}

void RwLock::ReadUnlock() {
  Simulation* simulation = Simulation::CurrentOrNull();
  // Guards in frames that are destroyed with the run have nobody to wake.
  if (simulation == nullptr || simulation->closing()) return;
  ORRERY_CHECK(readers_ > 0,
               "RwLock::ReadUnlock() was called while nobody reads");
  simulation->Accessed(*this, AccessKind::kRelease);
  --readers_;
  HandOver(*simulation);
}

void RwLock::WriteUnlock() {
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr || simulation->closing()) return;
  ORRERY_CHECK(
      IsWriteLocked() && holder() == simulation->current_task_id(),
      "RwLock::WriteUnlock() was called by a task that does not write; "
      "keep the WriteGuard in the task that locked it");
  simulation->Accessed(*this, AccessKind::kRelease);
  set_holder(nullptr);
  HandOver(*simulation);
}

void RwLock::HandOver(Simulation& simulation) {
  while (Operation* first = waiters_.FirstPending()) {
    if (IsWriteLocked()) return;
    if (first->task()->wait == WaitKind::kWriteLock) {
      if (readers_ > 0) return;
      set_holder(first->task());
    } else {
      ++readers_;
    }
    waiters_.Remove(first);
    WaiterList::Wake(simulation, first);
  }
}

}  // namespace orrery
