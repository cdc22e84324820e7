// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/shield.h"

#include <memory>
#include <stdexcept>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/future.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<int> ThrowAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<std::unique_ptr<int>> MakePointer(int value) {
  co_await Yield();
  co_return std::make_unique<int>(value);
}

// ---- Uncancelled ------------------------------------------------------------

Task<> EndsAsUsual(Words* words) {
  co_await Note(Shield(ReturnAfter(kSecond, 1)), words);
  co_await Note(Shield(ThrowAfter(kSecond, "error")), words);
  JoinHandle<int> handle = Spawn(ReturnAfter, kSecond, 2);
  co_await Note(Shield(handle), words);
  const uint64_t steps = Simulation::Current("").steps();
  co_await Note(Shield(handle), words);
  EXPECT_EQ(Simulation::Current("").steps(), steps) << "it was over";
  Promise<> promise;
  promise.Set();
  co_await Shield(promise.GetFuture());
  std::unique_ptr<int> pointer = co_await Shield(MakePointer(3));
  EXPECT_EQ(*pointer, 3);
}

TEST(ShieldTest, EndsAsWhatItShieldsDoes) {
  EXPECT_THAT(RunAndNote(EndsAsUsual), ElementsAre("1", "error", "2", "2"));
}

Task<> CancelInner(Words* words) {
  JoinHandle<int> inner = Spawn("inner", ReturnAfter, 9 * kSecond, 1);
  JoinHandle<> outer = Spawn("outer", Note<int>, Shield(inner), words);
  co_await Sleep(kSecond);
  inner.Cancel();
  co_await outer;
  EXPECT_EQ(outer.CancelRequests(), 0);
}

TEST(ShieldTest, IfTheInnerIsCancelledTheWaitingTaskIsToldSo) {
  EXPECT_THAT(RunAndNote(CancelInner), ElementsAre("cancelled"));
}

// ---- Cancelled --------------------------------------------------------------

Task<> CancelOuter(Words* words) {
  JoinHandle<int> inner = Spawn("inner", ReturnAfter, 9 * kSecond, 1);
  JoinHandle<> outer = Spawn("outer", Note<int>, Shield(inner), words);
  co_await Sleep(kSecond);
  outer.Cancel();
  co_await outer;
  EXPECT_EQ(Elapsed(), kSecond);
  EXPECT_FALSE(inner.Done());
  EXPECT_EQ(inner.CancelRequests(), 0);
  words->push_back(std::to_string(co_await inner));
}

TEST(ShieldTest, ACancelOfTheWaitingTaskStopsAtIt) {
  EXPECT_THAT(RunAndNote(CancelOuter), ElementsAre("cancelled", "1"));
}

Task<> TimeoutOfShielded(Words* words) {
  JoinHandle<int> inner = Spawn("inner", ReturnAfter, 2 * kSecond, 1);
  co_await Note(WithTimeout(kSecond, Shield(inner)), words);
  EXPECT_EQ(Elapsed(), kSecond);
  co_await Note(WithTimeout(2 * kSecond, Shield(inner)), words);
  EXPECT_EQ(Elapsed(), 2 * kSecond);
}

TEST(ShieldTest, ATimeoutLeavesWhatIsShieldedRunning) {
  EXPECT_THAT(RunAndNote(TimeoutOfShielded), ElementsAre("timed out", "1"));
}

// The inner task ends when the outer one is cancelled, but has not been told.
Task<> CancelMeetsEnd(Words* words) {
  JoinHandle<int> inner = Spawn("inner", ThrowAfter, kSecond, "lost");
  JoinHandle<> outer = Spawn("outer", Note<int>, Shield(inner), words);
  try {
    co_await inner;
  } catch (const std::runtime_error&) {
  }
  outer.Cancel();
  co_await outer;
}

TEST(ShieldTest, ACancelAtTheInstantOfTheEndIsNotLost) {
  EXPECT_THAT(RunAndNote(CancelMeetsEnd), ElementsAre("cancelled"));
}

Task<> FailUnseen(Words* words) {
  JoinHandle<> outer = Spawn("outer", Note<int>,
                             Shield(ThrowAfter(2 * kSecond, "unseen")), words);
  co_await Sleep(kSecond);
  outer.Cancel();
  co_await outer;
  co_await Sleep(9 * kSecond);
}

TEST(ShieldTest, AnErrorThatNobodySeesFailsTheRun) {
  Words words;
  const RunResult result = Simulation().Run(FailUnseen, &words);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message, HasSubstr("unseen"));
  EXPECT_EQ(result.elapsed, 2 * kSecond);
}

// ---- Reports ----------------------------------------------------------------

Task<int> WaitFor(Event* event) {
  co_await event->Wait();
  co_return 1;
}

Task<> Hang() {
  Event never("never");
  co_await Shield(WaitFor(&never));
}

TEST(ShieldTest, ADeadlockTellsWhoWaitsForWhom) {
  const RunResult result = Simulation().Run(Hang);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_THAT(FormatWait(result.tasks[0]), HasSubstr("waits for Shield#"));
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(kSecond);
  co_return 1;
}

Task<> UseShields(int* alive, Words* words) {
  JoinHandle<int> inner = Spawn("inner", Work, alive);
  co_await Note(Shield(inner), words);
  co_await Note(Shield(Work(alive)), words);
}

Task<> UseInAChild(int* alive, Words* words) {
  JoinHandle<> child = Spawn("child", UseShields, alive, words);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(ShieldTest, ACancelAnywhereLeavesNothingBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    Words words;
    const RunResult result =
        Simulation({.scheduler = scheduler}).Run(UseInAChild, &alive, &words);
    EXPECT_EQ(alive, 0);
    return result;
  });
  EXPECT_GT(runs, 50);
}

}  // namespace
}  // namespace orrery
