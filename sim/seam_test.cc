// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

//
// What a policy is told: candidates with stable ids and declared accesses, the
// place of each choice, and every step with all that it touched.

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/when_all.h"
#include "orrery/sim/post.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Words = std::vector<std::string>;

// Goes on first in, first out, or at random; notes all that it is told.
class Observer : public Scheduler {
 public:
  struct Step {
    EntityId id;
    TaskId task;
    SimTime time;
    std::vector<Access> accesses;
  };

  explicit Observer(bool random = false) : random_(random) {}

  std::string Spec() const override { return "observer"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }
  void BeginRun(const RunInfo& run) override {
    prng_ = Prng(run.seed.value);
    steps.clear();
    points.clear();
    declared.clear();
    ended.reset();
  }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    CheckChoice(where, ready);
    points.push_back(where);
    for (const Candidate* candidate : ready) {
      ids.insert(candidate->id);
      kinds[candidate->task] = candidate->kind;
    }
    const size_t picked = random_ ? prng_.Below(ready.size()) : 0;
    if (ready[picked]->access_kind != AccessKind::kNone) {
      declared[ready[picked]->task].push_back(ready[picked]->access());
    }
    return picked;
  }
  uint64_t Draw(const ChoicePoint& where) override {
    points.push_back(where);
    return random_ ? prng_.Below(where.n) : 0;
  }
  void OnStep(const StepInfo& step) override {
    steps.push_back({step.id,
                     step.task,
                     step.time,
                     {step.accesses.begin(), step.accesses.end()}});
  }
  NextRun EndRun(const RunSummary& run) override {
    ended = run;
    return NextRun::kAgain;
  }

  // What others see of a task, once it has run: its start and its end.
  ObjectKey KeyOf(TaskId task) const {
    for (const Step& step : steps) {
      if (step.task == task) return ObjectKey(step.id.value);
    }
    return ObjectKey();
  }

  std::vector<ChoicePoint> points;
  std::vector<Step> steps;
  std::map<TaskId, std::vector<Access>> declared;  // by those that were taken
  std::map<TaskId, EntityKind> kinds;
  std::set<EntityId> ids;
  std::optional<RunSummary> ended;

 private:
  // What holds at each choice of who runs next.
  void CheckChoice(const ChoicePoint& where, Candidates ready) {
    ASSERT_GE(ready.size(), 2);
    EXPECT_EQ(where.kind, ChoiceKind::kNextEntity);
    EXPECT_EQ(where.n, ready.size());
    EXPECT_EQ(where.site, "");
    EXPECT_EQ(where.step, steps.size());
    EXPECT_EQ(where.task, steps.empty() ? TaskId() : steps.back().task);
    std::set<EntityId> here;
    for (const Candidate* candidate : ready) {
      EXPECT_TRUE(here.insert(candidate->id).second) << "ids differ";
      EXPECT_LE(ready[0]->order, candidate->order) << "the first is the head";
      EXPECT_NE(candidate->task, TaskId());
    }
  }

  bool random_;
  Prng prng_{0};
};

// ---- Declared accesses ------------------------------------------------------

Task<> YieldFor(int times) {
  for (int i = 0; i < times; ++i) co_await Yield();
}

struct Objects {
  Shared<int> cell{0, "cell"};
  Mutex mutex{"mutex"};
  Queue<int> queue{1, "queue"};
  Event event{"event"};
};

Task<> TouchAll(Objects& objects) {
  const int before = co_await objects.cell.Read();
  co_await objects.cell.Write(before + 1);
  {
    Mutex::Guard guard = co_await objects.mutex.Lock();
    co_await objects.queue.Put(1);
  }
  const int item = co_await objects.queue.Get();
  EXPECT_EQ(item, 1);
  objects.event.Set();
  co_await objects.event.Wait();
}

TEST(SeamTest, EveryOperationIsDeclaredBeforeItIsDone) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Objects objects;
  Spawn(YieldFor, 1000);
  EXPECT_TRUE(simulation.Run(TouchAll, std::ref(objects)).ok());
  const ObjectKey self = observer.KeyOf(TaskId(2));
  EXPECT_THAT(observer.declared[TaskId(2)],
              ElementsAre(Access{self, AccessKind::kWait},
                          Access{objects.cell.key(), AccessKind::kRead},
                          Access{objects.cell.key(), AccessKind::kWrite},
                          Access{objects.mutex.key(), AccessKind::kLock},
                          Access{objects.queue.key(), AccessKind::kRelease},
                          Access{objects.queue.key(), AccessKind::kAcquire},
                          Access{objects.event.key(), AccessKind::kWait}));
}

