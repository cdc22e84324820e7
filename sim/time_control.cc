// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/time_control.h"

#include <algorithm>
#include <string>

namespace orrery {
namespace {

void Apply(ClockBrake& brake, ClockBrake::Kind kind, absl::string_view what,
           const SourceSite& site, Simulation& simulation) {
  brake.kind = kind;
  brake.what = std::string(what);
  brake.task = simulation.CurrentTaskName();
  brake.site = site;
  simulation.clock_control().Add(&brake);
  simulation.ClockControlChanged();
}

// Does nothing where the simulation is gone.
void LetGo(ClockBrake& brake, Simulation* simulation) {
  if (brake.control == nullptr) return;
  brake.control->Remove(&brake);
  simulation->ClockControlChanged();
}

}  // namespace

namespace time_control_internal {

ClockWait::ClockWait(const char* type, int64_t nanoseconds,
                     const SourceSite& site)
    : FutureState(type, "", site),
      ClockWaiter(SimTime(),
                  [](ClockWaiter* waiter) {
                    static_cast<ClockWait*>(waiter)->Finish(End::kValue);
                  }),
      simulation_(&Simulation::Current(type)) {
  on_cancel = [](FutureState* self, Simulation&) {
    static_cast<ClockWait*>(self)->Leave();
    self->Finish(End::kCancelled);
    return true;
  };
  until = After(simulation_->now(), std::max<int64_t>(0, nanoseconds));
  simulation_->clock_control().Add(static_cast<ClockWaiter*>(this));
  simulation_->ClockControlChanged();
}

void ClockWait::Leave() {
  if (control == nullptr) return;
  control->Remove(static_cast<ClockWaiter*>(this));
  simulation_->ClockControlChanged();
}

}  // namespace time_control_internal

FreezeTime::FreezeTime(SourceSite site)
    : simulation_(&Simulation::Current("FreezeTime")) {
  Apply(brake_, ClockBrake::Kind::kFreeze, "", site, *simulation_);
}

FreezeTime::~FreezeTime() { LetGo(brake_, simulation_); }

HoldTime::HoldTime(absl::string_view what, SourceSite site)
    : simulation_(&Simulation::Current("HoldTime")) {
  Apply(brake_, ClockBrake::Kind::kHold, what, site, *simulation_);
}

void HoldTime::Release() { LetGo(brake_, simulation_); }

}  // namespace orrery
