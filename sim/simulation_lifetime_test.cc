// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

//
// Simulations beside, within and after each other, and what is left of one that
// is over or never ran.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/log.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using Words = std::vector<std::string>;

Task<> Tick(std::string name, int times) {
  for (int i = 0; i < times; ++i) {
    co_await Sleep(absl::Seconds(1));
    Log(name);
  }
}

// ---- Scope ------------------------------------------------------------------

TEST(SimulationScopeTest, MakesASimulationTheCurrentOneWhileItLives) {
  EXPECT_EQ(Simulation::CurrentOrNull(), nullptr);
  Simulation outer;
  Simulation inner;
  {
    Simulation::Scope outer_scope(outer);
    EXPECT_EQ(Simulation::CurrentOrNull(), &outer);
    {
      Simulation::Scope inner_scope(inner);
      EXPECT_EQ(&Simulation::Current("test"), &inner);
    }
    EXPECT_EQ(Simulation::CurrentOrNull(), &outer);
  }
  EXPECT_EQ(Simulation::CurrentOrNull(), nullptr);
}

TEST(SimulationScopeDeathTest, OutsideOfOneTheMessageSaysWhatToDo) {
  EXPECT_DEATH(Simulation::Current("Frobnicate"),
               "Frobnicate was used outside of a simulation. Use it in a "
               "SIM_TEST, in a task that runs under Simulation::Run, or within "
               "a Simulation::Scope");
  EXPECT_DEATH(Event(), "Event was used outside of a simulation");
}

Task<> ReadQueue(Queue<int>& queue, JoinHandle<>& early) {
  co_await early;
  const int item = co_await queue.Get();
  EXPECT_EQ(item, 7);
  EXPECT_EQ(Elapsed(), absl::Seconds(2));
}

TEST(SimulationScopeTest, WhatIsMadeBeforeTheRunTakesPartInIt) {
  Simulation simulation;
  Simulation::Scope scope(simulation);
  Queue<int> queue;
  EXPECT_TRUE(queue.TryPut(7));
  JoinHandle<> early = Spawn("early", Tick, "tick", 2);
  EXPECT_EQ(early.id(), TaskId(1));
  EXPECT_FALSE(early.Done());
  bool called = false;
  Post([&] { called = true; });
  EXPECT_TRUE(simulation.Run(ReadQueue, std::ref(queue), std::ref(early)).ok());
  EXPECT_TRUE(called);
  EXPECT_TRUE(early.Done());
}

// ---- Several ----------------------------------------------------------------

Words TextsOf(const Simulation& simulation) {
  Words texts;
  for (const HistoryEntry& entry : simulation.history()) {
    texts.push_back(entry.text);
  }
  return texts;
}

TEST(SimulationsTest, TwoThatAreSetUpInterleavedStayApart) {
  Simulation a;
  Simulation b;
  {
    Simulation::Scope scope(a);
    Spawn("in a", Tick, "a", 2);
  }
  {
    Simulation::Scope scope(b);
    Spawn("in b", Tick, "b", 1);
  }
  {
    Simulation::Scope scope(a);
    Spawn("in a", Tick, "a", 1);
  }
  EXPECT_TRUE(b.Run(Tick, "main", 3).ok());
  EXPECT_EQ(a.now(), SimTime());
  EXPECT_TRUE(a.Run(Tick, "main", 3).ok());
  EXPECT_THAT(TextsOf(a), ElementsAre("a", "a", "in a", "main", "a", "in a",
                                      "main", "main"));
  EXPECT_THAT(TextsOf(b), ElementsAre("b", "in b", "main", "main", "main"));
}

Task<> RunInner() {
  Simulation inner;
  inner.Run(Tick, "inner", 2);
  co_return;
}

Task<> RunInnerInCallback() {
  Post([] { Simulation().Run(Tick, "inner", 2); });
  co_await Sleep(absl::Seconds(1));
}

