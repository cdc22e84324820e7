// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/future.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::exception_ptr Error(const char* what) {
  return std::make_exception_ptr(std::runtime_error(what));
}

Task<> SetAfter(absl::Duration delay, Promise<int> promise, int value) {
  co_await Sleep(delay);
  promise.Set(value);
}

Task<> AwaitValue() {
  Promise<int> promise;
  Future<int> future = promise.GetFuture();
  Spawn(SetAfter, absl::Seconds(2), promise, 7);
  EXPECT_FALSE(future.Done());
  EXPECT_THROW(future.Result(), InvalidStateError);
  EXPECT_THROW(future.Exception(), InvalidStateError);
  const int value = co_await future;
  EXPECT_EQ(value, 7);
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
  const int again = co_await future;
  EXPECT_EQ(again, 7);
  EXPECT_EQ(future.Result(), 7);
  EXPECT_EQ(future.Exception(), nullptr);
}

TEST(FutureTest, GivesItsValueToWhoWaits) {
  EXPECT_TRUE(Simulation().Run(AwaitValue).ok());
}

Task<> AwaitAndNote(Future<> future, int who, std::vector<int>& woken) {
  co_await future;
  woken.push_back(who);
}

Task<> WakeInOrder(std::vector<int>& woken) {
  Promise<> promise;
  Future<> future = promise.GetFuture();
  JoinHandle<> first = Spawn(AwaitAndNote, future, 1, std::ref(woken));
  co_await Yield();
  future.AddDoneCallback([&woken] { woken.push_back(2); });
  JoinHandle<> third = Spawn(AwaitAndNote, future, 3, std::ref(woken));
  co_await Yield();
  promise.Set();
  EXPECT_THAT(woken, ElementsAre()) << "nobody runs within Set()";
  co_await third;
  future.AddDoneCallback([&woken] { woken.push_back(4); });
  EXPECT_THAT(woken, ElementsAre(1, 2, 3));
  co_await Yield();
}

TEST(FutureTest, TellsTasksAndCallbacksInTheOrderInWhichTheyCame) {
  std::vector<int> woken;
  EXPECT_TRUE(Simulation().Run(WakeInOrder, woken).ok());
  EXPECT_THAT(woken, ElementsAre(1, 2, 3, 4));
}

Task<> TakeCallbackBack(std::vector<int>& called) {
  Promise<> promise;
  PostHandle first =
      promise.GetFuture().AddDoneCallback([&called] { called.push_back(1); });
  promise.GetFuture().AddDoneCallback([&called] { called.push_back(2); });
  EXPECT_TRUE(first.Cancel());
  EXPECT_FALSE(first.Cancel());
  promise.Set();
  co_await Yield();
}

TEST(FutureTest, ACallbackCanBeTakenBack) {
  std::vector<int> called;
  EXPECT_TRUE(Simulation().Run(TakeCallbackBack, called).ok());
  EXPECT_THAT(called, ElementsAre(2));
}

Task<> Fail() {
  Promise<int> promise("answer");
  Future<int> future = promise.GetFuture();
  promise.SetException(Error("no answer"));
  EXPECT_THROW(co_await future, std::runtime_error);
  EXPECT_THROW(future.Result(), std::runtime_error);
  EXPECT_NE(future.Exception(), nullptr);
  EXPECT_FALSE(promise.TrySet(1));
  EXPECT_FALSE(promise.TrySetException(Error("again")));
  EXPECT_THROW(promise.Set(1), InvalidStateError);
  EXPECT_FALSE(future.Cancel());
}

TEST(FutureTest, EndsOnce) { EXPECT_TRUE(Simulation().Run(Fail).ok()); }

Task<> CancelFuture() {
  Promise<int> promise;
  Future<int> future = promise.GetFuture();
  EXPECT_TRUE(future.Cancel());
  EXPECT_TRUE(future.Cancelled());
  EXPECT_TRUE(promise.Done());
  EXPECT_FALSE(promise.TrySet(1));
  EXPECT_THROW(co_await future, Cancelled);
  EXPECT_THROW(future.Exception(), Cancelled);
}

TEST(FutureTest, ACancelledOneThrowsCancelled) {
  EXPECT_TRUE(Simulation().Run(CancelFuture).ok());
}

Task<> Await(Future<> future) { co_await future; }

Task<> CancelWaiter() {
  Promise<> promise;
  JoinHandle<> one = Spawn(Await, promise.GetFuture());
  JoinHandle<> other = Spawn(Await, promise.GetFuture());
  co_await Yield();
  one.Cancel();
  EXPECT_TRUE(promise.Done())
      << "what it waits for is cancelled, as in asyncio";
  EXPECT_THROW(co_await one, Cancelled);
  EXPECT_THROW(co_await other, Cancelled);
}

TEST(FutureTest, IsCancelledWithATaskThatWaitsForIt) {
  EXPECT_TRUE(Simulation().Run(CancelWaiter).ok());
}

Task<> LoseError() {
  {
    Promise<int>("answer").SetException(Error("lost"));
  }
  co_return;
}

TEST(FutureTest, AnErrorThatNobodyHasSeenFailsTheRun) {
  const RunResult result = Simulation().Run(LoseError);
  ASSERT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(
      result.failure->message,
      HasSubstr("the error of Future \"answer\", which nobody has seen: "
                "std::runtime_error: lost"));
}

Task<> AwaitForEver() {
  Promise<int> promise("answer");
  co_await promise.GetFuture();
}

TEST(FutureTest, ADeadlockNamesIt) {
  const RunResult result = Simulation().Run(AwaitForEver);
  ASSERT_EQ(result.outcome, Outcome::kDeadlock);
  EXPECT_EQ(result.tasks.at(0).waits_for, "Future \"answer\"");
}

Task<> MoveOut() {
  Promise<std::unique_ptr<int>> promise;
  promise.Set(std::make_unique<int>(3));
  std::unique_ptr<int> three = co_await promise.GetFuture();
  EXPECT_EQ(*three, 3);
}

TEST(FutureTest, AValueCanBeMovedOut) {
  EXPECT_TRUE(Simulation().Run(MoveOut).ok());
}

Task<> LeaveCallbacks(std::shared_ptr<int> captured) {
  Promise<> promise;
  promise.GetFuture().AddDoneCallback([captured] {});
  CurrentTask().AddDoneCallback([captured] {});
  co_await promise.GetFuture();
}

TEST(FutureTest, CallbacksThatNeverRunGoWithTheRun) {
  auto captured = std::make_shared<int>(1);
  EXPECT_EQ(Simulation().Run(LeaveCallbacks, captured).outcome,
            Outcome::kDeadlock);
  EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
}  // namespace orrery
