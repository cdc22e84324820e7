// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <stdexcept>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Says `word` after a time, or that it was cancelled.
Task<> SayAfter(absl::Duration delay, Words* words, std::string word) {
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    words->push_back(absl::StrCat(word, " cancelled"));
    throw;
  }
  words->push_back(word);
}

Task<> ThrowAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

// Needs a second to give way, and then throws.
Task<> ThrowWhenCancelled(const char* what) {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) co_await Sleep(kSecond);
  throw std::runtime_error(what);
}

Task<> InnerWaits(TaskGroup& inner, Words* words) {
  inner.Spawn(SayAfter, 9 * kSecond, words, "inner task");
  co_await SayAfter(9 * kSecond, words, "inner block");
}

// Has a task that fails.
Task<> BlockSleeps(TaskGroup& group, Words* words) {
  group.Spawn(SayAfter, 9 * kSecond, words, "first");
  group.Spawn(ThrowAfter, kSecond, "broken");
  group.Spawn(SayAfter, 9 * kSecond, words, "third");
  group.Spawn(SayAfter, 9 * kSecond, words, "fourth");
  co_await SayAfter(9 * kSecond, words, "block");
}

// ---- Cancels from outside ---------------------------------------------------

Task<> WaitForTask(TaskGroup& group, Words* words) {
  group.Spawn(SayAfter, 9 * kSecond, words, "task");
  co_return;
}

Task<> CancelFromOutside(Words* words) {
  for (auto body : {WaitForTask, InnerWaits}) {
    JoinHandle<> task =
        Spawn("task", Note<void>, WithTaskGroup(body, words), words);
    co_await Sleep(kSecond);
    task.Cancel();
    co_await task;
    EXPECT_EQ(task.CancelRequests(), 1);
  }
}

TEST(TaskGroupCancelTest, ACancelOfTheWaitingTaskCancelsTheTasks) {
  EXPECT_THAT(
      RunAndNote(CancelFromOutside),
      ElementsAre("task cancelled", "cancelled", "inner block cancelled",
                  "inner task cancelled", "cancelled"));
}

// Catches what the group throws; the cancel is heard next.
Task<> ErrorAndCancelBody(TaskGroup& group, Words* words) {
  group.Spawn(ThrowWhenCancelled, "in cleanup");
  co_await SayAfter(9 * kSecond, words, "block");
}

