// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What is left when a `Node` is killed or crashes: nothing of its own, and
// everything of the others.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/log.h"
#include "orrery/sim/node/node.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/run_blocking.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using ::testing::ElementsAre;
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

// Says when it goes, and tries to have effects then.
struct Farewell {
  Farewell(std::string n, Lines* l, Queue<int>* q, Mutex* m)
      : name(std::move(n)), lines(l), queue(q), lock(m) {
    ++alive;
  }
  Farewell(const Farewell&) = delete;
  Farewell& operator=(const Farewell&) = delete;
  ~Farewell() {
    --alive;
    lines->push_back(name);
    Log("a destructor logs");
    Post([l = lines] { l->push_back("posted by a destructor"); });
    Spawn(
        "late",
        [](Lines* into) -> Task<> {
          into->push_back("spawned by a destructor");
          co_return;
        },
        lines)
        .Cancel();
    (void)queue->TryPut(1);
  }
  std::string name;
  Lines* lines;
  Queue<int>* queue;
  Mutex* lock;
  static int alive;  // how many frames with one there are
};
int Farewell::alive = 0;

Task<> Sleeper(std::string name, Lines* lines, Queue<int>* queue, Mutex* lock) {
  Farewell farewell(name, lines, queue, lock);
  co_await Sleep(absl::Hours(1));
}

Task<> WaitsForQueue(std::string name, Lines* lines, Queue<int>* queue,
                     Mutex* lock) {
  Farewell farewell(name, lines, queue, lock);
  (void)co_await queue->Get();
}

Task<> HoldsLock(std::string name, Lines* lines, Queue<int>* queue,
                 Mutex* lock) {
  Farewell farewell(name, lines, queue, lock);
  Mutex::Guard guard = co_await lock->Lock();
  co_await WhenAll(Sleeper(name + " inner", lines, queue, lock),
                   Sleeper(name + " other", lines, queue, lock));
}

Task<> Family(Lines* lines, Queue<int>* queue, Mutex* lock) {
  Farewell farewell("main", lines, queue, lock);
  JoinHandle<> one = Spawn("one", Sleeper, "one", lines, queue, lock);
  JoinHandle<> two = Spawn("two", WaitsForQueue, "two", lines, queue, lock);
  JoinHandle<> three = Spawn("three", HoldsLock, "three", lines, queue, lock);
  co_await one;
}

Task<> CutOffOrder() {
  Lines lines;
  Queue<int> queue(8, "shared");
  Mutex lock("shared");
  {
    World world;
    Node& node =
        world.AddNode("a", [&] { return Family(&lines, &queue, &lock); });
    co_await Sleep(absl::Seconds(1));
    EXPECT_EQ(node.CountTasks(), 6u);
    EXPECT_EQ(Farewell::alive, 6);
    node.Crash();
    // The youngest task first; what a frame holds goes with it.
    EXPECT_THAT(lines, ElementsAre("three other", "three inner", "three", "two",
                                   "one", "main"));
    EXPECT_EQ(node.CountTasks(), 0u);
    EXPECT_EQ(Farewell::alive, 0);
  }
  lines.clear();
  co_await Sleep(absl::Hours(2));
  EXPECT_THAT(lines, IsEmpty());
  EXPECT_TRUE(queue.empty());
  EXPECT_THAT(Logs(), IsEmpty());
}
TEST(CutOffTest, CleanupCodeHasNoEffectAndTheYoungestTaskGoesFirst) {
  RunTest(CutOffOrder);
}

// ---- What is left for others ------------------------------------------------

Task<> TakesLock(Mutex* lock) {
  Mutex::Guard guard = co_await lock->Lock();
  co_await Sleep(absl::Hours(1));
}

Task<> WaitersElsewhere() {
  World world;
  Mutex lock("shared");
  JoinHandle<> theirs;
  Node& node = world.AddNode("a", [&]() -> Task<> {
    theirs = Spawn("theirs", TakesLock, &lock);
    co_await theirs;
  });
  co_await Sleep(absl::Seconds(1));
  // Those of the node who wait for the lock leave the line.
  node.RunOn([&] { Spawn("behind", TakesLock, &lock).Cancel(); });
  JoinHandle<> ours = Spawn(
      "ours", [](JoinHandle<> other) -> Task<> { co_await other; }, theirs);
  co_await Sleep(absl::Seconds(1));
  node.Kill();
  EXPECT_TRUE(theirs.Done());
  EXPECT_TRUE(theirs.Cancelled());
  EXPECT_FALSE(ours.Done());
  co_await Yield();
  co_await Yield();
  EXPECT_TRUE(ours.Done());
  EXPECT_TRUE(ours.Cancelled());
}
TEST(CutOffTest, WhoAwaitsATaskOfTheNodeSeesItCancelled) {
  RunTest(WaitersElsewhere);
}

