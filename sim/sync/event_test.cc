// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/event.h"

#include <deque>
#include <functional>
#include <stdexcept>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> WaitThenNote(Event& event, int id, std::vector<int>* woken) {
  co_await event.Wait();
  woken->push_back(id);
}

Task<> WaitOnSet() {
  Event event;
  EXPECT_FALSE(event.IsSet());
  event.Set();
  EXPECT_TRUE(event.IsSet());
  const uint64_t steps = Simulation::Current("").steps();
  co_await event.Wait();
  co_await event.Wait();
  EXPECT_EQ(Simulation::Current("").steps(), steps);
  event.Clear();
  EXPECT_FALSE(event.IsSet());
}

TEST(EventTest, WaitingForAFlagThatIsSetDoesNotSuspend) {
  EXPECT_TRUE(Simulation().Run(WaitOnSet).ok());
}

Task<> WakeMany(std::vector<int>* woken) {
  Event event;
  for (int i = 0; i < 50; ++i) Spawn(WaitThenNote, std::ref(event), i, woken);
  co_await Sleep(absl::Seconds(1));
  event.Set();
  event.Set();
  co_await Yield();
  EXPECT_EQ(woken->size(), 50);
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
}

TEST(EventTest, SettingWakesAllWaitersFirstComeFirstServed) {
  std::vector<int> woken;
  EXPECT_TRUE(Simulation().Run(WakeMany, &woken).ok());
  for (size_t i = 0; i < woken.size(); ++i) {
    EXPECT_EQ(woken[i], static_cast<int>(i));
  }
}

Task<> SetAndClearAtOnce(std::vector<int>* woken) {
  Event event;
  JoinHandle<> before = Spawn(WaitThenNote, std::ref(event), 1, woken);
  co_await Sleep(absl::Seconds(1));
  event.Set();
  event.Clear();
  JoinHandle<> after = Spawn(WaitThenNote, std::ref(event), 2, woken);
  co_await before;
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(*woken, ElementsAre(1));
  event.Set();
  co_await after;
}

TEST(EventTest, ASetThatIsClearedAtOnceWakesThoseWhoWaitedAndNobodyElse) {
  for (uint64_t seed = 0; seed <= 1000; ++seed) {
    RandomScheduler random;
    std::vector<int> woken;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(SetAndClearAtOnce, &woken);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    ASSERT_THAT(woken, ElementsAre(1, 2)) << "seed " << seed;
  }
}

Task<> SetFromCallbacks() {
  Event event;
  PostAfter(absl::Seconds(1), [&event] { event.Set(); });
  co_await event.Wait();
  EXPECT_EQ(Elapsed(), absl::Seconds(1));
  PostAfter(absl::Seconds(1), [&event] { event.Clear(); });
  co_await Sleep(absl::Seconds(2));
  EXPECT_FALSE(event.IsSet());
}

TEST(EventTest, CallbacksMaySetAndClear) {
  EXPECT_TRUE(Simulation().Run(SetFromCallbacks).ok());
}

// Workers wait for their turns; the turn goes round. A wake-up that was lost
// would end in a deadlock.
Task<> TakeTurns(std::deque<Event>& turns, size_t id, int* rounds) {
  for (int i = 0; i < 5; ++i) {
    co_await turns[id].Wait();
    turns[id].Clear();
    ++*rounds;
    co_await Yield();
    turns[(id + 1) % turns.size()].Set();
  }
}

Task<> GoRound(int* rounds) {
  std::deque<Event> turns(4);
  std::vector<JoinHandle<>> workers;
  for (size_t i = 0; i < turns.size(); ++i) {
    workers.push_back(Spawn(TakeTurns, std::ref(turns), i, rounds));
  }
  co_await Yield();
  turns[0].Set();
  for (const JoinHandle<>& worker : workers) co_await worker;
}

TEST(EventTest, NoWakeUpIsLostUnderAThousandSchedules) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    RandomScheduler random;
    int rounds = 0;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &random})
            .Run(GoRound, &rounds);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    ASSERT_EQ(rounds, 20);
  }
}

Task<> WaitForNever() {
  Event named("ready");
  Event unnamed;
  std::vector<int> woken;
  Spawn(WaitThenNote, std::ref(unnamed), 1, &woken);
  co_await named.Wait();
}

TEST(EventTest, ADeadlockNamesTheEventOrItsNumber) {
  const RunResult result = Simulation().Run(WaitForNever);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for Event \"ready\"");
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for Event#2");
}

Task<> LeaveWaiter(std::vector<int>* woken, bool fails) {
  Event event("short-lived");
  Spawn("waiter", WaitThenNote, std::ref(event), 1, woken);
  co_await Yield();
  if (fails) throw std::runtime_error("broken");
}

Task<> LeaveWaiterAndStop(std::vector<int>* woken) {
  co_await LeaveWaiter(woken, false);
  co_await Sleep(absl::InfiniteDuration());
}

TEST(EventTest, ADeadlockSaysThatTheEventIsGone) {
  std::vector<int> woken;
  const RunResult result = Simulation().Run(LeaveWaiterAndStop, &woken);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(result.tasks[1].wait, WaitKind::kEvent);
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for event, which is gone");
}

Task<> ThrowThrough(std::vector<int>* woken) {
  co_await LeaveWaiter(woken, true);
}

TEST(EventTest, AFailureThatTookTheEventAlongSaysThatItIsGone) {
  std::vector<int> woken;
  const RunResult result = Simulation().Run(ThrowThrough, &woken);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for event, which is gone");
}

// ---- Cancellation -----------------------------------------------------------

Task<> CancelSomeWaiters(std::vector<int>* woken) {
  Event event;
  std::vector<JoinHandle<>> waiters;
  for (int id = 0; id < 6; ++id) {
    waiters.push_back(Spawn(WaitThenNote, std::ref(event), id, woken));
  }
  co_await Sleep(absl::Seconds(1));
  waiters[2].Cancel();
  event.Set();
  waiters[4].Cancel();  // it was woken already
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(waiters[2].Cancelled());
  EXPECT_TRUE(waiters[4].Cancelled());
}

TEST(EventCancelTest, TheOthersAreWokenInTheirOrder) {
  std::vector<int> woken;
  EXPECT_TRUE(Simulation().Run(CancelSomeWaiters, &woken).ok());
  EXPECT_THAT(woken, ElementsAre(0, 1, 3, 5));
}

Task<> WaitTwice(Event& first, Event& second, int* passed) {
  co_await first.Wait();
  second.Set();
  co_await second.Wait();
  ++*passed;
}

Task<> ThreeWaitTwice(Victims& victims) {
  Event first;
  Event second;
  int passed = 0;
  for (int i = 0; i < 3; ++i) {
    victims.Add(Spawn(WaitTwice, std::ref(first), std::ref(second), &passed));
  }
  co_await Yield();
  first.Set();
  first.Clear();
  co_await Sleep(absl::Seconds(1));
  first.Set();  // for those who came late; walks over whoever was left behind
  const size_t cancelled = co_await victims.Join();
  EXPECT_EQ(static_cast<size_t>(passed), victims.size() - cancelled);
}

TEST(EventCancelTest, AtEveryPointTheOthersPass) {
  EXPECT_EQ(
      CancelEverywhere(ThreeWaitTwice, {.random_seeds = 50, .pairs = true}),
      "");
}

}  // namespace
}  // namespace orrery
