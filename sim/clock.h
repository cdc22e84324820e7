// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The simulated clock. It moves only when nothing is ready, straight to the
// next deadline, and when code says that it takes time.

#ifndef ORRERY_SIM_CLOCK_H_
#define ORRERY_SIM_CLOCK_H_

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// Returns the simulated wall-clock time. Every run begins at
// 2000-01-01T00:00:00Z.
inline absl::Time Now() {
  return SimEpoch() + ToDuration(WallNow(Simulation::Current("Now")));
}

// Returns the simulated time since the run began.
inline absl::Duration Elapsed() {
  return ToDuration(SteadyNow(Simulation::Current("Elapsed")));
}

// Lets `duration` pass while the whole loop stands still, as a blocking sleep
// in the middle of an event loop does: no other task runs, and what comes due
// meanwhile is late. Zero or less does nothing.
inline void BlockingSleep(absl::Duration duration,
                          SourceSite site = SourceSite::current()) {
  Simulation::Current("BlockingSleep").PassTime(ToNanoseconds(duration), site);
}

}  // namespace orrery

#endif  // ORRERY_SIM_CLOCK_H_
