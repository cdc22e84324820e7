// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/examples/replicated_counter/partition.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/examples/replicated_counter/counter.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/latency_law.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/properties.h"
#include "orrery/sim/random.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace replicated_counter {
namespace {

using orrery::Address;
using orrery::Chance;
using orrery::JoinHandle;
using orrery::LatencyLaw;
using orrery::Network;
using orrery::NetworkOptions;
using orrery::Node;
using orrery::Random;
using orrery::RpcClient;
using orrery::Sleep;
using orrery::Spawn;
using orrery::Task;
using orrery::World;

constexpr size_t kReplicas = 3;

// Three machines, and what connects them.
struct Cluster {
  World world;
  Network network;
  std::vector<Node*> nodes;
  std::vector<Address> addresses;

  explicit Cluster(NetworkOptions links) : network(world, links) {}
};

Task<> ServeReplicaOf(Cluster& cluster, size_t number, CounterOptions options) {
  std::vector<Address> others = cluster.addresses;
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(number));
  return ServeReplica(cluster.network, std::move(others), options);
}

void AddReplicas(Cluster& cluster, CounterOptions options) {
  for (size_t i = 0; i < kReplicas; ++i) {
    Node& node = cluster.world.AddNode(
        absl::StrCat("replica-", i),
        [&cluster, i, options] { return ServeReplicaOf(cluster, i, options); },
        {.boot = false});
    cluster.nodes.push_back(&node);
    cluster.addresses.push_back({Network::HostOf(node), 80});
  }
  for (Node* node : cluster.nodes) node->Boot();
}

// What the users know.
struct Visitors {
  int came = 0;
  int counted = 0;
};

// [snippet: users]
Task<> Count(Cluster& cluster, Visitors& visitors) {
  const std::unique_ptr<RpcClient> client = *RpcClient::Open(cluster.network);
  const Random random("who counts");
  for (int i = 0; i < 3; ++i) {
    const Address replica = cluster.addresses[random.Below(kReplicas)];
    ++visitors.came;
    const absl::StatusOr<std::string> counted =
        co_await client->Call<std::string>(
            replica, "Add", absl::StrCat("visitor", i),
            {.deadline = absl::Milliseconds(100)});
    if (counted.ok()) ++visitors.counted;
  }
}

Task<> Ask(Cluster& cluster, const Visitors& visitors) {
  const std::unique_ptr<RpcClient> client = *RpcClient::Open(cluster.network);
  const Random random("who is asked");
  for (int i = 0; i < 3; ++i) {
    const Address replica = cluster.addresses[random.Below(kReplicas)];
    const int counted = visitors.counted;
    const absl::StatusOr<std::string> answer =
        co_await client->Call<std::string>(
            replica, "Count", std::string(),
            {.deadline = absl::Milliseconds(100)});
    int seen = 0;
    if (!answer.ok() || !absl::SimpleAtoi(*answer, &seen)) continue;
    Always(seen >= counted, "who was counted is seen");
    Always(seen <= visitors.came, "nobody counts twice");
  }
}
// [end: users]

// One replica goes for good, in half of the runs.
Task<> Die(Cluster& cluster) {
  const Random random("who dies");
  co_await Sleep(random.Between(absl::ZeroDuration(), absl::Milliseconds(40)));
  if (random.OneIn(2)) cluster.nodes[random.Below(kReplicas)]->Kill();
}

// [snippet: trouble]
Task<> CutOff(Cluster& cluster) {
  const Random random("who is cut off");
  std::vector<const Node*> others(cluster.nodes.begin(), cluster.nodes.end());
  const size_t which = random.Below(kReplicas);
  const Node* const one = others[which];
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(which));
  co_await Sleep(random.Between(absl::ZeroDuration(), absl::Milliseconds(5)));
  cluster.network.Partition({one}, others);
  co_await Sleep(absl::Milliseconds(100));
  cluster.network.Heal();
}
// [end: trouble]

}  // namespace

Task<> CountVisitors(CounterOptions options, Trouble trouble) {
  NetworkOptions links;
  links.link.latency =
      LatencyLaw::Uniform(absl::Microseconds(100), absl::Milliseconds(2));
  links.link.duplication = Chance::Percent(5);
  links.link.reordering = Chance::Percent(5);
  Cluster cluster(links);
  AddReplicas(cluster, options);
  Visitors visitors;
  std::vector<JoinHandle<>> users;
  users.push_back(Spawn("Count", Count, std::ref(cluster), std::ref(visitors)));
  users.push_back(Spawn("Ask", Ask, std::ref(cluster), std::cref(visitors)));
  users.push_back(Spawn("Die", Die, std::ref(cluster)));
  if (trouble.partition) {
    users.push_back(Spawn("CutOff", CutOff, std::ref(cluster)));
  }
  for (JoinHandle<>& user : users) co_await user;
  Sometimes(visitors.counted == visitors.came, "everybody is counted");
}

}  // namespace replicated_counter
