// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: gathering results. What asyncio's gather() returns as a future
// is a task here that awaits `Gather`; with return_exceptions=True it is
// `GatherSettled`.

#include <exception>
#include <functional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/future.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Numbers = std::vector<int>;
using Outcomes = std::vector<TaskOutcome<int>>;

std::exception_ptr Error(const char* what) {
  return std::make_exception_ptr(std::runtime_error(what));
}

std::vector<Future<int>> FuturesOf(const std::vector<Promise<int>>& promises) {
  std::vector<Future<int>> futures;
  for (const Promise<int>& promise : promises) {
    futures.push_back(promise.GetFuture());
  }
  return futures;
}

Task<int> AwaitFuture(Future<int> future) {
  const int result = co_await future;
  co_return result;
}

std::vector<Task<int>> TasksOf(const std::vector<Promise<int>>& promises) {
  std::vector<Task<int>> tasks;
  for (const Promise<int>& promise : promises) {
    tasks.push_back(AwaitFuture(promise.GetFuture()));
  }
  return tasks;
}

// Runs whatever can, as far as these tests need it.
Task<> RunLoop() {
  for (int i = 0; i < 5; ++i) co_await Yield();
}

// ---- Without errors ---------------------------------------------------------

// Answers: test_tasks.py GatherTestsBase.test_success
SIM_TEST(GatherTest, ResultsComeInTheOrderOfWhatWasGiven) {
  for (const bool of_futures : {true, false}) {
    std::vector<Promise<int>> promises(3);
    for (Promise<int>& promise : promises) promise = Promise<int>();
    auto gather_futures = [&promises] { return Gather(FuturesOf(promises)); };
    auto gather_tasks = [&promises] { return Gather(TasksOf(promises)); };
    JoinHandle<Numbers> all =
        of_futures ? Spawn(gather_futures) : Spawn(gather_tasks);
    int calls = 0;
    all.AddDoneCallback([&calls] { ++calls; });
    co_await Yield();
    promises[1].Set(1);
    promises[0].Set(2);
    co_await RunLoop();
    EXPECT_FALSE(all.Done());
    EXPECT_EQ(calls, 0);
    promises[2].Set(3);
    co_await RunLoop();
    CO_ASSERT_TRUE(all.Done());
    EXPECT_EQ(calls, 1);
    EXPECT_THAT(all.Result(), ElementsAre(2, 1, 3));
  }
}

// Answers: test_tasks.py GatherTestsBase.test_result_exception_success
ANY_ORDER_SIM_TEST(GatherTest, WithoutErrorsASettledOneHasAllValues) {
  std::vector<Promise<int>> promises;
  for (int i = 0; i < 3; ++i) promises.push_back(Promise<int>());
  auto gather = [&promises] { return GatherSettled(TasksOf(promises)); };
  JoinHandle<Outcomes> all = Spawn(gather);
  co_await Yield();
  promises[1].Set(1);
  promises[0].Set(2);
  co_await RunLoop();
  EXPECT_FALSE(all.Done());
  promises[2].Set(3);
  const Outcomes& outcomes = co_await all;
  CO_ASSERT_THAT(outcomes, SizeIs(3));
  EXPECT_EQ(outcomes[0].value(), 2);
  EXPECT_EQ(outcomes[1].value(), 1);
  EXPECT_EQ(outcomes[2].value(), 3);
}

// Answers: test_tasks.py
// FutureGatherTests.test_constructor_empty_sequence_use_running_loop
ANY_ORDER_SIM_TEST(GatherTest, OfNothingItIsOverAtOnce) {
  const Numbers none = co_await Gather(std::vector<Future<int>>());
  EXPECT_THAT(none, IsEmpty());
  const std::tuple<> nothing = co_await Gather();
  EXPECT_EQ(nothing, std::tuple<>());
}

// Answers: test_tasks.py FutureGatherTests.test_constructor_homogenous_futures
ANY_ORDER_SIM_TEST(GatherTest, TheSameFuturesMayBeGatheredTwice) {
  std::vector<Promise<int>> promises;
  for (int i = 0; i < 3; ++i) promises.push_back(Promise<int>());
  auto gather = [&promises] { return Gather(FuturesOf(promises)); };
  JoinHandle<Numbers> one = Spawn(gather);
  JoinHandle<Numbers> other = Spawn(gather);
  co_await RunLoop();
  EXPECT_FALSE(one.Done());
  EXPECT_FALSE(other.Done());
  for (int i = 0; i < 3; ++i) promises[i].Set(i);
  const Numbers& first = co_await one;
  EXPECT_THAT(first, ElementsAre(0, 1, 2));
  const Numbers& second = co_await other;
  EXPECT_THAT(second, ElementsAre(0, 1, 2));
}

Task<const char*> Say(const char* text) { co_return text; }

