// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/chaos/mishap.h"
#include "orrery/sim/chaos/mishap_plan.h"
#include "orrery/sim/chaos/nemesis.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What a run is made of, and what comes of it.
struct Trial {
  WorldOptions world = {.max_down = 2};
  RandomMishaps random = {};
  std::string plan = {};  // instead of anything at random
  std::vector<std::string> masked = {};

  std::string done = {};
  size_t most_down = 0;
  bool whole = false;  // in the end
};

// Notes how many machines are down at a time.
class Watch final : public NodeObserver {
 public:
  Watch(World& world, size_t* most) : world_(world), most_(most) {
    world_.AddObserver(this);
  }
  ~Watch() override { world_.RemoveObserver(this); }
  void OnDown(Node& node, NodeState) override {
    // The node itself does not count yet.
    const size_t more = node.state() == NodeState::kUp ? 1 : 0;
    *most_ = std::max(*most_, world_.CountDown() + more);
  }

 private:
  World& world_;
  size_t* most_;
};

Task<> Idle() { co_await Sleep(absl::Hours(1000)); }

// Pauses are seen from here: an observer is not told of them.
Task<> WatchPauses(World* world, size_t* most) {
  for (;;) {
    *most = std::max(*most, world->CountDown());
    co_await Sleep(absl::Milliseconds(250));
  }
}

bool IsWhole(World& world, Network& network) {
  std::vector<const Node*> nodes = {nullptr};
  for (const auto& node : world.nodes()) {
    nodes.push_back(node.get());
    const NodeClock& clock =
        Simulation::Current("test").nodes().clock(node->id());
    if (node->state() != NodeState::kUp || clock.frozen() ||
        clock.drift_ppm() != 0) {
      return false;
    }
  }
  for (const Node* from : nodes) {
    for (const Node* to : nodes) {
      const LinkState state = network.StateOf(from, to);
      const LinkOptions& link = network.options(from, to);
      if (state.cut || state.held || state.clogged || !link.loss.never() ||
          !link.duplication.never() || !link.reordering.never() ||
          !link.corruption.never()) {
        return false;
      }
    }
  }
  return true;
}

Task<> RunTrial(Trial* trial) {
  World world(trial->world);
  Network network(world);
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    world.AddNode(name, Idle, {.zone = name[0] < 'c' ? "east" : "west"});
  }
  for (const std::string& family : trial->masked) {
    Faults::Current().Mask(family);
  }
  Watch watch(world, &trial->most_down);
  world.AddNode("watch", Idle);
  JoinHandle<> pauses = Spawn(WatchPauses, &world, &trial->most_down);
  Nemesis nemesis(world, &network);
  if (trial->plan.empty()) {
    trial->random.among = {"a", "b", "c", "d", "e"};
    co_await nemesis.Run(trial->random);
  } else {
    EXPECT_TRUE(nemesis.Follow(trial->plan).ok());
    co_await Sleep(trial->random.duration + absl::Milliseconds(1));
  }
  trial->whole = IsWhole(world, network);
  trial->done = ToPlan(nemesis.Done());
  pauses.Cancel();
}

RunResult RunWith(Trial& trial, uint64_t seed) {
  static RandomScheduler scheduler;
  RunResult result = Simulation({.seed = Seed(seed), .scheduler = &scheduler})
                         .Run(RunTrial, &trial);
  EXPECT_TRUE(result.ok()) << (result.failure.has_value()
                                   ? result.failure->message
                                   : "");
  return result;
}

// Returns those lines of a plan which have one of `words`.
std::vector<std::string> LinesWith(const std::string& plan,
                                   const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const auto& line : absl::StrSplit(plan, '\n')) {
    for (const std::string& word : words) {
      if (absl::StrContains(line, word)) found.emplace_back(line);
    }
  }
  return found;
}

TEST(RandomMishapsTest, OneSeedIsOnePlan) {
  Trial one;
  Trial again;
  Trial other;
  const RunResult first = RunWith(one, 7);
  const RunResult second = RunWith(again, 7);
  RunWith(other, 8);
  EXPECT_EQ(one.done, again.done);
  EXPECT_EQ(first.digests.data, second.digests.data);
  EXPECT_EQ(first.choices, second.choices);
  EXPECT_NE(one.done, other.done);
}

