// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync_object.h"

#include "absl/strings/str_cat.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/simulation.h"

namespace orrery {

SyncObject::SyncObject(const char* type, absl::string_view name,
                       const SourceSite& site)
    : type_(type), name_(name) {
  Simulation::Current(type).AddObject(this, site);
}

SyncObject::SyncObject(OfLoop, const char* type, absl::string_view name)
    : type_(type), name_(name) {
  Simulation::Current(type).AddLoopObject(this);
}

bool SyncObject::MustForsake() const {
  const Simulation* simulation = Simulation::CurrentOrNull();
  return simulation != nullptr &&
         (!simulation->closing() || simulation->cutting_off()) &&
         simulation->serial() == simulation_;
}

void SyncObject::Forsake(Operation* operation) {
  operation->MarkForsaken();
  operation->task()->waits_on = nullptr;
  operation->task()->Unset(TaskState::kAttempt);
}

void SyncObject::Forsake(WaiterList& waiters) {
  if (waiters.empty() || !MustForsake()) return;
  while (Operation* operation = waiters.front()) {
    const bool pending = operation->state() == Operation::State::kPending;
    waiters.Remove(operation);
    // The others are about to be attempted.
    if (pending) Forsake(operation);
  }
}

void SyncObject::ForsakeAttempts() {
  if (MustForsake()) Simulation::Current(type_).ForsakeAttempts(*this);
}

void Simulation::ForsakeAttempts(const SyncObject& object) {
  for (TaskState* task : LiveTasks()) {
    if (!task->Is(TaskState::kAttempt) || task->waits_on == nullptr ||
        (task->place != Runnable::Place::kReady &&
         task->place != Runnable::Place::kHeld)) {
      continue;
    }
    auto* operation = static_cast<Operation*>(task->waits_on);
    if (&operation->object() != &object) continue;
    task->Unset(TaskState::kAttempt);
    task->waits_on = nullptr;
    const bool over = operation->over_when_woken() && operation->woken();
    operation->MarkForsaken();
    if (over || task->Is(TaskState::kMustCancel | TaskState::kWaitCancelled)) {
      continue;  // it goes on
    }
    ready_.Remove(task);
    task->place = Runnable::Place::kWaiting;
    task->wait = operation->wait_kind();
  }
}

std::string SyncObject::ToString() const {
  if (name_.empty()) return absl::StrCat(type_, "#", id_.value);
  return absl::StrCat(type_, " \"", name_, "\"");
}

}  // namespace orrery
