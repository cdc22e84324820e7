// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/when_all.h"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/source_site.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<> SayAfter(absl::Duration delay, Words* words, const char* word) {
  co_await Sleep(delay);
  words->push_back(word);
}

Task<int> ThrowAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<> Sleeper(absl::Duration duration) { co_await Sleep(duration); }

// ---- Results ----------------------------------------------------------------

Task<> AwaitNone() {
  const uint64_t steps = Simulation::Current("").steps();
  std::tuple<> nothing = co_await WhenAll();
  EXPECT_EQ(nothing, std::tuple<>());
  std::vector<int> no_values = co_await WhenAll(std::vector<Task<int>>());
  EXPECT_TRUE(no_values.empty());
  co_await WhenAll(std::vector<Task<>>());
  EXPECT_EQ(Simulation::Current("").steps(), steps) << "it does not suspend";
}

TEST(WhenAllTest, OfNothingIsDoneAtOnce) {
  EXPECT_TRUE(Simulation().Run(AwaitNone).ok());
}

Task<std::unique_ptr<int>> MakePointer(int value) {
  co_await Yield();
  co_return std::make_unique<int>(value);
}

Task<> AwaitMixed(Words* words) {
  std::tuple<int, std::monostate, std::unique_ptr<int>> results =
      co_await WhenAll(ReturnAfter(absl::Seconds(3), 1),
                       SayAfter(absl::Seconds(2), words, "said"),
                       MakePointer(5));
  EXPECT_EQ(std::get<0>(results), 1);
  EXPECT_EQ(*std::get<2>(results), 5);
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
}

TEST(WhenAllTest, ResultsOfAllTypesComeInOrderAndVoidHasAPlace) {
  Words words;
  const RunResult result = Simulation().Run(AwaitMixed, &words);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_THAT(words, ElementsAre("said"));
}

struct NoDefault {
  explicit NoDefault(int v) : value(v) {}
  int value;
};

Task<NoDefault> MakeNoDefault(int value) {
  co_await Yield();
  co_return NoDefault(value);
}

Task<> AwaitVectors() {
  std::vector<Task<NoDefault>> tasks;
  std::vector<Task<std::unique_ptr<int>>> pointers;
  for (int i = 0; i < 5; ++i) {
    tasks.push_back(MakeNoDefault(i));
    pointers.push_back(MakePointer(i));
  }
  std::vector<NoDefault> values = co_await WhenAll(std::move(tasks));
  std::vector<std::unique_ptr<int>> owned =
      co_await WhenAll(std::move(pointers));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(values[static_cast<size_t>(i)].value, i);
    EXPECT_EQ(*owned[static_cast<size_t>(i)], i);
  }
}

TEST(WhenAllTest, AVectorOfTasksGivesAVectorOfResults) {
  EXPECT_TRUE(Simulation().Run(AwaitVectors).ok());
}

Task<> SayAll(Words* words) {
  std::vector<Task<>> tasks;
  tasks.push_back(SayAfter(absl::Seconds(3), words, "three"));
  tasks.push_back(SayAfter(absl::Seconds(1), words, "one"));
  tasks.push_back(SayAfter(absl::Seconds(2), words, "two"));
  co_await WhenAll(std::move(tasks));
  words->push_back("all");
}

TEST(WhenAllTest, WaitsForTheLastOfAVectorWithoutResults) {
  Words words;
  EXPECT_TRUE(Simulation().Run(SayAll, &words).ok());
  EXPECT_THAT(words, ElementsAre("one", "two", "three", "all"));
}

Task<int> SumOfTwo(int depth) {
  if (depth == 0) co_return 1;
  co_await Sleep(absl::Seconds(depth));
  auto [a, b] = co_await WhenAll(SumOfTwo(depth - 1), SumOfTwo(depth - 1));
  co_return a + b;
}

Task<> Nest(int* sum) { *sum = co_await SumOfTwo(6); }

TEST(WhenAllTest, NestsAndRunsAllBranchesTogether) {
  for (uint64_t seed = 0; seed <= 10; ++seed) {
    RandomScheduler random;
    int sum = 0;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(Nest, &sum);
    EXPECT_TRUE(result.ok());
    EXPECT_EQ(sum, 64);
    EXPECT_EQ(result.elapsed, absl::Seconds(6 + 5 + 4 + 3 + 2 + 1));
  }
}

Task<> AwaitThousands(size_t* count) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 20'000; ++i) {
    tasks.push_back(ReturnAfter(absl::Milliseconds(i % 10), i));
  }
  std::vector<int> values = co_await WhenAll(std::move(tasks));
  *count = values.size();
}

