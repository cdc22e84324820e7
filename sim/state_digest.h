// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DigestState`: makes the program's own state part of what two runs must have
// in common. A replay, and a determinism check, then stop at the first place
// where the state is another one, and not only where a task runs in another
// order because of it.

#ifndef ORRERY_SIM_STATE_DIGEST_H_
#define ORRERY_SIM_STATE_DIGEST_H_

#include "absl/strings/string_view.h"

namespace orrery {

// Mixes `bytes` into the digest of the run's data. Call it in a simulation, at
// a point where the state should be the same in each run with these choices;
// what depends on addresses, padding or an unordered container's order does not
// belong into `bytes`. `label` says what they are, for whoever reads the trace.
void DigestState(absl::string_view label, absl::string_view bytes);

}  // namespace orrery

#endif  // ORRERY_SIM_STATE_DIGEST_H_
