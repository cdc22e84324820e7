// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/staggered_race.h"

#include <functional>
#include <stdexcept>
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
#include "orrery/sim/exception_text.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using Ways = std::vector<std::function<Task<int>()>>;

// Says when it begins and that it is cancelled.
Task<int> Try(Words* words, absl::Duration delay, int value, bool fails) {
  words->push_back(
      absl::StrCat(value, " at ", absl::FormatDuration(Elapsed())));
  try {
    co_await Sleep(delay);
  } catch (const Cancelled&) {
    words->push_back(absl::StrCat(value, " cancelled"));
    throw;
  }
  if (fails) throw std::runtime_error(absl::StrCat(value, " failed"));
  co_return value;
}

void Add(Ways& ways, Words* words, absl::Duration delay, bool fails = false) {
  const int value = static_cast<int>(ways.size());
  ways.push_back([=] { return Try(words, delay, value, fails); });
}

// Adds who has won, and what the others have thrown.
void NoteRace(const RaceResult<int>& race, Words* words) {
  words->push_back(race.winner.has_value()
                       ? absl::StrCat(race.winner->index, " won")
                       : "nobody won");
  if (race.winner.has_value()) {
    EXPECT_EQ(race.winner->value, static_cast<int>(race.winner->index));
  }
  for (const std::exception_ptr& error : race.exceptions) {
    words->push_back(error != nullptr ? ExceptionText(error) : "none");
  }
}

Task<> OfNone(Words* words) {
  NoteRace(co_await StaggeredRace(Ways(), kSecond), words);
}

TEST(StaggeredRaceTest, OfNoWaysNobodyWins) {
  EXPECT_THAT(RunAndNote(OfNone), ElementsAre("nobody won"));
}

Task<> FirstIsFast(Words* words) {
  Ways ways;
  Add(ways, words, kSecond);
  Add(ways, words, kSecond);
  NoteRace(co_await StaggeredRace(std::move(ways), 2 * kSecond), words);
  EXPECT_EQ(Elapsed(), kSecond);
}

TEST(StaggeredRaceTest, TheFirstIsAloneIfItIsFast) {
  EXPECT_THAT(RunAndNote(FirstIsFast), ElementsAre("0 at 0", "0 won", "none"));
}

Task<> SecondIsFaster(Words* words) {
  Ways ways;
  Add(ways, words, 9 * kSecond);
  Add(ways, words, 3 * kSecond);
  Add(ways, words, 9 * kSecond);
  Add(ways, words, 9 * kSecond);
  NoteRace(co_await StaggeredRace(std::move(ways), 2 * kSecond), words);
  EXPECT_EQ(Elapsed(), 5 * kSecond);
}

TEST(StaggeredRaceTest, OthersAreBegunAfterADelayAndTheFirstThatReturnsWins) {
  EXPECT_THAT(
      RunAndNote(SecondIsFaster),
      ElementsAre("0 at 0", "1 at 2s", "2 at 4s", "0 cancelled", "2 cancelled",
                  "1 won", "orrery::Cancelled", "none", "orrery::Cancelled"));
}

Task<> EarlyFailure(Words* words) {
  Ways ways;
  Add(ways, words, kSecond, /*fails=*/true);
  Add(ways, words, kSecond, /*fails=*/true);
  Add(ways, words, kSecond);
  NoteRace(co_await StaggeredRace(std::move(ways), absl::Hours(1)), words);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
}

TEST(StaggeredRaceTest, AFailureBeginsTheNextAtOnce) {
  EXPECT_THAT(RunAndNote(EarlyFailure),
              ElementsAre("0 at 0", "1 at 1s", "2 at 2s", "2 won",
                          "std::runtime_error: 0 failed",
                          "std::runtime_error: 1 failed", "none"));
}

Task<> AllFail(Words* words) {
  Ways ways;
  Add(ways, words, 3 * kSecond, /*fails=*/true);
  Add(ways, words, kSecond, /*fails=*/true);
  NoteRace(co_await StaggeredRace(std::move(ways), kSecond), words);
  EXPECT_EQ(Elapsed(), 3 * kSecond);
}

