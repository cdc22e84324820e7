// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/when_any.h"

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
#include "orrery/sim/combinators/test_words.h"
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

// Needs `cleanup` to give way.
Task<int> ReturnAfter(absl::Duration delay, int value, Words* words = nullptr,
                      absl::Duration cleanup = absl::ZeroDuration()) {
  bool cancelled = false;
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) {
    co_await Sleep(cleanup);
    if (words != nullptr) words->push_back(absl::StrCat(value, " gave way"));
    throw Cancelled();
  }
  co_return value;
}

Task<std::string> SayAfter(absl::Duration delay, std::string word) {
  co_await Sleep(delay);
  co_return word;
}

Task<int> ThrowAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<> SleepOnly(absl::Duration delay) { co_await Sleep(delay); }

// ---- Who wins ---------------------------------------------------------------

Task<> FirstOfThree(Words* words) {
  Winner<int> winner = co_await WhenAny(
      ReturnAfter(9 * kSecond, 30, words, 2 * kSecond),
      ReturnAfter(kSecond, 10), ReturnAfter(2 * kSecond, 20, words));
  EXPECT_EQ(winner.index, 1);
  EXPECT_EQ(winner.value, 10);
  EXPECT_EQ(Elapsed(), 3 * kSecond) << "the others are waited for";
}

TEST(WhenAnyTest, TheFirstResultWinsAndTheOthersAreCancelledAndWaitedFor) {
  EXPECT_THAT(RunAndNote(FirstOfThree),
              ElementsAre("20 gave way", "30 gave way"));
}

Task<> OfSeveralTypes(Words* words) {
  auto winner = co_await WhenAny(ReturnAfter(9 * kSecond, 1),
                                 SayAfter(kSecond, "word"), SleepOnly(kSecond));
  EXPECT_EQ(winner.index, 1);
  words->push_back(std::get<1>(winner.value));
  auto none = co_await WhenAny(SleepOnly(2 * kSecond), SleepOnly(kSecond));
  EXPECT_EQ(none.index, 1);
  EXPECT_EQ(none.value, std::monostate());
  auto alone = co_await WhenAny(ReturnAfter(kSecond, 5));
  EXPECT_EQ(alone.value, 5);
}

TEST(WhenAnyTest, ResultsOfSeveralTypesAreAVariant) {
  EXPECT_THAT(RunAndNote(OfSeveralTypes), ElementsAre("word"));
}

Task<std::unique_ptr<int>> MakePointer(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return std::make_unique<int>(value);
}

Task<> OfVector(Words* words) {
  std::vector<Task<std::unique_ptr<int>>> tasks;
  for (int i : {3, 1, 2}) tasks.push_back(MakePointer(i * kSecond, i));
  auto winner = co_await WhenAny(std::move(tasks));
  EXPECT_EQ(winner.index, 1);
  words->push_back(std::to_string(*winner.value));
}

TEST(WhenAnyTest, TakesAVector) {
  EXPECT_THAT(RunAndNote(OfVector), ElementsAre("1"));
}

Task<> AtOneInstant(Words*) {
  Winner<int> winner =
      co_await WhenAny(ReturnAfter(kSecond, 1), ReturnAfter(kSecond, 2));
  EXPECT_EQ(winner.index, 0);
}

TEST(WhenAnyTest, OfTwoAtOneInstantTheOneThatRunsFirstWins) {
  RunAndNote(AtOneInstant);
}

// ---- Errors and cancels -----------------------------------------------------

Task<> FirstFails(Words* words) {
  try {
    co_await WhenAny(ReturnAfter(9 * kSecond, 1, words),
                     ThrowAfter(kSecond, "broken"), ThrowAfter(kSecond, "too"));
  } catch (const std::runtime_error& error) {
    words->push_back(error.what());
  }
  EXPECT_EQ(Elapsed(), kSecond);
}

TEST(WhenAnyTest, AnErrorThatComesFirstIsThrown) {
  EXPECT_THAT(RunAndNote(FirstFails), ElementsAre("1 gave way", "broken"));
}

Task<> CancelsItself() {
  throw Cancelled();
  co_return;
}

Task<> FirstCancels(Words* words) {
  try {
    co_await WhenAny(SleepOnly(kSecond), CancelsItself());
  } catch (const Cancelled&) {
    words->push_back("cancelled");
  }
  EXPECT_EQ(CurrentTask().CancelRequests(), 0);
}

TEST(WhenAnyTest, ATaskThatIsCancelledFirstDecidesToo) {
  EXPECT_THAT(RunAndNote(FirstCancels), ElementsAre("cancelled"));
}

Task<> Race(Words* words) {
  try {
    co_await WhenAny(ReturnAfter(9 * kSecond, 1, words, kSecond),
                     ReturnAfter(9 * kSecond, 2, words, 2 * kSecond));
  } catch (const Cancelled&) {
    words->push_back("cancelled");
    throw;
  }
}

Task<> CancelRace(Words* words) {
  JoinHandle<> race = Spawn("race", Race, words);
  co_await Sleep(kSecond);
  race.Cancel();
  co_await Sleep(5 * kSecond);
  EXPECT_TRUE(race.Cancelled());
}

TEST(WhenAnyTest, ACancelOfTheWaitingTaskCancelsAllAndWaitsForThem) {
  EXPECT_THAT(RunAndNote(CancelRace),
              ElementsAre("1 gave way", "2 gave way", "cancelled"));
}

// ---- Reports ----------------------------------------------------------------

Task<> WaitFor(Event* event) { co_await event->Wait(); }

Task<> Hang() {
  Event never("never");
  co_await WhenAny(WaitFor(&never), WaitFor(&never));
}

TEST(WhenAnyTest, ADeadlockTellsWhoWaitsForWhom) {
  const RunResult result = Simulation().Run(Hang);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for the first of several");
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
  EXPECT_THAT(result.tasks[2].awaited_by, ElementsAre("main#1"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive, absl::Duration duration, bool fails) {
  Alive self(alive);
  co_await Yield();
  bool cancelled = false;
  try {
    co_await Sleep(duration);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) co_await Sleep(kSecond);
  if (fails) throw std::runtime_error("work");
  co_return 1;
}

Task<> RunRace(int* alive, bool fails) {
  try {
    co_await WhenAny(Work(alive, 2 * kSecond, false),
                     Work(alive, kSecond, fails),
                     Work(alive, 2 * kSecond, true));
  } catch (const Cancelled&) {
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(*alive, 0) << "nobody is left behind";
}

Task<> UseInAChild(int* alive, bool fails) {
  JoinHandle<> child = Spawn("child", RunRace, alive, fails);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(WhenAnyTest, ACancelAnywhereLeavesNobodyBehind) {
  for (bool fails : {false, true}) {
    const int runs = CancelEachTask([fails](Scheduler* scheduler) {
      int alive = 0;
      return Simulation({.scheduler = scheduler})
          .Run(UseInAChild, &alive, fails);
    });
    EXPECT_GT(runs, 100);
  }
}

}  // namespace
}  // namespace orrery
