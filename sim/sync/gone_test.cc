// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of tasks that were woken by an object which is destroyed before
// they run. That happens where the last thing that the main task does is to
// wake the others: what they share goes with it.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/barrier.h"
#include "orrery/sim/sync/channel.h"
#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/rw_lock.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;

// How a wait ended: "done" or "cancelled". Nothing is noted of one that did not
// end.
using Log = std::vector<std::string>;

// The wait is a function, since awaitables are awaited where they are made.
template <typename Object>
Task<> NoteEnd(Task<> (*wait)(Object&), Object& object, Log* log) {
  Task<> task = wait(object);
  try {
    co_await std::move(task);
    log->push_back("done");
  } catch (const Cancelled&) {
    log->push_back("cancelled");
    throw;
  }
}

Task<> WaitForEvent(Event& event) { co_await event.Wait(); }
Task<> TakeLock(Mutex& mutex) { Mutex::Guard guard = co_await mutex.Lock(); }
Task<> TakeUnit(Semaphore& semaphore) {
  Semaphore::Guard guard = co_await semaphore.AcquireScoped();
}
Task<> TakeRead(RwLock& lock) {
  RwLock::ReadGuard guard = co_await lock.ReadLock();
}
Task<> TakeItem(Queue<int>& queue) {
  const int item = co_await queue.Get();
  EXPECT_EQ(item, 1);
}
Task<> JoinQueue(Queue<int>& queue) { co_await queue.Join(); }
Task<> ReceiveItem(Channel<int>& channel) {
  std::optional<int> item = co_await channel.Receive();
  EXPECT_EQ(item, 1);
}
Task<> SendItem(Channel<int>& channel) { co_await channel.Send(1); }
Task<> WaitForChange(ConditionVariable& condition) {
  Mutex::Guard guard = co_await condition.Lock();
  co_await condition.Wait();
}
Task<> WaitForOthers(Barrier& barrier) { co_await barrier.Wait(); }

// Main tasks: each wakes one that waits, and returns.
Task<> SetAndReturn(Log* log) {
  Event event;
  Spawn(NoteEnd<Event>, WaitForEvent, std::ref(event), log);
  co_await Sleep(absl::Seconds(1));
  event.Set();
}
Task<> UnlockAndReturn(Log* log) {
  Mutex mutex;
  Mutex::Guard guard = co_await mutex.Lock();
  Spawn(NoteEnd<Mutex>, TakeLock, std::ref(mutex), log);
  co_await Sleep(absl::Seconds(1));
}
Task<> ReleaseAndReturn(Log* log) {
  Semaphore semaphore(1);
  Semaphore::Guard guard = co_await semaphore.AcquireScoped();
  Spawn(NoteEnd<Semaphore>, TakeUnit, std::ref(semaphore), log);
  co_await Sleep(absl::Seconds(1));
}
Task<> WriteAndReturn(Log* log) {
  RwLock lock;
  RwLock::WriteGuard guard = co_await lock.WriteLock();
  Spawn(NoteEnd<RwLock>, TakeRead, std::ref(lock), log);
  co_await Sleep(absl::Seconds(1));
}
Task<> PutAndReturn(Log* log) {
  Queue<int> queue;
  Spawn(NoteEnd<Queue<int>>, TakeItem, std::ref(queue), log);
  co_await Sleep(absl::Seconds(1));
  co_await queue.Put(1);
}
Task<> FinishAndReturn(Log* log) {
  Queue<int> queue;
  co_await queue.Put(1);
  Spawn(NoteEnd<Queue<int>>, JoinQueue, std::ref(queue), log);
  co_await Sleep(absl::Seconds(1));
  queue.TaskDone();
}
Task<> SendAndReturn(Log* log) {
  Channel<int> channel;
  Spawn(NoteEnd<Channel<int>>, ReceiveItem, std::ref(channel), log);
  co_await Sleep(absl::Seconds(1));
  co_await channel.Send(1);
}
Task<> ReceiveAndReturn(Log* log) {
  Channel<int> channel;
  Spawn(NoteEnd<Channel<int>>, SendItem, std::ref(channel), log);
  co_await Sleep(absl::Seconds(1));
  co_await ReceiveItem(channel);
}
Task<> NotifyAndReturn(Log* log) {
  ConditionVariable condition;
  Spawn(NoteEnd<ConditionVariable>, WaitForChange, std::ref(condition), log);
  co_await Sleep(absl::Seconds(1));
  Mutex::Guard guard = co_await condition.Lock();
  condition.NotifyOne();
}
Task<> PassAndReturn(Log* log) {
  Barrier barrier(2);
  Spawn(NoteEnd<Barrier>, WaitForOthers, std::ref(barrier), log);
  co_await Sleep(absl::Seconds(1));
  co_await barrier.Wait();
}

using Main = Task<> (*)(Log*);

// Returns how the wait ended, which must be the same under any policy.
Log EndOf(Main main) {
  Log first;
  for (uint64_t seed = 0; seed <= 50; ++seed) {
    RandomScheduler random;
    Log log;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(main, &log);
    EXPECT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    if (seed == 0) first = log;
    EXPECT_EQ(log, first) << "seed " << seed;
  }
  return first;
}

TEST(GoneTest, WhoHasGotWhatItWaitedForGoesOn) {
  EXPECT_THAT(EndOf(SetAndReturn), ElementsAre("done"));
  EXPECT_THAT(EndOf(FinishAndReturn), ElementsAre("done"));
  EXPECT_THAT(EndOf(SendAndReturn), ElementsAre("done"));
  EXPECT_THAT(EndOf(ReceiveAndReturn), ElementsAre("done"));
}

TEST(GoneTest, WhoHasYetToTakeItIsCancelledAtTheEnd) {
  EXPECT_THAT(EndOf(UnlockAndReturn), ElementsAre("cancelled"));
  EXPECT_THAT(EndOf(ReleaseAndReturn), ElementsAre("cancelled"));
  EXPECT_THAT(EndOf(WriteAndReturn), ElementsAre("cancelled"));
  EXPECT_THAT(EndOf(PutAndReturn), ElementsAre("cancelled"));
  EXPECT_THAT(EndOf(NotifyAndReturn), ElementsAre("cancelled"));
  EXPECT_THAT(EndOf(PassAndReturn), ElementsAre("cancelled"));
}

Task<> ReleaseThenStop() {
  {
    Mutex mutex;
    Log log;
    Mutex::Guard guard = co_await mutex.Lock();
    Spawn("waiter", TakeLock, std::ref(mutex));
    co_await Sleep(absl::Seconds(1));
  }
  co_await Sleep(absl::InfiniteDuration());
}

TEST(GoneTest, ADeadlockSaysWhatIsGone) {
  const RunResult result = Simulation().Run(ReleaseThenStop);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 2);
  EXPECT_EQ(FormatWait(result.tasks[1]), "waits for mutex, which is gone");
}

// Under a policy that orders steps, tasks stand before what they have declared;
// the object may be gone before they are let go.
Task<> WriteForEver(Shared<int>& cell, int* begun) {
  ++*begun;
  for (;;) co_await cell.Write(1);
}

Task<> LeaveThemStanding() {
  Shared<int> cell;
  int begun = 0;
  for (int i = 0; i < 3; ++i) Spawn(WriteForEver, std::ref(cell), &begun);
  while (begun < 3) co_await Yield();
}

TEST(GoneTest, WhoStandsBeforeAnAccessNeverMakesIt) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    RandomScheduler random;
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &random})
            .Run(LeaveThemStanding);
    EXPECT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
  }
}

}  // namespace
}  // namespace orrery
