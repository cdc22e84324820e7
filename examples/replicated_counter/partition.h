// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CountVisitors`: a counter with three replicas, one of which may die, and two
// users: one counts visitors, the other asks how many there were.

#ifndef ORRERY_EXAMPLES_REPLICATED_COUNTER_PARTITION_H_
#define ORRERY_EXAMPLES_REPLICATED_COUNTER_PARTITION_H_

#include "orrery/examples/replicated_counter/counter.h"
#include "orrery/sim/task.h"

namespace replicated_counter {

struct Trouble {
  // Whether one replica is cut off from the others for a while, though not from
  // the users. One that dies, and messages that are late, come twice or
  // overtake one another, there are in any case.
  bool partition = true;
};

// Fails the run if a visitor who was counted is missing later, or counts twice.
orrery::Task<> CountVisitors(CounterOptions options, Trouble trouble);

}  // namespace replicated_counter

#endif  // ORRERY_EXAMPLES_REPLICATED_COUNTER_PARTITION_H_
