// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: taking results in the order in which they come. `Next` is what
// asyncio's iterators give, one after the other, and `NextHandle` its
// asynchronous iteration over tasks.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/as_completed.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

using Texts = std::vector<std::string>;

constexpr absl::Duration Ms(int64_t milliseconds) {
  return absl::Milliseconds(milliseconds);
}

Task<std::string> SayAfter(absl::Duration delay, std::string text) {
  co_await Sleep(delay);
  co_return text;
}

Task<std::string> Say(std::string text) { co_return text; }

Task<Texts> TakeAll(AsCompleted<Task<std::string>>& completed) {
  Texts texts;
  while (completed.HasNext()) {
    texts.push_back(co_await completed.Next());
  }
  co_return texts;
}

// Sleeps, and keeps the loop busy for a while when it is the last of two.
Task<std::string> SayAndDelay(absl::Duration delay, std::string text,
                              Texts& said) {
  co_await Sleep(delay);
  said.push_back(text);
  if (said.size() == 2) BlockingSleep(Ms(140));
  co_return text;
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed
SIM_TEST(AsCompletedTest, ResultsComeInTheOrderInWhichTheirTasksEnd) {
  Texts said;
  std::vector<Task<std::string>> sleepers;
  sleepers.push_back(SayAndDelay(Ms(10), "b", said));
  sleepers.push_back(SayAndDelay(Ms(150), "c", said));
  sleepers.push_back(SayAndDelay(Ms(10), "a", said));
  AsCompleted completed(std::move(sleepers));
  const Texts texts = co_await TakeAll(completed);
  EXPECT_THAT(texts, ElementsAre("b", "a", "c"));
  EXPECT_EQ(Elapsed(), Ms(150));
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_same_tasks_in_as_out
SIM_TEST(AsCompletedTest, TasksThatRunComeAsThemselves) {
  std::vector<JoinHandle<std::string>> in;
  for (const char* text : {"a", "b", "c", "d"}) {
    in.push_back(Spawn(Say, text));
  }
  AsCompleted completed(in);
  std::vector<JoinHandle<std::string>> out;
  while (completed.HasNext()) {
    out.push_back(co_await completed.NextHandle());
  }
  EXPECT_EQ(out, in);
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_with_timeout
ANY_ORDER_SIM_TEST(AsCompletedTest, WhatDoesNotComeInTimeIsATimeoutError) {
  std::vector<JoinHandle<std::string>> sleepers;
  sleepers.push_back(Spawn(SayAfter, Ms(100), "a"));
  sleepers.push_back(Spawn(SayAfter, Ms(150), "b"));
  AsCompleted completed(sleepers, Ms(120));
  const std::string first = co_await completed.Next();
  EXPECT_EQ(first, "a");
  EXPECT_EQ(Elapsed(), Ms(100));
  BlockingSleep(Ms(20));
  EXPECT_THROW(co_await completed.Next(), TimeoutError);
  EXPECT_EQ(Elapsed(), Ms(120));
  EXPECT_FALSE(completed.HasNext());
  co_await sleepers[1];
  EXPECT_EQ(Elapsed(), Ms(150)) << "it was not cancelled";
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_with_unused_timeout
ANY_ORDER_SIM_TEST(AsCompletedTest,
                   ATimeoutThatIsNotNeededLeavesNothingBehind) {
  std::vector<Task<std::string>> sleepers;
  sleepers.push_back(SayAfter(Ms(10), "a"));
  AsCompleted completed(std::move(sleepers), absl::Seconds(1));
  const Texts texts = co_await TakeAll(completed);
  EXPECT_THAT(texts, ElementsAre("a"));
  EXPECT_EQ(Elapsed(), Ms(10));
}

std::vector<Task<int>> Numbers(int count) {
  auto number = [](int n) -> Task<int> { co_return n; };
  std::vector<Task<int>> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(number(i));
  return tasks;
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_resume_iterator
SIM_TEST(AsCompletedTest, WhoStopsHalfwayMayGoOnLater) {
  AsCompleted completed(Numbers(4));
  std::vector<int> taken;
  while (completed.HasNext() && taken.size() < 2) {
    taken.push_back(co_await completed.Next());
  }
  EXPECT_THAT(taken, ElementsAre(0, 1));
  co_await Sleep(Ms(1));
  while (completed.HasNext()) taken.push_back(co_await completed.Next());
  EXPECT_THAT(taken, ElementsAre(0, 1, 2, 3));
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_reverse_wait
ANY_ORDER_SIM_TEST(AsCompletedTest, WhoIsAwaitedFirstGetsWhatComesFirst) {
  std::vector<Task<std::string>> sleepers;
  sleepers.push_back(SayAfter(Ms(50), "a"));
  sleepers.push_back(SayAfter(Ms(100), "b"));
  AsCompleted completed(std::move(sleepers));
  Task<std::string> one = completed.Next();
  Task<std::string> other = completed.Next();
  EXPECT_FALSE(completed.HasNext());
  const std::string x = co_await std::move(other);
  EXPECT_EQ(x, "a");
  EXPECT_EQ(Elapsed(), Ms(50));
  const std::string y = co_await std::move(one);
  EXPECT_EQ(y, "b");
  EXPECT_EQ(Elapsed(), Ms(100));
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_concurrent
SIM_TEST(AsCompletedTest, SeveralMayWaitAtOnce) {
  std::vector<Task<std::string>> sleepers;
  sleepers.push_back(SayAfter(Ms(50), "a"));
  sleepers.push_back(SayAfter(Ms(50), "b"));
  AsCompleted completed(std::move(sleepers));
  auto take = [&completed]() { return completed.Next(); };
  JoinHandle<std::string> first = Spawn(take);
  JoinHandle<std::string> second = Spawn(take);
  const std::string& a = co_await first;
  const std::string& b = co_await second;
  EXPECT_EQ(a, "a");
  EXPECT_EQ(b, "b");
  EXPECT_EQ(Elapsed(), Ms(50));
}

// Answers: test_tasks.py
// BaseTaskTests.test_as_completed_coroutine_use_running_loop
ANY_ORDER_SIM_TEST(AsCompletedTest, OneIsEnough) {
  AsCompleted completed(Numbers(1));
  EXPECT_TRUE(completed.HasNext());
  const int number = co_await completed.Next();
  EXPECT_EQ(number, 0);
  EXPECT_FALSE(completed.HasNext());
}

// Answers: test_tasks.py BaseTaskTests.test_as_completed_coroutine_without_loop
TEST(AsCompletedDeathTest, ThereIsNoneOutsideOfASimulation) {
  EXPECT_DEATH(AsCompleted(Numbers(1)), "simulation");
}

}  // namespace
}  // namespace orrery
