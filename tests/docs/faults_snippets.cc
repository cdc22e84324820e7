// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/faults.md shows, as tests that pass.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/chaos/swarm_world.h"
#include "orrery/sim/disk/disks.h"
#include "orrery/sim/faults/buggify.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/swarm.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/settings.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: own]
// A cache that may forget what it was told to keep, and says so.
class Cache {
 public:
  void Put(std::string key) {
    if (evicted_.Happens(Chance::Percent(5))) return;
    keys_.push_back(std::move(key));
  }
  bool Has(const std::string& key) {
    for (const std::string& kept : keys_) {
      if (kept == key) return true;
    }
    evicted_.HadEffect();  // the program has to ask somebody else now
    return false;
  }

 private:
  Fault& evicted_ = Faults::Current().Get("cache.evicted");
  std::vector<std::string> keys_;
};

SIM_TEST(CacheTest, ForgetsAtTimes,
         {.runs = 20, .faults_must_have_effect = true}) {
  Cache cache;
  for (int i = 0; i < 100; ++i) {
    cache.Put(absl::StrCat(i));
    cache.Has(absl::StrCat(i));
  }
  co_return;
}
// [end: own]

// [snippet: effect]
SIM_TEST(CacheTest, ForgetsNothingWhenMasked) {
  Faults::Current().Mask("cache");
  Cache cache;
  for (int i = 0; i < 100; ++i) {
    cache.Put(absl::StrCat(i));
    EXPECT_TRUE(cache.Has(absl::StrCat(i)));
  }
  EXPECT_EQ(Faults::Current().Get("cache.evicted").armed(), 0u);
  co_return;
}
// [end: effect]

// [snippet: buggify]
Task<size_t> SendAll(std::vector<int>& batch) {
  size_t sent = 0;
  const size_t limit = BuggifyValue<size_t>("batch_limit", 100, {1, 2});
  while (sent < batch.size()) {
    size_t count = std::min(batch.size() - sent, limit);
    if (Buggify("short_batch")) count = 1;
    if (Buggify("slow_send", {.active = Chance::Percent(10)})) {
      co_await Sleep(absl::Seconds(5));
    }
    sent += count;
  }
  co_return sent;
}

SIM_TEST(SenderTest, SendsAllOfIt, {.runs = 100}) {
  EnableBuggify();
  std::vector<int> batch(250);
  EXPECT_EQ(co_await SendAll(batch), 250u);
}
// [end: buggify]

// [snippet: force]
SIM_TEST(SenderTest, SendsAllOfItOneByOne) {
  ForceBuggify("short_batch", true);
  std::vector<int> batch(250);
  EXPECT_EQ(co_await SendAll(batch), 250u);
  EXPECT_EQ(Faults::Current().Get("buggify.short_batch").reached(), 250u);
}
// [end: force]

// [snippet: mix]
class Store {
 public:
  void Put(uint64_t) {}
  void Get(uint64_t) {}
  void Clear() {}
};

SIM_TEST(StoreTest, SurvivesWhateverIsAskedOfIt, {.runs = 100}) {
  Swarm swarm;
  const OperationMix mix = swarm.Mix({{"put", "get", "clear"}});
  const uint64_t keys = swarm.Number("keys", 1, 1000);
  const Random random;
  Store store;
  for (int i = 0; i < 100; ++i) {
    switch (mix.Pick()) {
      case 0:
        store.Put(random.Below(keys));
        break;
      case 1:
        store.Get(random.Below(keys));
        break;
      default:
        store.Clear();
    }
  }
  co_return;
}
// [end: mix]

Task<> Serve() { co_await Sleep(absl::Hours(1)); }

// [snippet: world]
SIM_TEST(ClusterTest, SurvivesWhateverHappens, {.runs = 20}) {
  Swarm swarm;
  const SwarmShape shape = SwarmTopology(swarm, 3, 7);
  World world({.max_down = (shape.nodes - 1) / 2});
  Network network(world, SwarmNetwork(swarm));
  DiskOptions disk;
  disk.faults = SwarmDisk(swarm);
  Disks disks(world, disk);
  for (size_t i = 0; i < shape.nodes; ++i) {
    world.AddNode(absl::StrCat("replica-", i), Serve,
                  {.zone = shape.ZoneOf(i)});
  }
  Nemesis nemesis(world, &network, &disks);
  RandomMishaps chaos = SwarmNemesis(swarm);
  chaos.duration = absl::Seconds(10);
  co_await nemesis.Run(chaos);
}
// [end: world]

// [snippet: settings]
SIM_TEST(SettingsTest, CanBeWrittenDownForASimulationOfOnesOwn) {
  const Settings settings =
      *Settings::Parse("net.loss=off, topology.nodes=5, net.clog.rate=2%");
  EXPECT_EQ(settings.Find("topology.nodes"), "5");
  EXPECT_TRUE(settings.IsOff("net.loss"));
  const SimulationOptions options = {.settings = &settings};
  EXPECT_EQ(options.settings->ToString(),
            "net.clog.rate=2%,net.loss=off,topology.nodes=5");
  co_return;
}
// [end: settings]

}  // namespace
}  // namespace orrery
