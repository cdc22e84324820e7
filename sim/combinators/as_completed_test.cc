// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/as_completed.h"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/future.h"
#include "orrery/sim/invalid_state.h"
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

// Three that return 3, 1 and 2 after as many seconds.
std::vector<Task<int>> MakeThree() {
  std::vector<Task<int>> tasks;
  for (int i : {3, 1, 2}) tasks.push_back(ReturnAfter(i * kSecond, i));
  return tasks;
}

// Notes what the next one is.
template <typename A>
Task<> NoteNext(AsCompleted<A>& completed, Words* words) {
  std::string word;
  try {
    const int value = co_await completed.Next();
    word = absl::StrCat(value);
  } catch (const TimeoutError&) {
    word = "timed out";
  } catch (const Cancelled&) {
    word = "cancelled";
  } catch (const std::exception& error) {
    word = error.what();
  }
  words->push_back(absl::StrCat(word, " at ", absl::ToInt64Seconds(Elapsed())));
}

// ---- One after the other ----------------------------------------------------

Task<> TakeAll(Words* words) {
  AsCompleted completed(MakeThree());
  while (completed.HasNext()) co_await NoteNext(completed, words);
  try {
    co_await completed.Next();
  } catch (const InvalidStateError& error) {
    words->push_back(error.what());
  }
}

TEST(AsCompletedTest, GivesResultsAsTheyCome) {
  EXPECT_THAT(RunAndNote(TakeAll),
              ElementsAre("1 at 1", "2 at 2", "3 at 3", HasSubstr("no more")));
}

Task<> TakeErrors(Words* words) {
  std::vector<JoinHandle<int>> handles;
  handles.push_back(Spawn(ThrowAfter, 2 * kSecond, "error"));
  handles.push_back(Spawn(ReturnAfter, 3 * kSecond, 3));
  handles.push_back(Spawn(ReturnAfter, 9 * kSecond, 9));
  handles.back().Cancel();
  AsCompleted completed(handles);
  while (completed.HasNext()) co_await NoteNext(completed, words);
}

TEST(AsCompletedTest, ThrowsWhatTheyEndWithInTheirTurn) {
  EXPECT_THAT(RunAndNote(TakeErrors),
              ElementsAre("cancelled at 0", "error at 2", "3 at 3"));
}

Task<> TakeHandles(Words* words) {
  std::vector<JoinHandle<int>> handles;
  for (int i : {2, 1}) handles.push_back(Spawn(ReturnAfter, i * kSecond, i));
  AsCompleted completed(handles);
  JoinHandle<int> first = co_await completed.NextHandle();
  EXPECT_EQ(first, handles[1]);
  EXPECT_EQ(first.Result(), 1);
  first = co_await completed.NextHandle();
  EXPECT_EQ(first, handles[0]);
  words->push_back("both");
}

TEST(AsCompletedTest, GivesHandlesToo) {
  EXPECT_THAT(RunAndNote(TakeHandles), ElementsAre("both"));
}

Task<std::unique_ptr<int>> MakePointer(int value) {
  co_await Yield();
  co_return std::make_unique<int>(value);
}

Task<> OtherKinds(Words* words) {
  std::vector<Task<std::unique_ptr<int>>> tasks;
  tasks.push_back(MakePointer(1));
  AsCompleted pointers(std::move(tasks));
  std::unique_ptr<int> pointer = co_await pointers.Next();
  EXPECT_EQ(*pointer, 1);
  Promise<> promise;
  std::vector<Future<>> futures = {promise.GetFuture()};
  AsCompleted none(futures);
  promise.Set();
  co_await none.Next();
  AsCompleted nothing{std::vector<Task<>>()};
  EXPECT_FALSE(nothing.HasNext());
  words->push_back("done");
}

TEST(AsCompletedTest, TakesTasksHandlesAndFuturesOfAllTypes) {
  EXPECT_THAT(RunAndNote(OtherKinds), ElementsAre("done"));
}

Task<> TakeFromSeveral(Words* words) {
  AsCompleted completed(MakeThree());
  co_await WhenAll(NoteNext(completed, words), NoteNext(completed, words),
                   NoteNext(completed, words));
  EXPECT_FALSE(completed.HasNext());
}

TEST(AsCompletedTest, SeveralTasksMayWaitEachForOne) {
  EXPECT_THAT(RunAndNote(TakeFromSeveral),
              ElementsAre("1 at 1", "2 at 2", "3 at 3"));
}

Task<> Nothing() { co_return; }