TEST(SeamTest, AnOperationIsDeclaredOnlyIfSomebodyElseCouldGoFirst) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Objects objects;
  const RunResult result = simulation.Run(TouchAll, std::ref(objects));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.steps, 1);
  EXPECT_EQ(result.choices, 0);
  EXPECT_THAT(observer.points, IsEmpty());
}

Task<> WaitForAll(Objects& objects) {
  Mutex::Guard guard = co_await objects.mutex.Lock();
  const int item = co_await objects.queue.Get();
  EXPECT_EQ(item, 1);
  co_await objects.event.Wait();
  co_await objects.queue.Put(2);
}

Task<> GiveAll(Objects& objects) {
  Spawn(YieldFor, 1000);
  Mutex::Guard guard = co_await objects.mutex.Lock();
  JoinHandle<> waiter = Spawn(WaitForAll, std::ref(objects));
  co_await YieldFor(5);
  guard.Unlock();
  co_await YieldFor(5);
  EXPECT_TRUE(objects.queue.TryPut(1));
  co_await YieldFor(5);
  EXPECT_TRUE(objects.queue.TryPut(3));
  objects.event.Set();
  co_await YieldFor(5);
  EXPECT_TRUE(objects.queue.TryGet().has_value());
  co_await waiter;
}

// Before it asks, and again before it goes on with what it has got.
TEST(SeamTest, AWaiterDeclaresWhatItWaitsForTwice) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Objects objects;
  EXPECT_TRUE(simulation.Run(GiveAll, std::ref(objects)).ok());
  const ObjectKey self = observer.KeyOf(TaskId(3));
  const Access lock{objects.mutex.key(), AccessKind::kLock};
  const Access get{objects.queue.key(), AccessKind::kAcquire};
  const Access wait{objects.event.key(), AccessKind::kWait};
  const Access put{objects.queue.key(), AccessKind::kRelease};
  EXPECT_THAT(observer.declared[TaskId(3)],
              ElementsAre(Access{self, AccessKind::kWait}, lock, lock, get, get,
                          wait, wait, put, put));
}

// ---- Steps ------------------------------------------------------------------

Task<> TouchInOneStep(Objects& objects) {
  EXPECT_TRUE(objects.queue.TryPut(1));
  EXPECT_FALSE(objects.queue.TryPut(2)) << "a failing attempt is an access too";
  EXPECT_TRUE(objects.queue.TryGet().has_value());
  EXPECT_TRUE(objects.mutex.TryLock());
  EXPECT_FALSE(objects.mutex.TryLock());
  objects.mutex.Unlock();
  objects.event.Set();
  objects.event.Clear();
  const int seen = co_await objects.cell.Read();
  co_await objects.cell.Write(seen + 1);
}

TEST(SeamTest, AStepIsReportedWithAllItsAccessesInOrder) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Objects objects;
  EXPECT_TRUE(simulation.Run(TouchInOneStep, std::ref(objects)).ok());
  ASSERT_EQ(observer.steps.size(), 1);
  EXPECT_EQ(observer.steps[0].task, TaskId(1));
  const ObjectKey self = observer.KeyOf(TaskId(1));
  EXPECT_THAT(observer.steps[0].accesses,
              ElementsAre(Access{objects.queue.key(), AccessKind::kRelease},
                          Access{objects.queue.key(), AccessKind::kRelease},
                          Access{objects.queue.key(), AccessKind::kAcquire},
                          Access{objects.mutex.key(), AccessKind::kAcquire},
                          Access{objects.mutex.key(), AccessKind::kAcquire},
                          Access{objects.mutex.key(), AccessKind::kUnlock},
                          Access{objects.event.key(), AccessKind::kSignal},
                          Access{objects.event.key(), AccessKind::kWrite},
                          Access{objects.cell.key(), AccessKind::kRead},
                          Access{objects.cell.key(), AccessKind::kWrite},
                          Access{self, AccessKind::kSignal}));
}

