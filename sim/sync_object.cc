// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync_object.h"

#include "absl/strings/str_cat.h"
#include "orrery/sim/simulation.h"

namespace orrery {

SyncObject::SyncObject(const char* type, absl::string_view name,
                       const SourceSite& site)
    : type_(type), name_(name) {
  Simulation::Current(type).AddObject(this, site);
}

void SyncObject::ForsakeAll(RunnableList& waiters) {
  const Simulation* simulation = Simulation::CurrentOrNull();
  // With the run, its tasks are gone already.
  if (simulation == nullptr || simulation->closing() ||
      simulation->serial() != simulation_) {
    return;
  }
  waiters.Drain([](Runnable* waiter) {
    static_cast<TaskState*>(waiter)->waits_on = nullptr;
  });
}

std::string SyncObject::ToString() const {
  if (name_.empty()) return absl::StrCat(type_, "#", id_.value);
  return absl::StrCat(type_, " \"", name_, "\"");
}

}  // namespace orrery
