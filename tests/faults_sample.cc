// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tests whose runs draw for themselves what goes wrong in them; run by
// faults_flag_test.

#include <cstdint>
#include <cstdlib>

#include "orrery/sim/faults/buggify.h"
#include "orrery/sim/faults/chance.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/faults/swarm.h"
#include "orrery/sim/random.h"
#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// Fails in a world of four nodes or more where messages get lost and nothing is
// sent twice.
SIM_TEST(FaultsSample, FailsInSomeWorlds,
         {.runs = 100, .scheduler = "random", .shrink = 0}) {
  Swarm swarm;
  const uint64_t nodes = swarm.Number("topology.nodes", 3, 7);
  const Chance loss =
      swarm.Rate("net.loss", Chance::Percent(1), Chance::Percent(50));
  const bool twice = swarm.Family("net.duplication");
  Fault& lost = Faults::Current().Get("net.loss");
  int losses = 0;
  for (uint64_t i = 0; i < 10 * nodes; ++i) {
    co_await Sleep(Random().Between(absl::Seconds(1), absl::Seconds(2)));
    if (lost.Happens(loss)) ++losses;
    lost.HadEffect();
  }
  EXPECT_TRUE(nodes < 4 || twice || losses < 3) << "too much was lost";
}

SIM_TEST(FaultsSample, Passes, {.runs = 20, .scheduler = "random"}) {
  Swarm swarm;
  const Chance loss =
      swarm.Rate("net.loss", Chance::Percent(10), Chance::Percent(50));
  Fault& lost = Faults::Current().Get("net.loss");
  for (int i = 0; i < 10; ++i) {
    if (lost.Happens(loss)) lost.HadEffect();
  }
  if (Buggify("late")) co_await Sleep(absl::Seconds(1));
}

SIM_TEST(FaultsSample, HasAFaultWithoutEffect,
         {.runs = 20, .scheduler = "random", .faults_must_have_effect = true}) {
  Fault& works = Faults::Current().Get("sample.works");
  if (works.Happens(Chance::Percent(50))) works.HadEffect();
  Faults::Current().Get("sample.rots").Happens(Chance::Percent(50));
  Faults::Current().Get("sample.never").Happens(Chance::Never());
  co_return;
}

// Its process dies.
SIM_TEST(FaultsSample, Dies, {.runs = 2, .scheduler = "random"}) {
  Swarm swarm;
  swarm.Number("topology.nodes", 3, 7);
  co_await Sleep(absl::Seconds(1));
  std::abort();
}

}  // namespace
}  // namespace orrery
