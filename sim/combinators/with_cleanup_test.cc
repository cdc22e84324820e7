// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/with_cleanup.h"

#include <stdexcept>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/cancel_each_task.h"
#include "orrery/sim/combinators/shield.h"
#include "orrery/sim/combinators/test_words.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Task<int> ReturnAfter(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

Task<int> ThrowAfter(absl::Duration delay, const char* what) {
  co_await Sleep(delay);
  throw std::runtime_error(what);
}

Task<> CleanUp(Words* words) {
  co_await Sleep(kSecond);
  words->push_back("cleaned up");
}

Task<int> Cleaned(Task<int> task, Words* words) {
  return WithCleanup(std::move(task), [words] { return CleanUp(words); });
}

Task<> SleepOnly(absl::Duration delay) { co_await Sleep(delay); }

Task<> CleanUpInAllCases(Words* words) {
  co_await Note(Cleaned(ReturnAfter(kSecond, 5), words), words);
  EXPECT_EQ(Elapsed(), 2 * kSecond);
  co_await Note(Cleaned(ThrowAfter(kSecond, "broken"), words), words);
  co_await Note(
      WithTimeout(kSecond, Cleaned(ReturnAfter(9 * kSecond, 1), words)), words);
  EXPECT_EQ(Elapsed(), 6 * kSecond);
  auto clean_up = [words] { return CleanUp(words); };
  co_await WithCleanup(SleepOnly(kSecond), clean_up);
}

TEST(WithCleanupTest, CleansUpAfterAResultAnErrorAndACancel) {
  EXPECT_THAT(RunAndNote(CleanUpInAllCases),
              ElementsAre("cleaned up", "5", "cleaned up", "broken",
                          "cleaned up", "timed out", "cleaned up"));
}

Task<> Fail() {
  co_await Yield();
  throw std::runtime_error("cleanup broken");
}

Task<> FailToCleanUp(Words* words) {
  co_await Note(WithCleanup(ReturnAfter(kSecond, 5), Fail), words);
  co_await Note(WithCleanup(ThrowAfter(kSecond, "broken"), Fail), words);
}

TEST(WithCleanupTest, AnErrorOfTheCleanupIsThrownInPlaceOfTheBodys) {
  EXPECT_THAT(RunAndNote(FailToCleanUp),
              ElementsAre("cleanup broken", "cleanup broken"));
}

Task<> CancelTwice(Words* words) {
  JoinHandle<> task = Spawn("task", Note<int>,
                            Cleaned(ReturnAfter(9 * kSecond, 1), words), words);
  co_await Sleep(kSecond);
  task.Cancel();
  co_await Sleep(kSecond / 2);
  task.Cancel();
  co_await task;
  EXPECT_EQ(Elapsed(), kSecond * 1.5);
}

TEST(WithCleanupTest, ACancelThatComesWhileItCleansUpMeetsTheCleanup) {
  EXPECT_THAT(RunAndNote(CancelTwice), ElementsAre("cancelled"));
}

Task<> ShieldedCleanUp(Words* words) { co_await Shield(CleanUp(words)); }

Task<int> Shielded(Words* words) {
  return WithCleanup(ReturnAfter(9 * kSecond, 1),
                     [words] { return ShieldedCleanUp(words); });
}

Task<> CancelShielded(Words* words) {
  JoinHandle<> task = Spawn("task", Note<int>, Shielded(words), words);
  co_await Sleep(kSecond);
  task.Cancel();
  co_await Sleep(kSecond / 2);
  task.Cancel();
  co_await task;
  co_await Sleep(kSecond);
}

TEST(WithCleanupTest, AShieldedCleanupRunsToItsEnd) {
  EXPECT_THAT(RunAndNote(CancelShielded),
              ElementsAre("cancelled", "cleaned up"));
}

Task<> CancelEarly(Words* words) {
  JoinHandle<> task =
      Spawn("task", Note<int>, Cleaned(ReturnAfter(kSecond, 1), words), words);
  task.Cancel();
  co_await Yield();
}

TEST(WithCleanupTest, WhatHasNotBegunHasNothingToCleanUp) {
  EXPECT_THAT(RunAndNote(CancelEarly), IsEmpty());
}

// ---- Anywhere ---------------------------------------------------------------

struct Resource {
  int begun = 0;
  int cleaned = 0;
};

Task<int> Use(int* alive, Resource* resource) {
  Alive self(alive);
  ++resource->begun;
  co_await Yield();
  co_await Sleep(kSecond);
  co_return 1;
}

Task<> Close(int* alive, Resource* resource) {
  Alive self(alive);
  ++resource->cleaned;
  co_await Yield();
}

Task<> UseResource(int* alive, Resource* resource) {
  auto close = [alive, resource] { return Close(alive, resource); };
  try {
    co_await WithCleanup(Use(alive, resource), close);
  } catch (const Cancelled&) {
  }
  EXPECT_EQ(*alive, 0);
}

Task<> UseInAChild(int* alive, Resource* resource) {
  JoinHandle<> child = Spawn("child", UseResource, alive, resource);
  try {
    co_await child;
  } catch (const Cancelled&) {
  }
}

TEST(WithCleanupTest, WhereverItIsCancelledWhatHasBegunIsCleanedUp) {
  const int runs = CancelEachTask([](Scheduler* scheduler) {
    int alive = 0;
    Resource resource;
    const RunResult result = Simulation({.scheduler = scheduler})
                                 .Run(UseInAChild, &alive, &resource);
    EXPECT_EQ(resource.begun, resource.cleaned);
    return result;
  });
  EXPECT_GT(runs, 20);
}

}  // namespace
}  // namespace orrery
