// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Starting, ending and joining tasks are accesses too: without them a policy
// would take a task's end and the step that waits for it for independent.

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Runs first in, first out; notes what each step did, and what each candidate
// said beforehand.
class Observer : public Scheduler {
 public:
  using Accesses = std::vector<Access>;

  std::string Spec() const override { return "observer"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }
  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    const Candidate& first = *ready[0];
    if (first.access_kind != AccessKind::kNone) {
      declared[first.task].push_back(first.access());
    }
    return 0;
  }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
  void OnStep(const StepInfo& step) override {
    steps[step.task].emplace_back(step.accesses.begin(), step.accesses.end());
    ids[step.task] = step.id;
  }

  // What task or callback `number` does to itself, or others to it.
  Access Of(uint32_t number, AccessKind kind) const {
    return {ObjectKey(ids.at(TaskId(number)).value), kind};
  }
  Access Signal(uint32_t number) const {
    return Of(number, AccessKind::kSignal);
  }
  Access Wait(uint32_t number) const { return Of(number, AccessKind::kWait); }
  std::vector<Accesses> StepsOf(uint32_t number) {
    return steps[TaskId(number)];
  }
  // Only where there was a choice.
  Accesses DeclaredBy(uint32_t number) { return declared[TaskId(number)]; }

  std::map<TaskId, std::vector<Accesses>> steps;
  std::map<TaskId, Accesses> declared;
  std::map<TaskId, EntityId> ids;
};

// Keeps another candidate in the ready queue, so that there is a choice.
Task<> YieldFor(int times) {
  for (int i = 0; i < times; ++i) co_await Yield();
}

Task<> Nothing() { co_return; }

Task<> JoinOne() {
  JoinHandle<> filler = Spawn("filler", YieldFor, 20);  // 2
  JoinHandle<> child = Spawn("child", Nothing);         // 3
  co_await child;
  co_await Yield();
}

TEST(TaskAccessTest, StartingATaskIsASignalForWhichItsFirstStepWaits) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(JoinOne).ok());
  EXPECT_THAT(observer.StepsOf(1)[0],
              ElementsAre(observer.Signal(2), observer.Signal(3)));
  EXPECT_THAT(observer.DeclaredBy(2), ElementsAre(observer.Wait(2)));
  EXPECT_THAT(observer.DeclaredBy(3), ElementsAre(observer.Wait(3)));
}

TEST(TaskAccessTest, TheEndOfATaskIsASignalForWhichItsJoinerWaits) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(JoinOne).ok());
  EXPECT_THAT(observer.StepsOf(3), ElementsAre(ElementsAre(observer.Signal(3))))
      << "the child's only step is its last";
  EXPECT_THAT(observer.DeclaredBy(1), ElementsAre(observer.Wait(3)))
      << "before it goes on";
  EXPECT_THAT(observer.StepsOf(1)[1], ElementsAre(observer.Wait(3)));
  EXPECT_THAT(observer.StepsOf(1)[2], ElementsAre(observer.Signal(1)))
      << "main ends too";
}

Task<> Fail() {
  throw std::runtime_error("broken");
  co_return;
}

Task<> JoinFailed(bool* caught) {
  JoinHandle<> child = Spawn("child", Fail);
  try {
    co_await child;
  } catch (const std::runtime_error&) {
    *caught = true;
  }
}

TEST(TaskAccessTest, AnEndByAnExceptionIsASignalToo) {
  Observer observer;
  bool caught = false;
  EXPECT_TRUE(
      Simulation({.scheduler = &observer}).Run(JoinFailed, &caught).ok());
  EXPECT_TRUE(caught);
  EXPECT_THAT(observer.StepsOf(2),
              ElementsAre(ElementsAre(observer.Signal(2))));
  EXPECT_THAT(observer.StepsOf(1)[1],
              ElementsAre(observer.Wait(2), observer.Signal(1)));
}

Task<> JoinLate() {
  JoinHandle<> child = Spawn("child", Nothing);
  co_await Sleep(absl::Seconds(1));
  co_await child;
  co_await child;
}

TEST(TaskAccessTest, JoiningATaskThatIsOverIsAnAccessEachTime) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(JoinLate).ok());
  EXPECT_THAT(
      observer.StepsOf(1)[1],
      ElementsAre(observer.Wait(2), observer.Wait(2), observer.Signal(1)));
}

Task<> Await(JoinHandle<> handle) { co_await handle; }

