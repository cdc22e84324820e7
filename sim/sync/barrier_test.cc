// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/barrier.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::UnorderedElementsAre;

// How the waits at a barrier ended.
struct Log {
  std::vector<size_t> indexes;
  int broken = 0;
};

Task<> Pass(Barrier& barrier, Log& log, int times = 1) {
  for (int i = 0; i < times; ++i) {
    try {
      const size_t index = co_await barrier.Wait();
      log.indexes.push_back(index);
    } catch (const BrokenBarrierError&) {
      ++log.broken;
    }
  }
}

// ---- Rounds -----------------------------------------------------------------

Task<> LastOneOpens(Log* log) {
  Barrier barrier(3, "start");
  EXPECT_EQ(barrier.parties(), 3);
  for (int i = 0; i < 2; ++i) Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(barrier.Waiting(), 2);
  EXPECT_THAT(log->indexes, ElementsAre());
  const uint64_t steps = Simulation::Current("").steps();
  const size_t index = co_await barrier.Wait();
  EXPECT_EQ(Simulation::Current("").steps(), steps) << "it need not suspend";
  EXPECT_EQ(index, 2);
  EXPECT_EQ(barrier.Waiting(), 0);
  co_await Sleep(absl::Seconds(1));
}

TEST(BarrierTest, TheLastOneLetsAllGoInTheOrderTheyCame) {
  Log log;
  EXPECT_TRUE(Simulation().Run(LastOneOpens, &log).ok());
  EXPECT_THAT(log.indexes, ElementsAre(0, 1));
}

Task<> PassAlone() {
  Barrier barrier(1);
  for (int i = 0; i < 3; ++i) {
    const size_t index = co_await barrier.Wait();
    EXPECT_EQ(index, 0);
  }
}

TEST(BarrierTest, OneAloneNeverWaits) {
  EXPECT_EQ(Simulation().Run(PassAlone).steps, 1);
}

Task<> FiveRounds(Log* log) {
  Barrier barrier(3);
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(Spawn(Pass, std::ref(barrier), std::ref(*log), 5));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_EQ(barrier.Waiting(), 0);
}

TEST(BarrierTest, RoundsDoNotMixUnderAThousandSchedules) {
  for (uint64_t seed = 0; seed <= 1000; ++seed) {
    RandomScheduler random;
    Log log;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(FiveRounds, &log);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    ASSERT_EQ(log.indexes.size(), 15);
    for (size_t round = 0; round < 5; ++round) {
      const auto begin = log.indexes.begin() + 3 * round;
      ASSERT_THAT(std::vector<size_t>(begin, begin + 3),
                  UnorderedElementsAre(0, 1, 2))
          << "seed " << seed << ", round " << round;
    }
  }
}

// ---- Reset and abort --------------------------------------------------------

Task<> ResetRound(Log* log) {
  Barrier barrier(3);
  for (int i = 0; i < 2; ++i) Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
  co_await barrier.Reset();
  EXPECT_FALSE(barrier.IsBroken());
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(log->broken, 2);
  for (int i = 0; i < 3; ++i) Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
}

TEST(BarrierTest, AResetSendsAwayThoseWhoWait) {
  Log log;
  EXPECT_TRUE(Simulation().Run(ResetRound, &log).ok());
  EXPECT_EQ(log.broken, 2);
  EXPECT_EQ(log.indexes.size(), 3);
}

// Those who come while others are sent away wait until these have left.
Task<> ComeDuringReset(Log* log) {
  Barrier barrier(2);
  Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
  co_await barrier.Reset();
  Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  const size_t index = co_await barrier.Wait();
  EXPECT_LT(index, 2);
  co_await Sleep(absl::Seconds(1));
}

TEST(BarrierTest, NewcomersWaitUntilAResetIsOver) {
  for (uint64_t seed = 0; seed <= 100; ++seed) {
    RandomScheduler random;
    Log log;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(ComeDuringReset, &log);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    EXPECT_EQ(log.broken, 1);
    EXPECT_EQ(log.indexes.size(), 1);
  }
}

Task<> AbortRound(Log* log) {
  Barrier barrier(2, "start");
  Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
  co_await barrier.Abort();
  EXPECT_TRUE(barrier.IsBroken());
  EXPECT_EQ(barrier.Waiting(), 0);
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(log->broken, 1);
  std::string message;
  try {
    co_await barrier.Wait();
  } catch (const BrokenBarrierError& error) {
    message = error.what();
  }
  EXPECT_EQ(message, "Barrier \"start\" is broken");
  co_await barrier.Reset();
  EXPECT_FALSE(barrier.IsBroken());
  for (int i = 0; i < 2; ++i) Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
}

