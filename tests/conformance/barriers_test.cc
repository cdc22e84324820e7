// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Barrier against asyncio.Barrier: rounds that fill and drain.

#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/barrier.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"
#include "orrery/tests/conformance/awaitable.h"

namespace orrery {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// ---- Filling ----------------------------------------------------------------

// Answers: test_locks.py BarrierTests.test_barrier
SIM_TEST(BarrierTest, IsNotAwaitedItself) {
  Barrier barrier(5);
  EXPECT_FALSE(CanBeAwaited<Barrier&>) << "what is awaited is its Wait()";
  EXPECT_TRUE(CanBeAwaited<Task<size_t>>);
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
  co_return;
}

// Answers: test_locks.py BarrierTests.test_barrier_parties
TEST(BarrierDeathTest, ARoundOfNobodyIsAnError) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  EXPECT_DEATH(Barrier(0), "for at least 1 party");
  EXPECT_DEATH(Barrier(-4), "for at least 1 party");
  EXPECT_EQ(Barrier(5).parties(), 5);
}

Task<> WaitAndNote(Barrier& barrier, std::vector<size_t>& indices) {
  const size_t index = co_await barrier.Wait();
  indices.push_back(index);
}

std::vector<JoinHandle<>> SpawnWaiters(int count, Barrier& barrier,
                                       std::vector<size_t>& indices) {
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < count; ++i) {
    tasks.push_back(Spawn(WaitAndNote, std::ref(barrier), std::ref(indices)));
  }
  return tasks;
}

