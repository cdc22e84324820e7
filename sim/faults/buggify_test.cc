// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/buggify.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/faults/buggify_elsewhere.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/settings.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::HasSubstr;

Task<> Call(const std::function<void()>* body) {
  (*body)();
  co_return;
}

// Runs `body` in a simulation of its own.
RunResult RunOne(uint64_t seed, const std::function<void()>& body,
                 absl::string_view set = "") {
  RandomScheduler scheduler;
  const Settings settings = *Settings::Parse(set);
  Simulation simulation({.seed = Seed(seed),
                         .scheduler = &scheduler,
                         .settings = set.empty() ? nullptr : &settings});
  return simulation.Run(Call, &body);
}

// Returns which of `times` calls of `Buggify(site)` fire.
std::string Fired(absl::string_view site, int times = 40) {
  std::string fired;
  for (int i = 0; i < times; ++i) fired += Buggify(site) ? 'x' : '.';
  return fired;
}

TEST(BuggifyTest, NothingFiresOutsideOfASimulation) {
  EXPECT_FALSE(Buggify("short_batch"));
  EXPECT_EQ(BuggifyValue("limit", 1000, {1}), 1000);
}

TEST(BuggifyTest, NothingFiresOrDrawsUnlessTheRunSaysSo) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const RunResult result = RunOne(seed, [] {
      EXPECT_EQ(Fired("short_batch"), std::string(40, '.'));
      EXPECT_EQ(BuggifyValue("limit", 1000, {1}), 1000);
    });
    EXPECT_EQ(result.choices, 0u);
  }
}

TEST(BuggifyTest, ASiteIsActiveInAQuarterOfTheRunsAndFiresAQuarterOfTheTime) {
  int active = 0;
  int fired = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RunOne(seed, [&] {
      EnableBuggify();
      int here = 0;
      for (int i = 0; i < 40; ++i) here += Buggify("short_batch") ? 1 : 0;
      active += here > 0 ? 1 : 0;
      fired += here;
    });
  }
  // Four standard deviations.
  EXPECT_NEAR(active, 250, 55);
  EXPECT_NEAR(fired, active * 10, 180);
}

TEST(BuggifyTest, BothChancesAreThoseOfTheSite) {
  RunOne(1, [] {
    EnableBuggify();
    const BuggifyOptions always = {.active = Chance::Always(),
                                   .fires = Chance::Always()};
    const BuggifyOptions never = {.active = Chance::Never()};
    for (int i = 0; i < 10; ++i) {
      EXPECT_TRUE(Buggify("always", always));
      EXPECT_FALSE(Buggify("never", never));
    }
  });
}

TEST(BuggifyTest, ASiteDoesTheSameWhicheverOthersThereAre) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    std::string alone;
    std::string among_others;
    RunOne(seed, [&] {
      EnableBuggify();
      alone = Fired("b");
    });
    RunOne(seed, [&] {
      EnableBuggify();
      for (int i = 0; i < 40; ++i) {
        Buggify("a");
        among_others += Buggify("b") ? 'x' : '.';
        Buggify("c");
        BuggifyValue("d", 1, {2, 3});
      }
    });
    EXPECT_EQ(alone, among_others) << seed;
  }
}

TEST(BuggifyTest, OneNameInTwoTranslationUnitsIsOneSite) {
  int active = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RunOne(seed, [&] {
      EnableBuggify();
      const bool here =
          Buggify(absl::StrCat("shared", "_site"),
                  {.active = Chance::Percent(50), .fires = Chance::Always()});
      active += here ? 1 : 0;
      EXPECT_EQ(BuggifyElsewhere(), here);
      EXPECT_EQ(Faults::Current().Get("buggify.shared_site").reached(),
                here ? 2u : 0u);
    });
  }
  EXPECT_GT(active, 25);
  EXPECT_LT(active, 75);
}

Task<> AskOnMachine(bool* fired, absl::Duration after) {
  co_await Sleep(after);
  *fired = Buggify("on_machines",
                   {.active = Chance::Percent(50), .fires = Chance::Always()});
}

Task<> AskOnTwoMachines(bool first_asks_first, bool* a, bool* b) {
  EnableBuggify();
  World world;
  const absl::Duration soon = absl::Milliseconds(1);
  const absl::Duration late = absl::Milliseconds(2);
  const absl::Duration after_a = first_asks_first ? soon : late;
  const absl::Duration after_b = first_asks_first ? late : soon;
  world.AddNode("a", [=] { return AskOnMachine(a, after_a); });
  world.AddNode("b", [=] { return AskOnMachine(b, after_b); });
  co_await Sleep(absl::Milliseconds(5));
}

TEST(BuggifyTest, WhichMachineAsksFirstDoesNotMatter) {
  int active = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    bool fired[4] = {};
    RandomScheduler scheduler;
    for (const bool first : {false, true}) {
      Simulation simulation({.seed = Seed(seed), .scheduler = &scheduler});
      ASSERT_TRUE(simulation
                      .Run(AskOnTwoMachines, first, &fired[first ? 2 : 0],
                           &fired[first ? 3 : 1])
                      .ok());
    }
    EXPECT_THAT(fired, testing::Each(fired[0])) << seed;
    active += fired[0] ? 1 : 0;
  }
  EXPECT_GT(active, 10);
  EXPECT_LT(active, 40);
}

