// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: shielding from cancels. What asyncio's shield() returns as a
// future is a task here that awaits `Shield`.

#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/shield.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/future.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<int> AwaitShielded(Future<int> inner) {
  const int result = co_await Shield(inner);
  co_return result;
}

// Answers: test_tasks.py BaseTaskTests.test_shield_result
ANY_ORDER_SIM_TEST(ShieldTest, AResultPasses) {
  Promise<int> inner;
  JoinHandle<int> outer = Spawn(AwaitShielded, inner.GetFuture());
  inner.Set(42);
  const int result = co_await outer;
  EXPECT_EQ(result, 42);
}

// Answers: test_tasks.py BaseTaskTests.test_shield_exception
SIM_TEST(ShieldTest, AnErrorPasses) {
  Promise<int> inner;
  JoinHandle<int> outer = Spawn(AwaitShielded, inner.GetFuture());
  co_await Yield();
  const auto error = std::make_exception_ptr(std::runtime_error("expected"));
  inner.SetException(error);
  co_await Yield();
  co_await Yield();
  CO_ASSERT_TRUE(outer.Done());
  EXPECT_EQ(outer.Exception(), error) << "the same one";
}

// Answers: test_tasks.py BaseTaskTests.test_shield_cancel_inner
SIM_TEST(ShieldTest, WhatIsWithinMayBeCancelled) {
  Promise<int> inner;
  JoinHandle<int> outer = Spawn(AwaitShielded, inner.GetFuture());
  co_await Yield();
  inner.GetFuture().Cancel();
  co_await Yield();
  co_await Yield();
  EXPECT_TRUE(outer.Cancelled());
}

// Answers: test_tasks.py BaseTaskTests.test_shield_cancel_outer
SIM_TEST(ShieldTest, WhoWaitsMayBeCancelled) {
  Promise<int> inner;
  JoinHandle<int> outer = Spawn(AwaitShielded, inner.GetFuture());
  co_await Yield();
  outer.Cancel();
  co_await Yield();
  EXPECT_TRUE(outer.Cancelled());
  EXPECT_FALSE(inner.Done());
}

// Answers: test_tasks.py BaseTaskTests.test_shield_shortcut
SIM_TEST(ShieldTest, WhatIsOverIsNotWaitedFor, {.max_steps = 1}) {
  Promise<int> inner;
  inner.Set(42);
  const int result = co_await Shield(inner.GetFuture());
  EXPECT_EQ(result, 42);
}

struct Proof {
  int inner = 0;
  int outer = 0;
};

Task<> AwaitThenProve(Future<> waiter, Proof& proof) {
  co_await waiter;
  ++proof.inner;
}

Task<> ShieldThenProve(Future<> waiter, Proof& proof) {
  co_await Shield(AwaitThenProve(waiter, proof));
  ++proof.outer;
}

// Answers: test_tasks.py BaseTaskTests.test_shield_effect
SIM_TEST(ShieldTest, WhatIsWithinRunsOnWhenWhoWaitsIsCancelled) {
  Proof proof;
  Promise<> waiter;
  JoinHandle<> outer =
      Spawn(ShieldThenProve, waiter.GetFuture(), std::ref(proof));
  co_await Yield();
  co_await Yield();
  outer.Cancel();
  EXPECT_THROW(co_await outer, Cancelled);
  waiter.Set();
  co_await Yield();
  EXPECT_EQ(proof.inner, 1);
  EXPECT_EQ(proof.outer, 0);
}

Task<int> Return(int value) { co_return value; }

// Answers: test_tasks.py BaseTaskTests.test_shield_coroutine_use_running_loop
ANY_ORDER_SIM_TEST(ShieldTest, ACoroutineIsStarted) {
  const int result = co_await Shield(Return(42));
  EXPECT_EQ(result, 42);
}

// ---- With Gather ------------------------------------------------------------

Task<std::vector<int>> GatherTwo(Future<int> first, Future<int> second) {
  const std::tuple<int, int> both = co_await Gather(first, second);
  co_return std::vector<int>{std::get<0>(both), std::get<1>(both)};
}

Task<> AwaitShieldedTask(JoinHandle<std::vector<int>> inner) {
  co_await Shield(inner);
}

