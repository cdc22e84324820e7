// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a mutex when those who wait for it, or have it, are
// cancelled.

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// What several tasks do with a mutex, and how far they came.
struct Shared {
  Mutex mutex;
  int inside = 0;
  std::vector<int> entered;
};

// Notes that a task is where only one may be.
class Inside {
 public:
  explicit Inside(int* inside) : inside_(inside) { EXPECT_EQ(++*inside_, 1); }
  ~Inside() { --*inside_; }

 private:
  int* inside_;
};

Task<> Enter(Shared& shared, int id, int times) {
  for (int i = 0; i < times; ++i) {
    Mutex::Guard guard = co_await shared.mutex.Lock();
    Inside inside(&shared.inside);
    shared.entered.push_back(id);
    co_await Yield();
  }
}

// ---- At every point ---------------------------------------------------------

Task<> ThreeEnterTwice(Victims& victims) {
  Shared shared;
  for (int id = 0; id < 3; ++id) {
    victims.Add(Spawn(Enter, std::ref(shared), id, 2));
  }
  const size_t cancelled = co_await victims.Join();
  EXPECT_EQ(shared.inside, 0);
  EXPECT_GE(shared.entered.size(), 2 * (victims.size() - cancelled));
  EXPECT_TRUE(shared.mutex.TryLock()) << "nobody has it, nobody waits for it";
  shared.mutex.Unlock();
}

TEST(MutexCancelTest, AtEveryPointTheOthersGetIt) {
  EXPECT_EQ(
      CancelEverywhere(ThreeEnterTwice, {.random_seeds = 50, .pairs = true}),
      "");
}

// ---- Races ------------------------------------------------------------------

// asyncio lost the wake-up here: it was given to a waiter who was then
// cancelled, and the ones behind slept on beside a lock that was free.
Task<> CancelOneThatWasWoken() {
  Shared shared;
  Mutex::Guard guard = co_await shared.mutex.Lock();
  JoinHandle<> first = Spawn(Enter, std::ref(shared), 1, 1);
  JoinHandle<> second = Spawn(Enter, std::ref(shared), 2, 1);
  co_await Yield();
  guard.Unlock();  // wakes the first
  first.Cancel();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(shared.entered, ElementsAre(2));
  EXPECT_TRUE(shared.mutex.TryLock());
  shared.mutex.Unlock();
}

TEST(MutexCancelTest, AWaiterThatIsCancelledAfterTheReleasePassesItOn) {
  EXPECT_TRUE(Simulation().Run(CancelOneThatWasWoken).ok());
}

// The other way about: the waiter is cancelled, and before it can step out of
// the line the mutex is released.
Task<> ReleaseAfterCancelling() {
  Shared shared;
  Mutex::Guard guard = co_await shared.mutex.Lock();
  JoinHandle<> first = Spawn(Enter, std::ref(shared), 1, 1);
  JoinHandle<> second = Spawn(Enter, std::ref(shared), 2, 1);
  co_await Yield();
  first.Cancel();
  guard.Unlock();
  co_await second;
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(shared.entered, ElementsAre(2));
}

TEST(MutexCancelTest, AReleaseThatMeetsACancelledWaiterReachesTheNext) {
  EXPECT_TRUE(Simulation().Run(ReleaseAfterCancelling).ok());
}

// The one who releases takes it again at once, while all who wait have been
// cancelled and do not know it yet.
Task<> LockAmongCancelled() {
  Shared shared;
  Mutex::Guard guard = co_await shared.mutex.Lock();
  JoinHandle<> first = Spawn(Enter, std::ref(shared), 1, 1);
  co_await Yield();
  first.Cancel();
  guard.Unlock();
  EXPECT_TRUE(shared.mutex.TryLock()) << "nobody's turn comes first";
  JoinHandle<> second = Spawn(Enter, std::ref(shared), 2, 1);
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(first.Cancelled());
  EXPECT_THAT(shared.entered, ElementsAre());
  shared.mutex.Unlock();
  co_await second;
}

TEST(MutexCancelTest, CancelledWaitersAreInNobodysWay) {
  EXPECT_TRUE(Simulation().Run(LockAmongCancelled).ok());
}

// Waiters are cancelled where they stand, in the middle of the line and at its
// ends; the order of the others stays.
Task<> ThinOutTheLine() {
  Shared shared;
  Mutex::Guard guard = co_await shared.mutex.Lock();
  std::vector<JoinHandle<>> waiters;
  for (int id = 0; id < 8; ++id) {
    waiters.push_back(Spawn(Enter, std::ref(shared), id, 1));
  }
  co_await Yield();
  for (int id : {3, 0, 7, 4}) waiters[static_cast<size_t>(id)].Cancel();
  guard.Unlock();
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(shared.entered, ElementsAre(1, 2, 5, 6));
}

TEST(MutexCancelTest, TheOthersKeepTheirOrder) {
  EXPECT_TRUE(Simulation().Run(ThinOutTheLine).ok());
}

// ---- Swallowed --------------------------------------------------------------

Task<> InsistOnLocking(Shared& shared) {
  int refusals = 0;
  for (bool locked = false; !locked;) {
    try {
      Mutex::Guard guard = co_await shared.mutex.Lock();
      locked = true;
    } catch (const Cancelled&) {
      ++refusals;
    }
  }
  EXPECT_EQ(refusals, 2);
}

Task<> CancelTwice() {
  Shared shared;
  Mutex::Guard guard = co_await shared.mutex.Lock();
  JoinHandle<> stubborn = Spawn(InsistOnLocking, std::ref(shared));
  for (int i = 0; i < 2; ++i) {
    co_await Sleep(absl::Seconds(1));
    EXPECT_TRUE(stubborn.Cancel());
  }
  co_await Sleep(absl::Seconds(1));
  guard.Unlock();
  co_await stubborn;
}

TEST(MutexCancelTest, WhoSwallowsTheRequestMayWaitAgain) {
  EXPECT_TRUE(Simulation().Run(CancelTwice).ok());
}

}  // namespace
}  // namespace orrery
