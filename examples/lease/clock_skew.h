// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ShareFile`: two machines that write to one file, and share a lock so that
// only one does at a time.

#ifndef ORRERY_EXAMPLES_LEASE_CLOCK_SKEW_H_
#define ORRERY_EXAMPLES_LEASE_CLOCK_SKEW_H_

#include "orrery/examples/lease/lock_service.h"
#include "orrery/sim/task.h"

namespace lease {

struct Trouble {
  // Whether the clocks of the machines run too fast and too slow. Messages are
  // late and get lost in any case.
  bool clock_skew = true;
};

// Fails the run if one writes after another has had the lock since.
orrery::Task<> ShareFile(LeaseOptions options, Trouble trouble);

}  // namespace lease

#endif  // ORRERY_EXAMPLES_LEASE_CLOCK_SKEW_H_