TEST(SimulationsDeathTest, NoneRunsWithinAStepOfAnother) {
  EXPECT_DEATH(Simulation().Run(RunInner),
               "Run was called within a step of a simulation. One runs at a "
               "time on a thread: `co_await` there what is to be run, or give "
               "it to Spawn");
  EXPECT_DEATH(Simulation().Run(RunInnerInCallback),
               "Run was called within a step of a simulation");
}

Task<> SetUpInner(Words* inner_texts) {
  // That is no run: an inner one may be made, and looked at.
  Simulation inner;
  {
    Simulation::Scope scope(inner);
    Spawn(Tick, "inner", 2);
    Log("before");
    *inner_texts = TextsOf(inner);
  }
  Log("after");
  EXPECT_EQ(Elapsed(), absl::Seconds(10)) << "it has a clock of its own";
  co_await Sleep(absl::Seconds(1));
}

Task<> SleepAndSetUpInner(Words* inner_texts) {
  co_await Sleep(absl::Seconds(10));
  co_await SetUpInner(inner_texts);
}

TEST(SimulationsTest, OneMayBeSetUpWithinAStepOfAnother) {
  Simulation outer;
  Words inner_texts;
  EXPECT_TRUE(outer.Run(SleepAndSetUpInner, &inner_texts).ok());
  EXPECT_THAT(inner_texts, ElementsAre("before"));
  EXPECT_THAT(TextsOf(outer), ElementsAre("after"));
}

Task<> Throw() {
  co_await Sleep(absl::Seconds(1));
  throw 1;
}

TEST(SimulationsTest, AFailureStaysInTheOneWhereItHappened) {
  Simulation one, other;
  EXPECT_EQ(one.Run(Throw).outcome, Outcome::kFailed);
  EXPECT_TRUE(other.Run(Tick, "tick", 2).ok());
}

// ---- Ends -------------------------------------------------------------------

// Says in its destructor that it is gone.
class Witness {
 public:
  Witness(Words* words, std::string name)
      : words_(words), name_(std::move(name)) {}
  Witness(Witness&& other) noexcept
      : words_(std::exchange(other.words_, nullptr)),
        name_(std::move(other.name_)) {}
  ~Witness() {
    if (words_ != nullptr) words_->push_back(name_);
  }

 private:
  Words* words_;
  std::string name_;
};

Task<> HoldParameter(Witness) { co_await Sleep(absl::InfiniteDuration()); }

TEST(SimulationEndTest, WithoutARunWhatWasSetUpIsDestroyedUnrun) {
  Words gone;
  {
    Simulation simulation;
    Simulation::Scope scope(simulation);
    Spawn(HoldParameter, Witness(&gone, "task"));
    Post([witness = Witness(&gone, "callback")] { ADD_FAILURE(); });
    PostAfter(absl::Seconds(1),
              [witness = Witness(&gone, "timer")] { ADD_FAILURE(); });
  }
  EXPECT_THAT(gone, ElementsAre("callback", "timer", "task"));
}

Task<> HoldLocals(Words* gone, std::string name) {
  const Witness outer(gone, name + " outer");
  co_await [](Words* words, std::string inner_name) -> Task<> {
    const Witness inner(words, inner_name + " inner");
    co_await Sleep(absl::InfiniteDuration());
  }(gone, name);
}

Task<> SpawnHolders(Words* gone) {
  const Witness mine(gone, "main");
  Spawn("a", HoldLocals, gone, "a");
  Spawn("b", HoldLocals, gone, "b");
  co_await Sleep(absl::Seconds(1));
  Simulation::Current("").Fail("stop", SourceSite());
  co_await Sleep(absl::Seconds(1));
}

TEST(SimulationEndTest, TheYoungestTaskGoesFirstAndItsInnermostFrame) {
  Words gone;
  EXPECT_EQ(Simulation().Run(SpawnHolders, &gone).outcome, Outcome::kFailed);
  EXPECT_THAT(gone,
              ElementsAre("b inner", "b outer", "a inner", "a outer", "main"));
}