TEST(WhenAllTest, TakesThousands) {
  size_t count = 0;
  EXPECT_TRUE(Simulation().Run(AwaitThousands, &count).ok());
  EXPECT_EQ(count, 20'000);
}

// It is a task: it may be made in one place and awaited in another.
Task<> MakeNowAwaitLater(Words* words) {
  auto all = WhenAll(SayAfter(absl::Seconds(1), words, "a"),
                     SayAfter(absl::Seconds(1), words, "b"));
  co_await Sleep(absl::Seconds(5));
  EXPECT_TRUE(words->empty()) << "nothing runs before it is awaited";
  co_await std::move(all);
  EXPECT_EQ(Elapsed(), absl::Seconds(6));
}

TEST(WhenAllTest, StartsWhenItIsAwaited) {
  Words words;
  EXPECT_TRUE(Simulation().Run(MakeNowAwaitLater, &words).ok());
  EXPECT_THAT(words, ElementsAre("a", "b"));
}

Task<> DropUnawaited(Words* words, bool discard) {
  {
    auto all = WhenAll(SayAfter(absl::Seconds(1), words, "never"));
    if (discard) std::move(all).Discard();
  }
  co_await Sleep(absl::Seconds(5));
}

TEST(WhenAllTest, ThatIsNeverAwaitedRunsNothingAndFailsTheRun) {
  Words words;
  const RunResult result = Simulation().Run(DropUnawaited, &words, false);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message, HasSubstr("never awaited"));
  EXPECT_TRUE(words.empty());
}

TEST(WhenAllTest, ThatIsDiscardedRunsNothing) {
  Words words;
  EXPECT_TRUE(Simulation().Run(DropUnawaited, &words, true).ok());
  EXPECT_TRUE(words.empty());
}

// ---- Failures ---------------------------------------------------------------

