// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What time it is for the running step: on its machine, if that has a clock of
// its own, and else in the simulation. All that reads a clock or sets a timer
// for a program comes here.

#ifndef ORRERY_SIM_LOCAL_TIME_H_
#define ORRERY_SIM_LOCAL_TIME_H_

#include <cstdint>

#include "orrery/base/sim_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace local_time_internal {

// For machines with a clock of their own.
SimTime OwnWallNow(const Simulation& simulation);
SimTime OwnSteadyNow(const Simulation& simulation);
SimTime OwnDueIn(const Simulation& simulation, int64_t nanoseconds);
SimTime OwnDueAt(const Simulation& simulation, SimTime wall);

}  // namespace local_time_internal

// Returns the time of day, as nanoseconds since the epoch of the simulation.
inline SimTime WallNow(const Simulation& simulation) {
  if (!simulation.has_own_clocks()) [[likely]]
    return simulation.now();
  return local_time_internal::OwnWallNow(simulation);
}

// Returns how long the simulation has been running, by the steady clock.
inline SimTime SteadyNow(const Simulation& simulation) {
  if (!simulation.has_own_clocks()) [[likely]]
    return simulation.now();
  return local_time_internal::OwnSteadyNow(simulation);
}

// Returns the instant of the simulation at which that clock will have gone on
// by `nanoseconds`; one that has passed if they are negative.
inline SimTime DueIn(const Simulation& simulation, int64_t nanoseconds) {
  if (!simulation.has_own_clocks()) [[likely]]
    return After(simulation.now(), nanoseconds);
  return local_time_internal::OwnDueIn(simulation, nanoseconds);
}

// Returns the instant of the simulation at which the time of day will be `wall`
// if nobody sets that clock meanwhile. Timers do not follow those who do.
inline SimTime DueAt(const Simulation& simulation, SimTime wall) {
  if (!simulation.has_own_clocks()) [[likely]]
    return wall;
  return local_time_internal::OwnDueAt(simulation, wall);
}

}  // namespace orrery

#endif  // ORRERY_SIM_LOCAL_TIME_H_
