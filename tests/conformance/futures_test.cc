// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: futures: their states, and errors that nobody sees. An error
// that asyncio logs as never retrieved fails the run here.

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/future.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/matchers.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::HasSubstr;

std::exception_ptr Boom() {
  return std::make_exception_ptr(std::runtime_error("boom"));
}

// Answers: test_futures.py BaseFutureTests.test_initial_state
SIM_TEST(FutureTest, ANewOneIsNeitherOverNorCancelled) {
  const Future<int> future = Promise<int>().GetFuture();
  EXPECT_FALSE(future.Cancelled());
  EXPECT_FALSE(future.Done());
  future.Cancel();
  EXPECT_TRUE(future.Cancelled());
}

// Answers: test_futures.py BaseFutureTests.test_cancel
SIM_TEST(FutureTest, ACancelledOneStaysCancelled) {
  Promise<int> promise;
  const Future<int> future = promise.GetFuture();
  EXPECT_TRUE(future.Cancel());
  EXPECT_TRUE(future.Cancelled());
  EXPECT_TRUE(future.Done());
  EXPECT_THROW(future.Result(), Cancelled);
  EXPECT_THROW(future.Exception(), Cancelled);
  EXPECT_THROW(promise.Set(1), InvalidStateError);
  EXPECT_THROW(promise.SetException(Boom()), InvalidStateError);
  EXPECT_FALSE(future.Cancel());
}

// Answers: test_futures.py BaseFutureTests.test_result
SIM_TEST(FutureTest, OneWithAValueKeepsIt) {
  Promise<int> promise;
  const Future<int> future = promise.GetFuture();
  EXPECT_THROW(future.Result(), InvalidStateError);
  promise.Set(42);
  EXPECT_FALSE(future.Cancelled());
  EXPECT_TRUE(future.Done());
  EXPECT_EQ(future.Result(), 42);
  EXPECT_EQ(future.Exception(), nullptr);
  EXPECT_THROW(promise.Set(43), InvalidStateError);
  EXPECT_THROW(promise.SetException(Boom()), InvalidStateError);
  EXPECT_FALSE(future.Cancel());
  EXPECT_EQ(future.Result(), 42);
}

// Answers: test_futures.py BaseFutureTests.test_exception
SIM_TEST(FutureTest, OneWithAnErrorKeepsIt) {
  Promise<int> promise;
  const Future<int> future = promise.GetFuture();
  EXPECT_THROW(future.Exception(), InvalidStateError);
  const std::exception_ptr boom = Boom();
  promise.SetException(boom);
  EXPECT_FALSE(future.Cancelled());
  EXPECT_TRUE(future.Done());
  EXPECT_THROW(future.Result(), std::runtime_error);
  EXPECT_EQ(future.Exception(), boom) << "the same one";
  EXPECT_THROW(promise.Set(42), InvalidStateError);
  EXPECT_THROW(promise.SetException(Boom()), InvalidStateError);
  EXPECT_FALSE(future.Cancel());
}

Task<> AwaitTwice(Future<int> future, std::string& seen) {
  seen += "A";
  const int first = co_await future;
  seen += "B" + std::to_string(first);
  const int second = co_await future;
  seen += "C" + std::to_string(second);
}

// Answers: test_futures.py BaseFutureTests.test_yield_from_twice
SIM_TEST(FutureTest, AwaitingOneThatIsOverDoesNotSuspend) {
  std::string seen;
  Promise<int> promise;
  JoinHandle<> task = Spawn(AwaitTwice, promise.GetFuture(), std::ref(seen));
  co_await Yield();
  EXPECT_EQ(seen, "A");
  promise.Set(42);
  co_await Yield();
  EXPECT_EQ(seen, "AB42C42") << "the second time costs no turn";
  EXPECT_TRUE(task.Done());
}

// Answers: test_futures.py BaseFutureTests.test_set_result_unless_cancelled
SIM_TEST(FutureTest, TrySetLeavesACancelledOneAlone) {
  Promise<int> promise;
  promise.GetFuture().Cancel();
  EXPECT_FALSE(promise.TrySet(2));
  EXPECT_TRUE(promise.GetFuture().Cancelled());
}

// Answers: test_futures.py BaseFutureTests.test_constructor_use_running_loop
ANY_ORDER_SIM_TEST(FutureTest, OneMadeInATaskCanBeAwaitedByAnother) {
  auto make = []() -> Task<Promise<int>> { co_return Promise<int>("made"); };
  const Promise<int> promise = co_await Spawn(make);
  auto set = [](Promise<int> p) -> Task<> {
    p.Set(42);
    co_return;
  };
  JoinHandle<> setter = Spawn(set, promise);
  const int value = co_await promise.GetFuture();
  EXPECT_EQ(value, 42);
}

// Answers: test_futures.py BaseFutureTests.test_constructor_without_loop
TEST(FutureDeathTest, ThereIsNoneOutsideOfASimulation) {
  EXPECT_DEATH(Promise<int>(), "simulation");
}