Task<> CatchAndGoOn(Words* words) {
  co_await Note(WithTaskGroup(ErrorAndCancelBody, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 1) << "the level is preserved";
  co_await SayAfter(kSecond, words, "the next wait");
}

Task<> ErrorAndCancel(Words* words) {
  JoinHandle<> task = Spawn("task", CatchAndGoOn, words);
  co_await Sleep(kSecond);
  task.Cancel();
  try {
    co_await task;
  } catch (const Cancelled&) {
    words->push_back("task cancelled");
  }
}

TEST(TaskGroupCancelTest, ErrorsGoBeforeACancelWhichIsHeardAtTheNextWait) {
  EXPECT_THAT(
      RunAndNote(ErrorAndCancel),
      ElementsAre("block cancelled", "1 error: std::runtime_error: in cleanup",
                  "the next wait cancelled", "task cancelled"));
}

// An error ends the group while the task is cancelled from outside as well.
Task<> FailThenCancelled(Words* words) {
  JoinHandle<> task = Spawn("task", CatchAndGoOn, words);
  co_await Sleep(kSecond);
  task.Cancel();
  co_await Sleep(kSecond / 2);
  task.Cancel();
  EXPECT_EQ(task.CancelRequests(), 2);
  task.Uncancel();
  try {
    co_await task;
  } catch (const Cancelled&) {
    words->push_back("task cancelled");
  }
}

TEST(TaskGroupCancelTest, ASecondCancelDoesNotCutTheWaitShort) {
  EXPECT_THAT(
      RunAndNote(FailThenCancelled),
      ElementsAre("block cancelled", "1 error: std::runtime_error: in cleanup",
                  "the next wait cancelled", "task cancelled"));
}

// The group must not take the request of somebody else for its own.
Task<> BothAtOnceBody(TaskGroup& group, Words*) {
  group.Spawn(ThrowAfter, kSecond, "broken");
  co_await Sleep(absl::Hours(1));
}

Task<> BothAtOnceTask(Words* words) {
  co_await Note(WithTaskGroup(BothAtOnceBody, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 1);
  co_await SayAfter(kSecond, words, "the next wait");
}

Task<> BothAtOnce(Words* words) {
  JoinHandle<> task = Spawn("task", BothAtOnceTask, words);
  co_await Sleep(kSecond);
  task.Cancel();
  try {
    co_await task;
  } catch (const Cancelled&) {
    words->push_back("task cancelled");
  }
}

TEST(TaskGroupCancelTest, ACancelAtTheInstantOfAnErrorIsNotLost) {
  EXPECT_THAT(RunAndNote(BothAtOnce),
              ElementsAre("1 error: std::runtime_error: broken",
                          "the next wait cancelled", "task cancelled"));
}

Task<> CancelledEarly(Words* words) {
  JoinHandle<> task =
      Spawn("task", Note<void>, WithTaskGroup(BlockSleeps, words), words);
  task.Cancel();
  co_await Yield();
  EXPECT_TRUE(task.Cancelled());
}

TEST(TaskGroupCancelTest, CancelledBeforeItsFirstStepTheBlockNeverRuns) {
  EXPECT_THAT(RunAndNote(CancelledEarly), IsEmpty());
}

// ---- With timeouts ----------------------------------------------------------

Task<> TimeoutAroundGroup(Words* words) {
  Task<> group = WithTaskGroup(InnerWaits, words);
  co_await Note(WithTimeout(kSecond, std::move(group)), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  Task<> fails = WithTaskGroup(ErrorAndCancelBody, words);
  co_await Note(WithTimeout(kSecond, std::move(fails)), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  co_await Sleep(kSecond);
}

TEST(TaskGroupCancelTest, ATimeoutAroundAGroupTimesOutUnlessItsTasksFail) {
  EXPECT_THAT(RunAndNote(TimeoutAroundGroup),
              ElementsAre("inner block cancelled", "inner task cancelled",
                          "timed out", "block cancelled",
                          "1 error: std::runtime_error: in cleanup"));
}

Task<> TimeoutInBlock(TaskGroup& group, bool timer_first, Words* words) {
  group.Spawn(ThrowAfter, kSecond, "broken");
  if (!timer_first) co_await Yield();
  co_await WithTimeout(kSecond, SayAfter(9 * kSecond, words, "block"));
}

Task<> GroupAroundTimeout(Words* words) {
  for (bool timer_first : {true, false}) {
    co_await Note(WithTaskGroup(TimeoutInBlock, timer_first, words), words);
    EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  }
}

TEST(TaskGroupCancelTest, ATimeoutInTheBlockAndAnErrorAtOneInstant) {
  EXPECT_THAT(
      RunAndNote(GroupAroundTimeout),
      ElementsAre("block cancelled", "1 error: orrery::TimeoutError: timed out",
                  "block cancelled",
                  "2 errors: std::runtime_error: broken; "
                  "orrery::TimeoutError: timed out"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<> Work(int* alive, absl::Duration duration, bool fails) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  if (fails) throw std::runtime_error("work");
}

Task<> WorkSlowlyToTheEnd(int* alive) {
  Alive self(alive);
  bool cancelled = false;
  try {
    co_await Sleep(kSecond);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) co_await Sleep(kSecond);
}

Task<> Block(TaskGroup& group, int* alive, bool fails) {
  group.Spawn(Work, alive, kSecond, false);
  group.Spawn(Work, alive, kSecond, fails);
  group.Spawn(WorkSlowlyToTheEnd, alive);
  co_await Sleep(kSecond / 2);
}

Task<> Blocks(int* alive, Words* words) {
  for (bool fails : {false, true}) {
    co_await Note(WithTaskGroup(Block, alive, fails), words);
    EXPECT_EQ(*alive, 0) << "nobody is left behind";
  }
  // A request that came together with errors is heard here.
  try {
    co_await Yield();
  } catch (const Cancelled&) {
    words->push_back("cancelled");
  }
  if (CurrentTask().CancelRequests() > 0) {
    EXPECT_THAT(*words, testing::Contains("cancelled"));
  }
}

Task<> UseInAChild(int* alive, Words* words) {
  JoinHandle<> child = Spawn("child", Blocks, alive, words);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(TaskGroupCancelTest, ACancelAnywhereLeavesNobodyBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    Words words;
    return Simulation({.scheduler = scheduler})
        .Run(UseInAChild, &alive, &words);
  });
  EXPECT_GT(runs, 500);
}

}  // namespace
}  // namespace orrery
