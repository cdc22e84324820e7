// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/semaphore.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

std::string TooManyText(const Semaphore& semaphore) {
  return absl::StrCat(semaphore.ToString(),
                      " was released more often than it was acquired");
}

}  // namespace

bool Semaphore::TryAcquire() {
  Simulation& simulation = Simulation::Current("Semaphore::TryAcquire");
  simulation.Accessed(*this, AccessKind::kAcquire);
  if (IsLocked()) return false;
  --available_;
  return true;
}

void Semaphore::Release() {
  Simulation* simulation = Simulation::CurrentOrNull();
  // What is destroyed with the run has nobody to wake.
  if (simulation == nullptr || simulation->closing()) return;
  if (available_ >= bound_) throw InvalidStateError(TooManyText(*this));
  Add(*simulation);
}

void Semaphore::GiveBack() {
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation == nullptr || simulation->closing()) return;
  if (available_ >= bound_) {
    simulation->Fail(TooManyText(*this), SourceSite());
    return;
  }
  Add(*simulation);
}

void Semaphore::Add(Simulation& simulation) {
  simulation.Accessed(*this, AccessKind::kRelease);
  ++available_;
  WakeFirst(simulation);
}

bool Semaphore::WakeFirst(Simulation& simulation) {
  Operation* waiter = waiters_.FirstPending();
  if (waiter == nullptr) return false;
  --available_;
  WaiterList::Wake(simulation, waiter);
  return true;
}

}  // namespace orrery
