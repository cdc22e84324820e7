// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/join_handle.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::HasSubstr;

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<> Nothing() { co_return; }

// ---- What it tells ----------------------------------------------------------

Task<> Inspect() {
  JoinHandle<int> named = Spawn("answer", ReturnAfter, absl::Seconds(1), 42);
  JoinHandle<int> unnamed = Spawn(ReturnAfter, absl::Seconds(2), 43);
  EXPECT_TRUE(static_cast<bool>(named));
  EXPECT_EQ(named.id(), TaskId(2));
  EXPECT_EQ(named.Name(), "answer#2");
  EXPECT_EQ(unnamed.Name(), "task#3");
  EXPECT_FALSE(named.Done());
  co_await Sleep(absl::Milliseconds(1500));
  EXPECT_TRUE(named.Done());
  EXPECT_EQ(named.Name(), "answer#2") << "also when it is over";
  EXPECT_FALSE(unnamed.Done());
}

TEST(JoinHandleTest, TellsNameNumberAndWhetherTheTaskIsOver) {
  EXPECT_TRUE(Simulation().Run(Inspect).ok());
}

TEST(JoinHandleTest, AHandleOfNothingSaysSo) {
  const JoinHandle<int> none;
  EXPECT_FALSE(static_cast<bool>(none));
  EXPECT_FALSE(none.Done());
  EXPECT_EQ(none.id(), TaskId());
  EXPECT_EQ(none.Name(), "");
}

Task<> AwaitNothing() {
  const JoinHandle<> none;
  co_await none;
}

Task<> AwaitMovedFrom() {
  JoinHandle<> handle = Spawn(Nothing);
  JoinHandle<> other = std::move(handle);
  co_await handle;
}

TEST(JoinHandleDeathTest, AHandleOfNothingCannotBeAwaited) {
  EXPECT_DEATH(Simulation().Run(AwaitNothing),
               "a JoinHandle was awaited that is empty");
  EXPECT_DEATH(Simulation().Run(AwaitMovedFrom),
               "a JoinHandle was awaited that is empty");
}

// ---- Results ----------------------------------------------------------------

Task<std::unique_ptr<int>> MakePointer() {
  co_await Yield();
  co_return std::make_unique<int>(7);
}

Task<> TakeAndLook() {
  JoinHandle<std::unique_ptr<int>> handle = Spawn(MakePointer);
  const std::unique_ptr<int>& seen = co_await handle;
  EXPECT_EQ(*seen, 7);
  const std::unique_ptr<int>& again = co_await handle;
  EXPECT_EQ(&again, &seen) << "the result stays in the task";
  std::unique_ptr<int> taken = co_await std::move(handle);
  EXPECT_EQ(*taken, 7);
  std::unique_ptr<int> direct = co_await Spawn(MakePointer);
  EXPECT_EQ(*direct, 7);
}

