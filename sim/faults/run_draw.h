// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DrawForRun`: a draw that is about the run as a whole, such as which faults
// there are in it. It comes from a stream of its own, in the name of no
// machine, so it is the same whoever comes to ask first.

#ifndef ORRERY_SIM_FAULTS_RUN_DRAW_H_
#define ORRERY_SIM_FAULTS_RUN_DRAW_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// Returns a number in [0, n), of which 0 is the simplest. `label` names the
// stream.
inline uint64_t DrawForRun(Simulation& simulation, uint64_t n,
                           absl::string_view label) {
  const absl::string_view kept = simulation.KeepLabel(label);
  if (!simulation.current_node()) {
    return simulation.Draw(ChoiceKind::kFault, n, kept);
  }
  return simulation.nodes().RunOn(
      NodeId(), [&] { return simulation.Draw(ChoiceKind::kFault, n, kept); });
}

}  // namespace orrery

#endif  // ORRERY_SIM_FAULTS_RUN_DRAW_H_
