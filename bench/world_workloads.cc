// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/world_workloads.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/base/check.h"
#include "orrery/base/ids.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

constexpr uint16_t kPort = 7;
constexpr int kMachines = 100;

Task<> Answer(Network* network) {
  std::unique_ptr<DatagramSocket> socket =
      *DatagramSocket::Bind(*network, kPort);
  for (;;) {
    absl::StatusOr<Datagram> got = co_await socket->Receive();
    (void)socket->SendTo(got->from, std::move(got->bytes));
  }
}

Task<> Ask(Network* network, Address server, uint64_t requests, Event* done) {
  std::unique_ptr<DatagramSocket> socket = *DatagramSocket::Bind(*network, 0);
  for (uint64_t i = 0; i < requests; ++i) {
    (void)socket->SendTo(server, std::string(32, 'x'));
    const absl::StatusOr<Datagram> got = co_await socket->Receive();
    ORRERY_CHECK(got.ok(), "no reply");
  }
  done->Set();
}

Task<> Datagrams(uint64_t messages) {
  World world;
  Network network(
      world, {.link = {.latency = LatencyLaw::Uniform(
                           absl::Milliseconds(1), absl::Milliseconds(10))}});
  Event done;
  const Node& server =
      world.AddNode("server", [&network] { return Answer(&network); });
  co_await Sleep(absl::Seconds(1));
  const Address address = {Network::HostOf(server), kPort};
  world.AddNode("client", [&network, &done, address, messages] {
    return Ask(&network, address, messages / 2, &done);
  });
  co_await done.Wait();
}

Task<> Hear(DatagramSocket* socket) {
  for (;;) {
    const absl::StatusOr<Datagram> got = co_await socket->Receive();
    if (!got.ok()) co_return;
  }
}

Task<> Heartbeats(Network* network, Address next) {
  std::unique_ptr<DatagramSocket> socket =
      *DatagramSocket::Bind(*network, kPort);
  Spawn(Hear, socket.get());
  for (int minute = 1;; ++minute) {
    co_await Sleep(absl::Minutes(1));
    if (minute % 10 == 0) (void)socket->SendTo(next, "alive");
  }
}

Task<> IdleHour() {
  World world;
  Network network(world);
  for (int i = 0; i < kMachines; ++i) {
    const NodeId next(static_cast<uint16_t>((i + 1) % kMachines + 1));
    const Address address = {Network::HostOf(next), kPort};
    world.AddNode(absl::StrCat("node-", i), [&network, address] {
      return Heartbeats(&network, address);
    });
  }
  co_await Sleep(absl::Hours(1) + absl::Seconds(1));
  ORRERY_CHECK(network.counts().delivered == 6 * kMachines,
               "heartbeats were lost");
}

}  // namespace

void RunDatagrams(Setup& setup, uint64_t messages) {
  setup.End(Simulation(setup.Begin()).Run(Datagrams, messages));
}

void RunIdleHours(Setup& setup, uint64_t hours) {
  for (uint64_t i = 0; i < hours; ++i) {
    setup.End(Simulation(setup.Begin()).Run(IdleHour));
  }
}

}  // namespace orrery