TEST(JoinHandleTest, AHandleThatStaysShowsTheResultAndOneThatIsMovedGivesIt) {
  static_assert(std::is_same_v<decltype(std::declval<const JoinHandle<int>&>()
                                            .operator co_await()
                                            .await_resume()),
                               const int&>);
  static_assert(std::is_same_v<decltype(std::declval<JoinHandle<int>>()
                                            .operator co_await()
                                            .await_resume()),
                               int>);
  const RunResult result = Simulation().Run(TakeAndLook);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<> AwaitWhatIsDone() {
  JoinHandle<int> handle = Spawn(ReturnAfter, absl::Seconds(1), 1);
  co_await Sleep(absl::Seconds(2));
  const uint64_t steps = Simulation::Current("").steps();
  const int value = co_await handle;
  EXPECT_EQ(value, 1);
  EXPECT_EQ(Simulation::Current("").steps(), steps);
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}

TEST(JoinHandleTest, AwaitingATaskThatIsOverDoesNotSuspend) {
  EXPECT_TRUE(Simulation().Run(AwaitWhatIsDone).ok());
}

Task<> AwaitCopy(JoinHandle<int> handle, int* sum) {
  const int value = co_await handle;
  *sum += value;
}

Task<> AwaitManyTimes(int* sum) {
  JoinHandle<int> handle = Spawn(ReturnAfter, absl::Seconds(1), 1);
  std::vector<JoinHandle<>> waiters;
  for (int i = 0; i < 100; ++i)
    waiters.push_back(Spawn(AwaitCopy, handle, sum));
  handle = JoinHandle<int>();
  for (const JoinHandle<>& waiter : waiters) co_await waiter;
}

TEST(JoinHandleTest, ManyTasksMayAwaitOne) {
  for (uint64_t seed = 0; seed <= 20; ++seed) {
    RandomScheduler random;
    int sum = 0;
    EXPECT_TRUE(Simulation({.seed = Seed(seed),
                            .scheduler = seed == 0 ? nullptr : &random})
                    .Run(AwaitManyTimes, &sum)
                    .ok());
    EXPECT_EQ(sum, 100);
  }
}

// By reference, so that the handle may go meanwhile.
Task<> AwaitByReference(JoinHandle<int>& handle, int* value) {
  try {
    *value = co_await handle;
  } catch (const std::runtime_error&) {
    *value = -1;
  }
}

Task<> DropWhatIsAwaited(JoinHandle<int> handle, int* value) {
  JoinHandle<> waiter = Spawn(AwaitByReference, std::ref(handle), value);
  co_await Sleep(absl::Milliseconds(500));
  handle = JoinHandle<int>();
  co_await waiter;
}

Task<int> ThrowAfter(absl::Duration delay) {
  co_await Sleep(delay);
  throw std::runtime_error("disk full");
}

Task<> DropBoth(int* value, int* failure) {
  JoinHandle<int> returns = Spawn(ReturnAfter, absl::Seconds(1), 42);
  co_await DropWhatIsAwaited(std::move(returns), value);
  JoinHandle<int> throws = Spawn(ThrowAfter, absl::Seconds(1));
  co_await DropWhatIsAwaited(std::move(throws), failure);
}

TEST(JoinHandleTest, AHandleMayGoWhileItIsAwaited) {
  int value = 0;
  int failure = 0;
  EXPECT_TRUE(Simulation().Run(DropBoth, &value, &failure).ok());
  EXPECT_EQ(value, 42);
  EXPECT_EQ(failure, -1) << "it is thrown at the one that awaits";
}

Task<> AwaitEachOther(JoinHandle<>* other) { co_await *other; }

Task<> AwaitInACircle() {
  JoinHandle<> a, b;
  a = Spawn("a", AwaitEachOther, &b);
  b = Spawn("b", AwaitEachOther, &a);
  co_await a;
}

TEST(JoinHandleTest, TasksThatAwaitEachOtherAreADeadlock) {
  const RunResult result = Simulation().Run(AwaitInACircle);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(result.tasks[1].waits_for, "task b#3");
  EXPECT_EQ(result.tasks[2].waits_for, "task a#2");
  EXPECT_THAT(result.tasks[1].awaited_by,
              testing::ElementsAre("main#1", "b#3"));
}

// ---- Failures ---------------------------------------------------------------

Task<> CountCatches(JoinHandle<int> handle, int* caught) {
  try {
    co_await handle;
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "disk full");
    ++*caught;
  }
}

Task<> CatchManyTimes(int* caught) {
  JoinHandle<int> handle = Spawn(ThrowAfter, absl::Seconds(1));
  JoinHandle<> a = Spawn(CountCatches, handle, caught);
  JoinHandle<> b = Spawn(CountCatches, handle, caught);
  co_await a;
  co_await b;
  co_await CountCatches(handle, caught);
  co_await CountCatches(std::move(handle), caught);
}

TEST(JoinHandleTest, AFailureIsThrownAtEveryAwaiter) {
  int caught = 0;
  const RunResult result = Simulation().Run(CatchManyTimes, &caught);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(caught, 4);
}

