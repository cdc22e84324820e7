// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Conformance: values of a task's own, which asyncio keeps in contexts.

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/future.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_local.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

const TaskLocal<std::string> text("nope");
const TaskLocal<int> number(-1);

Task<> ExpectNopeThenSet() {
  co_await Sleep(absl::Milliseconds(10));
  EXPECT_EQ(text.Get(), "nope") << "what was set after it was spawned";
  text.Set("something else");
}

// Answers: test_tasks.py BaseTaskTests.test_context_1
ANY_ORDER_SIM_TEST(TaskContextTest, ATaskHasWhatWasSetWhenItWasSpawned) {
  EXPECT_EQ(text.Get(), "nope");
  JoinHandle<> task = Spawn(ExpectNopeThenSet);
  text.Set("yes");
  EXPECT_EQ(text.Get(), "yes");
  co_await task;
  EXPECT_EQ(text.Get(), "yes") << "what the task has set is its own";
}

// Answers: test_tasks.py BaseTaskTests.test_context_2
ANY_ORDER_SIM_TEST(TaskContextTest, WhatACallbackSetsIsItsOwn) {
  for (int j = 0; j < 2; ++j) {
    Promise<> promise;
    promise.GetFuture().AddDoneCallback([] { text.Set("something else"); });
    const std::string here = "yes" + std::to_string(j);
    text.Set(here);
    Post([&promise] { promise.Set(); });
    co_await promise.GetFuture();
    EXPECT_EQ(text.Get(), here);
    for (int i = 0; i < 3; ++i) {
      const std::string there = here + std::to_string(i);
      text.Set(there);
      co_await Sleep(absl::Milliseconds(1));
      EXPECT_EQ(text.Get(), there) << "it stays over a wait";
    }
  }
}

Task<> CountFrom(int start) {
  for (int i = 0; i < 10; ++i) {
    number.Set(start + i);
    const absl::Duration delay =
        Random("delay").Between(absl::Milliseconds(1), absl::Milliseconds(50));
    co_await Sleep(delay);
    EXPECT_EQ(number.Get(), start + i);
  }
}

// Answers: test_tasks.py BaseTaskTests.test_context_3
SIM_TEST(TaskContextTest, AHundredTasksDoNotDisturbEachOther,
         {.runs = 10, .scheduler = "random"}) {
  std::vector<Task<>> tasks;
  for (int i = 0; i < 100; ++i) {
    tasks.push_back(CountFrom(static_cast<int>(Random("start").Below(11))));
  }
  co_await Gather(std::move(tasks));
  EXPECT_EQ(number.Get(), -1);
}

}  // namespace
}  // namespace orrery