// Answers: test_tasks.py BaseTaskTests.test_shield_gather
SIM_TEST(ShieldTest, AGatherWithinRunsOn) {
  Promise<int> child1;
  Promise<int> child2;
  JoinHandle<std::vector<int>> parent =
      Spawn(GatherTwo, child1.GetFuture(), child2.GetFuture());
  JoinHandle<> outer = Spawn(AwaitShieldedTask, parent);
  co_await Yield();
  outer.Cancel();
  co_await Yield();
  EXPECT_TRUE(outer.Cancelled());
  child1.Set(1);
  child2.Set(2);
  const std::vector<int>& result = co_await parent;
  EXPECT_THAT(result, ElementsAre(1, 2));
}

Task<> GatherBoth(JoinHandle<int> first, JoinHandle<int> second) {
  co_await Gather(first, second);
}

// Answers: test_tasks.py BaseTaskTests.test_gather_shield
SIM_TEST(ShieldTest, WithinAGatherOnlyTheShieldsAreCancelled) {
  Promise<int> child1;
  Promise<int> child2;
  JoinHandle<int> inner1 = Spawn(AwaitShielded, child1.GetFuture());
  JoinHandle<int> inner2 = Spawn(AwaitShielded, child2.GetFuture());
  JoinHandle<> parent = Spawn(GatherBoth, inner1, inner2);
  co_await Yield();
  parent.Cancel();
  EXPECT_THROW(co_await parent, Cancelled);
  EXPECT_TRUE(inner1.Cancelled());
  EXPECT_TRUE(inner2.Cancelled());
  EXPECT_FALSE(child1.Done());
  EXPECT_FALSE(child2.Done());
  child1.Set(1);
  child2.Set(2);
  co_await Yield();
}

// ---- With a timeout ---------------------------------------------------------

Task<std::string> SleepThenSayDone(absl::Duration delay) {
  co_await Sleep(delay);
  co_return "done";
}

Task<std::string> AwaitShieldedString(JoinHandle<std::string> inner) {
  const std::string result = co_await Shield(inner);
  co_return result;
}

// Answers: test_waitfor.py WaitForShieldTests.test_zero_timeout
ANY_ORDER_SIM_TEST(ShieldTest, WithoutTimeWhatIsWithinRunsOn) {
  JoinHandle<std::string> inner =
      Spawn(SleepThenSayDone, absl::Milliseconds(10));
  JoinHandle<std::string> outer = Spawn(AwaitShieldedString, inner);
  EXPECT_THROW(co_await WithTimeout(absl::ZeroDuration(), outer), TimeoutError);
  EXPECT_FALSE(inner.Done());
  EXPECT_TRUE(outer.Cancelled());
  co_await Sleep(absl::Milliseconds(100));
  EXPECT_TRUE(inner.Done());
  EXPECT_EQ(inner.Result(), "done");
}

// Answers: test_waitfor.py WaitForShieldTests.test_none_timeout
ANY_ORDER_SIM_TEST(ShieldTest, WithoutATimeoutItIsWaitedFor) {
  JoinHandle<std::string> inner =
      Spawn(SleepThenSayDone, absl::Milliseconds(100));
  const std::string result =
      co_await WithTimeout(absl::InfiniteDuration(), Shield(inner));
  EXPECT_EQ(result, "done");
  EXPECT_TRUE(inner.Done());
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));
}

// Answers: test_waitfor.py WaitForShieldTests.test_shielded_timeout
ANY_ORDER_SIM_TEST(ShieldTest, ATimeoutDoesNotEndWhatIsWithin) {
  JoinHandle<std::string> inner =
      Spawn(SleepThenSayDone, absl::Milliseconds(100));
  EXPECT_THROW(co_await WithTimeout(absl::Milliseconds(10), Shield(inner)),
               TimeoutError);
  EXPECT_EQ(Elapsed(), absl::Milliseconds(10));
  EXPECT_FALSE(inner.Done());
  const std::string result = co_await inner;
  EXPECT_EQ(result, "done");
  EXPECT_EQ(Elapsed(), absl::Milliseconds(100));
}

}  // namespace
}  // namespace orrery