TEST(SeamTest, AnAccessIsReportedWithTheStepThatMadeIt) {
  Observer observer;
  Simulation simulation({.scheduler = &observer});
  Simulation::Scope scope(simulation);
  Objects objects;
  Spawn(YieldFor, 1000);
  EXPECT_TRUE(simulation.Run(TouchAll, std::ref(objects)).ok());
  std::vector<std::vector<Access>> by_step;
  for (const Observer::Step& step : observer.steps) {
    if (step.task == TaskId(2)) by_step.push_back(step.accesses);
  }
  const Access read{objects.cell.key(), AccessKind::kRead};
  const Access write{objects.cell.key(), AccessKind::kWrite};
  const Access lock{objects.mutex.key(), AccessKind::kLock};
  const Access unlock{objects.mutex.key(), AccessKind::kUnlock};
  const Access put{objects.queue.key(), AccessKind::kRelease};
  const Access get{objects.queue.key(), AccessKind::kAcquire};
  const Access set{objects.event.key(), AccessKind::kSignal};
  const Access wait{objects.event.key(), AccessKind::kWait};
  const Access end{observer.KeyOf(TaskId(2)), AccessKind::kSignal};
  EXPECT_THAT(by_step,
              ElementsAre(IsEmpty(), ElementsAre(read), ElementsAre(write),
                          ElementsAre(lock), ElementsAre(put, unlock),
                          ElementsAre(get, set), ElementsAre(wait, end)));
}

Task<> SleepAndPost() {
  Post([] { BlockingSleep(absl::Seconds(1)); });
  PostAfter(absl::Seconds(5), [] {});
  co_await Sleep(absl::Seconds(9));
}