// Answers: test_locks.py BarrierTests.test_context_manager
ANY_ORDER_SIM_TEST(BarrierTest, EachOfARoundGetsAnIndexOfItsOwn) {
  Barrier barrier(3);
  std::vector<size_t> indices;
  const std::vector<JoinHandle<>> tasks = SpawnWaiters(3, barrier, indices);
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(indices, UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

// The one who fills the round goes on at once, the others as they came.
SIM_TEST(BarrierOrderTest, TheLastOneLeavesFirstAndTheOthersAsTheyCame) {
  Barrier barrier(3);
  std::vector<size_t> indices;
  const std::vector<JoinHandle<>> tasks = SpawnWaiters(3, barrier, indices);
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(indices, ElementsAre(2, 0, 1));
}

// Answers: test_locks.py BarrierTests.test_filling_one_task
SIM_TEST(BarrierTest, OneThatIsARoundByItselfDoesNotWait, {.max_steps = 1}) {
  Barrier barrier(1);
  EXPECT_EQ(co_await barrier.Wait(), 0);
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

Task<size_t> Wait(Barrier& barrier) { co_return co_await barrier.Wait(); }

// Answers: test_locks.py BarrierTests.test_filling_one_task_twice
SIM_TEST(BarrierTest, RoundsOfOneFollowEachOther) {
  Barrier barrier(1);
  JoinHandle<size_t> t1 = Spawn(Wait, std::ref(barrier));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 0);
  JoinHandle<size_t> t2 = Spawn(Wait, std::ref(barrier));
  co_await Yield();
  EXPECT_TRUE(t1.Done());
  EXPECT_TRUE(t2.Done());
  EXPECT_EQ(t1.Result(), t2.Result());
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

// Answers: test_locks.py BarrierTests.test_filling_task_by_task
SIM_TEST(BarrierTest, CountsThoseWhoWaitUntilTheRoundIsFull) {
  Barrier barrier(3);
  std::vector<JoinHandle<size_t>> tasks;
  tasks.push_back(Spawn(Wait, std::ref(barrier)));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 1);
  tasks.push_back(Spawn(Wait, std::ref(barrier)));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 2);
  tasks.push_back(Spawn(Wait, std::ref(barrier)));
  co_await Yield();
  for (const JoinHandle<size_t>& task : tasks) co_await task;
  EXPECT_EQ(tasks[0].Result(), 0);
  EXPECT_EQ(tasks[1].Result(), 1);
  EXPECT_EQ(tasks[2].Result(), 2);
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

Task<> WaitTwice(Barrier& barrier, std::vector<int>& rounds) {
  co_await barrier.Wait();
  rounds.push_back(1);
  co_await barrier.Wait();
  rounds.push_back(2);
}

// Answers: test_locks.py BarrierTests.test_filling_tasks_wait_twice
ANY_ORDER_SIM_TEST(BarrierTest,
                   NobodyBeginsTheSecondRoundBeforeTheFirstIsOver) {
  Barrier barrier(5);
  std::vector<int> rounds;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(Spawn(WaitTwice, std::ref(barrier), std::ref(rounds)));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(rounds, ElementsAre(1, 1, 1, 1, 1, 2, 2, 2, 2, 2));
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

Task<size_t> WaitTwiceForIndex(Barrier& barrier, int& first, int& second) {
  co_await barrier.Wait();
  ++first;
  const size_t index = co_await barrier.Wait();
  ++second;
  co_return index;
}

// Answers: test_locks.py BarrierTests.test_filling_tasks_check_return_value
ANY_ORDER_SIM_TEST(BarrierTest, TheSecondRoundCountsFromZeroAgain) {
  Barrier barrier(5);
  int first = 0;
  int second = 0;
  std::vector<JoinHandle<size_t>> tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(Spawn(WaitTwiceForIndex, std::ref(barrier), std::ref(first),
                          std::ref(second)));
  }
  std::vector<size_t> indices;
  for (const JoinHandle<size_t>& task : tasks) {
    const size_t index = co_await task;
    indices.push_back(index);
  }
  EXPECT_THAT(indices, UnorderedElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(first, 5);
  EXPECT_EQ(second, 5);
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

// ---- Draining ---------------------------------------------------------------

Task<> WaitAndLook(Barrier& barrier, std::vector<size_t>& seen) {
  co_await barrier.Wait();
  seen.push_back(barrier.Waiting());
}

// The sixth comes when the round is full and nobody but the fifth has left. It
// is counted only when the last of them has.
// Answers: test_locks.py BarrierTests.test_draining_state
SIM_TEST(BarrierTest, ANewcomerWaitsUntilAllOfTheRoundHaveLeft) {
  Barrier barrier(5);
  std::vector<size_t> seen;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(Spawn(WaitAndLook, std::ref(barrier), std::ref(seen)));
  }
  JoinHandle<size_t> sixth = Spawn(Wait, std::ref(barrier));
  co_await Yield();
  EXPECT_THAT(seen, SizeIs(1)) << "the fifth, which filled the round";
  EXPECT_EQ(barrier.Waiting(), 0);
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_THAT(seen, Each(0));
  EXPECT_THAT(seen, SizeIs(5));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 1) << "the sixth, in a new round";
  sixth.Cancel();
  EXPECT_THROW(co_await sixth, Cancelled);
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

// The first two of a round come again at once; the others pass another barrier
// before.
struct TwoBarriers {
  Barrier all{5};
  Barrier others{3};
  int to_come_at_once = 2;
  int rounds_of_others = 0;
};

Task<> ComeAgain(TwoBarriers& barriers) {
  co_await barriers.all.Wait();
  if (barriers.to_come_at_once > 0) {
    --barriers.to_come_at_once;
  } else {
    co_await barriers.others.Wait();
    ++barriers.rounds_of_others;
  }
  co_await barriers.all.Wait();
}

// Answers: test_locks.py BarrierTests.test_blocking_tasks_while_draining
ANY_ORDER_SIM_TEST(BarrierTest, ThoseWhoComeBackWaitForThoseWhoLeave) {
  TwoBarriers barriers;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(Spawn(ComeAgain, std::ref(barriers)));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_EQ(barriers.rounds_of_others, 3);
  EXPECT_EQ(barriers.all.Waiting(), 0);
  EXPECT_EQ(barriers.others.Waiting(), 0);
}

// ---- Cancelled --------------------------------------------------------------

// Answers: test_locks.py BarrierTests.test_filling_tasks_cancel_one
SIM_TEST(BarrierTest, OneThatIsCancelledDoesNotCount) {
  Barrier barrier(3);
  std::vector<size_t> indices;
  JoinHandle<> t1 = Spawn(WaitAndNote, std::ref(barrier), std::ref(indices));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 1);
  JoinHandle<> t2 = Spawn(WaitAndNote, std::ref(barrier), std::ref(indices));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 2);

  t1.Cancel();
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 1);
  EXPECT_THROW(co_await t1, Cancelled);
  EXPECT_TRUE(t1.Cancelled());

  JoinHandle<> t3 = Spawn(WaitAndNote, std::ref(barrier), std::ref(indices));
  co_await Yield();
  EXPECT_EQ(barrier.Waiting(), 2);
  EXPECT_THAT(indices, IsEmpty());
  JoinHandle<> t4 = Spawn(WaitAndNote, std::ref(barrier), std::ref(indices));
  co_await t2;
  co_await t3;
  co_await t4;
  EXPECT_THAT(indices, SizeIs(3));
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

}  // namespace
}  // namespace orrery
