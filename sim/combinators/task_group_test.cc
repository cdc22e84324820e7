// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/task_group.h"

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
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

// ---- Without errors ---------------------------------------------------------

Task<int> SpawnThree(TaskGroup& group, Words* words) {
  group.Spawn("named", SayAfter, 3 * kSecond, words, "a");
  group.Spawn(SayAfter, 1 * kSecond, words, "b");
  group.Spawn([words] { return SayAfter(2 * kSecond, words, "c"); });
  words->push_back("body");
  co_return 5;
}

Task<> AwaitGroup(Words* words) {
  const int value = co_await WithTaskGroup(SpawnThree, words);
  EXPECT_EQ(value, 5);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
  words->push_back("over");
}

TEST(TaskGroupTest, IsOverWhenTheBlockAndAllTasksAre) {
  EXPECT_THAT(RunAndNote(AwaitGroup),
              ElementsAre("body", "b", "c", "a", "over"));
}

Task<> SpawnNothing(TaskGroup&) { co_return; }

Task<> AwaitEmptyGroup(Words*) {
  const uint64_t steps = Simulation::Current("").steps();
  co_await WithTaskGroup(SpawnNothing);
  EXPECT_EQ(Simulation::Current("").steps(), steps);
}

TEST(TaskGroupTest, WithoutTasksItDoesNotSuspend) {
  EXPECT_THAT(RunAndNote(AwaitEmptyGroup), IsEmpty());
}

Task<int> Double(int value) {
  co_await Yield();
  co_return 2 * value;
}

Task<int> SumOfDoubles(TaskGroup& group, int count) {
  std::vector<JoinHandle<int>> handles;
  for (int i = 0; i < count; ++i) handles.push_back(group.Spawn(Double, i));
  int sum = 0;
  for (const JoinHandle<int>& handle : handles) sum += co_await handle;
  co_return sum;
}

Task<> AwaitThousand(Words* words) {
  const int sum = co_await WithTaskGroup(SumOfDoubles, 1000);
  words->push_back(std::to_string(sum));
}

TEST(TaskGroupTest, ItsTasksHaveHandlesAndResults) {
  EXPECT_THAT(RunAndNote(AwaitThousand), ElementsAre("999000"));
}

Task<> SpawnMore(TaskGroup& group, int depth, Words* words) {
  co_await Sleep(kSecond);
  words->push_back(std::to_string(depth));
  if (depth > 0) group.Spawn(SpawnMore, std::ref(group), depth - 1, words);
}

Task<> SpawnGenerations(TaskGroup& group, Words* words) {
  group.Spawn(SpawnMore, std::ref(group), 3, words);
  co_return;
}

Task<> AwaitGenerations(Words* words) {
  co_await WithTaskGroup(SpawnGenerations, words);
  EXPECT_EQ(Elapsed(), 4 * kSecond);
}

TEST(TaskGroupTest, ItsTasksMaySpawnMoreAfterTheBlock) {
  EXPECT_THAT(RunAndNote(AwaitGenerations), ElementsAre("3", "2", "1", "0"));
}

Task<> CancelOneOfTwo(TaskGroup& group, Words* words) {
  JoinHandle<> one = group.Spawn(SayAfter, 2 * kSecond, words, "one");
  group.Spawn(SayAfter, 2 * kSecond, words, "other");
  co_await Sleep(kSecond);
  one.Cancel();
}

Task<> AwaitCancelledChild(Words* words) {
  co_await Note(WithTaskGroup(CancelOneOfTwo, words), words);
}

TEST(TaskGroupTest, ATaskThatIsCancelledIsNoError) {
  EXPECT_THAT(RunAndNote(AwaitCancelledChild),
              ElementsAre("one cancelled", "other", "returned"));
}

// ---- Errors -----------------------------------------------------------------

Task<> BlockSleeps(TaskGroup& group, Words* words) {
  group.Spawn(SayAfter, 9 * kSecond, words, "first");
  group.Spawn(ThrowAfter, kSecond, "broken");
  group.Spawn(SayAfter, 9 * kSecond, words, "third");
  group.Spawn(SayAfter, 9 * kSecond, words, "fourth");
  co_await SayAfter(9 * kSecond, words, "block");
}

Task<> FailingChild(Words* words) {
  co_await Note(WithTaskGroup(BlockSleeps, words), words);
  EXPECT_EQ(Elapsed(), kSecond);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  co_await Sleep(kSecond);
}

