// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/rw_lock.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// ---- Without waiting --------------------------------------------------------

Task<> UseWithoutWaiting() {
  RwLock lock;
  {
    RwLock::ReadGuard one = co_await lock.ReadLock();
    RwLock::ReadGuard two = co_await lock.ReadLock();
    EXPECT_EQ(lock.Readers(), 2);
    EXPECT_TRUE(lock.TryReadLock());
    EXPECT_FALSE(lock.TryWriteLock());
    lock.ReadUnlock();
    RwLock::ReadGuard moved = std::move(two);
    EXPECT_FALSE(two);
    EXPECT_EQ(lock.Readers(), 2);
    one.Unlock();
    one.Unlock();
    EXPECT_EQ(lock.Readers(), 1);
  }
  EXPECT_EQ(lock.Readers(), 0);
  {
    RwLock::WriteGuard guard = co_await lock.WriteLock();
    EXPECT_TRUE(lock.IsWriteLocked());
    EXPECT_EQ(lock.holder(), CurrentTask().id());
    EXPECT_FALSE(lock.TryReadLock());
    EXPECT_FALSE(lock.TryWriteLock());
    guard.Unlock();
    EXPECT_FALSE(lock.IsWriteLocked());
    EXPECT_TRUE(lock.TryWriteLock());
    lock.WriteUnlock();
    guard = co_await lock.WriteLock();
  }
  EXPECT_FALSE(lock.IsWriteLocked());
}

TEST(RwLockTest, WithoutContentionNothingSuspends) {
  const RunResult result = Simulation().Run(UseWithoutWaiting);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 1);
}

// ---- Order ------------------------------------------------------------------

struct Table {
  RwLock lock{"table"};
  int reading = 0;
  int writing = 0;
  std::vector<std::string> log;
};

// Notes who is inside, and that they may be together.
class Inside {
 public:
  Inside(Table* table, int* count) : table_(table), count_(count) {
    ++*count_;
    Check();
  }
  ~Inside() {
    Check();
    --*count_;
  }

 private:
  void Check() const {
    EXPECT_LE(table_->writing, 1);
    EXPECT_TRUE(table_->writing == 0 || table_->reading == 0);
  }

  Table* table_;
  int* count_;
};

Task<> Read(Table& table, int id, absl::Duration duration) {
  RwLock::ReadGuard guard = co_await table.lock.ReadLock();
  Inside inside(&table, &table.reading);
  table.log.push_back(absl::StrCat("r", id));
  co_await Sleep(duration);
}

Task<> Write(Table& table, int id, absl::Duration duration) {
  RwLock::WriteGuard guard = co_await table.lock.WriteLock();
  Inside inside(&table, &table.writing);
  table.log.push_back(absl::StrCat("w", id));
  co_await Sleep(duration);
}

Task<> StandInLine() {
  Table table;
  RwLock::ReadGuard guard = co_await table.lock.ReadLock();
  const absl::Duration second = absl::Seconds(1);
  Spawn(Write, std::ref(table), 1, second);
  co_await Yield();
  Spawn(Read, std::ref(table), 2, second);
  co_await Yield();
  Spawn(Read, std::ref(table), 3, second);
  co_await Yield();
  Spawn(Write, std::ref(table), 4, second);
  co_await Yield();
  Spawn(Read, std::ref(table), 5, second);
  co_await Yield();
  EXPECT_THAT(table.log, ElementsAre()) << "readers stand behind the writer";
  EXPECT_FALSE(table.lock.TryReadLock());
  guard.Unlock();
  co_await Sleep(absl::Milliseconds(500));
  EXPECT_THAT(table.log, ElementsAre("w1"));
  co_await Sleep(second);
  EXPECT_THAT(table.log, ElementsAre("w1", "r2", "r3"));
  EXPECT_EQ(table.lock.Readers(), 2);
  co_await Sleep(second);
  EXPECT_THAT(table.log, ElementsAre("w1", "r2", "r3", "w4"));
  co_await Sleep(second);
  EXPECT_THAT(table.log, ElementsAre("w1", "r2", "r3", "w4", "r5"));
  co_await Sleep(second);
}

