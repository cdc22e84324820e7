// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Swizzle`: clogs some machines, one after the other, and unclogs them in
// another order. That reaches states which no single fault does: each in turn
// is the one that the others wait for (after FoundationDB, which calls it so).

#ifndef ORRERY_SIM_NET_SWIZZLE_H_
#define ORRERY_SIM_NET_SWIZZLE_H_

#include <cstddef>
#include <vector>

#include "absl/time/time.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/task.h"

namespace orrery {

// Picks some of `nodes`, one at least, of which null is the test. In the first
// half of `duration` each is clogged, in and out, at a random instant; in the
// second half each is unclogged. All is drawn as the fault "net.swizzle"; if
// that is off, does nothing. Ends with all of them unclogged, also if it is
// cancelled. Returns how many there were.
//   std::vector<const Node*> replicas = {&a, &b, &c};
//   co_await Swizzle(network, replicas, absl::Seconds(10));
Task<size_t> Swizzle(Network& network, std::vector<const Node*> nodes,
                     absl::Duration duration);

}  // namespace orrery

#endif  // ORRERY_SIM_NET_SWIZZLE_H_
