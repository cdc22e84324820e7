// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sleep.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

Task<> SleepFor(absl::Duration duration) { co_await Sleep(duration); }

absl::Duration TimeOf(absl::Duration sleep) {
  const RunResult result = Simulation().Run(SleepFor, sleep);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  return result.elapsed;
}

TEST(SleepTest, TakesExactlyAsLongAsItSays) {
  EXPECT_EQ(TimeOf(absl::Nanoseconds(1)), absl::Nanoseconds(1));
  EXPECT_EQ(TimeOf(absl::Seconds(1)), absl::Seconds(1));
  EXPECT_EQ(TimeOf(absl::Hours(24 * 365 * 100)), absl::Hours(24 * 365 * 100));
}

TEST(SleepTest, IsRoundedUpToNanoseconds) {
  EXPECT_EQ(TimeOf(absl::Nanoseconds(0.25)), absl::Nanoseconds(1));
  EXPECT_EQ(TimeOf(absl::Seconds(1) / 3), absl::Nanoseconds(333'333'334));
}

TEST(SleepTest, ZeroOrLessIsOneStepAndNoTime) {
  for (absl::Duration d :
       {absl::ZeroDuration(), -absl::Seconds(1), -absl::InfiniteDuration(),
        absl::Nanoseconds(-0.5)}) {
    const RunResult result = Simulation().Run(SleepFor, d);
    EXPECT_EQ(result.elapsed, absl::ZeroDuration());
    EXPECT_EQ(result.steps, 2);
  }
}

TEST(SleepTest, ForEverOrLongerThanTimeItselfIsNever) {
  for (absl::Duration d :
       {absl::InfiniteDuration(), absl::Hours(24 * 365 * 1000)}) {
    EXPECT_EQ(Simulation().Run(SleepFor, d).outcome, Outcome::kDeadlock);
  }
}

Task<> SleepOften(std::vector<absl::Duration>* at) {
  for (int i = 1; i <= 3; ++i) {
    co_await Sleep(absl::Seconds(i));
    at->push_back(Elapsed());
  }
}

TEST(SleepTest, SleepsOfOneTaskAddUp) {
  std::vector<absl::Duration> at;
  EXPECT_TRUE(Simulation().Run(SleepOften, &at).ok());
  EXPECT_THAT(
      at, ElementsAre(absl::Seconds(1), absl::Seconds(3), absl::Seconds(6)));
}

Task<> SleepUntilInstants() {
  co_await SleepUntil(SimEpoch() + absl::Seconds(5));
  EXPECT_EQ(Elapsed(), absl::Seconds(5));
  co_await SleepUntil(SimEpoch() + absl::Seconds(5));
  EXPECT_EQ(Elapsed(), absl::Seconds(5));
  co_await SleepUntil(SimEpoch() + absl::Seconds(2));
  co_await SleepUntil(SimEpoch() - absl::Seconds(2));
  co_await SleepUntil(absl::InfinitePast());
  co_await SleepUntil(absl::UnixEpoch());
  EXPECT_EQ(Elapsed(), absl::Seconds(5)) << "what has passed is now";
  co_await SleepUntil(SimEpoch() + absl::Seconds(6) + absl::Nanoseconds(0.25));
  EXPECT_EQ(Elapsed(), absl::Seconds(6) + absl::Nanoseconds(1));
}

TEST(SleepTest, UntilAnInstantThatHasPassedIsATripThroughTheQueue) {
  const RunResult result = Simulation().Run(SleepUntilInstants);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.steps, 8) << "each of the seven suspends once";
}

Task<> SleepUntilTheEnd() { co_await SleepUntil(absl::InfiniteFuture()); }

TEST(SleepTest, UntilTheInfiniteFutureIsNever) {
  EXPECT_EQ(Simulation().Run(SleepUntilTheEnd).outcome, Outcome::kDeadlock);
}

Task<> YieldThrice(std::string* words, char word) {
  for (int i = 0; i < 3; ++i) {
    *words += word;
    co_await Yield();
  }
}

Task<> YieldInTurn(std::string* words) {
  JoinHandle<> a = Spawn(YieldThrice, words, 'a');
  JoinHandle<> b = Spawn(YieldThrice, words, 'b');
  co_await a;
  co_await b;
}

TEST(SleepTest, TasksThatYieldTakeTurns) {
  std::string words;
  EXPECT_TRUE(Simulation().Run(YieldInTurn, &words).ok());
  EXPECT_EQ(words, "ababab");
}

Task<> SleepThenNote(absl::Duration delay, int id, std::vector<int>* woken) {
  co_await Sleep(delay);
  woken->push_back(id);
}

Task<> SleepInAnyOrder(std::vector<int>* woken) {
  std::vector<JoinHandle<>> sleepers;
  for (int i = 1; i <= 5; ++i) {
    sleepers.push_back(
        Spawn(SleepThenNote, absl::Seconds((i * 3) % 5), i, woken));
  }
  for (const JoinHandle<>& sleeper : sleepers) co_await sleeper;
}

TEST(SleepTest, UnderAnyPolicyNobodyWakesBeforeAnEarlierDeadline) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomScheduler random;
    std::vector<int> woken;
    EXPECT_TRUE(Simulation({.seed = Seed(seed), .scheduler = &random})
                    .Run(SleepInAnyOrder, &woken)
                    .ok());
    EXPECT_THAT(woken, ElementsAre(5, 2, 4, 1, 3)) << "seed " << seed;
  }
}

// One that waits for what was made somewhere else.
Task<> AwaitMade(SleepUntilAwaiter until) {
  BlockingSleep(absl::Seconds(1));
  co_await until;
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}

TEST(SleepTest, UntilAnInstantIsThatInstantWhereverAndWheneverItWasMade) {
  const RunResult result =
      Simulation().Run(AwaitMade, SleepUntil(SimEpoch() + absl::Seconds(2)));
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_EQ(result.elapsed, absl::Seconds(2));
}

Task<> AwaitMadeSleep(SleepAwaiter sleep) {
  BlockingSleep(absl::Seconds(1));
  co_await sleep;
  EXPECT_EQ(Elapsed(), absl::Seconds(3)) << "counted from where it is awaited";
}

TEST(SleepTest, ForADurationIsThatLongWhereverItWasMade) {
  EXPECT_TRUE(Simulation().Run(AwaitMadeSleep, Sleep(absl::Seconds(2))).ok());
}

}  // namespace
}  // namespace orrery
