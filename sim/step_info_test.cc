// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What a policy is told of each step besides its accesses, and where a task
// stands before an operation that may have to wait.

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/log.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

struct Step {
  EntityId id;
  TaskId task;
  std::vector<Access> accesses;
  std::vector<Readied> readied;
  uint64_t instant = 0;
  bool forced = false;
  uint64_t cause = 0;
};

// Notes each step. Runs what `pick` says: by default, what comes first.
class Observer : public Scheduler {
 public:
  using Pick = std::function<size_t(Candidates)>;

  explicit Observer(Pick pick = nullptr) : pick_(std::move(pick)) {}

  std::string Spec() const override { return "observer"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }
  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    return pick_ ? pick_(ready) : 0;
  }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
  void OnStep(const StepInfo& step) override {
    steps.push_back({step.id,
                     step.task,
                     {step.accesses.begin(), step.accesses.end()},
                     {step.readied.begin(), step.readied.end()},
                     step.instant,
                     step.forced,
                     step.cause});
  }

  // The steps of a task, in order.
  std::vector<Step> Of(uint32_t task) const {
    std::vector<Step> found;
    for (const Step& step : steps) {
      if (step.task == TaskId(task)) found.push_back(step);
    }
    return found;
  }
  EntityId IdOf(uint32_t task) const { return Of(task).at(0).id; }

  std::vector<Step> steps;

 private:
  Pick pick_;
};

RunResult RunUnder(Observer& observer, Task<> (*body)()) {
  return Simulation({.scheduler = &observer}).Run(body);
}

Task<> YieldFor(int times) {
  for (int i = 0; i < times; ++i) co_await Yield();
}

Task<> SpawnAndJoin() {
  JoinHandle<> first = Spawn(YieldFor, 1);   // 2
  JoinHandle<> second = Spawn(YieldFor, 0);  // 3
  co_await first;
  co_await second;
}

TEST(StepInfoTest, TellsWhatAStepMadeReadyAndWhatItCreated) {
  Observer observer;
  EXPECT_TRUE(RunUnder(observer, SpawnAndJoin).ok());
  const EntityId main = observer.IdOf(1);
  const EntityId first = observer.IdOf(2);
  const EntityId second = observer.IdOf(3);
  EXPECT_THAT(observer.Of(1)[0].readied,
              ElementsAre(Readied{first, true}, Readied{second, true}));
  EXPECT_THAT(observer.Of(2)[0].readied, ElementsAre(Readied{first, false}))
      << "it goes on";
  EXPECT_THAT(observer.Of(2)[1].readied, ElementsAre(Readied{main, false}))
      << "its end wakes the one that waits for it";
  EXPECT_THAT(observer.Of(3)[0].readied, IsEmpty());
}

Task<> PostOne() {
  Post([] {});  // 2
  co_await Yield();
}

TEST(StepInfoTest, ACallbackIsCreated) {
  Observer observer;
  EXPECT_TRUE(RunUnder(observer, PostOne).ok());
  EXPECT_THAT(observer.Of(1)[0].readied,
              ElementsAre(Readied{observer.IdOf(2), true},
                          Readied{observer.IdOf(1), false}));
}

Task<> SleepTwice() {
  co_await Yield();
  co_await Sleep(absl::Seconds(1));
  co_await Yield();
  co_await Sleep(absl::Seconds(1));
}

TEST(StepInfoTest, CountsTheInstants) {
  Observer observer;
  EXPECT_TRUE(RunUnder(observer, SleepTwice).ok());
  std::vector<uint64_t> instants;
  for (const Step& step : observer.steps) instants.push_back(step.instant);
  EXPECT_THAT(instants, ElementsAre(0, 0, 1, 1, 2));
}

Task<> LogAndCompute() {
  Log("a line");
  co_await Yield();
  Compute(absl::Seconds(1));
}

TEST(StepInfoTest, LoggingAndPassingTimeAreAccesses) {
  Observer observer;
  EXPECT_TRUE(RunUnder(observer, LogAndCompute).ok());
  EXPECT_THAT(observer.steps[0].accesses,
              Contains(Access{kLogKey, AccessKind::kWrite}));
  EXPECT_THAT(observer.steps[0].accesses,
              Not(Contains(Access{kClockKey, AccessKind::kWrite})));
  EXPECT_THAT(observer.steps[1].accesses,
              Contains(Access{kClockKey, AccessKind::kWrite}));
}

Task<> GatherTwo() {
  JoinHandle<> other = Spawn(YieldFor, 9);    // 2
  co_await Gather(YieldFor(0), YieldFor(0));  // 3, 4
  co_await other;
}

TEST(StepInfoTest, WorkBetweenStepsIsToldApart) {
  Observer observer;
  EXPECT_TRUE(RunUnder(observer, GatherTwo).ok());
  std::vector<Step> forced;
  for (const Step& step : observer.steps) {
    if (step.forced) forced.push_back(step);
  }
  ASSERT_FALSE(forced.empty());
  EXPECT_EQ(forced.back().task, TaskId());
  EXPECT_THAT(forced.back().readied,
              ElementsAre(Readied{observer.IdOf(1), false}))
      << "the second end wakes the one that gathers";
  uint64_t number = 0;
  TaskId task;
  for (const Step& step : observer.steps) {
    if (!step.forced && ++number == forced.back().cause) task = step.task;
  }
  EXPECT_EQ(task, TaskId(4)) << "whose end has caused it";
}