// Answers: test_futures.py BaseFutureTests.test_future_repr
SIM_TEST(FutureTest, OneIsNamedInReports) {
  EXPECT_THAT(Promise<int>("answer").GetFuture().ToString(),
              HasSubstr("answer"));
  const Promise<int> first;
  const Promise<int> second;
  EXPECT_NE(first.GetFuture().ToString(), second.GetFuture().ToString());
}

// Destroyed with the future that holds it, it ends another.
struct EndsAnother {
  explicit EndsAnother(Promise<int> p)
      : promise(std::make_unique<Promise<int>>(std::move(p))) {}
  EndsAnother(EndsAnother&&) = default;
  EndsAnother& operator=(EndsAnother&&) = default;
  ~EndsAnother() {
    if (promise != nullptr) promise->TrySet(7);
  }
  std::unique_ptr<Promise<int>> promise;
};

// Answers: test_futures.py BaseFutureTests.test_future_del_collect
ANY_ORDER_SIM_TEST(FutureTest, AValueMayUseTheLoopAsItIsDestroyed) {
  for (int i = 0; i < 100; ++i) {
    const Promise<int> other;
    {
      Promise<EndsAnother> promise;
      promise.Set(EndsAnother(other));
      EXPECT_FALSE(other.Done());
    }
    const int value = co_await other.GetFuture();
    EXPECT_EQ(value, 7);
  }
}

// ---- Errors that nobody sees ------------------------------------------------

Task<> Abandon() {
  Promise<int> promise;
  co_await Yield();
}

// Answers: test_futures.py BaseFutureTests.test_tb_logger_abandoned
TEST(UnseenFutureTest, OneThatIsGivenUpIsNoFailure) {
  EXPECT_THAT(Simulation().Run(Abandon), Completes());
}

Task<> FailThenCancel() {
  Promise<int> promise;
  promise.SetException(Boom());
  EXPECT_FALSE(promise.GetFuture().Cancel());
  co_return;
}

// Answers: test_futures.py
// BaseFutureTests.test_tb_logger_not_called_after_cancel
TEST(UnseenFutureTest, WhoCancelsOneThatHasFailedHasSeenTheError) {
  EXPECT_THAT(Simulation().Run(FailThenCancel), Completes());
}

Task<> SetOnly() {
  Promise<int> promise;
  promise.Set(42);
  co_return;
}

// Answers: test_futures.py BaseFutureTests.test_tb_logger_result_unretrieved
TEST(UnseenFutureTest, AValueNeedNotBeSeen) {
  EXPECT_THAT(Simulation().Run(SetOnly), Completes());
}

Task<> SetAndLook() {
  Promise<int> promise;
  promise.Set(42);
  EXPECT_EQ(promise.GetFuture().Result(), 42);
  co_return;
}

// Answers: test_futures.py BaseFutureTests.test_tb_logger_result_retrieved
TEST(UnseenFutureTest, AValueThatIsSeenIsNoFailure) {
  EXPECT_THAT(Simulation().Run(SetAndLook), Completes());
}

Task<> FailUnseen() {
  {
    Promise<int>("answer").SetException(Boom());
  }
  co_await Yield();
}

// Answers: test_futures.py BaseFutureTests.test_tb_logger_exception_unretrieved
TEST(UnseenFutureTest, AnErrorThatNobodySeesFailsTheRun) {
  EXPECT_THAT(Simulation().Run(FailUnseen), FailsWith(HasSubstr("boom")));
}

// Answers: test_futures.py
// BaseFutureTests.test_future_exception_never_retrieved
TEST(UnseenFutureTest, TheFailureNamesTheFuture) {
  EXPECT_THAT(Simulation().Run(FailUnseen),
              FailsWith(AllOf(HasSubstr("nobody has seen"), HasSubstr("answer"),
                              HasSubstr("boom"))));
}

Task<> FailAndAskForTheError() {
  Promise<int> promise;
  promise.SetException(Boom());
  EXPECT_NE(promise.GetFuture().Exception(), nullptr);
  co_return;
}

// Answers: test_futures.py BaseFutureTests.test_tb_logger_exception_retrieved
TEST(UnseenFutureTest, AnErrorThatWasAskedForIsSeen) {
  EXPECT_THAT(Simulation().Run(FailAndAskForTheError), Completes());
}

Task<> FailAndAskForTheResult() {
  Promise<int> promise;
  promise.SetException(Boom());
  EXPECT_THROW(promise.GetFuture().Result(), std::runtime_error);
  co_return;
}

// Answers: test_futures.py
// BaseFutureTests.test_tb_logger_exception_result_retrieved
TEST(UnseenFutureTest, AnErrorThatWasThrownIsSeen) {
  EXPECT_THAT(Simulation().Run(FailAndAskForTheResult), Completes());
}

}  // namespace
}  // namespace orrery