// Answers: test_tasks.py CoroutineGatherTests.test_constructor_use_running_loop
ANY_ORDER_SIM_TEST(GatherTest, CoroutinesAreStarted) {
  const std::tuple<const char*, const char*> both =
      co_await Gather(Say("abc"), Say("def"));
  EXPECT_STREQ(std::get<0>(both), "abc");
  EXPECT_STREQ(std::get<1>(both), "def");
}

// Answers: test_tasks.py CoroutineGatherTests.test_duplicate_coroutines
ANY_ORDER_SIM_TEST(GatherTest, OneTaskMayStandInSeveralPlaces) {
  JoinHandle<const char*> c = Spawn(Say, "abc");
  const auto all = co_await Gather(c, c, Say("def"), c);
  EXPECT_STREQ(std::get<0>(all), "abc");
  EXPECT_STREQ(std::get<1>(all), "abc");
  EXPECT_STREQ(std::get<2>(all), "def");
  EXPECT_STREQ(std::get<3>(all), "abc");
}

// ---- With errors ------------------------------------------------------------

// Answers: test_tasks.py GatherTestsBase.test_one_exception
SIM_TEST(GatherTest, TheFirstErrorEndsItAndTheOthersGoOn) {
  for (const bool of_futures : {true, false}) {
    std::vector<Promise<int>> promises;
    for (int i = 0; i < 5; ++i) promises.push_back(Promise<int>());
    auto gather_futures = [&promises] { return Gather(FuturesOf(promises)); };
    auto gather_tasks = [&promises] { return Gather(TasksOf(promises)); };
    JoinHandle<Numbers> all =
        of_futures ? Spawn(gather_futures) : Spawn(gather_tasks);
    int calls = 0;
    all.AddDoneCallback([&calls] { ++calls; });
    co_await RunLoop();
    const std::exception_ptr error = Error("first");
    promises[0].Set(1);
    promises[1].SetException(error);
    co_await RunLoop();
    CO_ASSERT_TRUE(all.Done());
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(all.Exception(), error);
    EXPECT_FALSE(promises[2].Done());
    promises[2].Set(3);
    promises[3].GetFuture().Cancel();
    promises[4].SetException(Error("too late"));
    if (of_futures) {
      EXPECT_NE(promises[4].GetFuture().Exception(), nullptr);
    }
    co_await RunLoop();
    EXPECT_EQ(calls, 1) << "what comes later changes nothing";
    EXPECT_EQ(all.Exception(), error);
  }
}

// Answers: test_tasks.py GatherTestsBase.test_return_exceptions
SIM_TEST(GatherTest, ASettledOneHasValuesAndErrors) {
  std::vector<Promise<int>> promises;
  for (int i = 0; i < 4; ++i) promises.push_back(Promise<int>());
  auto gather = [&promises] { return GatherSettled(TasksOf(promises)); };
  JoinHandle<Outcomes> all = Spawn(gather);
  co_await RunLoop();
  const std::exception_ptr third = Error("third");
  const std::exception_ptr fourth = Error("fourth");
  promises[1].Set(1);
  promises[2].SetException(third);
  promises[0].Set(3);
  co_await RunLoop();
  EXPECT_FALSE(all.Done());
  promises[3].SetException(fourth);
  co_await RunLoop();
  CO_ASSERT_TRUE(all.Done());
  const Outcomes& outcomes = all.Result();
  CO_ASSERT_THAT(outcomes, SizeIs(4));
  EXPECT_EQ(outcomes[0].value(), 3);
  EXPECT_EQ(outcomes[1].value(), 1);
  EXPECT_EQ(outcomes[2].error(), third);
  EXPECT_EQ(outcomes[3].error(), fourth);
}

Task<> FailAfter(Future<> future) {
  co_await future;
  throw std::runtime_error("should not be ignored");
}

Task<> GatherFailures(Future<> a, Future<> b) {
  co_await Gather(FailAfter(a), FailAfter(b));
}

// Answers: test_tasks.py CoroutineGatherTests.test_exception_marking
SIM_TEST(GatherTest, ErrorsAfterTheFirstAreNotReported) {
  Promise<> a;
  Promise<> b;
  JoinHandle<> outer = Spawn(GatherFailures, a.GetFuture(), b.GetFuture());
  co_await RunLoop();
  a.Set();
  co_await Yield();
  b.Set();
  co_await RunLoop();
  CO_ASSERT_TRUE(outer.Done());
  EXPECT_NE(outer.Exception(), nullptr);
}

// ---- Cancelled children -----------------------------------------------------

// In asyncio the gathering future then has a CancelledError, and is not
// cancelled itself; the task that awaits it is.
// Answers: test_tasks.py FutureGatherTests.test_one_cancellation
SIM_TEST(GatherTest, ACancelledChildEndsIt) {
  std::vector<Promise<int>> promises;
  for (int i = 0; i < 5; ++i) promises.push_back(Promise<int>());
  auto gather = [&promises] { return Gather(FuturesOf(promises)); };
  JoinHandle<Numbers> all = Spawn(gather);
  int calls = 0;
  all.AddDoneCallback([&calls] { ++calls; });
  co_await Yield();
  promises[0].Set(1);
  promises[1].GetFuture().Cancel();
  co_await RunLoop();
  CO_ASSERT_TRUE(all.Done());
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(all.Cancelled());
  EXPECT_EQ(all.CancelRequests(), 0) << "nobody has asked that";
  EXPECT_FALSE(promises[2].Done());
  promises[2].Set(3);
  promises[3].GetFuture().Cancel();
  co_await RunLoop();
  EXPECT_EQ(calls, 1);
}

