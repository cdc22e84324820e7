// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/lease/clock_skew.h"

#include "absl/time/time.h"
#include "orrery/examples/lease/lock_service.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/properties.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace lease {
namespace {

using orrery::Address;
using orrery::Chance;
using orrery::LatencyLaw;
using orrery::Network;
using orrery::NetworkOptions;
using orrery::Node;
using orrery::Random;
using orrery::Sleep;
using orrery::Task;
using orrery::World;

// What all machines write to. It knows the newest lock that was used.
struct File {
  int newest = 0;
  int writes = 0;

  void Write(int lock) {
    Always(lock >= newest, "who writes has the lock");
    newest = lock;
    ++writes;
  }
};

}  // namespace

// [snippet: trouble]
Task<> ShareFile(LeaseOptions options, Trouble trouble) {
  World world;
  NetworkOptions links;
  links.link.loss = Chance::Percent(5);
  links.link.latency =
      LatencyLaw::Uniform(absl::Microseconds(100), absl::Milliseconds(2));
  Network network(world, links);
  File file;
  Node& server =
      world.AddNode("server", [&network] { return ServeLock(network); });
  const Address address = {Network::HostOf(server), 80};
  for (const char* name : {"ann", "ben"}) {
    world.AddNode(name, [&network, address, options, &file] {
      return WorkUnderLock(network, address, options,
                           [&file](int lock) { file.Write(lock); });
    });
  }
  if (trouble.clock_skew) {
    const Random random("clocks");
    for (const auto& node : world.nodes()) {
      node->SetClockDrift(random.Between(-kMaxDriftPpm, kMaxDriftPpm));
    }
  }
  co_await Sleep(2 * kTerm);
  Sometimes(file.newest > 1, "the lock is passed on");
}
// [end: trouble]

}  // namespace lease
