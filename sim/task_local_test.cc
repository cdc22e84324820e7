// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/task_local.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/run_blocking.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

const TaskLocal<int> number(1);
const TaskLocal<int> other;

// ---- Tasks ------------------------------------------------------------------

Task<> SetAndGet() {
  EXPECT_EQ(number.Get(), 1);
  EXPECT_EQ(other.Get(), 0);
  number.Set(7);
  EXPECT_EQ(number.Get(), 7);
  EXPECT_EQ(other.Get(), 0) << "they are two variables";
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(number.Get(), 7);
}

TEST(TaskLocalTest, HasItsInitialValueUntilItIsSet) {
  EXPECT_TRUE(Simulation().Run(SetAndGet).ok());
  EXPECT_TRUE(Simulation().Run(SetAndGet).ok()) << "a run leaves nothing";
}

Task<> Child(std::vector<int>& seen) {
  seen.push_back(number.Get());
  co_await Sleep(absl::Seconds(1));
  seen.push_back(number.Get());
  number.Set(-number.Get());
  co_await Sleep(absl::Seconds(1));
  seen.push_back(number.Get());
}

Task<> SpawnTwo(std::vector<int>& first, std::vector<int>& second) {
  number.Set(7);
  JoinHandle<> a = Spawn(Child, std::ref(first));
  number.Set(8);
  JoinHandle<> b = Spawn(Child, std::ref(second));
  number.Set(9);
  co_await a;
  co_await b;
  EXPECT_EQ(number.Get(), 9);
}

TEST(TaskLocalTest, IsCopiedWhenATaskIsSpawned) {
  std::vector<int> first;
  std::vector<int> second;
  EXPECT_TRUE(Simulation().Run(SpawnTwo, first, second).ok());
  EXPECT_THAT(first, ElementsAre(7, 7, -7));
  EXPECT_THAT(second, ElementsAre(8, 8, -8));
}

TEST(TaskLocalTest, ItIsTheSameInAnyOrder) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomScheduler scheduler;
    std::vector<int> first;
    std::vector<int> second;
    EXPECT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &scheduler})
                    .Run(SpawnTwo, first, second)
                    .ok());
    EXPECT_THAT(first, ElementsAre(7, 7, -7));
    EXPECT_THAT(second, ElementsAre(8, 8, -8));
  }
}

Task<> Grandchild() {
  EXPECT_EQ(number.Get(), 7);
  co_return;
}
Task<> HandDown() {
  JoinHandle<> grandchild = Spawn(Grandchild);
  co_await grandchild;
}
Task<> SpawnInDepth() {
  number.Set(7);
  JoinHandle<> child = Spawn(HandDown);
  number.Set(8);
  co_await child;
}

TEST(TaskLocalTest, ItIsHandedDown) {
  EXPECT_TRUE(Simulation().Run(SpawnInDepth).ok());
}

Task<> SetSeven() {
  number.Set(7);
  co_return;
}
Task<> AwaitSetter() {
  co_await SetSeven();
  EXPECT_EQ(number.Get(), 7) << "an await is a call";
  co_await WhenAll(SetSeven(), SetSeven());
  number.Set(8);
  co_await WhenAll(SetSeven(), SetSeven());
  EXPECT_EQ(number.Get(), 8) << "those were tasks of their own";
}

TEST(TaskLocalTest, ToAwaitATaskIsACall) {
  EXPECT_TRUE(Simulation().Run(AwaitSetter).ok());
}

Task<> Span() {
  const ChoiceSpan span("span");
  JoinHandle<> child = Spawn(SetSeven);
  co_await child;
  EXPECT_EQ(number.Get(), 1);
  number.Set(5);
  JoinHandle<> second = Spawn(SetSeven);
  co_await second;
  EXPECT_EQ(number.Get(), 5);
}

TEST(TaskLocalTest, BesideOtherThingsThatTasksInherit) {
  EXPECT_TRUE(Simulation().Run(Span).ok());
}

// ---- Callbacks --------------------------------------------------------------

Task<> PostSome(std::vector<int>& seen) {
  number.Set(7);
  Post([&seen] {
    seen.push_back(number.Get());
    number.Set(70);
    PostAfter(absl::Seconds(1), [&seen] { seen.push_back(number.Get()); });
    number.Set(71);
  });
  number.Set(8);
  PostAfter(absl::Seconds(2), [&seen] { seen.push_back(number.Get()); });
  number.Set(9);
  co_await Sleep(absl::Seconds(3));
  EXPECT_EQ(number.Get(), 9) << "a callback sets its own";
}

TEST(TaskLocalTest, ACallbackHasWhatItsPosterHad) {
  std::vector<int> seen;
  EXPECT_TRUE(Simulation().Run(PostSome, seen).ok());
  EXPECT_THAT(seen, ElementsAre(7, 70, 8));
}

Task<> EndLater() {
  number.Set(100);
  co_await Sleep(absl::Seconds(1));
}
Task<> AddDoneCallbacks(std::vector<int>& seen) {
  JoinHandle<> task = Spawn(EndLater);
  number.Set(7);
  task.AddDoneCallback([&seen] { seen.push_back(number.Get()); });
  number.Set(8);
  co_await task;
  task.AddDoneCallback([&seen] { seen.push_back(number.Get()); });
  number.Set(9);
  co_await Yield();
}

TEST(TaskLocalTest, ADoneCallbackHasWhatItsAdderHad) {
  std::vector<int> seen;
  EXPECT_TRUE(Simulation().Run(AddDoneCallbacks, seen).ok());
  EXPECT_THAT(seen, ElementsAre(7, 8));
}

