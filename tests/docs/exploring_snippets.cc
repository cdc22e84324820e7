// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What docs/exploring.md shows, as tests that pass.

#include <functional>

#include "orrery/testing/sim_test.h"

namespace orrery {
namespace {

// [snippet: properties]
Task<> Visit(Shared<int>& count) {
  const int before = co_await count.Update([](int& n) { return n++; });
  Always(before >= 0, "the count is never negative");
  Sometimes(before == 1, "somebody comes second");
}
// [end: properties]

// [snippet: many_runs]
SIM_TEST(CounterTest, CountsEveryVisitor, {.runs = 200}) {
  Shared<int> count(0, "count");
  JoinHandle<> ann = Spawn("Ann", Visit, std::ref(count));
  JoinHandle<> ben = Spawn("Ben", Visit, std::ref(count));
  co_await ann;
  co_await ben;
  EXPECT_EQ(count.Peek(), 2);
}
// [end: many_runs]

// [snippet: proof]
SIM_TEST(CounterTest, CannotLoseAVisitor,
         {.runs = 1000, .scheduler = "dpor", .isolate = false}) {
  Shared<int> count(0, "count");
  JoinHandle<> ann = Spawn("Ann", Visit, std::ref(count));
  JoinHandle<> ben = Spawn("Ben", Visit, std::ref(count));
  co_await ann;
  co_await ben;
  EXPECT_EQ(count.Peek(), 2);
}
// [end: proof]

}  // namespace
}  // namespace orrery