TEST(SeamTest, EveryStepIsReportedWithItsTimeAndCounted) {
  Observer observer;
  const RunResult result =
      Simulation({.scheduler = &observer}).Run(SleepAndPost);
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(observer.steps.size(), result.steps);
  std::vector<std::pair<uint32_t, int64_t>> steps;
  for (const Observer::Step& step : observer.steps) {
    steps.push_back({step.task.value, step.time.ns / 1'000'000'000});
  }
  EXPECT_THAT(steps, ElementsAre(std::pair(1, 0), std::pair(2, 1),
                                 std::pair(3, 5), std::pair(1, 9)));
  ASSERT_TRUE(observer.ended.has_value());
  EXPECT_EQ(observer.ended->outcome, Outcome::kCompleted);
  EXPECT_EQ(observer.ended->steps, result.steps);
  EXPECT_EQ(observer.ended->choices, result.choices);
}

// ---- Candidates and choice points -------------------------------------------

// Something of everything.
Task<> Worker(Objects& objects, int id) {
  for (int i = 0; i < 3; ++i) {
    {
      Mutex::Guard guard = co_await objects.mutex.Lock();
      const int seen = co_await objects.cell.Read();
      co_await objects.cell.Write(seen + id);
    }
    co_await objects.queue.Put(id);
    co_await Sleep(absl::Milliseconds(Random("pause").Below(3)));
    const int item = co_await objects.queue.Get();
    EXPECT_GT(item, 0);
  }
  objects.event.Set();
}

Task<> Mixture() {
  Objects objects;
  Post([&objects] { objects.event.Clear(); });
  PostAfter(absl::Milliseconds(1), [&objects] { objects.event.Set(); });
  co_await WhenAll(Worker(objects, 1), Worker(objects, 2), Worker(objects, 3));
  co_await objects.event.Wait();
}

// The observer's own checks hold at each of the choices.
TEST(SeamTest, WhateverIsChosenCandidatesKeepTheirOrderAndTheirIds) {
  std::set<EntityId> ids;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Observer observer(/*random=*/true);
    const RunResult result =
        Simulation({.seed = Seed(seed), .scheduler = &observer}).Run(Mixture);
    ASSERT_TRUE(result.ok()) << seed << ": " << FormatRunResult(result);
    EXPECT_EQ(result.choices, observer.points.size());
    EXPECT_EQ(observer.kinds[TaskId(2)], EntityKind::kCallback);
    ids.insert(observer.ids.begin(), observer.ids.end());
  }
  EXPECT_EQ(ids.size(), 5) << "two callbacks and three workers, in all runs";
}

Task<> DrawInTask() {
  co_await Sleep(absl::Seconds(2));
  const ChoiceSpan span("request");
  Choose(5, "which");
}

TEST(SeamTest, ADrawSaysWhoAsksWhenAndForWhat) {
  Observer observer;
  EXPECT_TRUE(Simulation({.scheduler = &observer}).Run(DrawInTask).ok());
  ASSERT_EQ(observer.points.size(), 1);
  const ChoicePoint& where = observer.points[0];
  EXPECT_EQ(where.kind, ChoiceKind::kData);
  EXPECT_EQ(where.n, 5);
  EXPECT_EQ(where.site, "which");
  EXPECT_EQ(where.node, NodeId());
  EXPECT_EQ(where.task, TaskId(1));
  EXPECT_EQ(where.span, SpanId(1));
  EXPECT_EQ(where.now, SimTime(2'000'000'000));
  EXPECT_EQ(where.step, 2);
}

// ---- Stable ids -------------------------------------------------------------

// Collects ids by name.
class IdSink final : public TraceSink {
 public:
  TraceLevel level() const override { return TraceLevel::kEvents; }
  void OnChoices(absl::Span<const Choice>, const DigestPair&) override {}
  void OnEvent(const TraceEvent& event) override {
    if (const auto* spawned = std::get_if<event::Spawned>(&event.what)) {
      ids[std::string(spawned->name)] = spawned->entity.value;
    } else if (const auto* made = std::get_if<event::ObjectMade>(&event.what)) {
      ids[std::string(made->name)] = made->key.value;
    }
  }
  std::map<std::string, uint64_t> ids;
};

Task<> Parent(std::string name, int more) {
  Mutex mutex(name + "'s mutex");
  co_await YieldFor(2);
  Queue<int> queue(1, name + "'s queue");
  JoinHandle<> child = Spawn(name + "'s child", YieldFor, 2);
  for (int i = 0; i < more; ++i) {
    const Event unrelated("unrelated");
    co_await Spawn("unrelated", YieldFor, 2);
  }
  co_await child;
}

Task<> TwoParents(int more) {
  JoinHandle<> a = Spawn("a", Parent, "a", more);
  JoinHandle<> b = Spawn("b", Parent, "b", 0);
  co_await a;
  co_await b;
}

TEST(SeamTest, IdsStayWhenUnrelatedTasksAndObjectsAreAdded) {
  IdSink plain;
  EXPECT_TRUE(Simulation({.trace = &plain}).Run(TwoParents, 0).ok());
  EXPECT_EQ(plain.ids.size(), 9) << "main, two parents, each with three things";
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Observer observer(/*random=*/true);
    IdSink more;
    EXPECT_TRUE(
        Simulation({.seed = Seed(seed), .scheduler = &observer, .trace = &more})
            .Run(TwoParents, 3)
            .ok());
    EXPECT_EQ(more.ids.erase("unrelated"), 1);
    EXPECT_EQ(more.ids, plain.ids) << "seed " << seed;
  }
}

// Every build gives them alike; traces hold them.
TEST(SeamTest, TheMainTaskHasTheSameIdInEveryProgram) {
  IdSink sink;
  EXPECT_TRUE(Simulation({.trace = &sink}).Run(YieldFor, 1).ok());
  EXPECT_EQ(sink.ids["main"],
            ChildEntity(EntityId(0x6f72726572790000u), 0).value);
}

// ---- A policy of one's own --------------------------------------------------

class LifoScheduler : public Scheduler {
 public:
  std::string Spec() const override { return "lifo"; }
  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    return std::max_element(ready.begin(), ready.end(),
                            [](const Candidate* a, const Candidate* b) {
                              return a->order < b->order;
                            }) -
           ready.begin();
  }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
};

Task<> Say(Words* words, const char* word) {
  words->push_back(word);
  co_return;
}

Task<> SayThree(Words* words) {
  for (const char* word : {"a", "b", "c"}) Spawn(Say, words, word);
  co_await Sleep(absl::Seconds(1));
}

TEST(SeamTest, APolicyOfOnesOwnIsTwentyLines) {
  Words words;
  LifoScheduler lifo;
  const RunResult result =
      Simulation({.scheduler = &lifo}).Run(SayThree, &words);
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(words, ElementsAre("c", "b", "a"));
  EXPECT_EQ(result.choices, 2) << "with one candidate there is no choice";
}

TEST(SeamTest, WithoutAPolicyNothingIsAsked) {
  Words words;
  const RunResult result = Simulation().Run(SayThree, &words);
  EXPECT_EQ(result.choices, 0);
  EXPECT_THAT(words, ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace orrery
