// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/rpc_faults.h"

#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

struct AttachedFaults final : Attachment {
  RpcFaults faults;
};

}  // namespace

RpcFaults& RpcFaults::OfRun() {
  return Simulation::Current("RpcFaults").Attached<AttachedFaults>().faults;
}

}  // namespace orrery
