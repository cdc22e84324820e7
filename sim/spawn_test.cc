// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/spawn.h"

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"

namespace orrery {
namespace {

using testing::HasSubstr;

Task<> Append(const std::string& text, std::string* to) {
  co_await Yield();
  *to += text;
}

Task<> SpawnTemporaries(std::string* out) {
  // Both the string and the closure are gone when the task first runs.
  JoinHandle<> a = Spawn("a", Append, std::string("argument "), out);
  const std::string captured = "capture";
  auto lambda = [captured, out]() -> Task<> {
    co_await Yield();
    *out += captured;
  };
  JoinHandle<> b = Spawn("b", lambda);
  co_await a;
  co_await b;
}

TEST(SpawnTest, ArgumentsAndCapturesLiveAsLongAsTheTask) {
  std::string out;
  EXPECT_TRUE(Simulation().Run(SpawnTemporaries, &out).ok());
  EXPECT_EQ(out, "argument capture");
}

class Counter {
 public:
  Task<int> Next(std::unique_ptr<int> step) {
    co_await Yield();
    value_ += *step;
    co_return value_;
  }

 private:
  int value_ = 0;
};

Task<> CallMember(int* out) {
  Counter counter;
  JoinHandle<int> one =
      Spawn(&Counter::Next, &counter, std::make_unique<int>(2));
  JoinHandle<int> two =
      Spawn("two", &Counter::Next, &counter, std::make_unique<int>(3));
  const int first = co_await one;
  const int second = co_await two;
  *out = first * 10 + second;
}

TEST(SpawnTest, MemberFunctionsAndArgumentsThatOnlyMove) {
  int out = 0;
  EXPECT_TRUE(Simulation().Run(CallMember, &out).ok());
  EXPECT_EQ(out, 25);
}

Task<std::string> Text() {
  co_await Sleep(absl::Seconds(1));
  co_return "text";
}

Task<> ReadTwice(JoinHandle<std::string> handle, std::string* out) {
  const std::string& first = co_await handle;
  *out += first;
}

Task<> AwaitFromSeveral(std::string* out) {
  JoinHandle<std::string> text = Spawn(Text);
  JoinHandle<> a = Spawn(ReadTwice, text, out);
  JoinHandle<> b = Spawn(ReadTwice, text, out);
  co_await a;
  co_await b;
  EXPECT_TRUE(text.Done());
  std::string mine = co_await std::move(text);
  *out += mine;
}

TEST(SpawnTest, SeveralTasksMayAwaitOneAndAgainWhenItIsDone) {
  std::string out;
  EXPECT_TRUE(Simulation().Run(AwaitFromSeveral, &out).ok());
  EXPECT_EQ(out, "texttexttext");
}

Task<> Throw() {
  co_await Yield();
  throw std::runtime_error("broken");
}

Task<> CatchFromHandle(bool* caught) {
  JoinHandle<> handle = Spawn("worker", Throw);
  try {
    co_await handle;
  } catch (const std::runtime_error&) {
    *caught = true;
  }
}

TEST(SpawnTest, WhatATaskThrowsIsThrownAtWhoeverAwaitsIt) {
  bool caught = false;
  EXPECT_TRUE(Simulation().Run(CatchFromHandle, &caught).ok());
  EXPECT_TRUE(caught);
}

Task<> DropHandle() {
  Spawn("worker", Throw);
  co_await Sleep(absl::Seconds(5));
}

TEST(SpawnTest, AFailureThatNobodyCanSeeFailsTheRunAtOnce) {
  const RunResult result = Simulation().Run(DropHandle);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.elapsed, absl::ZeroDuration());
  EXPECT_EQ(result.failure->message,
            "uncaught exception in task worker#2: std::runtime_error: broken");
}

Task<> KeepHandle() {
  JoinHandle<> handle = Spawn("worker", Throw);
  co_await Sleep(absl::Seconds(5));
}

TEST(SpawnTest, AFailureThatNobodyAwaitedFailsTheRunWhenItsHandleGoes) {
  const RunResult result = Simulation().Run(KeepHandle);
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_THAT(result.failure->message, HasSubstr("which nobody awaited"));
}

Task<> LockBoth(Mutex& first, Mutex& second) {
  Mutex::Guard a = co_await first.Lock();
  co_await Yield();
  Mutex::Guard b = co_await second.Lock();
}

Task<> Embrace() {
  Mutex left("left"), right("right");
  JoinHandle<> a = Spawn("a", LockBoth, std::ref(left), std::ref(right));
  JoinHandle<> b = Spawn("b", LockBoth, std::ref(right), std::ref(left));
  co_await a;
  co_await b;
}

TEST(SpawnTest, ADeadlockNamesWaitsHoldersPlacesAndAwaiters) {
  const RunResult result = Simulation().Run(Embrace);
  EXPECT_EQ(result.outcome, Outcome::kDeadlock);
  ASSERT_EQ(result.tasks.size(), 3);
  EXPECT_EQ(result.tasks[0].name, "main#1");
  EXPECT_EQ(result.tasks[0].waits_for, "task a#2");
  EXPECT_EQ(result.tasks[1].name, "a#2");
  EXPECT_EQ(result.tasks[1].waits_for, "Mutex \"right\"");
  EXPECT_EQ(result.tasks[1].held_by, "b#3");
  EXPECT_THAT(result.tasks[1].awaited_by, testing::ElementsAre("main#1"));
  ASSERT_EQ(result.tasks[1].stack.size(), 1);
  EXPECT_THAT(result.tasks[1].stack[0], HasSubstr("sim/spawn_test.cc:"));
  EXPECT_THAT(result.tasks[1].stack[0], HasSubstr("LockBoth"));
  EXPECT_THAT(result.tasks[1].spawned_at, HasSubstr("Embrace"));
  EXPECT_EQ(result.tasks[2].held_by, "a#2");
}

// The ids by which policies and replays know tasks do not depend on the
// schedule, nor on what other parents spawn.
class IdCollector final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      ids[std::string(spawned->name)] = spawned->entity;
    }
  }
  std::map<std::string, EntityId> ids;
};