// Answers: test_tasks.py
// FutureGatherTests.test_result_exception_one_cancellation
SIM_TEST(GatherTest, ASettledOneHasCancelsToo) {
  std::vector<Promise<int>> promises;
  for (int i = 0; i < 6; ++i) promises.push_back(Promise<int>());
  auto gather = [&promises] { return GatherSettled(FuturesOf(promises)); };
  JoinHandle<Outcomes> all = Spawn(gather);
  int calls = 0;
  all.AddDoneCallback([&calls] { ++calls; });
  co_await Yield();
  const std::exception_ptr second = Error("second");
  promises[0].Set(1);
  promises[1].SetException(second);
  promises[2].GetFuture().Cancel();
  co_await RunLoop();
  EXPECT_FALSE(all.Done());
  promises[3].Set(3);
  promises[4].GetFuture().Cancel();
  const std::exception_ptr last = Error("last");
  promises[5].SetException(last);
  const Outcomes& outcomes = co_await all;
  CO_ASSERT_THAT(outcomes, SizeIs(6));
  EXPECT_EQ(outcomes[0].value(), 1);
  EXPECT_EQ(outcomes[1].error(), second);
  EXPECT_TRUE(outcomes[2].cancelled());
  EXPECT_EQ(outcomes[3].value(), 3);
  EXPECT_TRUE(outcomes[4].cancelled());
  EXPECT_EQ(outcomes[5].error(), last);
  co_await Yield();
  EXPECT_EQ(calls, 1);
}

// ---- Cancelled itself -------------------------------------------------------

Task<> AwaitThenCount(Future<> future, int& count) {
  co_await future;
  ++count;
}

Task<> GatherBoth(JoinHandle<> first, JoinHandle<> second, int& count) {
  co_await Gather(first, second);
  count += 100;
}

// Answers: test_tasks.py CoroutineGatherTests.test_cancellation_broadcast
SIM_TEST(GatherTest, WhoIsCancelledCancelsAllChildren) {
  int proof = 0;
  Promise<> waiter;
  JoinHandle<> child1 =
      Spawn(AwaitThenCount, waiter.GetFuture(), std::ref(proof));
  JoinHandle<> child2 =
      Spawn(AwaitThenCount, waiter.GetFuture(), std::ref(proof));
  JoinHandle<> outer = Spawn(GatherBoth, child1, child2, std::ref(proof));
  co_await Yield();
  EXPECT_TRUE(outer.Cancel());
  EXPECT_THROW(co_await outer, Cancelled);
  EXPECT_TRUE(waiter.GetFuture().Cancelled());
  EXPECT_TRUE(child1.Cancelled());
  EXPECT_TRUE(child2.Cancelled());
  co_await Yield();
  EXPECT_EQ(proof, 0);
}

Task<> GatherOne(JoinHandle<int> child) { co_await Gather(child); }

// In asyncio, cancel() of the gathering future returns False then, too; a task
// that awaits it is told itself.
// Answers: test_tasks.py BaseTaskTests.test_cancel_gather_1
SIM_TEST(GatherTest, ACancelAfterTheLastChildIsOverIsForTheWaiterAlone) {
  Promise<int> promise;
  JoinHandle<int> child = Spawn(AwaitFuture, promise.GetFuture());
  JoinHandle<> gatherer = Spawn(GatherOne, child);
  co_await Yield();
  co_await Yield();
  promise.GetFuture().AddDoneCallback([&] {
    EXPECT_TRUE(child.Done());
    EXPECT_FALSE(gatherer.Done());
    EXPECT_TRUE(gatherer.Cancel());
  });
  promise.Set(42);
  EXPECT_THROW(co_await gatherer, Cancelled);
  EXPECT_FALSE(child.Cancelled());
  EXPECT_EQ(child.Result(), 42);
}

Task<> SleepShortly() { co_await Sleep(absl::Milliseconds(50)); }

Task<> GatherAgainAndAgain() {
  const absl::Time end = Now() + absl::Seconds(1);
  while (Now() < end) {
    co_await GatherSettled(SleepShortly());
  }
}

// Answers: test_tasks.py BaseTaskTests.test_cancel_gather_2
ANY_ORDER_SIM_TEST(GatherTest, ASettledOneIsCancelledAllTheSame) {
  JoinHandle<> task = Spawn(GatherAgainAndAgain);
  co_await Sleep(absl::Milliseconds(200));
  task.Cancel();
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_TRUE(task.Cancelled());
  EXPECT_EQ(Elapsed(), absl::Milliseconds(200));
}

}  // namespace
}  // namespace orrery
