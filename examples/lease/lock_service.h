// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A lock that several machines share. A server gives it away for a while only,
// so that one which dies with it does not keep it for ever. Whoever has it must
// know by itself when that is over.

#ifndef ORRERY_EXAMPLES_LEASE_LOCK_SERVICE_H_
#define ORRERY_EXAMPLES_LEASE_LOCK_SERVICE_H_

#include <functional>

#include "absl/time/time.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/task.h"

namespace lease {

// How long the lock is given away for, by the clock of the server.
inline constexpr absl::Duration kTerm = absl::Seconds(1);

// How much faster or slower than they should be clocks may run, in millionths.
inline constexpr int64_t kMaxDriftPpm = 20'000;

struct LeaseOptions {
  // False: who has the lock takes its own clock for that of the server. That is
  // the bug.
  bool allow_for_drift = true;
};

// Gives the lock away, on port 80. Each time it has another number, a higher
// one than before.
orrery::Task<> ServeLock(orrery::Network& network);

// Gets the lock and calls `work` with its number, now and then for as long as
// it has it; and that again and again.
orrery::Task<> WorkUnderLock(orrery::Network& network, orrery::Address server,
                             LeaseOptions options,
                             std::function<void(int)> work);

}  // namespace lease

#endif  // ORRERY_EXAMPLES_LEASE_LOCK_SERVICE_H_