TEST(TaskGroupTest, TheFirstErrorCancelsTheOthersInSpawnOrderAndTheBlock) {
  EXPECT_THAT(
      RunAndNote(FailingChild),
      ElementsAre("first cancelled", "third cancelled", "fourth cancelled",
                  "block cancelled", "1 error: std::runtime_error: broken"));
}

Task<> BlockThrows(TaskGroup& group, Words* words) {
  group.Spawn(SayAfter, 9 * kSecond, words, "task");
  co_await Sleep(kSecond);
  throw std::runtime_error("block broken");
}

Task<> FailingBlock(Words* words) {
  co_await Note(WithTaskGroup(BlockThrows, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

TEST(TaskGroupTest, AnErrorOfTheBlockCancelsTheTasks) {
  EXPECT_THAT(RunAndNote(FailingBlock),
              ElementsAre("task cancelled",
                          "1 error: std::runtime_error: block broken"));
}

Task<> ThrowTogether(TaskGroup& group, Words*) {
  for (const char* what : {"a", "b", "c"}) {
    group.Spawn(ThrowAfter, kSecond, what);
  }
  group.Spawn(ThrowWhenCancelled, "d");
  try {
    co_await Sleep(9 * kSecond);
  } catch (const Cancelled&) {
    throw std::runtime_error("block");
  }
}

Task<> SimultaneousErrors(Words* words) {
  co_await Note(WithTaskGroup(ThrowTogether, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

TEST(TaskGroupTest, ErrorsAtOneInstantAreAllReportedTheBlocksLast) {
  EXPECT_THAT(
      RunAndNote(SimultaneousErrors),
      ElementsAre("5 errors: std::runtime_error: a; std::runtime_error: "
                  "b; std::runtime_error: c; std::runtime_error: d; "
                  "std::runtime_error: block"));
}

Task<> NestedBlock(TaskGroup& outer, Words* words) {
  outer.Spawn(SayAfter, 9 * kSecond, words, "outer task");
  outer.Spawn(ThrowWhenCancelled, "outer error");
  co_await WithTaskGroup(BlockSleeps, words);
}

Task<> Nested(Words* words) {
  co_await Note(WithTaskGroup(NestedBlock, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

TEST(TaskGroupTest, NestedGroupsReportNestedErrors) {
  EXPECT_THAT(
      RunAndNote(Nested),
      ElementsAre("first cancelled", "third cancelled", "fourth cancelled",
                  "block cancelled", "outer task cancelled",
                  "2 errors: std::runtime_error: outer error; "
                  "orrery::ExceptionGroup: 1 error: "
                  "std::runtime_error: broken"));
}

Task<> InnerWaits(TaskGroup& inner, Words* words) {
  inner.Spawn(SayAfter, 9 * kSecond, words, "inner task");
  co_await SayAfter(9 * kSecond, words, "inner block");
}

Task<> OuterFails(TaskGroup& outer, Words* words) {
  outer.Spawn(ThrowAfter, kSecond, "outer");
  co_await Note(WithTaskGroup(InnerWaits, words), words);
  words->push_back("goes on");
  co_await Yield();
}

Task<> InnerGroupIsCancelled(Words* words) {
  co_await Note(WithTaskGroup(OuterFails, words), words);
}

TEST(TaskGroupTest, AnErrorInAnOuterGroupCancelsAnInnerOne) {
  EXPECT_THAT(
      RunAndNote(InnerGroupIsCancelled),
      ElementsAre("inner block cancelled", "inner task cancelled", "cancelled",
                  "goes on", "1 error: std::runtime_error: outer"));
}

Task<> LeaveUncaught(Words* words) {
  co_await WithTaskGroup(BlockSleeps, words);
}

TEST(TaskGroupTest, ErrorsThatNobodyCatchesFailTheRun) {
  Words words;
  const RunResult result = Simulation().Run(LeaveUncaught, &words);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task main#1: orrery::ExceptionGroup: 1 "
            "error: std::runtime_error: broken");
}

// ---- Refusals ---------------------------------------------------------------

Task<> Never(Words* words) {
  words->push_back("never");
  co_return;
}

void TrySpawn(TaskGroup& group, Words* words) {
  try {
    group.Spawn(Never, words);
  } catch (const InvalidStateError& error) {
    words->push_back(error.what());
  }
}

Task<> SpawnAfterFailure(TaskGroup& group, Words* words) {
  group.Spawn(ThrowAfter, kSecond, "broken");
  try {
    co_await Sleep(9 * kSecond);
  } catch (const Cancelled&) {
    EXPECT_TRUE(group.IsEnding());
    TrySpawn(group, words);
    throw;
  }
}

Task<> AwaitRefusal(Words* words) {
  co_await Note(WithTaskGroup(SpawnAfterFailure, words), words);
}

TEST(TaskGroupTest, TakesNoMoreTasksAfterAFailure) {
  EXPECT_THAT(RunAndNote(AwaitRefusal),
              ElementsAre(HasSubstr("is ending"),
                          "1 error: std::runtime_error: broken"));
}

// ---- Cancel() ---------------------------------------------------------------

Task<> CancelsItself(TaskGroup& group, Words* words) {
  group.Spawn(SayAfter, 9 * kSecond, words, "task");
  co_await Sleep(kSecond);
  group.Cancel();
  group.Cancel();
  TrySpawn(group, words);
  co_await SayAfter(9 * kSecond, words, "block");
}

Task<> CancelGroup(TaskGroup* group) {
  co_await Sleep(kSecond);
  group->Cancel();
}

Task<> IsCancelledByTask(TaskGroup& group, Words* words) {
  group.Spawn(CancelGroup, &group);
  group.Spawn(SayAfter, 9 * kSecond, words, "task");
  co_return;
}

Task<> CallCancel(Words* words) {
  co_await Note(WithTaskGroup(CancelsItself, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  co_await Note(WithTaskGroup(IsCancelledByTask, words), words);
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  co_await Sleep(kSecond);
}

TEST(TaskGroupTest, CancelEndsItWithoutAnError) {
  EXPECT_THAT(
      RunAndNote(CallCancel),
      ElementsAre(HasSubstr("is ending"), "task cancelled", "block cancelled",
                  "returned", "task cancelled", "returned"));
}

Task<int> CancelsWithoutResult(TaskGroup& group) {
  group.Cancel();
  co_await Sleep(kSecond);
  co_return 1;
}

Task<int> CancelsWithResult(TaskGroup& group) {
  group.Cancel();
  co_return 1;
}

Task<> CancelAndAskForAResult(Words* words) {
  try {
    co_await WithTaskGroup(CancelsWithoutResult);
  } catch (const InvalidStateError& error) {
    words->push_back(error.what());
  }
  EXPECT_EQ(co_await WithTaskGroup(CancelsWithResult), 1);
  co_await Sleep(kSecond);
}

TEST(TaskGroupTest, CancelLeavesNoResultUnlessTheBlockReturnsOne) {
  EXPECT_THAT(RunAndNote(CancelAndAskForAResult),
              ElementsAre(HasSubstr("nothing to return")));
}

Task<> CancelledFromOutsideToo(Words* words) {
  JoinHandle<> task =
      Spawn("task", Note<void>, WithTaskGroup(CancelsItself, words), words);
  co_await Sleep(kSecond);
  task.Cancel();
  co_await task;
}

TEST(TaskGroupTest, CancelDoesNotHideACancelFromOutside) {
  EXPECT_THAT(RunAndNote(CancelledFromOutsideToo).back(), "cancelled");
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitFor(Event* event) { co_await event->Wait(); }

Task<> SpawnTwoThatNeverEnd(TaskGroup& group, Event* never) {
  group.Spawn("one", WaitFor, never);
  group.Spawn("two", WaitFor, never);
  co_return;
}

Task<> Hang() {
  Event never("never");
  co_await WithTaskGroup(SpawnTwoThatNeverEnd, &never);
}

TEST(TaskGroupTest, ADeadlockTellsWhoWaitsForWhom) {
  const RunResult result = Simulation().Run(Hang);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_THAT(FormatWait(result.tasks[0]),
              HasSubstr("waits for the children of TaskGroup#"));
  EXPECT_THAT(result.tasks[0].stack, ElementsAre(HasSubstr("Hang")));
  for (size_t i : {1, 2}) {
    EXPECT_THAT(result.tasks[i].awaited_by, ElementsAre("main#1"));
    EXPECT_THAT(result.tasks[i].spawned_at, HasSubstr("SpawnTwoThatNeverEnd"));
  }
}

}  // namespace
}  // namespace orrery
