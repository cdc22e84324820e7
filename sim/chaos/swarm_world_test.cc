// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/chaos/swarm_world.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/swarm.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/random.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/settings.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

constexpr uint16_t kPort = 7;

// Of a machine that greets the next one again and again, and answers greetings.
struct Greeter {
  Network* network;
  std::vector<Node*>* nodes;
  size_t own;
};

Task<> Answer(DatagramSocket* socket) {
  for (;;) {
    absl::StatusOr<Datagram> got = co_await socket->Receive();
    if (!got.ok()) co_return;
    if (got->bytes == "hello") (void)socket->SendTo(got->from, "hello back");
  }
}

Task<> Greet(Greeter greeter) {
  auto socket = *DatagramSocket::Bind(*greeter.network, kPort);
  const JoinHandle<> answering = Spawn(Answer, socket.get());
  const Random random;
  for (;;) {
    co_await Sleep(
        random.Between(absl::Milliseconds(50), absl::Milliseconds(150)));
    const Node* next =
        (*greeter.nodes)[(greeter.own + 1) % greeter.nodes->size()];
    (void)socket->SendTo(Address{Network::HostOf(*next), kPort}, "hello");
  }
}

struct Outcomes {
  RunResult result;
  std::vector<FaultCounts> counts;
  std::string block;
};

Task<> GreetForAWhile(absl::string_view mask, Outcomes* outcomes) {
  Swarm swarm;
  if (!mask.empty()) Faults::Current().Mask(mask);
  const SwarmShape shape = SwarmTopology(swarm, 2, 4);
  World world({.max_down = 1});
  NetworkOptions options;
  options.link = SwarmLink(swarm);
  Network network(world, options);
  std::vector<Node*> nodes;
  for (size_t i = 0; i < shape.nodes; ++i) {
    const Greeter greeter = {&network, &nodes, i};
    nodes.push_back(&world.AddNode(absl::StrCat("greeter-", i),
                                   [greeter] { return Greet(greeter); },
                                   {.zone = shape.ZoneOf(i)}));
  }
  RandomMishaps chaos;
  chaos.duration = absl::Milliseconds(600);
  chaos.mishaps = {{mishap::PartitionHalves()},
                   {mishap::Kill()},
                   {mishap::Pause()},
                   {mishap::ClogIn()}};
  chaos = SwarmNemesis(swarm, chaos);
  Nemesis nemesis(world, &network);
  co_await nemesis.Run(chaos);
  co_await Sleep(absl::Milliseconds(200));
  outcomes->counts = Faults::Current().counts();
  outcomes->block = swarm.Block();
}

Outcomes RunGreeters(Scheduler& scheduler, uint64_t seed,
                     absl::string_view set = "", absl::string_view mask = "") {
  const Settings settings = *Settings::Parse(set);
  Outcomes outcomes;
  Simulation simulation({.seed = Seed(seed),
                         .scheduler = &scheduler,
                         .settings = set.empty() ? nullptr : &settings});
  outcomes.result = simulation.Run(GreetForAWhile, mask, &outcomes);
  EXPECT_TRUE(outcomes.result.ok()) << FormatRunResult(outcomes.result);
  return outcomes;
}

// Returns how often a fault could have happened, and did.
FaultCounts CountsOf(const Outcomes& outcomes, absl::string_view fault) {
  for (const FaultCounts& counts : outcomes.counts) {
    if (counts.name == fault) return counts;
  }
  return {};
}

TEST(SwarmWorldTest, AFamilyThatNeverFiredLeavesTheRunAsItWasWhenItIsMasked) {
  constexpr uint64_t kRuns = 300;
  constexpr const char* kFamilies[] = {"net.loss",      "net.duplication",
                                       "net.partition", "net.clog",
                                       "node.kill",     "node.pause"};
  RandomScheduler scheduler;
  uint64_t quiet = 0;  // runs in which a family did not fire
  uint64_t on = 0;     // those among them in which it could have
  uint64_t fired = 0;
  uint64_t changed = 0;  // of those in which it did
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    const Outcomes all = RunGreeters(scheduler, seed);
    for (const std::string family : kFamilies) {
      const bool has_fired = CountsOf(all, family).reached > 0;
      const bool by_setting = (seed + family.size()) % 2 == 0;
      const Outcomes masked =
          RunGreeters(scheduler, seed, by_setting ? family + "=off" : "",
                      by_setting ? "" : family);
      EXPECT_EQ(CountsOf(masked, family).reached, 0u) << family;
      if (has_fired) {
        ++fired;
        changed += masked.result.digests == all.result.digests ? 0 : 1;
        continue;
      }
      ++quiet;
      on += absl::StrContains(all.block, family + "=on") ? 1 : 0;
      EXPECT_EQ(masked.result.digests, all.result.digests)
          << "seed " << seed << ", " << family;
      EXPECT_EQ(masked.result.elapsed, all.result.elapsed);
    }
  }
  RecordProperty("quiet", static_cast<int>(quiet));
  RecordProperty("quiet_though_on", static_cast<int>(on));
  // Half of them are off, and of the others some never come to it.
  EXPECT_GT(quiet, kRuns * 6 / 2);
  EXPECT_GT(on, kRuns * 6 / 20);
  EXPECT_GT(fired, kRuns * 6 / 20);
  EXPECT_EQ(changed, fired);
}

