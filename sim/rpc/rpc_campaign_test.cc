// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What `RpcClient` promises, over many runs in which messages get lost, arrive
// twice, late and damaged, and machines go down.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/random.h"
#include "orrery/sim/rpc/rpc_client.h"
#include "orrery/sim/rpc/rpc_faults.h"
#include "orrery/sim/rpc/rpc_server.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

// What became of the calls of a run, seen from outside. A call is known by a
// text that no other call has.
struct Fate {
  std::map<uint32_t, int> runs;  // of its handler, by the server's incarnation
  bool acknowledged = false;
};

// A service that counts, those that call it, and what goes wrong with them.
struct Campaign {
  explicit Campaign(bool drop)
      : drop_duplicates(drop),
        network(world,
                {.link = {.latency = LatencyLaw::Uniform(
                              absl::Microseconds(100), absl::Milliseconds(2)),
                          .loss = Chance::Percent(5),
                          .duplication = Chance::Percent(20),
                          .corruption = Chance::Percent(3),
                          .reordering = Chance::Percent(20)}}),
        server(world.AddNode("server", [this] { return Serve(this); })),
        one(world.AddNode("one", [this] { return Client(this); })),
        two(world.AddNode("two", [this] { return Client(this); })) {
    RpcFaults::OfRun() = {.drop_request = Chance::Percent(2),
                          .drop_response = Chance::Percent(2),
                          .delay = Chance::Percent(5),
                          .delayed_by = absl::Milliseconds(5)};
  }

  static Task<absl::StatusOr<std::string>> Count(Campaign* self,
                                                 std::string call) {
    co_await Sleep(
        Random("work").Between(absl::ZeroDuration(), absl::Milliseconds(2)));
    ++self->fates[call].runs[self->server.incarnation()];
    co_return absl::StrCat("counted ", call);
  }

  static Task<> Serve(Campaign* self) {
    auto server = *RpcServer::Bind(self->network, 80,
                                   {.drop_duplicates = self->drop_duplicates});
    server->Handle<std::string, std::string>(
        "Count", [self](std::string call) { return Count(self, call); });
    co_await server->Serve();
  }

  static Task<> Caller(Campaign* self, RpcClient* client, std::string name) {
    for (int i = 0; i < 2; ++i) {
      const std::string call = absl::StrCat(name, " ", i);
      const absl::StatusOr<std::string> answer =
          co_await client->Call<std::string>(
              {Network::HostOf(self->server), 80}, "Count", call,
              {.deadline = absl::Milliseconds(6)});
      if (!answer.ok()) {
        ++self->failed;
        continue;
      }
      self->wrong += *answer != absl::StrCat("counted ", call);
      self->fates[call].acknowledged = true;
    }
  }

  static Task<> Client(Campaign* self) {
    auto client = *RpcClient::Open(self->network);
    const Node* node = self->world.current();
    const std::string name =
        absl::StrCat(node->name(), "/", node->incarnation());
    const JoinHandle<> first =
        Spawn("first", Caller, self, client.get(), name + " first");
    const JoinHandle<> second =
        Spawn("second", Caller, self, client.get(), name + " second");
    co_await first;
    co_await second;
  }

  // Takes machines down and boots them.
  static Task<> Run(Campaign* self) {
    const Random dice("what happens");
    for (int i = 0; i < 3; ++i) {
      co_await Sleep(dice.Between(absl::ZeroDuration(), absl::Milliseconds(8)));
      Node* const nodes[] = {&self->server, &self->one, &self->two};
      Node& node = *nodes[dice.Below(3)];
      if (dice.OneIn(2)) {
        node.Kill();
      } else {
        node.Crash();
      }
      if (dice.OneIn(2)) co_await Sleep(absl::Milliseconds(1));
      node.Boot();
    }
    co_await Sleep(absl::Milliseconds(60));
  }

  const bool drop_duplicates;
  World world;
  Network network;
  Node& server;
  Node& one;
  Node& two;
  std::map<std::string, Fate> fates;
  int failed = 0;
  int wrong = 0;  // answers to other calls
};

struct Totals {
  std::map<std::string, uint64_t> effects;  // of each fault
  int acknowledged = 0;
  int failed = 0;
  int failed_and_done = 0;  // calls that had their effect and no answer
  int wrong = 0;
  int without_effect = 0;  // calls that were acknowledged for nothing
  int twice = 0;           // calls whose handler ran twice in an incarnation
};

Task<> RunCampaign(bool drop_duplicates, Totals* totals) {
  Campaign campaign(drop_duplicates);
  co_await Campaign::Run(&campaign);
  for (const FaultCounts& fault : Faults::Current().counts()) {
    totals->effects[fault.name] += fault.effects;
  }
  totals->wrong += campaign.wrong;
  totals->failed += campaign.failed;
  for (const auto& [call, fate] : campaign.fates) {
    totals->acknowledged += fate.acknowledged;
    totals->failed_and_done += !fate.acknowledged;
    totals->without_effect += fate.acknowledged && fate.runs.empty();
    for (const auto& [incarnation, runs] : fate.runs) {
      totals->twice += runs > 1;
    }
  }
}

Totals RunSeeds(uint64_t seeds, bool drop_duplicates) {
  Totals totals;
  RandomScheduler scheduler;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &scheduler})
            .Run(RunCampaign, drop_duplicates, &totals);
    EXPECT_TRUE(result.ok())
        << "seed " << seed << ": "
        << (result.failure.has_value() ? result.failure->message : "");
  }
  return totals;
}

TEST(RpcCampaignTest, AnswersAreToTheirCallsAndEffectsAreThereOnce) {
  const Totals totals = RunSeeds(2'000, /*drop_duplicates=*/true);
  EXPECT_EQ(totals.wrong, 0);
  EXPECT_EQ(totals.without_effect, 0);
  EXPECT_EQ(totals.twice, 0);
  // All of it was met.
  EXPECT_EQ(totals.effects.size(), 7u);
  for (const auto& [fault, effects] : totals.effects) {
    EXPECT_GT(effects, 100u) << fault;
  }
  EXPECT_GT(totals.acknowledged, 2'000);
  EXPECT_GT(totals.failed, 2'000);
  EXPECT_GT(totals.failed_and_done, 500);
}

TEST(RpcCampaignTest, TheSameSeedGivesTheSameRun) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    RunResult results[2];
    for (RunResult& result : results) {
      Totals totals;
      RandomScheduler scheduler;
      result = Simulation({.seed = Seed(seed), .scheduler = &scheduler})
                   .Run(RunCampaign, true, &totals);
    }
    EXPECT_TRUE(results[0].digests == results[1].digests) << "seed " << seed;
    EXPECT_EQ(results[0].choices, results[1].choices);
  }
}

TEST(RpcCampaignTest, WithoutDroppingDuplicatesHandlersRunTwice) {
  const Totals totals = RunSeeds(20, /*drop_duplicates=*/false);
  EXPECT_EQ(totals.wrong, 0);
  EXPECT_EQ(totals.without_effect, 0);
  EXPECT_GT(totals.twice, 0);
}

}  // namespace
}  // namespace orrery