Task<> PassesOn() {
  World world;
  Queue<int> queue(1, "shared");
  std::vector<int> got;
  Node& node = world.AddNode(
      "a", [&]() -> Task<> { got.push_back(co_await queue.Get()); });
  co_await Sleep(absl::Seconds(1));
  JoinHandle<> ours = Spawn(
      "ours",
      [](Queue<int>* q, std::vector<int>* g) -> Task<> {
        g->push_back(10 * co_await q->Get());
      },
      &queue, &got);
  co_await Yield();
  // The node is woken for it, and never comes to take it.
  EXPECT_TRUE(queue.TryPut(7));
  node.Kill();
  co_await ours;
  EXPECT_THAT(got, ElementsAre(70));
}
TEST(CutOffTest, WhatADeadTaskWasWokenForGoesToTheNextOne) {
  RunTest(PassesOn);
}

// An object in a frame of the node, for which somebody else waits.
Task<> OwnsAQueue(Queue<int>** owned) {
  Queue<int> queue(1, "mine");
  *owned = &queue;
  co_await Sleep(absl::Hours(1));
}

Task<> WaitsForTheDead() {
  World world;
  Queue<int>* owned = nullptr;
  Node& node = world.AddNode("a", [&owned] { return OwnsAQueue(&owned); });
  co_await Yield();
  JoinHandle<> ours = Spawn(
      "ours", [](Queue<int>* q) -> Task<> { (void)co_await q->Get(); }, owned);
  co_await Yield();
  node.Kill();
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(ours.Done());
  EXPECT_TRUE(ours.Cancel());
  co_await Yield();
  EXPECT_TRUE(ours.Cancelled());
}
TEST(CutOffTest, WhoWaitsForAnObjectOfTheDeadWaitsForNothing) {
  RunTest(WaitsForTheDead);
}

// ---- Incarnations -----------------------------------------------------------

Task<> NothingCrosses() {
  Lines lines;
  World world;
  Node& node = world.AddNode("a", [&]() -> Task<> {
    PostAfter(absl::Seconds(3), [&lines] { lines.push_back("timer"); });
    Post([&lines] { lines.push_back("callback"); });
    TaskHandle(CurrentTask()).AddDoneCallback([&lines] {
      lines.push_back("done");
    });
    co_await RunBlocking([&lines] { lines.push_back("computed"); },
                         {.cost = absl::Seconds(2)});
    co_await Sleep(absl::Seconds(10));
  });
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(lines, ElementsAre("callback"));
  node.Kill();
  node.Boot();
  co_await Sleep(absl::Milliseconds(1500));
  // Of the new one.
  EXPECT_THAT(lines, ElementsAre("callback", "callback"));
  node.Kill();
  co_await Sleep(absl::Hours(1));
  EXPECT_THAT(lines, ElementsAre("callback", "callback"));
}
TEST(CutOffTest, NothingCrossesFromOneIncarnationToTheNext) {
  RunTest(NothingCrosses);
}

Task<> DoneCallbackOfTheDead() {
  Lines lines;
  World world;
  JoinHandle<> elsewhere =
      Spawn("elsewhere", []() -> Task<> { co_await Sleep(absl::Seconds(5)); });
  Node& node = world.AddNode("a", [&]() -> Task<> {
    elsewhere.AddDoneCallback([&lines] { lines.push_back("told"); });
    co_await Sleep(absl::Hours(1));
  });
  co_await Sleep(absl::Seconds(1));
  node.Kill();
  node.Boot();
  co_await elsewhere;
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(lines, ElementsAre("told"));
}
TEST(CutOffTest, ACallbackOfTheDeadIsNotCalled) {
  RunTest(DoneCallbackOfTheDead);
}

Task<> Draws(std::vector<uint64_t>* drawn) {
  Random dice("node");
  for (int i = 0; i < 4; ++i) drawn->push_back(dice.Below(1'000'000));
  co_await Sleep(absl::Hours(1));
}

Task<> DrawsOf(int nodes, std::vector<uint64_t>* first) {
  World world;
  std::vector<uint64_t> others;
  world.AddNode("a", [first] { return Draws(first); });
  for (int i = 1; i < nodes; ++i) {
    world.AddNode(absl::StrCat("b", i), [&others] { return Draws(&others); });
  }
  co_await Sleep(absl::Seconds(1));
}
TEST(CutOffTest, EachNodeHasRandomNumbersOfItsOwn) {
  std::vector<uint64_t> alone;
  std::vector<uint64_t> in_company;
  RandomScheduler one;
  RandomScheduler two;
  EXPECT_TRUE(Simulation({.scheduler = &one}).Run(DrawsOf, 1, &alone).ok());
  EXPECT_TRUE(
      Simulation({.scheduler = &two}).Run(DrawsOf, 3, &in_company).ok());
  EXPECT_EQ(alone.size(), 4u);
  EXPECT_EQ(alone, in_company);
}

}  // namespace
}  // namespace orrery
