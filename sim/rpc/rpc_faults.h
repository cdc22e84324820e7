// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RpcFaults`: what goes wrong with calls beyond what the network does to their
// messages. It happens at servers, and each is a `Fault` of that name:
//
//   RpcFaults::OfRun().drop_response = Chance::Percent(1);

#ifndef ORRERY_SIM_RPC_RPC_FAULTS_H_
#define ORRERY_SIM_RPC_RPC_FAULTS_H_

#include "absl/time/time.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"

namespace orrery {

struct RpcFaults {
  // rpc.drop_request: a call does not get to its handler.
  Chance drop_request = {};
  // rpc.drop_response: the handler has done its work, and its answer is lost.
  Chance drop_response = {};
  // rpc.delay: a call waits before its handler begins; and so, by a draw of its
  // own, does the answer before it is sent.
  Chance delay = {};
  LatencyLaw delayed_by = LatencyLaw(absl::Milliseconds(100));

  // Returns those of all servers of the running simulation, but for servers
  // with their own. At first there are none.
  static RpcFaults& OfRun();
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_RPC_FAULTS_H_
