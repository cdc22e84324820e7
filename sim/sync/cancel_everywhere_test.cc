// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/cancel_everywhere.h"

#include <functional>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync_object.h"

namespace orrery {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A lock with the mistake that this is about: who is cancelled after it was
// woken does not wake the next one.
class LeakyLock : public SyncObject {
 public:
  explicit LeakyLock(bool leaks)
      : SyncObject("LeakyLock", "", SourceSite::current()), leaks_(leaks) {}

  class [[nodiscard]] Awaiter : public OperationAwaiter<Awaiter> {
   public:
    explicit Awaiter(LeakyLock* lock)
        : OperationAwaiter(lock, AccessKind::kAcquire), lock_(lock) {}
    void await_resume() const { ThrowIfCancelled(); }

    bool CanDo() const { return !lock_->locked_; }
    void Do(Simulation&) const { lock_->locked_ = true; }
    WaitKind wait_kind() const { return WaitKind::kMutex; }
    WaiterList& waiters() const { return lock_->waiters_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken && !lock_->leaks_) lock_->waiters_.WakeFirst(simulation);
    }

   private:
    LeakyLock* lock_;
  };

  Awaiter Lock() { return Awaiter(this); }
  void Unlock() {
    locked_ = false;
    waiters_.WakeFirst(Simulation::Current("LeakyLock"));
  }

 private:
  bool leaks_;
  bool locked_ = false;
  WaiterList waiters_;
};

Task<> LockOnce(LeakyLock& lock) {
  co_await lock.Lock();
  try {
    co_await Yield();
  } catch (const Cancelled&) {
    lock.Unlock();
    throw;
  }
  lock.Unlock();
}

Task<> ThreeLock(Victims& victims, bool leaks) {
  LeakyLock lock(leaks);
  for (int i = 0; i < 3; ++i) victims.Add(Spawn(LockOnce, std::ref(lock)));
  co_await victims.Join();
}

TEST(CancelEverywhereTest, FindsAWakeUpThatIsLost) {
  const std::string failure = CancelEverywhere(
      [](Victims& victims) { return ThreeLock(victims, /*leaks=*/true); });
  EXPECT_THAT(failure, StartsWith("fifo, task 1 of the victims cancelled "
                                  "after step "));
  EXPECT_THAT(failure, HasSubstr("deadlock"));
}

TEST(CancelEverywhereTest, IsContentWithoutTheMistake) {
  EXPECT_EQ(CancelEverywhere(
                [](Victims& victims) { return ThreeLock(victims, false); },
                {.pairs = true}),
            "");
}

// Each suspension of the victim ends in another way if it is the one.
Task<> SleepTwice(std::vector<int>* cancelled_in, std::vector<int>* wakes) {
  for (int i = 1; i <= 2; ++i) {
    try {
      co_await Sleep(absl::Seconds(1));
      wakes->push_back(i);
    } catch (const Cancelled&) {
      cancelled_in->push_back(i);
    }
  }
}

TEST(CancelEverywhereTest, MeetsEachSuspension) {
  std::vector<int> cancelled_in;
  std::vector<int> wakes;
  auto scenario = [&](Victims& victims) -> Task<> {
    victims.Add(Spawn(SleepTwice, &cancelled_in, &wakes));
    co_await victims.Join();
  };
  EXPECT_EQ(CancelEverywhere(scenario, {.random_seeds = 0}), "");
  EXPECT_THAT(cancelled_in,
              testing::AllOf(testing::Contains(1), testing::Contains(2)));
  EXPECT_THAT(wakes,
              testing::AllOf(testing::Contains(1), testing::Contains(2)));
}

Task<> Nobody(Victims& victims) { co_await victims.Join(); }

Task<> DoNothing() { co_return; }

Task<> Endless(Victims& victims) {
  victims.Add(Spawn(DoNothing));
  for (;;) co_await Yield();
}

Task<> ThrowSomething() {
  co_await Yield();
  throw std::runtime_error("broken");
}

Task<> WithError(Victims& victims) {
  victims.Add(Spawn(ThrowSomething));
  co_await victims.Join();
}

TEST(CancelEverywhereTest, SaysWhereAScenarioIsNotOne) {
  EXPECT_EQ(CancelEverywhere(Nobody), "nothing was cancelled");
  EXPECT_THAT(CancelEverywhere(Endless), HasSubstr("limit of 1000 steps"));
  EXPECT_THAT(CancelEverywhere(WithError), HasSubstr("broken"));
}

}  // namespace
}  // namespace orrery
