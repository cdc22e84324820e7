// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/semaphore.h"

#include <functional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// ---- Without waiting --------------------------------------------------------

Task<> UseWithoutWaiting() {
  Semaphore semaphore(2);
  EXPECT_EQ(semaphore.Available(), 2);
  EXPECT_FALSE(semaphore.IsLocked());
  co_await semaphore.Acquire();
  EXPECT_EQ(semaphore.Available(), 1);
  {
    Semaphore::Guard guard = co_await semaphore.AcquireScoped();
    EXPECT_TRUE(guard);
    EXPECT_TRUE(semaphore.IsLocked());
    EXPECT_FALSE(semaphore.TryAcquire());
    Semaphore::Guard moved = std::move(guard);
    EXPECT_FALSE(guard);
    EXPECT_EQ(semaphore.Available(), 0);
    moved.Release();
    EXPECT_EQ(semaphore.Available(), 1);
    moved.Release();
    EXPECT_EQ(semaphore.Available(), 1) << "the second time does nothing";
    moved = co_await semaphore.AcquireScoped();
    EXPECT_EQ(semaphore.Available(), 0);
  }
  EXPECT_EQ(semaphore.Available(), 1) << "given back at the end of the block";
  semaphore.Release();
  semaphore.Release();
  EXPECT_EQ(semaphore.Available(), 3) << "there may be more than at first";
  EXPECT_TRUE(semaphore.TryAcquire());
  EXPECT_EQ(semaphore.Available(), 2);
}

TEST(SemaphoreTest, WhereThereAreUnitsNothingSuspends) {
  const RunResult result = Simulation().Run(UseWithoutWaiting);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1);
}

// ---- Waiting ----------------------------------------------------------------

Task<> Take(Semaphore& semaphore, int id, std::vector<int>* order) {
  co_await semaphore.Acquire();
  order->push_back(id);
}

Task<> StandInLine(std::vector<int>* order) {
  Semaphore semaphore(0);
  for (int id = 0; id < 10; ++id) {
    Spawn(Take, std::ref(semaphore), id, order);
    co_await Sleep(absl::Seconds(1));
  }
  for (int i = 0; i < 10; ++i) semaphore.Release();
  EXPECT_EQ(semaphore.Available(), 0) << "each unit is somebody's already";
  EXPECT_FALSE(semaphore.TryAcquire());
  co_await Sleep(absl::Seconds(1));
}

TEST(SemaphoreTest, WaitersAreServedInTheOrderTheyCame) {
  std::vector<int> order;
  EXPECT_TRUE(Simulation().Run(StandInLine, &order).ok());
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

// There is a unit left over, and a newcomer stands in line all the same while
// somebody who was woken has yet to run.
Task<> ComeLate(std::vector<int>* order) {
  Semaphore semaphore(0);
  JoinHandle<> first = Spawn(Take, std::ref(semaphore), 1, order);
  co_await Sleep(absl::Seconds(1));
  semaphore.Release();
  semaphore.Release();
  EXPECT_EQ(semaphore.Available(), 1);
  EXPECT_TRUE(semaphore.IsLocked());
  EXPECT_FALSE(semaphore.TryAcquire());
  co_await semaphore.Acquire();
  order->push_back(2);
  EXPECT_EQ(semaphore.Available(), 0);
}

TEST(SemaphoreTest, ANewcomerOvertakesNobody) {
  for (uint64_t seed = 0; seed <= 100; ++seed) {
    RandomScheduler random;
    std::vector<int> order;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(ComeLate, &order);
    EXPECT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    EXPECT_THAT(order, ElementsAre(1, 2)) << "seed " << seed;
  }
}

Task<> ReleaseInCallbacks(std::vector<int>* order) {
  Semaphore semaphore(0);
  for (int i = 0; i < 3; ++i) {
    PostAfter(absl::Seconds(1), [&semaphore] { semaphore.Release(); });
  }
  for (int id = 0; id < 3; ++id) co_await Take(semaphore, id, order);
}

TEST(SemaphoreTest, CallbacksMayRelease) {
  std::vector<int> order;
  EXPECT_TRUE(Simulation().Run(ReleaseInCallbacks, &order).ok());
  EXPECT_EQ(order.size(), 3);
}

Task<> KeepGuard(Semaphore& semaphore) {
  Semaphore::Guard guard = co_await semaphore.AcquireScoped();
  co_await Sleep(absl::InfiniteDuration());
}

Task<> LeaveUnitsTaken() {
  Semaphore semaphore(1);
  for (int i = 0; i < 2; ++i) Spawn(KeepGuard, std::ref(semaphore));
  co_await Sleep(absl::Seconds(1));
}

// The semaphore is gone when the others are cancelled.
TEST(SemaphoreTest, UnitsMayBeHeldAndWaitedForWhenTheRunEnds) {
  EXPECT_TRUE(Simulation().Run(LeaveUnitsTaken).ok());
}

Task<> WaitInVain() {
  Semaphore named(0, "connections");
  co_await named.Acquire();
}

TEST(SemaphoreTest, ADeadlockNamesIt) {
  const RunResult result = Simulation().Run(WaitInVain);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]),
            "waits for a unit of Semaphore \"connections\"");
}