TEST(SwarmWorldTest, WhatARunHasDrawnGivesTheSameRunWhenItIsSet) {
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    const Outcomes first = RunGreeters(scheduler, seed);
    EXPECT_THAT(first.result.notes, testing::HasSubstr("--orrery_set="));
    const Outcomes second = RunGreeters(scheduler, seed, first.block);
    EXPECT_EQ(second.result.digests, first.result.digests) << first.block;
    EXPECT_EQ(second.result.elapsed, first.result.elapsed);
    EXPECT_EQ(second.counts, first.counts);
    EXPECT_EQ(second.block, first.block);
    EXPECT_LT(second.result.choices, first.result.choices);
  }
}

TEST(SwarmWorldTest, WorldsDifferInShapeLatencyAndFaults) {
  RandomScheduler scheduler;
  std::set<std::string> blocks;
  std::set<std::string> reached;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    const Outcomes outcomes = RunGreeters(scheduler, seed);
    blocks.insert(outcomes.block);
    for (const FaultCounts& counts : outcomes.counts) {
      if (counts.reached > 0) reached.insert(counts.name);
    }
  }
  EXPECT_EQ(blocks.size(), 100u);
  EXPECT_THAT(reached,
              testing::IsSupersetOf({"net.loss", "net.duplication",
                                     "net.reordering", "net.partition",
                                     "net.clog", "node.kill", "node.pause"}));
}

Task<> DrawEverything(std::string* block) {
  Swarm swarm;
  const SwarmShape shape = SwarmTopology(swarm, 3, 7);
  EXPECT_LE(shape.zones, shape.nodes);
  EXPECT_EQ(shape.ZoneOf(0), "zone-1");
  const NetworkOptions network = SwarmNetwork(swarm);
  const DiskFaults disk = SwarmRottenDisk(swarm);
  const RandomMishaps chaos = SwarmNemesis(swarm);
  // A chance is there if its family is on.
  const std::map<std::string, Chance> chances = {
      {"net.loss", network.link.loss},
      {"net.corruption", network.link.corruption},
      {"net.reset", network.link.stream.reset},
      {"net.short_read", network.link.stream.short_read},
      {"disk.sync_error", disk.sync_error},
      {"disk.lost_write", disk.lost_write},
      {"disk.crash_lost", disk.crash_lost}};
  for (const auto& [family, chance] : chances) {
    EXPECT_EQ(chance.never(), Faults::Current().Get(family).off()) << family;
    EXPECT_EQ(chance.never(), !swarm.Family(family)) << family;
  }
  EXPECT_EQ(chaos.mishaps.size(), UsualMishaps().size());
  *block = swarm.Block();
  co_return;
}

TEST(SwarmWorldTest, EverythingInAWorldCanBeDrawnAndSet) {
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    std::string drawn;
    ASSERT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &scheduler})
                    .Run(DrawEverything, &drawn)
                    .ok());
    const Settings settings = *Settings::Parse(drawn);
    std::string set;
    const RunResult result = Simulation({.seed = Seed(seed + 1000),
                                         .scheduler = &scheduler,
                                         .settings = &settings})
                                 .Run(DrawEverything, &set);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(result.choices, 0u);
    EXPECT_EQ(set, drawn);
  }
}

Task<> DrawMishapsOfMachines(std::string* block) {
  Swarm swarm;
  const RandomMishaps chaos = SwarmNemesis(swarm, {}, {{"node", "clock"}});
  EXPECT_FALSE(chaos.mishaps.empty());
  *block = swarm.Block();
  co_return;
}

TEST(SwarmWorldTest, ANemesisMayBeLimitedToSomeFamilies) {
  std::string block;
  ASSERT_TRUE(Simulation().Run(DrawMishapsOfMachines, &block).ok());
  EXPECT_THAT(block, testing::HasSubstr("node.kill="));
  EXPECT_THAT(block, testing::HasSubstr("clock.drift="));
  EXPECT_THAT(block, testing::Not(testing::HasSubstr("net.")));
  EXPECT_THAT(block, testing::Not(testing::HasSubstr("disk.")));
}

}  // namespace
}  // namespace orrery