TEST(RwLockTest, FirstComeFirstServedReadersTogether) {
  const RunResult result = Simulation().Run(StandInLine);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

// It is handed over: between the unlock and the waiter's step nobody gets in.
Task<> TryToBarge() {
  Table table;
  RwLock::WriteGuard guard = co_await table.lock.WriteLock();
  JoinHandle<> writer = Spawn(Write, std::ref(table), 1, absl::ZeroDuration());
  co_await Sleep(absl::Seconds(1));
  guard.Unlock();
  EXPECT_TRUE(table.lock.IsWriteLocked());
  EXPECT_EQ(table.lock.holder(), writer.id());
  EXPECT_FALSE(table.lock.TryReadLock());
  EXPECT_FALSE(table.lock.TryWriteLock());
  guard = co_await table.lock.WriteLock();
  EXPECT_THAT(table.log, ElementsAre("w1"));
  JoinHandle<> reader = Spawn(Read, std::ref(table), 2, absl::Seconds(1));
  co_await Sleep(absl::Seconds(1));
  guard.Unlock();
  EXPECT_EQ(table.lock.Readers(), 1);
  EXPECT_TRUE(table.lock.TryReadLock()) << "beside a reader one may read";
  table.lock.ReadUnlock();
  EXPECT_FALSE(table.lock.TryWriteLock());
  co_await reader;
}

TEST(RwLockTest, NobodyBargesIn) {
  for (uint64_t seed = 0; seed <= 100; ++seed) {
    RandomScheduler random;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(TryToBarge);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
  }
}

Task<> Visit(Table& table, int id) {
  for (int i = 0; i < 3; ++i) {
    co_await Read(table, id, absl::ZeroDuration());
    co_await Write(table, id, absl::ZeroDuration());
  }
}

Task<> VisitTogether() {
  Table table;
  std::vector<JoinHandle<>> tasks;
  for (int id = 0; id < 4; ++id) {
    tasks.push_back(Spawn(Visit, std::ref(table), id));
  }
  for (const JoinHandle<>& task : tasks) co_await task;
  EXPECT_EQ(table.log.size(), 24);
  EXPECT_TRUE(table.lock.TryWriteLock());
  table.lock.WriteUnlock();
}

TEST(RwLockTest, NobodyIsBesideAWriterUnderAThousandSchedules) {
  for (uint64_t seed = 0; seed <= 1000; ++seed) {
    RandomScheduler random;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(VisitTogether);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
  }
}

// ---- Reports and misuse -----------------------------------------------------

Task<> WaitForWriter() {
  Table table;
  RwLock::WriteGuard guard = co_await table.lock.WriteLock();
  Spawn("reader", Read, std::ref(table), 1, absl::ZeroDuration());
  Spawn("writer", Write, std::ref(table), 2, absl::ZeroDuration());
  co_await Sleep(absl::InfiniteDuration());
}

TEST(RwLockTest, ADeadlockNamesTheWriter) {
  const RunResult result = Simulation().Run(WaitForWriter);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_THAT(FormatWait(result.tasks[1]),
              testing::StartsWith("waits for a read lock of RwLock \"table\""));
  EXPECT_THAT(
      FormatWait(result.tasks[2]),
      testing::StartsWith("waits for a write lock of RwLock \"table\""));
}

Task<> ReadForEver(RwLock& lock) {
  RwLock::ReadGuard guard = co_await lock.ReadLock();
  co_await Sleep(absl::InfiniteDuration());
}

Task<> WriteForEver(RwLock& lock) {
  RwLock::WriteGuard guard = co_await lock.WriteLock();
  co_await Sleep(absl::InfiniteDuration());
}

Task<> LeaveHeld() {
  RwLock read;
  RwLock written;
  for (int i = 0; i < 2; ++i) {
    Spawn(ReadForEver, std::ref(read));
    Spawn(WriteForEver, std::ref(written));
  }
  Spawn(WriteForEver, std::ref(read));
  co_await Sleep(absl::Seconds(1));
}

// The lock is gone when the others are cancelled.
TEST(RwLockTest, MayBeHeldAndWaitedForWhenTheRunEnds) {
  const RunResult result = Simulation().Run(LeaveHeld);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
}

Task<> UnlockOfOther(RwLock& lock) {
  lock.WriteUnlock();
  co_return;
}

Task<> LetOtherUnlock() {
  RwLock lock;
  RwLock::WriteGuard guard = co_await lock.WriteLock();
  co_await Spawn(UnlockOfOther, std::ref(lock));
}

Task<> UnlockWhatNobodyReads() {
  RwLock lock;
  lock.ReadUnlock();
  co_return;
}

TEST(RwLockDeathTest, OnlyWhatIsHeldIsGivenBack) {
  EXPECT_DEATH(Simulation().Run(LetOtherUnlock),
               "by a task that does not write");
  EXPECT_DEATH(Simulation().Run(UnlockWhatNobodyReads), "while nobody reads");
}

// ---- Cancellation -----------------------------------------------------------

Task<> MixedVisitors(Victims& victims) {
  Table table;
  const absl::Duration turn = absl::ZeroDuration();
  victims.Add(Spawn(Write, std::ref(table), 0, turn));
  victims.Add(Spawn(Read, std::ref(table), 1, turn));
  victims.Add(Spawn(Read, std::ref(table), 2, turn));
  victims.Add(Spawn(Write, std::ref(table), 3, turn));
  victims.Add(Spawn(Read, std::ref(table), 4, turn));
  const size_t cancelled = co_await victims.Join();
  EXPECT_GE(table.log.size(), victims.size() - cancelled);
  EXPECT_EQ(table.lock.Readers(), 0);
  EXPECT_TRUE(table.lock.TryWriteLock()) << "nobody has it, nobody waits";
  table.lock.WriteUnlock();
}

TEST(RwLockCancelTest, AtEveryPointTheOthersGetIt) {
  EXPECT_EQ(
      CancelEverywhere(MixedVisitors, {.random_seeds = 50, .pairs = true}), "");
}

// A writer that waits keeps readers behind it; when it is cancelled, they go.
Task<> CancelWriterInFront() {
  Table table;
  RwLock::ReadGuard guard = co_await table.lock.ReadLock();
  JoinHandle<> writer = Spawn(Write, std::ref(table), 1, absl::Seconds(1));
  JoinHandle<> reader = Spawn(Read, std::ref(table), 2, absl::Seconds(1));
  co_await Sleep(absl::Seconds(1));
  EXPECT_THAT(table.log, ElementsAre());
  writer.Cancel();
  EXPECT_FALSE(table.lock.TryReadLock()) << "a reader waits";
  co_await reader;
  EXPECT_TRUE(writer.Cancelled());
  EXPECT_THAT(table.log, ElementsAre("r2"));
}

TEST(RwLockCancelTest, ReadersBehindACancelledWriterGoOn) {
  EXPECT_TRUE(Simulation().Run(CancelWriterInFront).ok());
}

// It was handed to the writer, who is cancelled before it runs.
Task<> CancelWriterThatWasWoken() {
  Table table;
  RwLock::WriteGuard guard = co_await table.lock.WriteLock();
  JoinHandle<> writer = Spawn(Write, std::ref(table), 1, absl::Seconds(1));
  JoinHandle<> one = Spawn(Read, std::ref(table), 2, absl::Seconds(1));
  JoinHandle<> two = Spawn(Read, std::ref(table), 3, absl::Seconds(1));
  co_await Sleep(absl::Seconds(1));
  guard.Unlock();
  writer.Cancel();
  co_await one;
  co_await two;
  EXPECT_TRUE(writer.Cancelled());
  EXPECT_THAT(table.log, ElementsAre("r2", "r3"));
}

TEST(RwLockCancelTest, AWriterThatWasWokenHandsItOn) {
  EXPECT_TRUE(Simulation().Run(CancelWriterThatWasWoken).ok());
}

}  // namespace
}  // namespace orrery
