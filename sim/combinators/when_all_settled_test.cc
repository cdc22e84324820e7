// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/when_all_settled.h"

#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

constexpr absl::Duration kSecond = absl::Seconds(1);

Task<int> Work(int* alive, absl::Duration duration, bool fails) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  if (fails) throw std::runtime_error("work");
  co_return 1;
}

Task<> CancelsItself() {
  throw Cancelled();
  co_return;
}

Task<> SettleThree() {
  int alive = 0;
  auto [good, bad, stopped] =
      co_await WhenAllSettled(Work(&alive, 3 * kSecond, false),
                              Work(&alive, kSecond, true), CancelsItself());
  EXPECT_EQ(Elapsed(), 3 * kSecond);
  EXPECT_EQ(good.value(), 1);
  EXPECT_TRUE(bad.failed());
  EXPECT_TRUE(stopped.cancelled());
}

TEST(WhenAllSettledTest, TellsHowEachHasEnded) {
  const RunResult result = Simulation().Run(SettleThree);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<> SettleMany(int* alive) {
  std::vector<Task<int>> tasks;
  for (int i : {1, 2, 3}) tasks.push_back(Work(alive, i * kSecond, i == 2));
  std::vector<TaskOutcome<int>> outcomes;
  try {
    outcomes = co_await WhenAllSettled(std::move(tasks));
    EXPECT_EQ(outcomes.size(), 3);
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(*alive, 0) << "nobody is left behind";
}

Task<> UseInAChild(int* alive) {
  JoinHandle<> child = Spawn("child", SettleMany, alive);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(WhenAllSettledTest, ACancelAnywhereLeavesNobodyBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    return Simulation({.scheduler = scheduler}).Run(UseInAChild, &alive);
  });
  EXPECT_GT(runs, 100);
}

}  // namespace
}  // namespace orrery
