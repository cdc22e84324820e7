// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/wait.h"

#include <stdexcept>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Handles = std::vector<JoinHandle<int>>;

constexpr absl::Duration kSecond = absl::Seconds(1);

void RunOk(Task<> (*body)()) {
  const RunResult result = Simulation().Run(body);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<int> ThrowAfter(absl::Duration delay) {
  co_await Sleep(delay);
  throw std::runtime_error("thrown");
}

// Three that return 3, 1 and 2 after as many seconds.
Handles SpawnThree() {
  Handles handles;
  for (int i : {3, 1, 2}) {
    handles.push_back(Spawn(ReturnAfter, i * kSecond, i));
  }
  return handles;
}

// ---- Until when -------------------------------------------------------------

Task<> UntilAll() {
  const Handles handles = SpawnThree();
  auto result = co_await Wait(handles);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
  EXPECT_EQ(result.done, handles) << "in the order in which they were given";
  EXPECT_THAT(result.pending, IsEmpty());
}

TEST(WaitTest, WaitsForAll) { RunOk(UntilAll); }

Task<> UntilFirst() {
  const Handles handles = SpawnThree();
  auto result = co_await Wait(handles, {.until = WaitUntil::kFirstCompleted});
  EXPECT_EQ(Elapsed(), kSecond);
  EXPECT_THAT(result.done, ElementsAre(handles[1]));
  EXPECT_THAT(result.pending, ElementsAre(handles[0], handles[2]));
  EXPECT_EQ(co_await result.pending[0], 3) << "nobody was cancelled";
}

TEST(WaitTest, WaitsForTheFirst) { RunOk(UntilFirst); }

Task<> UntilError() {
  Handles handles = SpawnThree();
  handles.push_back(Spawn(ThrowAfter, 2 * kSecond));
  auto result = co_await Wait(handles, {.until = WaitUntil::kFirstException});
  EXPECT_EQ(Elapsed(), 2 * kSecond);
  EXPECT_THAT(result.done, ElementsAre(handles[1], handles[2], handles[3]));
  EXPECT_THAT(result.pending, ElementsAre(handles[0]));
  EXPECT_NE(handles[3].Exception(), nullptr);
}

Task<> UntilErrorThatNeverComes() {
  Handles handles = SpawnThree();
  handles[1].Cancel();
  auto result = co_await Wait(handles, {.until = WaitUntil::kFirstException});
  EXPECT_EQ(Elapsed(), 3 * kSecond) << "a cancelled one is no exception";
  EXPECT_EQ(result.done.size(), 3);
}

TEST(WaitTest, WaitsForTheFirstException) {
  RunOk(UntilError);
  RunOk(UntilErrorThatNeverComes);
}

Task<> ForNothing() {
  const uint64_t steps = Simulation::Current("").steps();
  auto result = co_await Wait(Handles());
  EXPECT_THAT(result.done, IsEmpty());
  EXPECT_EQ(Simulation::Current("").steps(), steps);
}

TEST(WaitTest, OfNothingItIsOverAtOnce) { RunOk(ForNothing); }

Task<> ForOneThatIsOver() {
  Handles handles;
  handles.push_back(Spawn(ReturnAfter, absl::ZeroDuration(), 1));
  co_await handles[0];
  const uint64_t steps = Simulation::Current("").steps();
  auto result = co_await Wait(handles);
  EXPECT_EQ(result.done, handles);
  EXPECT_GT(Simulation::Current("").steps(), steps);
}

TEST(WaitTest, SuspendsEvenIfAllAreOver) { RunOk(ForOneThatIsOver); }

Task<> OtherHandles() {
  Promise<int> promise;
  std::vector<Future<int>> futures = {promise.GetFuture()};
  auto none = co_await Wait(futures, {.timeout = kSecond});
  EXPECT_EQ(none.pending.size(), 1);
  promise.Set(1);
  auto one = co_await Wait(futures);
  EXPECT_EQ(one.done[0].Result(), 1);
  std::vector<TaskHandle> mixed;
  mixed.push_back(Spawn(ReturnAfter, kSecond, 1));
  mixed.push_back(Spawn([]() -> Task<> { co_return; }));
  auto both = co_await Wait(mixed);
  EXPECT_EQ(both.done, mixed);
}

TEST(WaitTest, TakesFuturesAndTasksOfAllTypes) { RunOk(OtherHandles); }

// ---- Timeouts ---------------------------------------------------------------

Task<> TimeOut() {
  const Handles handles = SpawnThree();
  auto result = co_await Wait(handles, {.timeout = kSecond * 1.5});
  EXPECT_EQ(Elapsed(), kSecond * 1.5);
  EXPECT_THAT(result.done, ElementsAre(handles[1]));
  EXPECT_THAT(result.pending, ElementsAre(handles[0], handles[2]));
  for (absl::Duration none : {absl::ZeroDuration(), -kSecond}) {
    result = co_await Wait(result.pending, {.timeout = none});
    EXPECT_EQ(result.pending.size(), 2);
  }
  EXPECT_EQ(Elapsed(), kSecond * 1.5);
  auto rest = co_await Wait(handles, {.timeout = absl::Hours(1)});
  EXPECT_EQ(rest.done.size(), 3);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
}

TEST(WaitTest, IsOverWhenTimeIsUpAndThrowsNothing) { RunOk(TimeOut); }

// ---- Cancels ----------------------------------------------------------------

Task<> WaitAndBeCancelled(Handles handles, bool* cancelled) {
  try {
    co_await Wait(handles, {.timeout = absl::Hours(1)});
  } catch (const Cancelled&) {
    *cancelled = true;
  }
}

Task<> CancelTheWaiter() {
  const Handles handles = SpawnThree();
  bool cancelled = false;
  JoinHandle<> task = Spawn(WaitAndBeCancelled, handles, &cancelled);
  co_await Sleep(kSecond / 2);
  task.Cancel();
  co_await task;
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(Elapsed(), kSecond / 2);
  EXPECT_EQ(co_await handles[0], 3) << "nobody else was cancelled";
}

TEST(WaitTest, ACancelOfTheWaitingTaskCancelsNobodyElse) {
  RunOk(CancelTheWaiter);
}

// ---- Reports ----------------------------------------------------------------

Task<int> WaitFor(Event* event) {
  co_await event->Wait();
  co_return 0;
}

Task<> Hang(WaitUntil until) {
  Event never("never");
  Handles handles;
  handles.push_back(Spawn("one", WaitFor, &never));
  co_await Wait(handles, {.until = until});
}

TEST(WaitTest, ADeadlockTellsWhoWaitsForWhom) {
  RunResult result = Simulation().Run(Hang, WaitUntil::kAllCompleted);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for all of several tasks");
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
  result = Simulation().Run(Hang, WaitUntil::kFirstCompleted);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for the first of several");
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive, absl::Duration duration) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  co_return 1;
}

Task<> WaitInAllWays(int* alive) {
  Handles handles;
  for (int i : {1, 2, 3}) {
    handles.push_back(Spawn("work", Work, alive, i * kSecond));
  }
  for (WaitUntil until : {WaitUntil::kFirstCompleted, WaitUntil::kAllCompleted,
                          WaitUntil::kFirstException}) {
    try {
      co_await Wait(handles, {.until = until, .timeout = 2 * kSecond});
    } catch (const Cancelled&) {
    }
  }
}

Task<> UseInAChild(int* alive) {
  JoinHandle<> child = Spawn("child", WaitInAllWays, alive);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(WaitTest, ACancelAnywhereLeavesNothingBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    const RunResult result =
        Simulation({.scheduler = scheduler}).Run(UseInAChild, &alive);
    EXPECT_EQ(alive, 0);
    return result;
  });
  EXPECT_GT(runs, 100);
}

}  // namespace
}  // namespace orrery