Task<> JoinFromTwo() {
  JoinHandle<> child = Spawn("child", YieldFor, 5);  // 2
  JoinHandle<> a = Spawn("a", Await, child);         // 3
  JoinHandle<> b = Spawn("b", Await, child);         // 4
  co_await Sleep(absl::Seconds(1));
}

TEST(TaskAccessTest, EveryJoinerThatIsWokenDeclaresForWhomItHasWaited) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(JoinFromTwo).ok());
  EXPECT_THAT(observer.DeclaredBy(3),
              ElementsAre(observer.Wait(3), observer.Wait(2)));
  EXPECT_THAT(observer.StepsOf(3)[1],
              ElementsAre(observer.Wait(2), observer.Signal(3)));
  // The last one is alone, so nobody asks; what it did is told all the same.
  EXPECT_THAT(observer.DeclaredBy(4), ElementsAre(observer.Wait(4)));
  EXPECT_THAT(observer.StepsOf(4)[1],
              ElementsAre(observer.Wait(2), observer.Signal(4)));
}

Task<> LockInto(Mutex* mutex, std::optional<Mutex::Guard> slot) {
  slot = co_await mutex->Lock();
}

TEST(TaskAccessTest, WhatGoesWithATaskBelongsToItsLastStep) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Mutex mutex;
  EXPECT_TRUE(simulation.Run(LockInto, &mutex, std::nullopt).ok());
  EXPECT_THAT(observer.StepsOf(1),
              ElementsAre(ElementsAre(
                  Access{mutex.key(), AccessKind::kLock}, observer.Signal(1),
                  Access{mutex.key(), AccessKind::kUnlock})));
}

// ---- Callbacks --------------------------------------------------------------

Task<> PostTwo(Event* event) {
  Post([event] { event->Set(); });  // 2
  Post([] {});                      // 3
  co_await Yield();
}

TEST(TaskAccessTest, PostingACallbackIsASignalForWhichItWaits) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Event event;
  EXPECT_TRUE(simulation.Run(PostTwo, &event).ok());
  EXPECT_THAT(observer.StepsOf(1)[0],
              ElementsAre(observer.Signal(2), observer.Signal(3)));
  EXPECT_THAT(observer.DeclaredBy(2), ElementsAre(observer.Wait(2)));
  EXPECT_THAT(
      observer.StepsOf(2),
      ElementsAre(ElementsAre(Access{event.key(), AccessKind::kSignal})));
  EXPECT_THAT(observer.StepsOf(3), ElementsAre(IsEmpty()));
}

// ---- WhenAll ----------------------------------------------------------------

Task<> AwaitTwo() {
  Spawn("filler", YieldFor, 20);             // 2
  co_await WhenAll(Nothing(), YieldFor(2));  // 3, 4
  co_await WhenAll();
}

TEST(TaskAccessTest, WhenAllIsAnObjectThatItsTasksSignal) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(AwaitTwo).ok());
  const EntityId main = observer.ids[TaskId(1)];
  const Access signal{ChildObject(main, 0), AccessKind::kSignal};
  const Access wait{ChildObject(main, 0), AccessKind::kWait};
  const Access wait_for_none{ChildObject(main, 1), AccessKind::kWait};
  const Access signal_for_none{ChildObject(main, 1), AccessKind::kSignal};
  EXPECT_THAT(observer.StepsOf(1),
              ElementsAre(ElementsAre(observer.Signal(2), observer.Signal(3),
                                      observer.Signal(4)),
                          ElementsAre(wait, signal_for_none, wait_for_none,
                                      observer.Signal(1))));
  EXPECT_THAT(observer.StepsOf(3),
              ElementsAre(ElementsAre(observer.Signal(3), signal)));
  EXPECT_THAT(observer.StepsOf(4).back(),
              ElementsAre(observer.Signal(4), signal));
  EXPECT_THAT(observer.DeclaredBy(1), ElementsAre(wait));
}

// ---- Before the run ---------------------------------------------------------

TEST(TaskAccessTest, TheFirstStepIsNotBlamedForWhatCameBeforeTheRun) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Event event;
  event.Set();
  JoinHandle<> early = Spawn("early", Nothing);
  Post([] {});
  EXPECT_TRUE(simulation.Run(Await, early).ok());
  EXPECT_THAT(observer.StepsOf(1), ElementsAre(ElementsAre(observer.Signal(1))))
      << "the task's own end, and nothing else";
  EXPECT_THAT(observer.DeclaredBy(1), ElementsAre(observer.Wait(1)));
}

}  // namespace
}  // namespace orrery
