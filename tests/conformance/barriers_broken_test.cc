// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Barrier against asyncio.Barrier: resetting and aborting it, at every stage of
// a round.

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/barrier.h"
#include "orrery/sim/task.h"
#include "orrery/testing/sim_test.h"
#include "orrery/tests/conformance/any_order.h"

namespace orrery {
namespace {

constexpr int kParties = 5;

// What the tasks of a test share, and how often each thing has happened.
struct Round {
  Barrier barrier{kParties};
  int left = 0;     // have come through the first time
  int broken = 0;   // were sent away while they waited
  int refused = 0;  // were sent away when they came again
  int done = 0;     // have come to their end
};

// Waits; whether the barrier was broken is how it ended.
Task<bool> IsSentAway(Barrier& barrier) {
  try {
    co_await barrier.Wait();
  } catch (const BrokenBarrierError&) {
    co_return true;
  }
  co_return false;
}

using Part = Task<> (*)(Round&);

std::vector<JoinHandle<>> SpawnParts(int count, Part part, Round& round) {
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < count; ++i) {
    tasks.push_back(Spawn(part, std::ref(round)));
  }
  return tasks;
}

Task<> All(std::vector<JoinHandle<>> tasks) {
  for (const JoinHandle<>& task : tasks) co_await task;
}

Task<> Reset(Round& round) { co_await round.barrier.Reset(); }
Task<> Abort(Round& round) { co_await round.barrier.Abort(); }

void ExpectEmptyAndWhole(const Barrier& barrier) {
  EXPECT_EQ(barrier.Waiting(), 0);
  EXPECT_FALSE(barrier.IsBroken());
}

// ---- Reset ------------------------------------------------------------------

// Answers: test_locks.py BarrierTests.test_reset_barrier
SIM_TEST(BarrierResetTest, ABarrierAtWhichNobodyWaitsStaysAsItIs) {
  Round round;
  JoinHandle<> reset = Spawn(Reset, std::ref(round));
  co_await Yield();
  EXPECT_TRUE(reset.Done());
  ExpectEmptyAndWhole(round.barrier);
}

Task<> WaitAndCount(Round& round) {
  const bool sent_away = co_await IsSentAway(round.barrier);
  if (sent_away) ++round.broken;
}

// Answers: test_locks.py BarrierTests.test_reset_barrier_while_tasks_waiting
SIM_TEST(BarrierResetTest, SendsAwayThoseWhoWait) {
  Round round;
  std::vector<JoinHandle<>> tasks =
      SpawnParts(kParties - 1, WaitAndCount, round);
  co_await Yield();
  EXPECT_EQ(round.barrier.Waiting(), kParties - 1);
  JoinHandle<> reset = Spawn(Reset, std::ref(round));
  co_await All(std::move(tasks));
  EXPECT_TRUE(reset.Done());
  EXPECT_EQ(round.broken, kParties - 1);
  ExpectEmptyAndWhole(round.barrier);
}

// Resets the barrier when two are still on their way out.
Task<> WaitAndResetInTheMiddle(Round& round) {
  const bool sent_away = co_await IsSentAway(round.barrier);
  if (sent_away) {
    ++round.broken;
  } else if (++round.left == kParties - kParties / 2) {
    co_await round.barrier.Reset();
  }
}

// Answers: test_locks.py
// BarrierTests.test_reset_barrier_when_tasks_half_draining
SIM_TEST(BarrierResetTest, SendsAwayThoseWhoHaveNotLeftYet) {
  Round round;
  co_await All(SpawnParts(kParties, WaitAndResetInTheMiddle, round));
  EXPECT_EQ(round.broken, kParties / 2);
  ExpectEmptyAndWhole(round.barrier);
}

// The first two who leave come again, and wait; the others reset the barrier.
// Who was sent away comes again, too.
Task<> WaitAndResetOrComeAgain(Round& round) {
  const bool sent_away = co_await IsSentAway(round.barrier);
  if (sent_away) {
    ++round.broken;
    co_await round.barrier.Wait();
  } else if (++round.left > kParties / 2) {
    co_await round.barrier.Reset();
    co_await round.barrier.Wait();
  } else {
    const bool refused = co_await IsSentAway(round.barrier);
    if (refused) ++round.refused;
  }
  ++round.done;
}

// Answers: test_locks.py
// BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking
SIM_TEST(BarrierResetTest, DoesNotSendAwayThoseWhoAreNotIn) {
  Round round;
  co_await All(SpawnParts(kParties, WaitAndResetOrComeAgain, round));
  EXPECT_EQ(round.broken, kParties / 2);
  EXPECT_EQ(round.refused, 0);
  EXPECT_EQ(round.done, kParties);
  ExpectEmptyAndWhole(round.barrier);
}

Task<> WaitUntilTheRoundIsWhole(Round& round) {
  const bool sent_away = co_await IsSentAway(round.barrier);
  if (sent_away) ++round.broken;
  co_await round.barrier.Wait();
  ++round.done;
}

Task<> WaitOnce(Round& round) {
  co_await round.barrier.Wait();
  ++round.done;
}

// Answers: test_locks.py
// BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again
SIM_TEST(BarrierResetTest, ThoseWhoWereSentAwayMayComeAgain) {
  Round round;
  std::vector<JoinHandle<>> tasks =
      SpawnParts(kParties - 1, WaitUntilTheRoundIsWhole, round);
  JoinHandle<> reset = Spawn(Reset, std::ref(round));
  co_await Yield();
  JoinHandle<> last = Spawn(WaitOnce, std::ref(round));
  co_await All(std::move(tasks));
  EXPECT_EQ(round.broken, kParties - 1);
  EXPECT_EQ(round.done, kParties);
  EXPECT_TRUE(reset.Done());
  EXPECT_TRUE(last.Done());
  ExpectEmptyAndWhole(round.barrier);
}

// The last one who leaves resets the barrier, while the others have come again.
Task<> WaitThreeTimes(Round& round) {
  co_await round.barrier.Wait();
  if (++round.left == kParties) {
    co_await round.barrier.Reset();
    co_await round.barrier.Wait();
  } else {
    const bool sent_away = co_await IsSentAway(round.barrier);
    if (sent_away) ++round.broken;
  }
  co_await round.barrier.Wait();
  ++round.done;
}

// Answers: test_locks.py BarrierTests.test_reset_barrier_while_tasks_draining
SIM_TEST(BarrierResetTest, LeavesThoseAloneWhoWaitToComeIn) {
  Round round;
  co_await All(SpawnParts(kParties, WaitThreeTimes, round));
  EXPECT_EQ(round.broken, 0);
  EXPECT_EQ(round.done, kParties);
  ExpectEmptyAndWhole(round.barrier);
}

// ---- Abort ------------------------------------------------------------------

// Answers: test_locks.py BarrierTests.test_abort_barrier
SIM_TEST(BarrierAbortTest, BreaksABarrierAtWhichNobodyWaits) {
  Round round;
  JoinHandle<> abort = Spawn(Abort, std::ref(round));
  co_await Yield();
  EXPECT_TRUE(abort.Done());
  EXPECT_EQ(round.barrier.Waiting(), 0);
  EXPECT_TRUE(round.barrier.IsBroken());
}

// The first two who leave come again; the third aborts.
Task<> WaitAndAbortInTheMiddle(Round& round) {
  const bool sent_away = co_await IsSentAway(round.barrier);
  if (sent_away) {
    ++round.broken;
  } else if (++round.left > kParties / 2) {
    co_await round.barrier.Abort();
  } else {
    const bool refused = co_await IsSentAway(round.barrier);
    if (refused) ++round.refused;
  }
}

// Answers: test_locks.py
// BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking
SIM_TEST(BarrierAbortTest, SendsAwayThoseWhoLeaveAndThoseWhoWaitToComeIn) {
  Round round;
  co_await All(SpawnParts(kParties, WaitAndAbortInTheMiddle, round));
  EXPECT_TRUE(round.barrier.IsBroken());
  EXPECT_EQ(round.broken, kParties / 2);
  EXPECT_EQ(round.refused, kParties - kParties / 2 - 1);
  EXPECT_EQ(round.barrier.Waiting(), 0);
}

// Whoever has the middle index fails.
Task<> WaitAndFailInTheMiddle(Barrier& barrier) {
  const size_t index = co_await barrier.Wait();
  if (index == kParties / 2) throw std::runtime_error("failed");
}

// Whether this task was the one that failed. It aborts the barrier then.
Task<bool> FailsAndAborts(Barrier& barrier) {
  bool failed = false;
  try {
    co_await WaitAndFailInTheMiddle(barrier);
  } catch (const BrokenBarrierError&) {
    throw;
  } catch (const std::runtime_error&) {
    failed = true;
  }
  if (failed) co_await barrier.Abort();
  co_return failed;
}

// Counts those who are sent away, in whichever round.
Task<> WaitTwiceUnlessItFails(Round& round) {
  try {
    const bool failed = co_await FailsAndAborts(round.barrier);
    if (failed) co_return;
    co_await round.barrier.Wait();
    ++round.done;
  } catch (const BrokenBarrierError&) {
    ++round.broken;
  }
}

// Answers: test_locks.py BarrierTests.test_abort_barrier_when_exception
ANY_ORDER_SIM_TEST(BarrierAbortTest, OneThatFailsCanSendAwayAllOthers) {
  Round round;
  co_await All(SpawnParts(kParties, WaitTwiceUnlessItFails, round));
  EXPECT_TRUE(round.barrier.IsBroken());
  EXPECT_EQ(round.done, 0);
  EXPECT_EQ(round.broken, kParties - 1);
  EXPECT_EQ(round.barrier.Waiting(), 0);
}

struct MendedRound {
  Round round;
  Barrier sync{kParties};
  int mended = 0;  // have come through after the reset
};

// All meet elsewhere, so that nobody is in the broken barrier when one of them
// resets it, and nobody comes before that.
Task<> FailMeetResetAndWait(MendedRound& mended) {
  co_await WaitTwiceUnlessItFails(mended.round);
  const size_t index = co_await mended.sync.Wait();
  if (index == kParties / 2) co_await mended.round.barrier.Reset();
  co_await mended.sync.Wait();
  co_await mended.round.barrier.Wait();
  ++mended.mended;
}

// Answers: test_locks.py
// BarrierTests.test_abort_barrier_when_exception_then_resetting
ANY_ORDER_SIM_TEST(BarrierAbortTest, ABrokenBarrierCanBeMended) {
  MendedRound mended;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < kParties; ++i) {
    tasks.push_back(Spawn(FailMeetResetAndWait, std::ref(mended)));
  }
  co_await All(std::move(tasks));
  EXPECT_EQ(mended.round.done, 0);
  EXPECT_EQ(mended.round.broken, kParties - 1);
  EXPECT_EQ(mended.mended, kParties);
  ExpectEmptyAndWhole(mended.round.barrier);
}

}  // namespace
}  // namespace orrery
