// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tasks that begin within `Spawn`.

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync_object.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Words = std::vector<std::string>;

constexpr SpawnOptions Eager(absl::string_view name = {}) {
  return {.name = name, .start = Start::kEager};
}

Task<int> Answer(Words& said) {
  said.push_back("answers");
  co_return 7;
}

Task<> StartOneThatNeverWaits(Words& said) {
  const uint64_t step = Simulation::Current("test").steps();
  JoinHandle<int> answer = Spawn(Eager("answer"), Answer, std::ref(said));
  EXPECT_THAT(said, ElementsAre("answers"));
  EXPECT_TRUE(answer.Done());
  EXPECT_EQ(answer.Result(), 7);
  EXPECT_EQ(co_await answer, 7);
  EXPECT_EQ(Simulation::Current("test").steps(), step) << "no trip at all";
  EXPECT_EQ(answer.Name(), "answer#2");
}

TEST(EagerStartTest, ATaskThatNeverWaitsIsOverWhenSpawnReturns) {
  for (uint64_t seed = 0; seed <= 10; ++seed) {
    RandomScheduler random;
    Words said;
    const RunResult result =
        Simulation(
            {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random})
            .Run(StartOneThatNeverWaits, std::ref(said));
    EXPECT_TRUE(result.ok()) << FormatRunResult(result);
    EXPECT_EQ(result.steps, 1);
  }
}

Task<> SayTwice(Words& said, std::string name) {
  said.push_back(absl::StrCat(name, " begins in ", CurrentTask().Name()));
  co_await Yield();
  said.push_back(absl::StrCat(name, " goes on"));
}

Task<> StartOneThatWaits(Words& said) {
  JoinHandle<> queued = Spawn("queued", SayTwice, std::ref(said), "queued");
  JoinHandle<> eager = Spawn(Eager("eager"), SayTwice, std::ref(said), "eager");
  said.push_back(absl::StrCat("main goes on in ", CurrentTask().Name()));
  EXPECT_FALSE(eager.Done());
  co_await eager;
  co_await queued;
}

TEST(EagerStartTest, ATaskRunsUpToWhereItFirstWaits) {
  Words said;
  EXPECT_TRUE(Simulation().Run(StartOneThatWaits, std::ref(said)).ok());
  EXPECT_THAT(said,
              ElementsAre("eager begins in eager#3", "main goes on in main#1",
                          "queued begins in queued#2", "eager goes on",
                          "queued goes on"));
}

Task<> Nest(Words& said, int depth) {
  said.push_back(absl::StrCat("down ", depth));
  if (depth > 0) {
    JoinHandle<> inner = Spawn(Eager(), Nest, std::ref(said), depth - 1);
    co_await inner;
  }
  said.push_back(absl::StrCat("up ", depth));
}

Task<> StartNested(Words& said) {
  JoinHandle<> outer = Spawn(Eager(), Nest, std::ref(said), 2);
  EXPECT_TRUE(outer.Done());
  co_return;
}

TEST(EagerStartTest, OneMayStartAnother) {
  Words said;
  EXPECT_TRUE(Simulation().Run(StartNested, std::ref(said)).ok());
  EXPECT_THAT(
      said, ElementsAre("down 2", "down 1", "down 0", "up 0", "up 1", "up 2"));
}

Task<> Throw() {
  throw std::runtime_error("broken");
  co_return;
}

Task<> StartOneThatThrows(bool& caught) {
  JoinHandle<> failed = Spawn(Eager("failed"), Throw);
  EXPECT_TRUE(failed.Done()) << "and Spawn throws nothing";
  try {
    co_await failed;
  } catch (const std::runtime_error&) {
    caught = true;
  }
}

TEST(EagerStartTest, WhatItThrowsIsThrownWhereItIsAwaited) {
  bool caught = false;
  EXPECT_TRUE(Simulation().Run(StartOneThatThrows, std::ref(caught)).ok());
  EXPECT_TRUE(caught);
}

Task<> DropOneThatThrows() {
  Spawn(Eager("dropped"), Throw);
  co_return;
}

TEST(EagerStartTest, WhatItThrowsAtNobodyFailsTheRun) {
  const RunResult result = Simulation().Run(DropOneThatThrows);
  EXPECT_THAT(result.failure->message,
              HasSubstr("uncaught exception in task dropped#2"));
}

Task<> CancelItselfAndSleep(Words& said) {
  CurrentTask().Cancel();
  said.push_back("asks");
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    said.push_back("is told");
    throw;
  }
}

Task<> CancelWhileItBegins(Words& said) {
  JoinHandle<> task = Spawn(Eager(), CancelItselfAndSleep, std::ref(said));
  EXPECT_FALSE(task.Done());
  EXPECT_THROW(co_await task, Cancelled);
  EXPECT_EQ(Elapsed(), absl::ZeroDuration());
}

TEST(EagerStartTest, CancelledWhileItBeginsItIsToldWhereItWaits) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelWhileItBegins, std::ref(said)).ok());
  EXPECT_THAT(said, ElementsAre("asks", "is told"));
}

// The parent is told to cancel by its child, and sees it where it next waits.
Task<> CancelParent(TaskHandle parent) {
  parent.Cancel();
  co_return;
}

