// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The result of a task: it outlives the coroutine, and is destroyed once.

#include <stdexcept>
#include <utility>

#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

// How often a `Prize` was constructed and destroyed, moved-from ones included,
// and how many of them ended as the prize itself.
struct Tally {
  int constructed = 0;
  int destroyed = 0;
  int ended = 0;

  bool balanced() const { return constructed == destroyed; }
};

// A result that only moves.
class Prize {
 public:
  explicit Prize(Tally* tally) : tally_(tally) { ++tally_->constructed; }
  Prize(Prize&& other) noexcept
      : tally_(other.tally_), owns_(std::exchange(other.owns_, false)) {
    ++tally_->constructed;
  }
  Prize& operator=(Prize&&) = delete;
  ~Prize() {
    ++tally_->destroyed;
    if (owns_) ++tally_->ended;
  }
  bool owns() const { return owns_; }

 private:
  Tally* tally_;
  bool owns_ = true;
};

Task<Prize> Win(Tally* tally) {
  co_await Yield();
  co_return Prize(tally);
}

Task<> WinForNobody(Tally* tally) {
  Spawn(Win, tally);
  co_await Sleep(absl::Seconds(1));
  EXPECT_EQ(tally->ended, 1) << "it goes with the task";
  EXPECT_TRUE(tally->balanced());
}

TEST(TaskResultTest, GoesWithTheTaskIfThereIsNoHandle) {
  Tally tally;
  EXPECT_TRUE(Simulation().Run(WinForNobody, &tally).ok());
  EXPECT_EQ(tally.ended, 1);
  EXPECT_TRUE(tally.balanced());
}

Task<> KeepUnawaited(Tally* tally) {
  JoinHandle<Prize> handle = Spawn(Win, tally);
  JoinHandle<Prize> copy = handle;
  co_await Sleep(absl::Seconds(1));
  EXPECT_TRUE(handle.Done());
  handle = JoinHandle<Prize>();
  EXPECT_EQ(tally->ended, 0) << "there is another handle";
  copy = JoinHandle<Prize>();
  EXPECT_EQ(tally->ended, 1);
  co_await Yield();
}

TEST(TaskResultTest, StaysUntilTheLastHandleGoesThoughNobodyAwaitsIt) {
  Tally tally;
  EXPECT_TRUE(Simulation().Run(KeepUnawaited, &tally).ok());
  EXPECT_EQ(tally.ended, 1);
  EXPECT_TRUE(tally.balanced());
}

Task<> LookAtIt(JoinHandle<Prize> handle) {
  const Prize& prize = co_await handle;
  EXPECT_TRUE(prize.owns());
}

Task<> LookAndTake(Tally* tally) {
  JoinHandle<Prize> handle = Spawn(Win, tally);
  JoinHandle<> a = Spawn(LookAtIt, handle);
  JoinHandle<> b = Spawn(LookAtIt, handle);
  co_await a;
  co_await b;
  {
    const Prize prize = co_await std::move(handle);
    EXPECT_TRUE(prize.owns());
    EXPECT_EQ(tally->ended, 0);
  }
  EXPECT_EQ(tally->ended, 1);
  EXPECT_TRUE(tally->balanced()) << "what it was moved out of is gone as well";
}

TEST(TaskResultTest, IsDestroyedOnceWhenItIsMovedOut) {
  for (uint64_t seed = 0; seed <= 20; ++seed) {
    RandomScheduler random;
    Tally tally;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(LookAndTake, &tally);
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
    EXPECT_EQ(tally.ended, 1);
    EXPECT_TRUE(tally.balanced());
  }
}

Task<> Discard(Tally* tally) {
  co_await Spawn(Win, tally);
  EXPECT_EQ(tally->ended, 1);
  co_await Win(tally);
  EXPECT_EQ(tally->ended, 2);
}

TEST(TaskResultTest, IsDestroyedOnceWhenItIsAwaitedAndDiscarded) {
  Tally tally;
  EXPECT_TRUE(Simulation().Run(Discard, &tally).ok());
  EXPECT_EQ(tally.ended, 2);
  EXPECT_TRUE(tally.balanced());
}

Task<> KeepOutside(Tally* tally, JoinHandle<Prize>* done,
                   JoinHandle<Prize>* not_begun) {
  *done = Spawn(Win, tally);
  co_await Sleep(absl::Seconds(1));
  *not_begun = Spawn(Win, tally);
}

TEST(TaskResultTest, OutlivesTheSimulationInItsHandle) {
  Tally tally;
  JoinHandle<Prize> done, not_begun;
  EXPECT_TRUE(Simulation().Run(KeepOutside, &tally, &done, &not_begun).ok());
  EXPECT_TRUE(done.Done());
  EXPECT_TRUE(not_begun.Cancelled()) << "it was left when main was done";
  EXPECT_EQ(tally.ended, 0);
  not_begun = JoinHandle<Prize>();
  EXPECT_EQ(tally.ended, 0) << "of a task that never ran there is no result";
  done = JoinHandle<Prize>();
  EXPECT_EQ(tally.ended, 1);
  EXPECT_TRUE(tally.balanced());
}

TEST(TaskResultTest, OfTheMainTaskIsDestroyedWithTheRun) {
  Tally tally;
  EXPECT_TRUE(Simulation().Run(Win, &tally).ok());
  EXPECT_EQ(tally.ended, 1);
  EXPECT_TRUE(tally.balanced());
}

// A destructor that throws once the result is there.
class Bomb {
 public:
  ~Bomb() noexcept(false) { throw std::runtime_error("late"); }
};

Task<Prize> WinAndThrow(Tally* tally) {
  const Bomb bomb;
  co_await Yield();
  co_return Prize(tally);
}

Task<> CatchLate(Tally* tally, int* caught) {
  try {
    co_await WinAndThrow(tally);
  } catch (const std::runtime_error&) {
    ++*caught;
  }
  EXPECT_EQ(tally->ended, 1);
  JoinHandle<Prize> handle = Spawn(WinAndThrow, tally);
  try {
    co_await handle;
  } catch (const std::runtime_error&) {
    ++*caught;
  }
  handle = JoinHandle<Prize>();
  EXPECT_EQ(tally->ended, 2);
}

TEST(TaskResultTest, GivesWayToAnExceptionThatADestructorThrows) {
  Tally tally;
  int caught = 0;
  const RunResult result = Simulation().Run(CatchLate, &tally, &caught);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(caught, 2);
  EXPECT_EQ(tally.ended, 2);
  EXPECT_TRUE(tally.balanced());
}

Task<> ThrowLateUnawaited(Tally* tally) {
  Spawn("worker", WinAndThrow, tally);
  co_await Sleep(absl::Seconds(1));
}

TEST(TaskResultTest, AnExceptionThatADestructorThrowsFailsTheRunAsAnyOther) {
  Tally tally;
  const RunResult result = Simulation().Run(ThrowLateUnawaited, &tally);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task worker#2: std::runtime_error: late");
  EXPECT_EQ(tally.ended, 1);
  EXPECT_TRUE(tally.balanced());
}

}  // namespace
}  // namespace orrery