TEST(StaggeredRaceTest, IfAllFailNobodyWins) {
  EXPECT_THAT(RunAndNote(AllFail),
              ElementsAre("0 at 0", "1 at 1s", "nobody won",
                          "std::runtime_error: 0 failed",
                          "std::runtime_error: 1 failed"));
}

Task<> OneAfterTheOther(Words* words) {
  Ways ways;
  Add(ways, words, kSecond, /*fails=*/true);
  Add(ways, words, 5 * kSecond);
  Add(ways, words, kSecond);
  NoteRace(co_await StaggeredRace(std::move(ways), absl::InfiniteDuration()),
           words);
}

TEST(StaggeredRaceTest, WithAnInfiniteDelayOneComesAfterTheOther) {
  EXPECT_THAT(RunAndNote(OneAfterTheOther),
              ElementsAre("0 at 0", "1 at 1s", "1 won",
                          "std::runtime_error: 0 failed", "none"));
}

Task<> AllAtOnce(Words* words) {
  Ways ways;
  Add(ways, words, 3 * kSecond);
  Add(ways, words, kSecond);
  Add(ways, words, 2 * kSecond);
  NoteRace(co_await StaggeredRace(std::move(ways), absl::ZeroDuration()),
           words);
  EXPECT_EQ(Elapsed(), kSecond);
}

TEST(StaggeredRaceTest, WithoutADelayAllAreBegunAtOnce) {
  EXPECT_THAT(
      RunAndNote(AllAtOnce),
      ElementsAre("0 at 0", "1 at 0", "2 at 0", "0 cancelled", "2 cancelled",
                  "1 won", "orrery::Cancelled", "none", "orrery::Cancelled"));
}

// ---- Cancels ----------------------------------------------------------------

Task<> RunTwo(Words* words) {
  Ways ways;
  Add(ways, words, 9 * kSecond);
  Add(ways, words, 9 * kSecond);
  try {
    co_await StaggeredRace(std::move(ways), kSecond);
  } catch (const Cancelled&) {
    words->push_back("cancelled");
    throw;
  }
}

Task<> CancelRace(Words* words) {
  JoinHandle<> race = Spawn("race", RunTwo, words);
  co_await Sleep(2 * kSecond);
  race.Cancel();
  try {
    co_await race;
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(Elapsed(), 2 * kSecond);
}

TEST(StaggeredRaceTest, ACancelOfTheWaitingTaskCancelsAll) {
  EXPECT_THAT(RunAndNote(CancelRace),
              ElementsAre("0 at 0", "1 at 1s", "0 cancelled", "1 cancelled",
                          "cancelled"));
}

// ---- Reports ----------------------------------------------------------------

Task<int> WaitFor(Event* event) {
  co_await event->Wait();
  co_return 1;
}

Task<> Hang() {
  Event never("never");
  std::vector<std::function<Task<int>()>> ways;
  ways.push_back([&] { return WaitFor(&never); });
  co_await StaggeredRace(std::move(ways), kSecond);
}

TEST(StaggeredRaceTest, ADeadlockTellsWhoWaitsForWhom) {
  const RunResult result = Simulation().Run(Hang);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for the first of several");
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for Event \"never\"");
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
}

// ---- Anywhere ---------------------------------------------------------------

Task<int> Work(int* alive, absl::Duration duration, bool fails) {
  Alive self(alive);
  co_await Yield();
  co_await Sleep(duration);
  if (fails) throw std::runtime_error("work");
  co_return 1;
}

Task<> RunRace(int* alive, bool fails) {
  Ways ways;
  ways.push_back([=] { return Work(alive, 3 * kSecond, fails); });
  ways.push_back([=] { return Work(alive, kSecond / 2, true); });
  ways.push_back([=] { return Work(alive, kSecond, fails); });
  try {
    co_await StaggeredRace(std::move(ways), kSecond);
  } catch (const Cancelled&) {
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

TEST(StaggeredRaceTest, ACancelAnywhereLeavesNobodyBehind) {
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
