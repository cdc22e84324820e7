// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/before_access.h"

#include <functional>
#include <set>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/access.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

struct State {
  Event event;
  bool told = false;
};

Task<> SetLater(State& state, bool as_a_step) {
  state.told = true;
  if (as_a_step) co_await BeforeAccess(state.event, AccessKind::kSignal);
  state.event.Set();
}

// Returns what the other task may see in one step: {told, set}.
std::set<std::pair<bool, bool>> WhatIsSeen(bool as_a_step, bool random) {
  std::set<std::pair<bool, bool>> seen;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RandomScheduler scheduler;
    Simulation simulation(
        {.seed = Seed(seed), .scheduler = random ? &scheduler : nullptr});
    const RunResult result = simulation.Run([&]() -> Task<> {
      State state;
      JoinHandle<> setter = Spawn(SetLater, std::ref(state), as_a_step);
      co_await Yield();
      seen.emplace(state.told, state.event.IsSet());
      co_await setter;
    });
    EXPECT_TRUE(result.ok());
  }
  return seen;
}

TEST(BeforeAccessTest, MakesACallThatDoesNotWaitAStepOfItsOwn) {
  EXPECT_THAT(WhatIsSeen(/*as_a_step=*/false, /*random=*/true),
              ElementsAre(std::pair(false, false), std::pair(true, true)));
  EXPECT_THAT(WhatIsSeen(/*as_a_step=*/true, /*random=*/true),
              ElementsAre(std::pair(false, false), std::pair(true, false),
                          std::pair(true, true)));
}

TEST(BeforeAccessTest, DoesNothingWhereThingsGoFirstInFirstOut) {
  EXPECT_THAT(WhatIsSeen(/*as_a_step=*/true, /*random=*/false),
              ElementsAre(std::pair(true, true)));
}

}  // namespace
}  // namespace orrery