// ---- Cancellation -----------------------------------------------------------

struct Shared {
  explicit Shared(size_t units) : semaphore(units), limit(units) {}

  Semaphore semaphore;
  size_t limit;
  size_t inside = 0;
};

class Inside {
 public:
  explicit Inside(Shared* shared) : shared_(shared) {
    EXPECT_LE(++shared_->inside, shared_->limit);
  }
  ~Inside() { --shared_->inside; }

 private:
  Shared* shared_;
};

Task<> Enter(Shared& shared, int times) {
  for (int i = 0; i < times; ++i) {
    Semaphore::Guard guard = co_await shared.semaphore.AcquireScoped();
    Inside inside(&shared);
    co_await Yield();
  }
}

Task<> FourShareTwo(Victims& victims) {
  Shared shared(2);
  for (int i = 0; i < 4; ++i) {
    victims.Add(Spawn(Enter, std::ref(shared), 2));
  }
  co_await victims.Join();
  EXPECT_EQ(shared.inside, 0);
  EXPECT_EQ(shared.semaphore.Available(), 2) << "no unit is lost or made up";
  EXPECT_FALSE(shared.semaphore.IsLocked()) << "nobody waits";
}

TEST(SemaphoreCancelTest, AtEveryPointNoUnitIsLost) {
  EXPECT_EQ(CancelEverywhere(FourShareTwo, {.random_seeds = 50}), "");
}

Task<> ThreeShareOne(Victims& victims) {
  Shared shared(1);
  for (int i = 0; i < 3; ++i) {
    victims.Add(Spawn(Enter, std::ref(shared), 1));
  }
  co_await victims.Join();
  EXPECT_EQ(shared.semaphore.Available(), 1);
  EXPECT_FALSE(shared.semaphore.IsLocked());
}

TEST(SemaphoreCancelTest, AtEveryTwoPointsNoUnitIsLost) {
  EXPECT_EQ(CancelEverywhere(ThreeShareOne, {.pairs = true}), "");
}

// asyncio lost the unit here: it was given to a waiter who was then cancelled.
Task<> CancelOneThatWasWoken() {
  Semaphore semaphore(0);
  std::vector<int> order;
  JoinHandle<> first = Spawn(Take, std::ref(semaphore), 1, &order);
  JoinHandle<> second = Spawn(Take, std::ref(semaphore), 2, &order);
  co_await Yield();
  semaphore.Release();
  first.Cancel();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(order, ElementsAre(2));
  EXPECT_EQ(semaphore.Available(), 0);
}

TEST(SemaphoreCancelTest, AWaiterCancelledAfterTheReleasePassesTheUnitOn) {
  EXPECT_TRUE(Simulation().Run(CancelOneThatWasWoken).ok());
}

Task<> ReleaseAfterCancelling() {
  Semaphore semaphore(0);
  std::vector<int> order;
  JoinHandle<> first = Spawn(Take, std::ref(semaphore), 1, &order);
  JoinHandle<> second = Spawn(Take, std::ref(semaphore), 2, &order);
  co_await Yield();
  first.Cancel();
  semaphore.Release();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(order, ElementsAre(2));
  EXPECT_EQ(semaphore.Available(), 0);
}

TEST(SemaphoreCancelTest, AReleaseThatMeetsACancelledWaiterReachesTheNext) {
  EXPECT_TRUE(Simulation().Run(ReleaseAfterCancelling).ok());
}

// Two units come free, one of them by way of a waiter who is cancelled; two who
// came later wait. Before CPython 3.13 one of them slept on.
Task<> CancelInFrontOfTwo() {
  Semaphore semaphore(0);
  std::vector<int> order;
  JoinHandle<> first = Spawn(Take, std::ref(semaphore), 1, &order);
  co_await Yield();
  semaphore.Release();
  semaphore.Release();  // left over: nobody else waits
  JoinHandle<> second = Spawn(Take, std::ref(semaphore), 2, &order);
  JoinHandle<> third = Spawn(Take, std::ref(semaphore), 3, &order);
  first.Cancel();
  co_await second;
  co_await third;
  EXPECT_THAT(order, ElementsAre(2, 3));
}

TEST(SemaphoreCancelTest, ACancelledWaiterWakesAsManyAsThereAreUnits) {
  EXPECT_TRUE(Simulation().Run(CancelInFrontOfTwo).ok());
}

}  // namespace
}  // namespace orrery