// ---- Operations that may have to wait ---------------------------------------

Task<> LockFor(Mutex& mutex, Shared<int>& cell) {
  Mutex::Guard guard = co_await mutex.Lock();
  co_await cell.Write(1);
}

Task<> TwoLock() {
  Mutex mutex;
  Shared<int> cell;
  JoinHandle<> first = Spawn(LockFor, std::ref(mutex), std::ref(cell));   // 2
  JoinHandle<> second = Spawn(LockFor, std::ref(mutex), std::ref(cell));  // 3
  co_await first;
  co_await second;
}

std::vector<AccessKind> FirstAccesses(const std::vector<Step>& steps) {
  std::vector<AccessKind> kinds;
  for (const Step& step : steps) {
    kinds.push_back(step.accesses.empty() ? AccessKind::kNone
                                          : step.accesses[0].kind);
  }
  return kinds;
}

TEST(StepInfoTest, AnAttemptThatHasToWaitIsAStepOfItsOwn) {
  // The younger one goes first wherever it can.
  Observer observer([](Candidates ready) {
    size_t last = 0;
    for (size_t i = 1; i < ready.size(); ++i) {
      if (ready[i]->task > ready[last]->task) last = i;
    }
    return last;
  });
  EXPECT_TRUE(RunUnder(observer, TwoLock).ok());
  EXPECT_THAT(
      FirstAccesses(observer.Of(3)),
      ElementsAre(AccessKind::kNone, AccessKind::kLock, AccessKind::kWrite));
  // The elder one stops before the cell, with the mutex, until the younger one
  // has asked for it.
  Observer both([](Candidates ready) {
    for (size_t i = 0; i < ready.size(); ++i) {
      const bool holds = ready[i]->access_kind == AccessKind::kWrite;
      if (ready[i]->task == TaskId(2) && !holds) return i;
    }
    for (size_t i = 0; i < ready.size(); ++i) {
      if (ready[i]->task == TaskId(3)) return i;
    }
    return size_t{0};
  });
  EXPECT_TRUE(RunUnder(both, TwoLock).ok());
  // It begins; it asks and has to wait; it has got the mutex, for which it has
  // asked before; it writes.
  EXPECT_THAT(FirstAccesses(both.Of(3)),
              ElementsAre(AccessKind::kNone, AccessKind::kLock,
                          AccessKind::kNone, AccessKind::kWrite));
  EXPECT_THAT(both.Of(3)[1].readied, IsEmpty());
}

std::vector<int>* order = nullptr;

Task<> GetAndTell(Queue<int>& queue, int number) {
  co_await queue.Get();
  order->push_back(number);
}

Task<> TwoWaitForOneQueue() {
  Queue<int> queue;
  JoinHandle<> first = Spawn(GetAndTell, std::ref(queue), 1);   // 2
  JoinHandle<> second = Spawn(GetAndTell, std::ref(queue), 2);  // 3
  co_await YieldFor(20);
  EXPECT_TRUE(queue.TryPut(1));
  co_await YieldFor(20);
  EXPECT_TRUE(queue.TryPut(2));
  co_await first;
  co_await second;
}

TEST(StepInfoTest, WhoComesFirstToWaitIsAChoice) {
  std::vector<int> seen;
  order = &seen;
  Observer first_come;
  EXPECT_TRUE(RunUnder(first_come, TwoWaitForOneQueue).ok());
  EXPECT_THAT(seen, ElementsAre(1, 2));
  seen.clear();
  // Both have begun; then the younger one goes on before the elder.
  Observer other([](Candidates ready) {
    for (size_t i = 0; i < ready.size(); ++i) {
      if (ready[i]->task == TaskId(3)) return i;
    }
    return size_t{0};
  });
  EXPECT_TRUE(RunUnder(other, TwoWaitForOneQueue).ok());
  EXPECT_THAT(seen, ElementsAre(2, 1));
}

// ---- Timers -----------------------------------------------------------------

int timer_ran_after = 0;

Task<> SpinUntilTimer() {
  bool fired = false;
  Spawn(YieldFor, 200);  // 2
  PostAfter(absl::Seconds(1), [&fired] { fired = true; });
  co_await Yield();
  Compute(absl::Seconds(2));  // now it is due
  for (timer_ran_after = 0; !fired && timer_ran_after < 100;
       ++timer_ran_after) {
    co_await Yield();
  }
}

// The head of the queue, which is never chosen, does not hold up the timer.
TEST(StepInfoTest, ATimerThatIsDueWaitsForNobodyWhoIsNotChosen) {
  Observer observer([](Candidates ready) {
    size_t best = 0;
    for (size_t i = 1; i < ready.size(); ++i) {
      if (ready[i]->kind == EntityKind::kTimer) return i;
      if (ready[i]->task != TaskId(2)) best = i;
    }
    return ready[best]->task == TaskId(2) ? ready.size() - 1 : best;
  });
  EXPECT_TRUE(RunUnder(observer, SpinUntilTimer).ok());
  EXPECT_LT(timer_ran_after, 5);
}

}  // namespace
}  // namespace orrery