TEST(BarrierTest, ABrokenOneStaysBrokenUntilItIsReset) {
  Log log;
  EXPECT_TRUE(Simulation().Run(AbortRound, &log).ok());
  EXPECT_THAT(log.indexes, UnorderedElementsAre(0, 1));
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitInVain() {
  Barrier barrier(2, "start");
  co_await barrier.Wait();
}

TEST(BarrierTest, ADeadlockNamesIt) {
  const RunResult result = Simulation().Run(WaitInVain);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for Barrier \"start\"");
}

Task<> LeaveWaiters(Log* log) {
  Barrier barrier(3);
  for (int i = 0; i < 2; ++i) Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
}

// It is gone when they are cancelled.
TEST(BarrierTest, MayBeWaitedForWhenTheRunEnds) {
  Log log;
  const RunResult result = Simulation().Run(LeaveWaiters, &log);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(log.broken, 0);
}

TEST(BarrierDeathTest, IsForSomebody) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(Barrier(0), "a Barrier is for at least 1 party");
}

// ---- Cancellation -----------------------------------------------------------

Task<> CancelOneOfThree(Log* log) {
  Barrier barrier(3);
  JoinHandle<> first = Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
  first.Cancel();
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(barrier.Waiting(), 1) << "who is cancelled does not count";
  EXPECT_FALSE(barrier.IsBroken());
  for (int i = 0; i < 2; ++i) Spawn(Pass, std::ref(barrier), std::ref(*log), 1);
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(log->indexes.size(), 3);
}

TEST(BarrierCancelTest, TheOthersWaitForAnotherOne) {
  Log log;
  EXPECT_TRUE(Simulation().Run(CancelOneOfThree, &log).ok());
  EXPECT_EQ(log.broken, 0);
}

Task<> FourInTwoRounds(Victims& victims) {
  Barrier barrier(2);
  Log log;
  for (int i = 0; i < 4; ++i) {
    victims.Add(Spawn(Pass, std::ref(barrier), std::ref(log), 1));
  }
  co_await Sleep(absl::Seconds(1));
  // Without the cancelled one, another may be alone; nobody else waits.
  EXPECT_LE(victims.Alive(), 1);
  EXPECT_EQ(barrier.Waiting(), victims.Alive());
  co_await barrier.Abort();
  co_await victims.Join();
  EXPECT_LE(log.broken, 1);
  EXPECT_EQ(barrier.Waiting(), 0);
  co_await barrier.Reset();
  // It works as on the first day.
  JoinHandle<> other = Spawn(Pass, std::ref(barrier), std::ref(log), 1);
  const size_t index = co_await barrier.Wait();
  EXPECT_LT(index, 2);
  co_await other;
}

TEST(BarrierCancelTest, AtEveryPointTheOthersGoOn) {
  EXPECT_EQ(
      CancelEverywhere(FourInTwoRounds, {.random_seeds = 50, .pairs = true}),
      "");
}

Task<> ResetSoon(Barrier& barrier) {
  co_await Yield();
  co_await barrier.Reset();
  co_await Yield();
  co_await barrier.Abort();
}

Task<> ResetAmongOthers(Victims& victims) {
  Barrier barrier(3);
  Log log;
  for (int i = 0; i < 2; ++i) {
    victims.Add(Spawn(Pass, std::ref(barrier), std::ref(log), 2));
  }
  victims.Add(Spawn(ResetSoon, std::ref(barrier)));
  co_await Sleep(absl::Seconds(1));
  co_await barrier.Abort();
  co_await victims.Join();
  EXPECT_THAT(log.indexes, ElementsAre());
  co_await barrier.Reset();
  EXPECT_FALSE(barrier.IsBroken());
  EXPECT_EQ(barrier.Waiting(), 0);
}

TEST(BarrierCancelTest, AtEveryPointOfAResetTheOthersAreSentAway) {
  EXPECT_EQ(
      CancelEverywhere(ResetAmongOthers, {.random_seeds = 50, .pairs = true}),
      "");
}

}  // namespace
}  // namespace orrery