TEST(BuggifyTest, CodeForcesASiteOnOrOffWhetherOrNotOthersMayFire) {
  for (const bool enabled : {false, true}) {
    const RunResult result = RunOne(3, [&] {
      EnableBuggify(enabled);
      ForceBuggify("on", true);
      ForceBuggify("off", false);
      EXPECT_EQ(Fired("on"), std::string(40, 'x'));
      EXPECT_EQ(Fired("off"), std::string(40, '.'));
    });
    EXPECT_EQ(result.choices, 0u);
  }
}

TEST(BuggifyTest, SettingsForceSitesAndGoBeforeTheCode) {
  const auto body = [] {
    EnableBuggify();
    ForceBuggify("on", false);
    ForceBuggify("off", true);
    EXPECT_EQ(Fired("on"), std::string(40, 'x'));
    EXPECT_EQ(Fired("off"), std::string(40, '.'));
  };
  const RunResult result = RunOne(3, body, "buggify.on=on,buggify.off=off");
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.choices, 0u);
}

TEST(BuggifyTest, ASettingSaysHowOftenASiteFires) {
  int fired = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RunOne(
        seed,
        [&] {
          for (int i = 0; i < 100; ++i) fired += Buggify("some") ? 1 : 0;
        },
        "buggify.some=5%");
  }
  EXPECT_NEAR(fired, 500, 90);
}

// Returns what six sites do in ten runs.
std::string FiredInTenRuns(bool enable, absl::string_view set) {
  std::string fired;
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    RunOne(
        seed,
        [&] {
          EnableBuggify(enable);
          for (const char* site : {"a", "b", "c", "d", "e", "f"}) {
            fired += Fired(site);
          }
        },
        set);
  }
  return fired;
}

TEST(BuggifyTest, ASettingSwitchesAllSitesOnOrOff) {
  const std::string enabled = FiredInTenRuns(true, "");
  EXPECT_THAT(enabled, HasSubstr("x"));
  EXPECT_EQ(FiredInTenRuns(false, "buggify=on"), enabled);
  EXPECT_EQ(FiredInTenRuns(true, "buggify=off"), std::string(2400, '.'));
}

TEST(BuggifyTest, OneSiteMayFireThoughAllOthersAreOff) {
  RunOne(
      1,
      [] {
        EnableBuggify();
        EXPECT_EQ(Fired("one"), std::string(40, 'x'));
        EXPECT_EQ(Fired("two"), std::string(40, '.'));
      },
      "buggify=off,buggify.one=on");
}

TEST(BuggifyTest, ASettingThatCannotBeReadFailsTheRun) {
  const RunResult result =
      RunOne(1, [] { Buggify("site"); }, "buggify.site=often");
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.failure->message, HasSubstr("buggify.site=often"));
}

TEST(BuggifyTest, WhatFiresIsCountedAndHasItsEffect) {
  RunOne(1, [] {
    ForceBuggify("site", true);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(Buggify("site"));
    EXPECT_THAT(Faults::Current().counts(),
                testing::ElementsAre(FaultCounts{"buggify.site", 3, 3, 3}));
    EXPECT_TRUE(Faults::Current().CheckEffects().ok());
  });
}

TEST(BuggifyTest, MaskedOrFrozenSitesNeitherFireNorDraw) {
  const RunResult result = RunOne(1, [] {
    EnableBuggify();
    ForceBuggify("forced", true);
    Faults::Current().Mask("buggify");
    EXPECT_EQ(Fired("forced"), std::string(40, '.'));
    EXPECT_EQ(Fired("other"), std::string(40, '.'));
    EXPECT_EQ(BuggifyValue("limit", 7, {1}, Chance::Always()), 7);
    Faults::Current().Unmask("buggify");
    Faults::Current().Freeze();
    EXPECT_EQ(Fired("forced"), std::string(40, '.'));
    Faults::Current().Thaw();
    EXPECT_EQ(Fired("forced"), std::string(40, 'x'));
  });
  EXPECT_EQ(result.choices, 0u);
}

TEST(BuggifyTest, AValueIsAnExtremeInSomeRunsAndTheSameThroughout) {
  int times[4] = {};
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RunOne(seed, [&] {
      EnableBuggify();
      const int value = BuggifyValue("limit", 0, {1, 2, 3});
      ++times[value];
      for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(BuggifyValue("limit", 0, {1, 2, 3}), value);
      }
    });
  }
  EXPECT_NEAR(times[0], 750, 55);
  for (int i = 1; i <= 3; ++i) EXPECT_NEAR(times[i], 83, 40);
}

TEST(BuggifyTest, ASettingMakesAValueAnExtreme) {
  RunOne(
      1, [] { EXPECT_EQ(BuggifyValue("limit", 1000, {1}), 1); },
      "buggify.limit=on");
}

TEST(BuggifyTest, ASearchTriesASiteBothActiveAndNot) {
  DfsScheduler scheduler;
  std::vector<bool> fired;
  for (;;) {
    Simulation simulation({.scheduler = &scheduler});
    const std::function<void()> body = [&] {
      EnableBuggify();
      fired.push_back(Buggify("site", {.fires = Chance::Always()}));
    };
    simulation.Run(Call, &body);
    if (fired.size() == 4) break;
  }
  EXPECT_THAT(fired, testing::UnorderedElementsAre(true, false, false, false));
}

}  // namespace
}  // namespace orrery