// Does all that a destructor might.
class Meddler {
 public:
  Meddler(Event* event, Queue<int>* queue) : event_(event), queue_(queue) {}
  ~Meddler() {
    event_->Set();
    event_->Clear();
    queue_->TryPut(1);
    queue_->TryGet();
    Log("from a destructor");
    BlockingSleep(absl::Hours(1));
    Spawn("late", Tick, "late", 1);
    Post([] { ADD_FAILURE() << "called after the end"; });
    PostAfter(absl::Seconds(1), [] { ADD_FAILURE() << "called too late"; });
    Simulation::Current("").Fail("late", SourceSite());
    EXPECT_TRUE(Simulation::Current("").closing());
  }

 private:
  Event* event_;
  Queue<int>* queue_;
};

Task<> WaitMeddling(Event& event, Queue<int>& queue, Mutex& mutex) {
  const Meddler meddler(&event, &queue);
  Mutex::Guard guard = co_await mutex.Lock();
  co_await event.Wait();
}

Task<> WaitForItem(Queue<int>& queue) {
  const int item = co_await queue.Get();
  ADD_FAILURE() << item;
}

Task<> LeaveMeddlers() {
  Event event;
  Queue<int> queue;
  Mutex mutex;
  Spawn(WaitMeddling, std::ref(event), std::ref(queue), std::ref(mutex));
  Spawn(WaitMeddling, std::ref(event), std::ref(queue), std::ref(mutex));
  Spawn(WaitForItem, std::ref(queue));
  co_await Sleep(absl::Seconds(1));
  Simulation::Current("").Fail("stop", SourceSite());
  co_await Sleep(absl::Seconds(1));
}

TEST(SimulationEndTest, DestructorsThatUseTheSimulationDoNoHarm) {
  for (uint64_t seed = 0; seed <= 5; ++seed) {
    RandomScheduler random;
    Simulation simulation(
        {.seed = Seed(seed), .scheduler = seed == 0 ? nullptr : &random});
    const RunResult result = simulation.Run(LeaveMeddlers);
    EXPECT_EQ(result.outcome, Outcome::kFailed);
    EXPECT_EQ(result.failure->message, "stop");
    EXPECT_EQ(simulation.now(), SimTime(1'000'000'000));
    EXPECT_TRUE(simulation.history().empty());
  }
}

TEST(SimulationEndTest, HandlesMayOutliveTheSimulation) {
  JoinHandle<> done, waiting;
  PostHandle ran, pending;
  {
    Simulation simulation;
    Simulation::Scope scope(simulation);
    done = Spawn("done", Tick, "tick", 1);
    waiting = Spawn("waiting", Tick, "tick", 5);
    ran = PostAfter(absl::Seconds(1), [] {});
    pending = PostAfter(absl::Seconds(9), [] {});
    EXPECT_TRUE(simulation.Run(Tick, "main", 3).ok());
  }
  EXPECT_TRUE(done.Done());
  EXPECT_FALSE(done.Cancelled());
  EXPECT_TRUE(waiting.Cancelled()) << "it was left when main was done";
  EXPECT_FALSE(ran.Cancel());
  EXPECT_FALSE(pending.Cancel());
  Simulation other;
  Simulation::Scope scope(other);
  EXPECT_FALSE(pending.Cancel()) << "nor by another simulation";
}

// So many names that their records are not kept for the next simulation.
TEST(SimulationEndTest, AHandleThatOutlivesTheSimulationKnowsItsNumberOnly) {
  std::vector<JoinHandle<>> handles;
  {
    Simulation simulation;
    Simulation::Scope scope(simulation);
    for (int i = 0; i < 1000; ++i) {
      handles.push_back(
          Spawn("a rather long name " + std::to_string(i), Tick, "tick", 1));
    }
    EXPECT_EQ(handles[999].Name(), "a rather long name 999#1000");
  }
  EXPECT_EQ(handles[999].Name(), "task#1000");
  EXPECT_EQ(handles[999].id(), TaskId(1000));
}

}  // namespace
}  // namespace orrery