Task<> BeCancelledByChild() {
  JoinHandle<> child = Spawn(Eager(), CancelParent, CurrentTask());
  EXPECT_TRUE(child.Done());
  EXPECT_EQ(CurrentTask().CancelRequests(), 1);
  EXPECT_THROW(co_await Sleep(absl::Hours(1)), Cancelled);
}

TEST(EagerStartTest, AChildMayCancelTheTaskThatStartsIt) {
  EXPECT_TRUE(Simulation().Run(BeCancelledByChild).ok());
}

// A task that is cancelled starts another one while it cleans up.
Task<> StartInCleanup(Words& said) {
  try {
    co_await Sleep(absl::Hours(1));
  } catch (const Cancelled&) {
    JoinHandle<> child = Spawn(Eager(), SayTwice, std::ref(said), "child");
    said.push_back("parent goes on");
  }
  co_await Yield();
}

Task<> CancelOneThatStarts(Words& said) {
  JoinHandle<> parent = Spawn(StartInCleanup, std::ref(said));
  co_await Yield();
  parent.Cancel();
  co_await parent;
  co_await Yield();
}

TEST(EagerStartTest, InACleanupToo) {
  Words said;
  EXPECT_TRUE(Simulation().Run(CancelOneThatStarts, std::ref(said)).ok());
  EXPECT_THAT(said, ElementsAre("child begins in task#3", "parent goes on",
                                "child goes on"));
}

TEST(EagerStartTest, InACallback) {
  Words said;
  auto body = [](Words& words) -> Task<> {
    Post([&words] {
      Spawn(Eager("eager"), SayTwice, std::ref(words), "eager");
      words.push_back("callback goes on");
    });
    co_await Sleep(absl::Seconds(1));
  };
  EXPECT_TRUE(Simulation().Run(body, std::ref(said)).ok());
  EXPECT_THAT(said, ElementsAre("eager begins in eager#3", "callback goes on",
                                "eager goes on"));
}

TEST(EagerStartTest, OutsideOfAStepItStartsInItsTurn) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Words said;
  JoinHandle<int> answer = Spawn(Eager(), Answer, std::ref(said));
  EXPECT_FALSE(answer.Done());
  simulation.RunUntilIdle();
  EXPECT_EQ(answer.Result(), 7);
}

// Starts and ends eagerly, however deep: each on the stack of the one before.
TEST(EagerStartTest, AThousandDeepIsFine) {
  Words said;
  auto body = [](Words& words) -> Task<> {
    JoinHandle<> outer = Spawn(Eager(), Nest, std::ref(words), 1000);
    co_await outer;
  };
  EXPECT_TRUE(Simulation().Run(body, std::ref(said)).ok());
  EXPECT_EQ(said.size(), 2002);
}

// ---- What the outside sees --------------------------------------------------

// Keeps the events of a run, in words.
class Recording final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    std::string what;
    if (std::holds_alternative<event::Resumed>(event.what)) what = "resumes";
    if (std::holds_alternative<event::Suspended>(event.what)) what = "waits";
    if (std::holds_alternative<event::Finished>(event.what)) what = "ends";
    if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      what = absl::StrCat("spawns ", spawned->id.value);
    }
    if (!what.empty()) {
      words.push_back(absl::StrCat(event.task.value, " ", what));
    }
  }

  Words words;
};

Task<> StartTwo() {
  auto never_waits = []() -> Task<> { co_return; };
  auto waits = []() -> Task<> { co_await Yield(); };
  JoinHandle<> a = Spawn(Eager(), never_waits);
  JoinHandle<> b = Spawn(Eager(), waits);
  co_await b;
}

TEST(EagerStartTest, TheTraceShowsItWithinTheStepOfTheParent) {
  Recording recording;
  EXPECT_TRUE(Simulation({.trace = &recording}).Run(StartTwo).ok());
  EXPECT_THAT(recording.words,
              ElementsAre("0 spawns 1", "1 resumes",           //
                          "1 spawns 2", "2 ends",              //
                          "1 spawns 3", "3 waits", "1 waits",  //
                          "3 resumes", "3 ends",               //
                          "1 resumes", "1 ends"));
}

// Keeps what it is told of each step.
class Observer final : public Scheduler {
 public:
  std::string Spec() const override { return "observer"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }
  size_t PickNext(const ChoicePoint&, Candidates) override { return 0; }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
  void OnStep(const StepInfo& step) override {
    steps.push_back(step.task.value);
    accesses.push_back(step.accesses.size());
  }

  std::vector<uint32_t> steps;
  std::vector<size_t> accesses;
};

TEST(EagerStartTest, WhatItDoesBelongsToTheStepOfTheParent) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(StartTwo).ok());
  EXPECT_THAT(observer.steps, ElementsAre(1, 3, 1));
  // Two starts and one end.
  EXPECT_EQ(observer.accesses.front(), 3);
}

TEST(EagerStartTest, TheFirstAlternativeIsFirstInFirstOut) {
  Words fifo, ordered;
  EXPECT_TRUE(Simulation().Run(StartOneThatWaits, std::ref(fifo)).ok());
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer})
                  .Run(StartOneThatWaits, std::ref(ordered))
                  .ok());
  EXPECT_EQ(fifo, ordered);
}

}  // namespace
}  // namespace orrery
