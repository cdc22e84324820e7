// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/faults.md shows of nemesis and liveness, as tests that pass.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "orrery/sim/chaos/liveness.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

Task<> Serve() { co_await Sleep(absl::Hours(1)); }

void AddReplicas(World& world) {
  for (int i = 0; i < 5; ++i) {
    world.AddNode(absl::StrCat("replica-", i), Serve);
  }
}

// [snippet: plan]
SIM_TEST(ReplicaTest, SurvivesTuesday) {
  World world;
  Network network(world);
  AddReplicas(world);
  Nemesis nemesis(world, &network);
  nemesis.At(absl::Seconds(2), mishap::PartitionHalves(), absl::Seconds(3))
      .At(absl::Seconds(4), mishap::Crash("replica-1"))
      .At(absl::Seconds(4), mishap::Loss(Chance::Percent(20)))
      .At(absl::Seconds(9), mishap::Heal());
  co_await Sleep(absl::Seconds(10));
  EXPECT_EQ(world.CountDown(), 0u);
}
// [end: plan]

// [snippet: random]
SIM_TEST(ReplicaTest, SurvivesTheNemesis, {.runs = 20}) {
  World world({.max_down = 2});
  Network network(world);
  AddReplicas(world);
  Nemesis nemesis(world, &network);
  RandomMishaps chaos;
  chaos.duration = absl::Seconds(30);
  chaos.mishaps = {{mishap::PartitionHalves(), 3},
                   {mishap::CutOneWay()},
                   {mishap::Crash(), 2},
                   {mishap::UpTo(mishap::ClockDrift(500))}};
  co_await nemesis.Run(chaos);
  EXPECT_EQ(world.CountDown(), 0u) << "it has healed what it broke";
}
// [end: random]

// [snippet: replan]
SIM_TEST(ReplicaTest, SurvivesWhatHasFailedOnce) {
  World world;
  Network network(world);
  AddReplicas(world);
  Nemesis nemesis(world, &network);
  const absl::Status plan = nemesis.Follow(R"(
    at 2.250s partition replica-0 replica-3 | replica-1 replica-2 replica-4
    at 4s     crash replica-1 for 1.500s
    at 9s     heal)");
  EXPECT_TRUE(plan.ok()) << plan;
  co_await Sleep(absl::Seconds(10));
  EXPECT_EQ(nemesis.Done().size(), 3u);
}
// [end: replan]

// [snippet: own]
SIM_TEST(ReplicaTest, SurvivesAChangeOfLeader) {
  World world;
  AddReplicas(world);
  Nemesis nemesis(world);
  int deposed = 0;
  nemesis.Define("app.depose", [&](const std::vector<Node*>&) { ++deposed; });
  nemesis.At(absl::Seconds(1), mishap::Own("app.depose", "@any"));
  co_await Sleep(absl::Seconds(2));
  EXPECT_EQ(deposed, 1);
}
// [end: own]

// [snippet: liveness]
SIM_TEST(ReplicaTest, GetsOverIt, {.runs = 20}) {
  World world;
  Network network(world);
  AddReplicas(world);
  Nemesis nemesis(world, &network);
  RandomMishaps chaos;
  chaos.unlimited = true;
  chaos.heal_at_end = false;
  co_await nemesis.Run(chaos);

  LivenessOptions options;
  options.core_size = 3;
  options.within = absl::Seconds(30);
  options.converged = [&world]() -> absl::Status {
    if (world.CountDown() <= 2) return absl::OkStatus();
    return absl::UnavailableError("there is no majority");
  };
  co_await CheckLiveness(world, &network, options);
}
// [end: liveness]

}  // namespace
}  // namespace orrery
