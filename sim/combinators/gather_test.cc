// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/gather.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/future.h"
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

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<int> ThrowAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<int> SayAfter(absl::Duration delay, Words* words, std::string word) {
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    words->push_back(absl::StrCat(word, " cancelled"));
    throw;
  }
  words->push_back(word);
  co_return 0;
}

uint64_t Steps() { return Simulation::Current("").steps(); }

// ---- Results ----------------------------------------------------------------

Task<std::unique_ptr<int>> MakePointer(int value) {
  co_await Yield();
  co_return std::make_unique<int>(value);
}

Task<> Nothing() { co_return; }

Task<> AllKinds(Words* words) {
  JoinHandle<int> handle = Spawn(ReturnAfter, 2 * kSecond, 2);
  Promise<std::string> promise;
  promise.Set("three");
  auto [one, two, three, nothing] = co_await Gather(
      ReturnAfter(3 * kSecond, 1), handle, promise.GetFuture(), Nothing());
  EXPECT_EQ(Elapsed(), 3 * kSecond);
  words->push_back(absl::StrCat(one, two, three));
  EXPECT_EQ(nothing, std::monostate());
  EXPECT_EQ(promise.GetFuture().Result(), "three") << "it was copied";
  auto [pointer] = co_await Gather(MakePointer(5));
  EXPECT_EQ(*pointer, 5);
}

TEST(GatherTest, TakesTasksHandlesAndFuturesAndGivesResultsInTheirOrder) {
  EXPECT_THAT(RunAndNote(AllKinds), ElementsAre("12three"));
}

Task<> Vectors(Words* words) {
  std::vector<Task<int>> tasks;
  std::vector<JoinHandle<>> handles;
  for (int i = 0; i < 4; ++i) {
    tasks.push_back(ReturnAfter((4 - i) * kSecond, i));
    handles.push_back(Spawn(Nothing));
  }
  const std::vector<int> values = co_await Gather(std::move(tasks));
  EXPECT_THAT(values, ElementsAre(0, 1, 2, 3));
  co_await Gather(handles);
  const std::vector<int> none = co_await Gather(std::vector<Task<int>>());
  EXPECT_THAT(none, IsEmpty());
  words->push_back("done");
}

TEST(GatherTest, TakesVectors) {
  EXPECT_THAT(RunAndNote(Vectors), ElementsAre("done"));
}

Task<> OverAlready(Words* words) {
  JoinHandle<int> a = Spawn(ReturnAfter, kSecond, 1);
  JoinHandle<int> b = Spawn(ThrowAfter, kSecond, "b");
  co_await Sleep(2 * kSecond);
  const uint64_t steps = Steps();
  co_await Gather(a, a);
  try {
    co_await Gather(a, b, ReturnAfter(kSecond, 1));
  } catch (const std::runtime_error& error) {
    words->push_back(error.what());
  }
  co_await GatherSettled(a, b);
  co_await Gather();
  EXPECT_EQ(Steps(), steps) << "it does not suspend";
}

TEST(GatherTest, OfWhatIsOverItDoesNotSuspend) {
  EXPECT_THAT(RunAndNote(OverAlready), ElementsAre("b"));
}

Task<> SameTwice(Words* words) {
  JoinHandle<int> a = Spawn(ReturnAfter, kSecond, 7);
  auto [one, two] = co_await Gather(a, a);
  words->push_back(absl::StrCat(one, two));
}

TEST(GatherTest, MayBeGivenOneTwice) {
  EXPECT_THAT(RunAndNote(SameTwice), ElementsAre("77"));
}

// ---- Errors -----------------------------------------------------------------

Task<> FirstError(Words* words) {
  try {
    co_await Gather(SayAfter(9 * kSecond, words, "runs on"),
                    ThrowAfter(kSecond, "first"),
                    ThrowAfter(2 * kSecond, "second"));
  } catch (const std::runtime_error& error) {
    words->push_back(error.what());
  }
  EXPECT_EQ(Elapsed(), kSecond) << "it does not wait for the others";
  co_await Sleep(20 * kSecond);
}

TEST(GatherTest, TheFirstErrorIsThrownAtOnceAndTheOthersRunOn) {
  EXPECT_THAT(RunAndNote(FirstError), ElementsAre("first", "runs on"))
      << "and their errors fail nothing";
}

Task<> CancelledChild(Words* words) {
  JoinHandle<int> child = Spawn(SayAfter, 9 * kSecond, words, "child");
  JoinHandle<int> other = Spawn(SayAfter, 2 * kSecond, words, "other");
  co_await Yield();
  child.Cancel();
  try {
    co_await Gather(child, other);
  } catch (const Cancelled&) {
    words->push_back("caught");
  }
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
  co_await other;
}

TEST(GatherTest, AChildThatIsCancelledIsLikeAnErrorOfIt) {
  EXPECT_THAT(RunAndNote(CancelledChild),
              ElementsAre("child cancelled", "caught", "other"));
}

// ---- Outcomes ---------------------------------------------------------------