Task<> DropLater() {
  JoinHandle<int> handle = Spawn("worker", ThrowAfter, absl::Seconds(1));
  JoinHandle<int> copy = handle;
  co_await Sleep(absl::Seconds(2));
  handle = JoinHandle<int>();
  co_await Sleep(absl::Seconds(1));
  copy = JoinHandle<int>();
  co_await Sleep(absl::Seconds(1));
}

TEST(JoinHandleTest, AFailureFailsTheRunWhenTheLastHandleGoes) {
  const RunResult result = Simulation().Run(DropLater);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.elapsed, absl::Seconds(3));
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task worker#2, which nobody awaited: "
            "std::runtime_error: disk full");
  EXPECT_THAT(result.failure->site, HasSubstr("sim/join_handle_test.cc:"))
      << "where it was spawned";
  EXPECT_THROW(std::rethrow_exception(result.failure->exception),
               std::runtime_error);
}

Task<> KeepOutside(JoinHandle<int>* kept) {
  *kept = Spawn("worker", ThrowAfter, absl::Seconds(1));
  co_await Sleep(absl::Seconds(2));
}

TEST(JoinHandleTest, AFailureThatIsNeverLookedAtFailsTheRunAtItsEnd) {
  JoinHandle<int> kept;
  const RunResult result = Simulation().Run(KeepOutside, &kept);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.elapsed, absl::Seconds(2));
  EXPECT_THAT(result.failure->message, HasSubstr("which nobody awaited"));
}

Task<> DropWhileItRuns() {
  Spawn("worker", ThrowAfter, absl::Seconds(3));
  co_await Sleep(absl::Seconds(2));
}

TEST(JoinHandleTest, AFailureThatWouldComeAfterTheEndDoesNotCount) {
  EXPECT_TRUE(Simulation().Run(DropWhileItRuns).ok());
}

// A task that holds the last handle to itself.
Task<> HoldOwnHandle(JoinHandle<>* self, bool* ended) {
  co_await Yield();
  const JoinHandle<> mine = std::move(*self);
  EXPECT_FALSE(mine.Done());
  co_await Yield();
  *ended = true;
}

Task<> GiveItsHandle(bool* ended) {
  JoinHandle<> handle;
  handle = Spawn(HoldOwnHandle, &handle, ended);
  co_await Sleep(absl::Seconds(1));
  EXPECT_FALSE(static_cast<bool>(handle));
}

TEST(JoinHandleTest, ATaskMayHoldTheLastHandleToItself) {
  bool ended = false;
  EXPECT_TRUE(Simulation().Run(GiveItsHandle, &ended).ok());
  EXPECT_TRUE(ended);
}

Task<> ThrowHoldingOwnHandle(JoinHandle<>* self) {
  co_await Yield();
  const JoinHandle<> mine = std::move(*self);
  throw std::runtime_error("alone");
}

Task<> GiveItsHandleAndThrow() {
  JoinHandle<> handle;
  handle = Spawn("loner", ThrowHoldingOwnHandle, &handle);
  co_await Sleep(absl::Seconds(1));
}

TEST(JoinHandleTest, ATaskThatHoldsItsOnlyHandleAndFailsFailsTheRun) {
  const RunResult result = Simulation().Run(GiveItsHandleAndThrow);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task loner#2: std::runtime_error: alone");
}

Task<> Copies() {
  JoinHandle<int> a = Spawn(ReturnAfter, absl::Seconds(1), 1);
  JoinHandle<int> b = Spawn(ReturnAfter, absl::Seconds(1), 2);
  JoinHandle<int> c = a;
  JoinHandle<int>& alias = c;
  c = alias;
  std::swap(a, b);
  b = std::move(a);
  const int two = co_await b;
  const int one = co_await c;
  EXPECT_EQ(one, 1);
  EXPECT_EQ(two, 2);
}

TEST(JoinHandleTest, HandlesAreCopiedMovedAndSwappedLikeValues) {
  const RunResult result = Simulation().Run(Copies);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

}  // namespace
}  // namespace orrery