Task<> Nothing() { co_return; }

Task<> Child(std::string name) {
  co_await Yield();
  Spawn(name + "/child", Nothing);
  co_await Yield();
}

Task<> Family() {
  JoinHandle<> a = Spawn("a", Child, "a");
  JoinHandle<> b = Spawn("b", Child, "b");
  co_await a;
  co_await b;
}

TEST(SpawnTest, StableIdsDoNotDependOnTheSchedule) {
  IdCollector fifo;
  EXPECT_TRUE(Simulation({.trace = &fifo}).Run(Family).ok());
  EXPECT_EQ(fifo.ids.size(), 5);
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    RandomScheduler scheduler;
    IdCollector other;
    EXPECT_TRUE(
        Simulation(
            {.seed = Seed(seed), .scheduler = &scheduler, .trace = &other})
            .Run(Family)
            .ok());
    EXPECT_EQ(other.ids, fifo.ids) << "seed " << seed;
  }
}

// No coroutine: what it returns has been given away.
Task<> ReturnEmpty() {
  Task<> task = Nothing();
  const Task<> other = std::move(task);
  return task;
}

Task<> SpawnEmpty(bool keeping) {
  if (keeping) {
    Spawn([]() { return ReturnEmpty(); });
  } else {
    Spawn(ReturnEmpty);
  }
  co_await Yield();
}

TEST(SpawnDeathTest, AnEmptyTaskIsRefused) {
  EXPECT_DEATH(Simulation().Run(SpawnEmpty, false),
               "Spawn was given a function that returned an empty Task");
  EXPECT_DEATH(Simulation().Run(SpawnEmpty, true),
               "a Task was awaited that is empty");
}

TEST(SpawnDeathTest, OutsideOfASimulationItSaysWhatToDo) {
  EXPECT_DEATH(Spawn(Nothing),
               "Spawn was used outside of a simulation. Use it in a SIM_TEST");
}

}  // namespace
}  // namespace orrery