Task<> AskInPool(ThreadPool& pool, int value, std::vector<int>& seen) {
  number.Set(value);
  auto job = [&seen] { seen.push_back(number.Get()); };
  co_await pool.Run(job, {.cost = absl::Seconds(1)});
}
Task<> UsePool(std::vector<int>& seen) {
  ThreadPool pool(1);
  co_await WhenAll(AskInPool(pool, 7, seen), AskInPool(pool, 8, seen));
}

TEST(TaskLocalTest, AJobHasWhatItsSubmitterHad) {
  std::vector<int> seen;
  EXPECT_TRUE(Simulation().Run(UsePool, seen).ok());
  EXPECT_THAT(seen, ElementsAre(7, 8));
}

// ---- The loop's own ---------------------------------------------------------

Task<> MainSees(int expected) {
  EXPECT_EQ(number.Get(), expected);
  co_return;
}

TEST(TaskLocalTest, TheMainTaskHasWhatWasSetBeforeTheRun) {
  Simulation simulation;
  {
    Simulation::Scope scope(simulation);
    number.Set(7);
    Post([] { EXPECT_EQ(number.Get(), 7); });
  }
  EXPECT_TRUE(simulation.Run(MainSees, 7).ok());
}

TEST(TaskLocalTest, EachSimulationHasItsOwn) {
  Simulation first;
  Simulation second;
  const Simulation::Scope in_first(first);
  number.Set(7);
  {
    const Simulation::Scope in_second(second);
    EXPECT_EQ(number.Get(), 1);
    number.Set(8);
  }
  EXPECT_EQ(number.Get(), 7);
  EXPECT_TRUE(second.Run(MainSees, 8).ok());
  EXPECT_TRUE(first.Run(MainSees, 7).ok());
}

// ---- Scopes -----------------------------------------------------------------

Task<> UseScopes() {
  {
    const TaskLocal<int>::Scope outer(number, 7);
    EXPECT_EQ(number.Get(), 7);
    {
      const TaskLocal<int>::Scope inner(number, 8);
      EXPECT_EQ(number.Get(), 8);
      co_await Sleep(absl::Seconds(1));
      number.Set(9);
    }
    EXPECT_EQ(number.Get(), 7);
  }
  EXPECT_EQ(number.Get(), 1);
}
Task<> UseScopesAtOnce() {
  JoinHandle<> a = Spawn(UseScopes);
  JoinHandle<> b = Spawn(UseScopes);
  co_await a;
  co_await b;
}

TEST(TaskLocalTest, AScopeGivesTheValueBack) {
  EXPECT_TRUE(Simulation().Run(UseScopesAtOnce).ok());
}

Task<> HoldScope() {
  const TaskLocal<int>::Scope scope(number, 7);
  co_await Sleep(absl::InfiniteDuration());
}
Task<> FailBesideScopes() {
  JoinHandle<> holder = Spawn(HoldScope);
  co_await Yield();
  Simulation::Current("test").Fail("on purpose", SourceSite());
}

TEST(TaskLocalTest, ARunMayEndWithinAScope) {
  EXPECT_EQ(Simulation().Run(FailBesideScopes).outcome, Outcome::kFailed);
}

// ---- Values -----------------------------------------------------------------

const TaskLocal<std::shared_ptr<int>> shared;

Task<> HoldShared(std::weak_ptr<int> watched) {
  EXPECT_EQ(shared.Get(), watched.lock());
  co_return;
}
Task<> PassShared(std::weak_ptr<int>& watched) {
  auto value = std::make_shared<int>(5);
  watched = value;
  shared.Set(std::move(value));
  JoinHandle<> child = Spawn(HoldShared, watched);
  shared.Set(nullptr);
  EXPECT_FALSE(watched.expired()) << "the child still has it";
  co_await child;
  child = JoinHandle<>();
  EXPECT_TRUE(watched.expired()) << "and takes it along";
}

TEST(TaskLocalTest, AValueLivesAsLongAsATaskHasIt) {
  std::weak_ptr<int> watched;
  EXPECT_TRUE(Simulation().Run(PassShared, watched).ok());
}

// Says, when it goes, whether there was a simulation.
struct Witness {
  explicit Witness(bool* in) : inside(in) {}
  ~Witness() { *inside = Simulation::CurrentOrNull() != nullptr; }
  bool* inside;
};
const TaskLocal<std::shared_ptr<Witness>> witness;

Task<> SetWitness(bool* inside) {
  witness.Set(std::make_shared<Witness>(inside));
  co_return;
}

TEST(TaskLocalTest, ValuesGoWithinTheSimulation) {
  bool inside = false;
  EXPECT_TRUE(Simulation().Run(SetWitness, &inside).ok());
  EXPECT_TRUE(inside);
}

TEST(TaskLocalDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(number.Get(), "TaskLocal::Get was used outside");
  EXPECT_DEATH(number.Set(1), "TaskLocal::Set was used outside");
  EXPECT_DEATH(TaskLocal<int>::Scope(number, 1),
               "TaskLocal::Scope was used outside");
}

Task<> MakeScope(std::unique_ptr<TaskLocal<int>::Scope>& scope) {
  scope = std::make_unique<TaskLocal<int>::Scope>(number, 7);
  co_return;
}
Task<> EndElsewhere() {
  std::unique_ptr<TaskLocal<int>::Scope> scope;
  JoinHandle<> task = Spawn(MakeScope, std::ref(scope));
  co_await task;
  scope = nullptr;
}

TEST(TaskLocalDeathTest, AScopeEndsWhereItBegan) {
  EXPECT_DEATH(Simulation().Run(EndElsewhere),
               "ended in another task than it began in");
}

}  // namespace
}  // namespace orrery
