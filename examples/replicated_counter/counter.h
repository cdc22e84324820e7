// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A counter that is kept by several machines, so that it is there when one of
// them dies. Any of them can be asked. It asks the others, and answers once a
// majority knows, or has told: two majorities have a machine in common, so what
// was counted is seen by all who ask later.

#ifndef ORRERY_EXAMPLES_REPLICATED_COUNTER_COUNTER_H_
#define ORRERY_EXAMPLES_REPLICATED_COUNTER_COUNTER_H_

#include <vector>

#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/task.h"

namespace replicated_counter {

struct CounterOptions {
  // False: who does not answer is taken for dead, and a majority of those that
  // are left is enough. That is the bug.
  bool majority_of_all = true;
};

// The program of a replica, on port 80. Its methods for users:
//
//   Add    counts something, which has a name; the same name counts once
//   Count  returns how many were counted
//
// Errors of both:
//   kUnavailable  too few replicas answer; what was to be counted may be, or be
//                 later
orrery::Task<> ServeReplica(orrery::Network& network,
                            std::vector<orrery::Address> others,
                            CounterOptions options);

}  // namespace replicated_counter

#endif  // ORRERY_EXAMPLES_REPLICATED_COUNTER_COUNTER_H_
