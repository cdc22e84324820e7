// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Fails on purpose, to be shown in docs/faults.md.

// [snippet: swarm_draws]
#include "orrery/sim/chaos/swarm_world.h"
#include "orrery/sim/faults/swarm.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// Counts what it is sent, and is sure that nothing comes twice.
Task<> Count(Network& network, int& count) {
  auto socket = *DatagramSocket::Bind(network, 7);
  for (;;) {
    const absl::StatusOr<Datagram> got = co_await socket->Receive();
    if (got.ok()) ++count;
  }
}

SIM_TEST(CounterTest, CountsEachMessageOnce,
         {.runs = 50, .scheduler = "random"}) {
  Swarm swarm;
  World world;
  Network network(world, {.link = SwarmLink(swarm)});
  int count = 0;
  Node& counter =
      world.AddNode("counter", [&] { return Count(network, count); });
  auto socket = *DatagramSocket::Bind(network, 0);
  for (int i = 0; i < 50; ++i) {
    co_await Sleep(absl::Milliseconds(20));
    (void)socket->SendTo({Network::HostOf(counter), 7}, "one more");
  }
  co_await Sleep(absl::Seconds(1));
  EXPECT_LE(count, 50);
}

}  // namespace
}  // namespace orrery
// [end: swarm_draws]