Task<> LeaveEarly(Words* words) {
  {
    AsCompleted completed(MakeThree());
    co_await NoteNext(completed, words);
  }
  co_await Sleep(9 * kSecond);
}

TEST(AsCompletedTest, WhenItGoesTheOthersRunOn) {
  EXPECT_THAT(RunAndNote(LeaveEarly), ElementsAre("1 at 1"));
}

TEST(AsCompletedTest, MayOutliveTheSimulation) {
  std::optional<Promise<int>> promise;
  std::optional<AsCompleted<Future<int>>> completed;
  {
    Simulation simulation;
    Simulation::Scope scope(simulation);
    promise.emplace();
    std::vector<Future<int>> futures = {promise->GetFuture()};
    completed.emplace(futures, kSecond);
    EXPECT_TRUE(simulation.Run([] { return Nothing(); }).ok());
  }
  completed.reset();
}

// ---- Timeouts ---------------------------------------------------------------

Task<> TakeUntilTimeout(Words* words) {
  std::vector<JoinHandle<int>> handles;
  for (int i : {1, 5, 6}) {
    handles.push_back(Spawn(ReturnAfter, i * kSecond, i));
  }
  AsCompleted completed(handles, 3 * kSecond);
  while (completed.HasNext()) co_await NoteNext(completed, words);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
  EXPECT_EQ(co_await handles[1], 5) << "nobody was cancelled";
}

TEST(AsCompletedTest, ThrowsATimeoutErrorForEachThatIsLate) {
  EXPECT_THAT(RunAndNote(TakeUntilTimeout),
              ElementsAre("1 at 1", "timed out at 3", "timed out at 3"));
}

Task<> TakeInTime(Words* words) {
  AsCompleted completed(MakeThree(), 9 * kSecond);
  while (completed.HasNext()) co_await NoteNext(completed, words);
  AsCompleted late(MakeThree(), -kSecond);
  while (late.HasNext()) co_await NoteNext(late, words);
}

TEST(AsCompletedTest, ATimeoutThatIsNotReachedOrHasPassed) {
  EXPECT_THAT(RunAndNote(TakeInTime),
              ElementsAre("1 at 1", "2 at 2", "3 at 3", "timed out at 3",
                          "timed out at 3", "timed out at 3"));
}

// ---- Cancels ----------------------------------------------------------------

Task<> CancelATaker(Words* words) {
  AsCompleted completed(MakeThree());
  JoinHandle<> first =
      Spawn("first", NoteNext<Task<int>>, std::ref(completed), words);
  JoinHandle<> second =
      Spawn("second", NoteNext<Task<int>>, std::ref(completed), words);
  co_await Sleep(kSecond);
  // The first result is there, and `first` is to be woken for it.
  first.Cancel();
  co_await second;
  co_await first;
  co_await NoteNext(completed, words);
}

TEST(AsCompletedTest, ATakerThatIsCancelledHandsItsResultOn) {
  EXPECT_THAT(RunAndNote(CancelATaker),
              ElementsAre("cancelled at 1", "1 at 1", "2 at 2"));
}

// ---- Reports ----------------------------------------------------------------

Task<int> WaitFor(Event* event) {
  co_await event->Wait();
  co_return 1;
}

Task<> Hang() {
  Event never("never");
  std::vector<Task<int>> tasks;
  tasks.push_back(WaitFor(&never));
  AsCompleted completed(std::move(tasks));
  co_await completed.Next();
}

TEST(AsCompletedTest, ADeadlockTellsWhoWaitsForWhom) {
  const RunResult result = Simulation().Run(Hang);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_THAT(FormatWait(result.tasks[0]),
              HasSubstr("waits for an item in AsCompleted#"));
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive, absl::Duration duration) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  co_return 1;
}

Task<> TakeWork(int* alive, Words* words) {
  std::vector<Task<int>> tasks;
  for (int i : {1, 1, 2}) tasks.push_back(Work(alive, i * kSecond));
  AsCompleted completed(std::move(tasks), 2 * kSecond);
  co_await WhenAll(NoteNext(completed, words), NoteNext(completed, words));
  co_await NoteNext(completed, words);
}

Task<> UseInAChild(int* alive, Words* words) {
  JoinHandle<> child = Spawn("child", TakeWork, alive, words);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(AsCompletedTest, ACancelAnywhereLeavesNothingBehind) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    Words words;
    const RunResult result =
        Simulation({.scheduler = scheduler}).Run(UseInAChild, &alive, &words);
    EXPECT_EQ(alive, 0);
    return result;
  });
  EXPECT_GT(runs, 100);
}

}  // namespace
}  // namespace orrery
