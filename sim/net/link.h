// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `LinkOptions`: how a link between two machines behaves, in one direction;
// `NetworkOptions`: how all of them do.

#ifndef ORRERY_SIM_NET_LINK_H_
#define ORRERY_SIM_NET_LINK_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/stream_options.h"

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
  // What goes wrong with streams, which have nothing of the above but latency
  // and bandwidth.
  StreamFaults stream = {};
};

struct NetworkOptions {
  LinkOptions link = {};                                     // of every pair
  LatencyLaw loopback = LatencyLaw(absl::Microseconds(10));  // to oneself
  // How far two machines are apart: what each way between them takes more, in
  // both directions and every time. It is drawn once for each pair, in the name
  // of both, so that it does not matter who speaks first.
  LatencyLaw distance = {};
  StreamOptions stream = {};  // of every machine
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_LINK_H_
