// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/node/world.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Lines = std::vector<std::string>;

std::string Message(const RunResult& result) {
  return result.failure.has_value() ? result.failure->message : "";
}

template <typename Body, typename... Arguments>
void RunTest(Body body, Arguments... arguments) {
  const RunResult result = Simulation().Run(body, arguments...);
  EXPECT_TRUE(result.ok()) << Message(result);
}

Task<> Tick(Lines* lines) {
  for (;;) {
    co_await Sleep(absl::Seconds(1));
    lines->push_back(absl::StrCat("tick ", absl::ToInt64Seconds(Elapsed())));
  }
}

Task<> KillAndBoot() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&lines] { return Tick(&lines); });
  EXPECT_EQ(node.incarnation(), 1u);
  EXPECT_EQ(node.CountTasks(), 1u);
  co_await Sleep(absl::Milliseconds(2500));
  node.Kill();
  EXPECT_EQ(node.state(), NodeState::kKilled);
  EXPECT_EQ(node.CountTasks(), 0u);
  co_await Sleep(absl::Seconds(5));
  node.Boot();
  EXPECT_EQ(node.incarnation(), 2u);
  co_await Sleep(absl::Milliseconds(1500));
  EXPECT_THAT(lines, ElementsAre("tick 1", "tick 2", "tick 8"));
}
TEST(WorldTest, AKilledNodeDoesNothingUntilItBoots) { RunTest(KillAndBoot); }

// ---- Ways to go down --------------------------------------------------------

Task<> StopsWell(Lines* lines) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    lines->push_back("cancelled");
  }
  co_await Sleep(absl::Seconds(2));
  lines->push_back("tidied up");
}

Task<> GracefulStop() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&lines] { return StopsWell(&lines); });
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(co_await node.Stop());
  EXPECT_EQ(node.state(), NodeState::kStopped);
  EXPECT_THAT(lines, ElementsAre("cancelled", "tidied up"));
  EXPECT_GE(Elapsed(), absl::Seconds(3));
  EXPECT_LT(Elapsed(), absl::Milliseconds(3011));
  node.Boot();
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(co_await node.Stop(absl::Seconds(1)));
  EXPECT_FALSE(node.up());
  EXPECT_THAT(lines, ElementsAre("cancelled", "tidied up", "cancelled"));
}
TEST(WorldTest, AStoppedNodeMayTidyUpForAsLongAsItIsGiven) {
  RunTest(GracefulStop);
}

Task<> KillsItself() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&]() -> Task<> {
    world.current()->Crash();
    lines.push_back("still in its step");
    co_await Yield();
    co_await Sleep(absl::Seconds(1));
    lines.push_back("never");
  });
  co_await Sleep(absl::Seconds(5));
  EXPECT_EQ(node.state(), NodeState::kCrashed);
  EXPECT_THAT(lines, ElementsAre("still in its step"));
}
TEST(WorldTest, ANodeThatKillsItselfGoesAfterItsStep) { RunTest(KillsItself); }

Task<> PauseAndResume() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&lines] { return Tick(&lines); });
  co_await Sleep(absl::Milliseconds(1500));
  node.Pause();
  EXPECT_TRUE(node.paused());
  co_await Sleep(absl::Seconds(10));
  EXPECT_THAT(lines, ElementsAre("tick 1"));
  node.Resume();
  co_await Yield();
  co_await Yield();
  // Its timer has fired long ago; then it sleeps from now on.
  EXPECT_THAT(lines, ElementsAre("tick 1", "tick 11"));
  co_await Sleep(absl::Milliseconds(1100));
  EXPECT_THAT(lines, ElementsAre("tick 1", "tick 11", "tick 12"));
}
TEST(WorldTest, APausedNodeGoesOnWhereItWas) { RunTest(PauseAndResume); }

Task<> KillWhilePaused() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&lines] { return Tick(&lines); });
  co_await Sleep(absl::Milliseconds(500));
  node.Pause();
  co_await Sleep(absl::Seconds(3));
  node.Kill();
  EXPECT_EQ(node.CountTasks(), 0u);
  node.Boot();
  co_await Sleep(absl::Milliseconds(1500));
  EXPECT_THAT(lines, ElementsAre("tick 4"));
}
TEST(WorldTest, APausedNodeCanBeKilled) { RunTest(KillWhilePaused); }

Task<> LeftPaused(std::unique_ptr<World>* world) {
  *world = std::make_unique<World>();
  Node& node = (*world)->AddNode(
      "a", []() -> Task<> { co_await Sleep(absl::Hours(1)); });
  co_await Sleep(absl::Seconds(1));
  node.Pause();
}
TEST(WorldTest, ARunEndsAlsoWhileANodeIsPaused) {
  std::unique_ptr<World> world;
  RunTest(LeftPaused, &world);
}

Task<> AwaitsAPausedNode() {
  World world;
  Node& node = world.AddNode("a", []() -> Task<> { co_return; });
  world.AddNode("b", []() -> Task<> { co_await Sleep(absl::Hours(1)); });
  node.Pause();
  JoinHandle<> job = node.RunOn([] {
    return Spawn("job", []() -> Task<> { co_await Sleep(absl::Seconds(1)); });
  });
  co_await job;
}
TEST(WorldTest, ADeadlockTellsWhichNodesArePaused) {
  const RunResult result = Simulation().Run(AwaitsAPausedNode);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_THAT(Message(result),
              testing::EndsWith("the main task is not done; node a is paused"));
}

