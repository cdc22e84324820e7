// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Compute`: a computation on the event loop, which delays everybody. The
// slow-step detector tells of those that take long; `RunBlocking`
// (run_blocking.h) puts them where they delay nobody.

#ifndef ORRERY_SIM_COMPUTE_H_
#define ORRERY_SIM_COMPUTE_H_

#include <vector>

#include "orrery/base/source_site.h"
#include "orrery/sim/cost.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/slow_step.h"

namespace orrery {

// Says that the computation at this place takes `cost` of processor time,
// during which the loop cannot do anything else: no other task runs, and what
// comes due meanwhile is late. Code that does not say so takes no simulated
// time.
//   Compute(absl::Seconds(5));
//   Compute({absl::Milliseconds(1), absl::Milliseconds(3)});  // drawn
inline void Compute(Cost cost, SourceSite site = SourceSite::current()) {
  Simulation& simulation = Simulation::Current("Compute");
  simulation.PassTime(cost.Draw(simulation, "Compute"), site);
}

// Returns the steps so far in which more time has passed than
// `SimulationOptions::slow_step`, be it by `Compute` or by `BlockingSleep`: the
// first hundred of them. In a test that wants none:
//   EXPECT_THAT(SlowSteps(), IsEmpty());
inline std::vector<SlowStep> SlowSteps() {
  return Simulation::Current("SlowSteps").slow_steps().steps();
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMPUTE_H_
