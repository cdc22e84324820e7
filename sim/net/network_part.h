// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `NetworkPart`: what is built on the links of a network and lives as long as
// it: it is told what becomes of the machines.

#ifndef ORRERY_SIM_NET_NETWORK_PART_H_
#define ORRERY_SIM_NET_NETWORK_PART_H_

#include "orrery/base/trace_event.h"
#include "orrery/sim/node/world.h"

namespace orrery {

class NetworkPart {
 public:
  virtual ~NetworkPart() = default;
  // As `NodeObserver::OnDown`.
  virtual void OnDown(Node& node, NodeState why) = 0;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_NETWORK_PART_H_
