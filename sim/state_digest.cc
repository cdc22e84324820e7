// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/state_digest.h"

#include "orrery/base/digest.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"

namespace orrery {

void DigestState(absl::string_view label, absl::string_view bytes) {
  Simulation& simulation = Simulation::Current("DigestState");
  Digest digest;
  digest.MixBytes(label);
  digest.MixBytes(bytes);
  simulation.MixData(digest.value());
  simulation.Record(event::StateDigested{label, digest.value()});
}

}  // namespace orrery
