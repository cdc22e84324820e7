// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/bounded_semaphore.h"

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/cancel_everywhere.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::HasSubstr;

Task<> ReleaseTooOften() {
  BoundedSemaphore semaphore(2, "slots");
  co_await semaphore.Acquire();
  semaphore.Release();
  EXPECT_THAT([&] { semaphore.Release(); },
              testing::ThrowsMessage<InvalidStateError>(
                  "BoundedSemaphore \"slots\" was released more often than it "
                  "was acquired"));
  EXPECT_EQ(semaphore.Available(), 2) << "the attempt changed nothing";
}

TEST(BoundedSemaphoreTest, ReleasingMoreThanWasTakenThrows) {
  EXPECT_TRUE(Simulation().Run(ReleaseTooOften).ok());
}

Task<> ReleaseWhatAGuardHolds() {
  BoundedSemaphore semaphore(1);
  Semaphore::Guard guard = co_await semaphore.AcquireScoped();
  semaphore.Release();
}

TEST(BoundedSemaphoreTest, AGuardThatComesTooLateFailsTheRun) {
  const RunResult result = Simulation().Run(ReleaseWhatAGuardHolds);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(FormatRunResult(result),
              HasSubstr("was released more often than it was acquired"));
}

// A unit that somebody was woken for is not one that is there.
Task<> HandOn(BoundedSemaphore& semaphore) {
  co_await semaphore.Acquire();
  co_await Yield();
  semaphore.Release();
}

Task<> ThreeHandOn(Victims& victims) {
  BoundedSemaphore semaphore(1);
  for (int i = 0; i < 3; ++i) {
    victims.Add(Spawn(HandOn, std::ref(semaphore)));
  }
  co_await Sleep(absl::Seconds(1));
  // Who is cancelled while it has the unit does not give it back.
  if (semaphore.Available() == 0) semaphore.Release();
  co_await victims.Join();
  EXPECT_EQ(semaphore.Available(), 1);
}

TEST(BoundedSemaphoreCancelTest, AtEveryPointTheBoundIsKept) {
  EXPECT_EQ(CancelEverywhere(ThreeHandOn), "");
}

}  // namespace
}  // namespace orrery
