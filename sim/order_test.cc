// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The order of events under `fifo`, which is that of CPython's asyncio. The
// comments name the rules of docs/architecture.md.

#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

void Say(Words& words, const char* word) { words.push_back(word); }

// O1: post order is run order. O2: what is posted in a batch runs after it.
Task<> PostInBatches(Words& words) {
  Post([&] {
    Say(words, "a");
    Post([&] { Say(words, "c"); });
  });
  Post([&] { Say(words, "b"); });
  co_await Sleep(absl::Seconds(1));
}

TEST(OrderTest, PostOrderIsRunOrder) {
  Words words;
  EXPECT_TRUE(Simulation().Run(PostInBatches, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("a", "b", "c"));
}

Task<> SayOnce(Words& words, const char* word) {
  Say(words, word);
  co_return;
}

// O3: a spawned task starts from the back of the same queue.
Task<> SpawnAndPost(Words& words) {
  Post([&] { Say(words, "first"); });
  Spawn(SayOnce, std::ref(words), "second");
  Post([&] { Say(words, "third"); });
  Say(words, "main");
  co_await Sleep(absl::Seconds(1));
}

TEST(OrderTest, SpawnedTasksStartFromTheBackOfTheQueue) {
  Words words;
  EXPECT_TRUE(Simulation().Run(SpawnAndPost, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("main", "first", "second", "third"));
}

// O4: at one instant, what was ready, then the timers by deadline and order.
Task<> PostTimers(Words& words) {
  PostAfter(absl::Seconds(2), [&] { Say(words, "late"); });
  PostAfter(absl::Seconds(1), [&] { Say(words, "one"); });
  PostAfter(absl::Seconds(1), [&] { Say(words, "two"); });
  PostAfter(absl::ZeroDuration(), [&] { Say(words, "now"); });
  Post([&] {
    Say(words, "ready");
    Post([&] { Say(words, "ready next"); });
  });
  co_await Sleep(absl::Seconds(3));
}

TEST(OrderTest, TimersComeAfterWhatIsReadyByDeadlineThenByOrder) {
  Words words;
  EXPECT_TRUE(Simulation().Run(PostTimers, std::ref(words)).ok());
  EXPECT_THAT(words,
              ElementsAre("ready", "now", "ready next", "one", "two", "late"));
}

// A sleeper wakes in two trips: its timer fires, then the task runs.
Task<> SleepThenSay(Words& words, absl::Duration delay, const char* word) {
  co_await Sleep(delay);
  Say(words, word);
}

Task<> SleepersAndCallbacks(Words& words) {
  Spawn(SleepThenSay, std::ref(words), absl::Seconds(1), "sleeper");
  co_await Yield();
  PostAfter(absl::Seconds(1), [&] { Say(words, "callback"); });
  co_await Sleep(absl::Seconds(2));
}

TEST(OrderTest, ACallbackComesBeforeASleeperOfTheSameInstant) {
  Words words;
  EXPECT_TRUE(Simulation().Run(SleepersAndCallbacks, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("callback", "sleeper"));
}

Task<> TwelveSleepers(Words& words) {
  static constexpr const char* kNames[] = {"0", "1", "2", "3", "4",  "5",
                                           "6", "7", "8", "9", "10", "11"};
  for (const char* name : kNames) {
    Spawn(SleepThenSay, std::ref(words), absl::Seconds(1), name);
  }
  co_await Sleep(absl::Seconds(2));
}

TEST(OrderTest, SleepersDueTogetherWakeInTheOrderTheySlept) {
  Words words;
  EXPECT_TRUE(Simulation().Run(TwelveSleepers, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8",
                                 "9", "10", "11"));
}

// O5: Sleep(d <= 0) is one trip to the back of the queue; time does not move.
Task<> Yielding(Words& words) {
  Post([&] { Say(words, "posted"); });
  co_await Sleep(-absl::Seconds(1));
  Say(words, "once");
  Post([&] { Say(words, "posted again"); });
  co_await Sleep(absl::ZeroDuration());
  Say(words, "twice");
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

TEST(OrderTest, SleepingForNothingIsOneTripToTheBackOfTheQueue) {
  Words words;
  EXPECT_TRUE(Simulation().Run(Yielding, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("posted", "once", "posted again", "twice"));
}

// O6: a cancelled timer never fires; cancelling is idempotent.
Task<> CancelTimers(Words& words) {
  PostHandle keep = PostAfter(absl::Seconds(1), [&] { Say(words, "kept"); });
  PostHandle drop = PostAfter(absl::Seconds(1), [&] { Say(words, "dropped"); });
  PostHandle ready = Post([&] { Say(words, "ready"); });
  EXPECT_TRUE(drop.Cancel());
  EXPECT_FALSE(drop.Cancel());
  EXPECT_TRUE(ready.Cancel());
  co_await Sleep(absl::Seconds(2));
  EXPECT_FALSE(keep.Cancel()) << "it has run";
}

TEST(OrderTest, ACancelledTimerNeverFires) {
  Words words;
  EXPECT_TRUE(Simulation().Run(CancelTimers, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("kept"));
}

// O7: a mutex is handed over, first in, first out; nobody barges in.
Task<> LockThrice(Words& words, Mutex& mutex, const char* word) {
  for (int i = 0; i < 3; ++i) {
    Mutex::Guard guard = co_await mutex.Lock();
    Say(words, word);
    co_await Yield();
  }
}

Task<> ThreeLockers(Words& words) {
  Mutex mutex;
  JoinHandle<> a = Spawn(LockThrice, std::ref(words), std::ref(mutex), "A");
  JoinHandle<> b = Spawn(LockThrice, std::ref(words), std::ref(mutex), "B");
  JoinHandle<> c = Spawn(LockThrice, std::ref(words), std::ref(mutex), "C");
  co_await a;
  co_await b;
  co_await c;
}

TEST(OrderTest, AMutexIsHandedOverInTurn) {
  Words words;
  EXPECT_TRUE(Simulation().Run(ThreeLockers, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("A", "B", "C", "A", "B", "C", "A", "B", "C"));
}

Task<> WaitThenSay(Words& words, Event& event, const char* word) {
  co_await event.Wait();
  Say(words, word);
}

Task<> SetAndClear(Words& words) {
  Event event;
  Spawn(WaitThenSay, std::ref(words), std::ref(event), "one");
  Spawn(WaitThenSay, std::ref(words), std::ref(event), "two");
  co_await Yield();
  event.Set();
  event.Clear();
  co_await Yield();
  Say(words, "end");
}

TEST(OrderTest, AnEventWakesItsWaitersInTurnEvenIfCleared) {
  Words words;
  EXPECT_TRUE(Simulation().Run(SetAndClear, std::ref(words)).ok());
  EXPECT_THAT(words, ElementsAre("one", "two", "end"));
}

Task<> PutThree(Words& words, Queue<int>& queue) {
  for (int i = 0; i < 3; ++i) {
    co_await queue.Put(i);
    Say(words, "put");
  }
}

Task<> GetThree(Words& words, Queue<int>& queue) {
  for (int i = 0; i < 3; ++i) {
    const int item = co_await queue.Get();
    EXPECT_EQ(item, i);
    Say(words, "get");
  }
}

Task<> PutAndGet(Words& words, size_t capacity) {
  Queue<int> queue(capacity);
  JoinHandle<> put = Spawn(PutThree, std::ref(words), std::ref(queue));
  JoinHandle<> get = Spawn(GetThree, std::ref(words), std::ref(queue));
  co_await put;
  co_await get;
}

// O8: an operation that need not wait does not yield.
TEST(OrderTest, AQueueWithRoomDoesNotYield) {
  Words words;
  EXPECT_TRUE(Simulation().Run(PutAndGet, std::ref(words), size_t{10}).ok());
  EXPECT_THAT(words, ElementsAre("put", "put", "put", "get", "get", "get"));
}

TEST(OrderTest, AFullQueueLetsPuttersWait) {
  Words words;
  EXPECT_TRUE(Simulation().Run(PutAndGet, std::ref(words), size_t{1}).ok());
  EXPECT_THAT(words, ElementsAre("put", "get", "put", "get", "put", "get"));
}

Task<int> SleepThenReturn(absl::Duration delay, int value) {
  co_await Sleep(delay);
  co_return value;
}

// O9: results come in the order of the arguments.
Task<> Gather(std::vector<int>* values) {
  auto [a, b, c] = co_await WhenAll(SleepThenReturn(absl::Seconds(3), 1),
                                    SleepThenReturn(absl::Seconds(1), 2),
                                    SleepThenReturn(absl::Seconds(2), 3));
  values->push_back(a);
  values->push_back(b);
  values->push_back(c);
  EXPECT_EQ(Elapsed(), absl::Seconds(3));
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(SleepThenReturn(absl::Seconds(3 - i), i));
  }
  std::vector<int> more = co_await WhenAll(std::move(tasks));
  values->insert(values->end(), more.begin(), more.end());
}

TEST(OrderTest, ResultsComeInTheOrderOfTheArguments) {
  std::vector<int> values;
  const RunResult result = Simulation().Run(Gather, &values);
  EXPECT_TRUE(result.ok()) << FormatRunResult(result);
  EXPECT_THAT(values, ElementsAre(1, 2, 3, 0, 1, 2));
}

// O11: nothing ready and no timer is a deadlock, found at once.
Task<> WaitForever() {
  Event never("never");
  co_await never.Wait();
}

TEST(OrderTest, WaitingForNobodyIsADeadlock) {
  const RunResult result = Simulation().Run(WaitForever);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 1);
  EXPECT_EQ(result.tasks[0].waits_for, "Event \"never\"");
}

// Time passes within a step, and what came due is late.
Task<> Blocking(std::vector<absl::Duration>* at) {
  PostAfter(absl::Seconds(1), [at] { at->push_back(Elapsed()); });
  PostAfter(absl::Seconds(2), [at] { at->push_back(Elapsed()); });
  BlockingSleep(absl::Seconds(5));
  EXPECT_EQ(Elapsed(), absl::Seconds(5));
  co_await Sleep(absl::Seconds(1));
  at->push_back(Elapsed());
}

TEST(OrderTest, ABlockingSleepMakesTimersLate) {
  std::vector<absl::Duration> at;
  EXPECT_TRUE(Simulation().Run(Blocking, &at).ok());
  EXPECT_THAT(
      at, ElementsAre(absl::Seconds(5), absl::Seconds(5), absl::Seconds(6)));
}

}  // namespace
}  // namespace orrery