// Takes three seconds to give way.
Task<> GiveWaySlowly(Words* words) {
  bool cancelled = false;
  try {
    co_await Sleep(absl::Seconds(9));
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (!cancelled) co_return;
  co_await Sleep(absl::Seconds(3));
  words->push_back("cleaned up");
  throw Cancelled();
}

Task<> CatchFirst(Words* words, absl::Duration first, absl::Duration second) {
  std::string what;
  try {
    co_await WhenAll(GiveWaySlowly(words), ThrowAfter(first, "first argument"),
                     ThrowAfter(second, "second argument"));
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  words->push_back(what);
  EXPECT_EQ(Elapsed(), absl::Seconds(1 + 3));
}

TEST(WhenAllTest, TheFirstErrorCancelsTheOthersAndIsThrownOnceAllHaveEnded) {
  Words words;
  EXPECT_TRUE(Simulation()
                  .Run(CatchFirst, &words, absl::Seconds(1), absl::Seconds(2))
                  .ok());
  EXPECT_THAT(words, ElementsAre("cleaned up", "first argument"));
  words.clear();
  EXPECT_TRUE(Simulation()
                  .Run(CatchFirst, &words, absl::Seconds(2), absl::Seconds(1))
                  .ok());
  EXPECT_THAT(words, ElementsAre("cleaned up", "second argument"));
}

Task<> CatchOneOfTwo(int* caught) {
  try {
    co_await WhenAll(ThrowAfter(absl::Seconds(1), "first"),
                     ThrowAfter(absl::Seconds(1), "second"));
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
    ++*caught;
  }
}

TEST(WhenAllTest, OfErrorsAtOneInstantTheOthersAreForgiven) {
  int caught = 0;
  EXPECT_TRUE(Simulation().Run(CatchOneOfTwo, &caught).ok());
  EXPECT_EQ(caught, 1);
}

Task<> CancelBeforeTheSecondBegins(Words* words) {
  try {
    co_await WhenAll(ThrowAfter(absl::ZeroDuration(), "at once"),
                     GiveWaySlowly(words));
  } catch (const std::runtime_error& error) {
    words->push_back(error.what());
  }
}

TEST(WhenAllTest, WaitsForOneThatTakesItsTimeToGiveWay) {
  Words words;
  EXPECT_TRUE(Simulation().Run(CancelBeforeTheSecondBegins, &words).ok());
  EXPECT_THAT(words, ElementsAre("cleaned up", "at once"));
}

Task<> CatchTheLast(std::string* what) {
  std::vector<Task<int>> tasks;
  tasks.push_back(ReturnAfter(absl::Seconds(1), 1));
  tasks.push_back(ThrowAfter(absl::Seconds(2), "the last to end"));
  try {
    std::vector<int> values = co_await WhenAll(std::move(tasks));
  } catch (const std::runtime_error& error) {
    *what = error.what();
  }
}

TEST(WhenAllTest, ThrowsWhatTheLastOneThrew) {
  std::string what;
  EXPECT_TRUE(Simulation().Run(CatchTheLast, &what).ok());
  EXPECT_EQ(what, "the last to end");
}

Task<int> ThrowAtOnce() {
  throw 7;
  co_return 0;
}

Task<> CatchSynchronous(int* caught) {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(ThrowAtOnce());
  try {
    std::vector<int> values = co_await WhenAll(std::move(tasks));
  } catch (int value) {
    *caught = value;
  }
}

TEST(WhenAllTest, WhatIsThrownWithoutSuspendingIsThrownToo) {
  int caught = 0;
  EXPECT_TRUE(Simulation().Run(CatchSynchronous, &caught).ok());
  EXPECT_EQ(caught, 7);
}

Task<> LeaveUncaught() {
  auto [a, b] = co_await WhenAll(ThrowAfter(absl::Seconds(1), "broken"),
                                 ReturnAfter(absl::Seconds(2), 1));
  ADD_FAILURE() << a << b;
}

TEST(WhenAllTest, WhatNobodyCatchesFailsTheRun) {
  const RunResult result = Simulation().Run(LeaveUncaught);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task main#1: std::runtime_error: broken");
  EXPECT_EQ(result.elapsed, absl::Seconds(1));
}

// ---- Ends and reports -------------------------------------------------------

Task<> WaitFor(Event& event) { co_await event.Wait(); }

Task<> AwaitTwoThatNeverEnd() {
  Event never("never");
  co_await WhenAll(WaitFor(never), WaitFor(never));
}

TEST(WhenAllTest, ADeadlockNamesTheOneThatWaitsForSeveral) {
  const RunResult result = Simulation().Run(AwaitTwoThatNeverEnd);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(result.tasks[0].wait, WaitKind::kAll);
  EXPECT_EQ(FormatWait(result.tasks[0]), "waits for all of several tasks");
  EXPECT_EQ(result.tasks[1].name, "task#2");
  EXPECT_THAT(result.tasks[1].awaited_by, ElementsAre("main#1"));
  EXPECT_EQ(result.tasks[2].name, "task#3");
  EXPECT_THAT(result.tasks[2].awaited_by, ElementsAre("main#1"));
}

// Returns the line of the `co_await` in `line`.
Task<> AwaitTupleHere(uint32_t* line) {
  const absl::Duration never = absl::InfiniteDuration();
  *line = SourceSite::current().line() + 1;
  co_await WhenAll(Sleeper(never), Sleeper(never));
}

Task<> AwaitVectorHere(uint32_t* line) {
  std::vector<Task<>> tasks;
  tasks.push_back(Sleeper(absl::InfiniteDuration()));
  *line = SourceSite::current().line() + 1;
  co_await WhenAll(std::move(tasks));
}

Task<> AwaitValuesHere(uint32_t* line) {
  std::vector<Task<int>> tasks;
  tasks.push_back(ReturnAfter(absl::InfiniteDuration(), 1));
  auto all = WhenAll(std::move(tasks));
  *line = SourceSite::current().line() + 1;
  std::vector<int> values = co_await std::move(all);
}

TEST(WhenAllTest, ADeadlockSaysWhereItsTasksWereAwaited) {
  for (auto body : {AwaitTupleHere, AwaitVectorHere, AwaitValuesHere}) {
    uint32_t line = 0;
    const RunResult result = Simulation().Run(body, &line);
    EXPECT_EQ(result.outcome, Outcome::kDeadlock);
    ASSERT_GE(result.tasks.size(), 2);
    for (size_t i = 1; i < result.tasks.size(); ++i) {
      EXPECT_THAT(result.tasks[i].spawned_at,
                  StartsWith("sim/combinators/when_all_test.cc:" +
                             std::to_string(line) + " Await"));
    }
  }
}

Task<> AwaitInAChild(Words* words) {
  co_await WhenAll(SayAfter(absl::Seconds(9), words, "a"),
                   SayAfter(absl::Seconds(9), words, "b"));
}

Task<> LeaveItWaiting(Words* words) {
  Spawn("child", AwaitInAChild, words);
  co_await Sleep(absl::Seconds(1));
}

TEST(WhenAllTest, IsDestroyedWithItsTasksWhenTheRunEnds) {
  for (uint64_t seed = 0; seed <= 10; ++seed) {
    RandomScheduler random;
    Words words;
    EXPECT_TRUE(Simulation({.seed = Seed(seed),
                            .scheduler = seed == 0 ? nullptr : &random})
                    .Run(LeaveItWaiting, &words)
                    .ok());
    EXPECT_TRUE(words.empty());
  }
}

}  // namespace
}  // namespace orrery