Task<> FailsOnce(int* boots) {
  ++*boots;
  co_await Sleep(absl::Seconds(1));
  if (*boots < 3) throw std::runtime_error("disk on fire");
  co_await Sleep(absl::Hours(1));
}

Task<> RestartOnFailure() {
  World world;
  int boots = 0;
  Node& node = world.AddNode(
      "a", [&boots] { return FailsOnce(&boots); },
      {.restart_on_failure = RestartPolicy{.after = absl::Seconds(5)}});
  co_await Sleep(absl::Seconds(20));
  EXPECT_EQ(boots, 3);
  EXPECT_EQ(node.incarnation(), 3u);
  EXPECT_TRUE(node.up());
}
TEST(WorldTest, ANodeThatFailsIsRestartedIfItsPolicySaysSo) {
  RunTest(RestartOnFailure);
}

Task<> Fails() {
  World world;
  int boots = 0;
  world.AddNode("a", [&boots] { return FailsOnce(&boots); });
  co_await Sleep(absl::Seconds(20));
}
TEST(WorldTest, ANodeThatFailsTakesTheRunWithIt) {
  const RunResult result = Simulation().Run(Fails);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.failure->message,
              HasSubstr("node a failed: std::runtime_error: disk on fire"));
}

class Ticker final : public NodeProgram {
 public:
  explicit Ticker(Lines* lines) : lines_(lines) {}
  ~Ticker() override { lines_->push_back("destroyed"); }
  void Start() override { Again(); }
  void Stop() override { stopping_ = true; }

 private:
  void Again() {
    PostAfter(absl::Seconds(1), [this] {
      lines_->push_back("tick");
      if (!stopping_) Again();
    });
  }
  Lines* lines_;
  bool stopping_ = false;
};

Task<> CallbackProgram() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&lines]() -> std::unique_ptr<NodeProgram> {
    return std::make_unique<Ticker>(&lines);
  });
  co_await Sleep(absl::Milliseconds(1500));
  EXPECT_TRUE(co_await node.Stop());
  EXPECT_THAT(lines, ElementsAre("tick", "tick", "destroyed"));
  node.Boot();
  co_await Sleep(absl::Milliseconds(1500));
  node.Kill();
  EXPECT_THAT(lines,
              ElementsAre("tick", "tick", "destroyed", "tick", "destroyed"));
}
TEST(WorldTest, AProgramMayBeAnObjectWithCallbacks) {
  RunTest(CallbackProgram);
}

Task<> Budget() {
  World world({.max_down = 1});
  auto idle = []() -> Task<> { co_await Sleep(absl::Hours(1)); };
  Node& a = world.AddNode("a", idle, {.zone = "north", .rack = "1"});
  Node& b = world.AddNode("b", idle, {.zone = "north", .rack = "2"});
  world.AddNode("c", idle, {.zone = "south", .rack = "1"});
  EXPECT_THAT(world.InZone("north"), ElementsAre(&a, &b));
  EXPECT_EQ(world.InRack("1").size(), 2u);
  EXPECT_TRUE(world.MayTakeDown());
  EXPECT_FALSE(world.MayTakeDown(2));
  a.Pause();
  EXPECT_FALSE(world.MayTakeDown());
  a.Resume();
  EXPECT_TRUE(world.MayTakeDown());
  b.Kill();
  EXPECT_FALSE(world.MayTakeDown());
  EXPECT_EQ(World().MayTakeDown(100), true);
  co_return;
}
TEST(WorldTest, TheBudgetSaysHowManyMayBeDown) { RunTest(Budget); }

// ---- The same again ---------------------------------------------------------

Task<int> TakeOne(Queue<int>* queue) { co_return co_await queue->Get(); }

Task<> Chaos(Lines* lines) {
  World world;
  Queue<int> queue(3, "shared");
  Mutex lock("shared");
  Random dice("chaos");
  for (int i = 0; i < 4; ++i) {
    world.AddNode(absl::StrCat("n", i), [&, i]() -> Task<> {
      for (;;) {
        co_await Sleep(dice.Between(absl::ZeroDuration(), absl::Seconds(1)));
        Mutex::Guard guard = co_await lock.Lock();
        co_await queue.Put(i);
        try {
          (void)co_await WithTimeout(absl::Seconds(1), TakeOne(&queue));
        } catch (const TimeoutError&) {
          lines->push_back("late");
        }
        lines->push_back(absl::StrCat(i));
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    co_await Sleep(dice.Between(absl::ZeroDuration(), absl::Seconds(1)));
    Node& node = *world.nodes()[dice.Below(4)];
    switch (dice.Below(5)) {
      case 0:
        node.Crash();
        break;
      case 1:
        node.Pause();
        break;
      case 2:
        node.Resume();
        break;
      case 3:
        node.SetClockDrift(dice.Between(int64_t{-1000}, int64_t{1000}));
        break;
      default:
        if (!node.up()) node.Boot();
    }
  }
}
TEST(WorldTest, TheSameSeedGivesTheSameRun) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Lines lines[2];
    DigestPair digests[2];
    for (int i = 0; i < 2; ++i) {
      RandomScheduler scheduler;
      const RunResult result =
          Simulation({.seed = Seed(seed), .scheduler = &scheduler})
              .Run(Chaos, &lines[i]);
      digests[i] = result.digests;
    }
    EXPECT_EQ(lines[0], lines[1]) << seed;
    EXPECT_EQ(digests[0], digests[1]) << seed;
  }
}

}  // namespace
}  // namespace orrery
