// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LinkOptions`: how a link between two machines behaves, in one direction.

#ifndef ORRERY_SIM_NET_LINK_H_
#define ORRERY_SIM_NET_LINK_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"

namespace orrery {

struct LinkOptions {
  LatencyLaw latency = LatencyLaw(absl::Microseconds(500));
  // A datagram gets lost; arrives twice, the second time after another latency;
  // has one of its bits flipped; waits for `reordered_by` longer than others,
  // so that those behind it overtake it.
  Chance loss = {};
  Chance duplication = {};
  Chance corruption = {};
  Chance reordering = {};
  LatencyLaw reordered_by = LatencyLaw(absl::Milliseconds(5));
  // In bytes a second; 0: no limit. What is sent stands in line.
  uint64_t bandwidth = 0;
  // How large a datagram may be, in bytes. What is larger is refused.
  size_t mtu = 65'507;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_LINK_H_