TEST(RandomMishapsTest, WhatWasDoneIsAPlanThatDrawsNothing) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Trial random;
    RunWith(random, seed);
    Trial planned;
    planned.plan = random.done;
    const RunResult result = RunWith(planned, seed + 1000);
    EXPECT_EQ(planned.done, random.done);
    EXPECT_EQ(planned.most_down, random.most_down);
    EXPECT_TRUE(planned.whole);
    EXPECT_THAT(result.notes, HasSubstr("what the nemesis did"));
  }
}

TEST(RandomMishapsTest, NoMoreAreDownThanMayBeAndAllIsWholeInTheEnd) {
  size_t most = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    Trial trial;
    trial.random.mishaps = {{mishap::Kill(), 3},
                            {mishap::Crash(), 3},
                            {mishap::Pause(), 3},
                            {mishap::Restart()},
                            {mishap::Crash("@zone")}};
    trial.random.duration = absl::Seconds(10);
    trial.random.interval =
        LatencyLaw::Uniform(absl::Milliseconds(1), absl::Milliseconds(700));
    RunWith(trial, seed);
    ASSERT_LE(trial.most_down, 2u) << seed << "\n" << trial.done;
    ASSERT_TRUE(trial.whole) << seed << "\n" << trial.done;
    most = std::max(most, trial.most_down);
  }
  EXPECT_EQ(most, 2u) << "what may be used is used";
}

TEST(RandomMishapsTest, WithoutALimitMoreAreDown) {
  size_t most = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Trial trial;
    trial.random.unlimited = true;
    trial.random.mishaps = {{mishap::Crash()}, {mishap::Crash("@zone")}};
    RunWith(trial, seed);
    EXPECT_TRUE(trial.whole);
    most = std::max(most, trial.most_down);
  }
  EXPECT_GT(most, 2u);
}

TEST(RandomMishapsTest, EverythingComesUpAndIsUndone) {
  std::map<std::string, int> seen;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    Trial trial;
    RunWith(trial, seed);
    EXPECT_TRUE(trial.whole) << trial.done;
    const auto plan = FromPlan(trial.done);
    for (const PlannedMishap& done : *plan) {
      ++seen[std::string(done.what.verb())];
      EXPECT_FALSE(done.what.IsOpen());
    }
  }
  for (const WeightedMishap& usual : UsualMishaps()) {
    const std::string verb(usual.what.verb());
    // There are no disks.
    const bool expected = !absl::StartsWith(usual.what.fault(), "disk.");
    EXPECT_EQ(seen[verb] > 0, expected) << verb;
  }
}

TEST(RandomMishapsTest, IfAllIsLeftAsItIsItStaysBroken) {
  int broken = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Trial trial;
    trial.random.heal_at_end = false;
    RunWith(trial, seed);
    broken += trial.whole ? 0 : 1;
  }
  EXPECT_GT(broken, 10);
}

TEST(RandomMishapsTest, MaskingOneFamilyShiftsNoOther) {
  const std::vector<std::string> links = {" partition ", " ring ", " bridge "};
  const std::vector<std::string> others = {
      "clog", "cut", "hold", "loss", "clock-", "swizzle", "crash", "kill"};
  size_t partitions = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    // Without a limit, what is left out never depends on what else goes on.
    Trial all;
    all.random.unlimited = true;
    Trial masked = all;
    masked.masked = {"net.partition"};
    RunWith(all, seed);
    RunWith(masked, seed);
    partitions += LinesWith(all.done, links).size();
    EXPECT_EQ(LinesWith(masked.done, links).size(), 0u);
    EXPECT_EQ(LinesWith(masked.done, others), LinesWith(all.done, others));
  }
  EXPECT_GT(partitions, 100u);
}

TEST(RandomMishapsTest, MaskingWhatNeverCameLeavesTheDigestsAsTheyAre) {
  Trial all;
  all.random.mishaps = {{mishap::Crash()}, {mishap::PartitionHalves()}};
  Trial masked = all;
  masked.masked = {"clock", "net.swizzle"};
  const RunResult one = RunWith(all, 5);
  const RunResult other = RunWith(masked, 5);
  EXPECT_EQ(one.digests.data, other.digests.data);
  EXPECT_EQ(one.digests.schedule, other.digests.schedule);
}

TEST(RandomMishapsTest, OnlyThoseNamedAreHit) {
  Trial trial;
  trial.random.unlimited = true;
  trial.random.interval = LatencyLaw(absl::Milliseconds(100));
  RunWith(trial, 3);
  EXPECT_THAT(trial.done, Not(HasSubstr("watch")));
}

}  // namespace
}  // namespace orrery