Task<> Outcomes(Words* words) {
  JoinHandle<int> cancelled = Spawn(ReturnAfter, 9 * kSecond, 1);
  cancelled.Cancel();
  auto [good, bad, stopped, none] =
      co_await GatherSettled(ReturnAfter(2 * kSecond, 1),
                             ThrowAfter(kSecond, "bad"), cancelled, Nothing());
  EXPECT_EQ(Elapsed(), 2 * kSecond);
  EXPECT_EQ(good.value(), 1);
  EXPECT_TRUE(bad.failed());
  EXPECT_TRUE(stopped.cancelled());
  EXPECT_TRUE(none.ok());
  try {
    bad.value();
  } catch (const std::runtime_error& error) {
    words->push_back(error.what());
  }
  std::vector<Task<std::unique_ptr<int>>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(MakePointer(i));
  std::vector<TaskOutcome<std::unique_ptr<int>>> pointers =
      co_await GatherSettled(std::move(tasks));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(*pointers[i].value(), static_cast<int>(i));
  }
}

TEST(GatherSettledTest, TellsHowEachHasEnded) {
  EXPECT_THAT(RunAndNote(Outcomes), ElementsAre("bad"));
}

// ---- Cancels ----------------------------------------------------------------

Task<> GatherTwo(bool settled, Words* words) {
  try {
    if (settled) {
      co_await GatherSettled(SayAfter(9 * kSecond, words, "a"),
                             ThrowAfter(kSecond, "error"),
                             SayAfter(9 * kSecond, words, "b"));
    } else {
      co_await Gather(SayAfter(9 * kSecond, words, "a"),
                      SayAfter(9 * kSecond, words, "b"));
    }
  } catch (const Cancelled&) {
    words->push_back("cancelled");
  }
}

Task<> CancelBoth(Words* words) {
  for (bool settled : {false, true}) {
    JoinHandle<> task = Spawn("task", GatherTwo, settled, words);
    co_await Sleep(2 * kSecond);
    task.Cancel();
    co_await task;
    EXPECT_EQ(task.CancelRequests(), 1);
  }
}

TEST(GatherTest, ACancelOfTheWaitingTaskCancelsAll) {
  EXPECT_THAT(RunAndNote(CancelBoth),
              ElementsAre("a cancelled", "b cancelled", "cancelled",
                          "a cancelled", "b cancelled", "cancelled"));
}

// All are over, but the task has not been told yet.
Task<> GatherOne(JoinHandle<int> handle, Words* words) {
  try {
    co_await Gather(handle);
  } catch (const Cancelled&) {
    words->push_back("cancelled");
  }
}

Task<> CancelLate(Words* words) {
  JoinHandle<int> child = Spawn("child", ReturnAfter, kSecond, 1);
  JoinHandle<> task = Spawn("task", GatherOne, child, words);
  co_await child;
  EXPECT_TRUE(task.Cancel());
  co_await task;
}

TEST(GatherTest, ACancelWhenAllAreOverIsThrownToTheWaitingTask) {
  EXPECT_THAT(RunAndNote(CancelLate), ElementsAre("cancelled"));
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitFor(Event* event) { co_await event->Wait(); }

Task<> Hang() {
  Event never("never");
  JoinHandle<> one = Spawn("one", WaitFor, &never);
  co_await Gather(one, WaitFor(&never));
}

TEST(GatherTest, ADeadlockTellsWhoWaitsForWhom) {
  const RunResult result = Simulation().Run(Hang);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for all of several tasks");
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
  EXPECT_THAT(result.tasks[2].awaited_by, ElementsAre("main#1"));
  EXPECT_THAT(result.tasks[2].spawned_at, HasSubstr("gather_test.cc"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive, absl::Duration duration, bool fails) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  if (fails) throw std::runtime_error("work");
  co_return 1;
}

Task<> GatherAll(int* alive, bool fails) {
  JoinHandle<int> handle = Spawn("handle", Work, alive, kSecond, false);
  try {
    co_await Gather(handle, Work(alive, 2 * kSecond, fails),
                    Work(alive, kSecond, fails));
  } catch (const Cancelled&) {
  } catch (const std::runtime_error&) {
  }
  bool cancelled = false;
  try {
    co_await GatherSettled(handle, Work(alive, 2 * kSecond, fails),
                           Work(alive, kSecond, fails));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (!cancelled) {
    EXPECT_TRUE(handle.Done());
  }
}

Task<> UseInAChild(int* alive, bool fails) {
  JoinHandle<> child = Spawn("child", GatherAll, alive, fails);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(GatherTest, ACancelAnywhereLeavesNothingBehind) {
  for (bool fails : {false, true}) {
    const int runs = CancelEachTask([fails](Scheduler* scheduler) {
      int alive = 0;
      const RunResult result =
          Simulation({.scheduler = scheduler}).Run(UseInAChild, &alive, fails);
      EXPECT_EQ(alive, 0);
      return result;
    });
    EXPECT_GT(runs, 200);
  }
}

}  // namespace
}  // namespace orrery
