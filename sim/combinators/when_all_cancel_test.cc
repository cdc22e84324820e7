// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

Task<> Sleeper(absl::Duration duration) { co_await Sleep(duration); }

// Takes three seconds to give way.
Task<> GiveWaySlowly(Words* words) {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(9));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (!cancelled) co_return;
  co_await Sleep(absl::Seconds(3));
  words->push_back("cleaned up");
  throw Cancelled();
}

Task<> NeverBegins(Words* words) {
  words->push_back("began");
  co_return;
}

// Its argument is a Task, which is dropped with it.
Task<> AwaitArgument(Task<> task) { co_await std::move(task); }

Task<> CancelItsTaskAtOnce(Words* words) {
  std::vector<Task<>> tasks;
  tasks.push_back(NeverBegins(words));
  tasks.push_back(NeverBegins(words));
  JoinHandle<> all = Spawn("all", AwaitArgument, WhenAll(std::move(tasks)));
  all.Cancel();
  co_await Yield();
  EXPECT_TRUE(all.Cancelled());
}

TEST(WhenAllCancelTest,
     CancelledBeforeItsFirstStepItRunsNothingAndNothingIsMissed) {
  Words words;
  const RunResult result = Simulation().Run(CancelItsTaskAtOnce, &words);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_TRUE(words.empty());
}

Task<> AwaitTwoSlowOnes(Words* words) {
  try {
    co_await WhenAll(GiveWaySlowly(words), GiveWaySlowly(words));
  } catch (const Cancelled&) {
    words->push_back("cancelled");
    throw;
  }
}

// Gives way at once, before the others do.
Task<> AwaitAQuickOneToo(Words* words) {
  try {
    co_await WhenAll(Sleeper(absl::Seconds(9)), GiveWaySlowly(words));
  } catch (const Cancelled&) {
    words->push_back("cancelled");
    throw;
  }
}

Task<> CancelTheOneWithAQuickOne(Words* words) {
  JoinHandle<> waits = Spawn("waits", AwaitAQuickOneToo, words);
  co_await Sleep(absl::Seconds(1));
  waits.Cancel();
  co_await Sleep(absl::Seconds(4));
  EXPECT_TRUE(waits.Cancelled());
}

TEST(WhenAllCancelTest, OneThatGivesWayDoesNotCancelTheOthersASecondTime) {
  Words words;
  EXPECT_TRUE(Simulation().Run(CancelTheOneWithAQuickOne, &words).ok());
  EXPECT_THAT(words, ElementsAre("cleaned up", "cancelled"));
}

Task<> CancelTheOneThatWaits(Words* words) {
  JoinHandle<> waits = Spawn("waits", AwaitTwoSlowOnes, words);
  co_await Sleep(absl::Seconds(1));
  waits.Cancel();
  co_await Yield();
  EXPECT_FALSE(waits.Done()) << "it waits for its tasks to give way";
  co_await Sleep(absl::Seconds(4));
  EXPECT_TRUE(waits.Cancelled());
}

TEST(WhenAllCancelTest, ACancelOfTheOneThatWaitsCancelsAllAndWaitsForThem) {
  Words words;
  EXPECT_TRUE(Simulation().Run(CancelTheOneThatWaits, &words).ok());
  EXPECT_THAT(words, ElementsAre("cleaned up", "cleaned up", "cancelled"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<> Work(int* alive, absl::Duration duration, bool fails) {
  Alive self(alive);
  co_await Yield();
  bool cancelled = false;
  try {
    co_await Sleep(duration);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) co_await Sleep(duration);
  if (fails) throw std::runtime_error("work");
}

Task<> RunThree(int* alive, bool fails) {
  try {
    co_await WhenAll(Work(alive, absl::Seconds(1), false),
                     Work(alive, absl::Seconds(2), fails),
                     Work(alive, absl::Seconds(3), false));
    EXPECT_FALSE(fails);
  } catch (const Cancelled&) {
  } catch (const std::runtime_error&) {
    EXPECT_TRUE(fails);
  }
  EXPECT_EQ(*alive, 0) << "nobody is left behind";
}

Task<> RunInAChild(int* alive, bool fails) {
  JoinHandle<> child = Spawn("child", RunThree, alive, fails);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(WhenAllCancelTest, ACancelAnywhereLeavesNobodyBehind) {
  for (bool fails : {false, true}) {
    const int runs = CancelEachTask([fails](Scheduler* scheduler) {
      int alive = 0;
      return Simulation({.scheduler = scheduler})
          .Run(RunInAChild, &alive, fails);
    });
    EXPECT_GT(runs, 100);
  }
}

}  // namespace
}  // namespace orrery
