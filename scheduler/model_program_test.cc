// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/scheduler/model_program.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Notes all that it is told, and picks what the test wants.
class NotingScheduler : public Scheduler {
 public:
  using Pick = std::function<size_t(const ChoicePoint&, Candidates)>;
  explicit NotingScheduler(Pick pick) : pick_(std::move(pick)) {}

  std::string Spec() const override { return "noting"; }
  SchedulerTraits traits() const override { return {.observes_steps = true}; }
  void BeginRun(const RunInfo&) override { steps.clear(); }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    for (const Candidate* candidate : ready) {
      EXPECT_LE(ready[0]->order, candidate->order);
    }
    return pick_(where, ready);
  }
  uint64_t Draw(const ChoicePoint& where) override { return where.n - 1; }
  void OnStep(const StepInfo& step) override {
    steps.push_back({step.id,
                     {step.accesses.begin(), step.accesses.end()},
                     {step.readied.begin(), step.readied.end()}});
  }

  struct Step {
    EntityId id;
    std::vector<Access> accesses;
    std::vector<Readied> readied;
  };
  std::vector<Step> steps;

 private:
  Pick pick_;
};

size_t First(const ChoicePoint&, Candidates) { return 0; }

// Runs the threads in the order of `wanted`, a thread for each step.
NotingScheduler::Pick Follow(std::vector<uint32_t> wanted) {
  return [wanted](const ChoicePoint& where, Candidates ready) {
    for (size_t i = 0; i < ready.size(); ++i) {
      if (ready[i]->task.value == wanted[where.step] + 1) return i;
    }
    ADD_FAILURE() << "cannot run at step " << where.step;
    return size_t{0};
  };
}

ModelProgram LostUpdate() {
  ModelProgram program;
  const size_t x = program.Variable();
  for (int i = 0; i < 2; ++i) {
    program[program.Thread()]
        .Read(x, [x](ModelState& s) { s.local(0) = s[x]; })
        .Write(x, [x](ModelState& s) { s[x] = s.local(0) + 1; });
  }
  program.SpawnAll().JoinAll();
  program[0].Read(x, [x](ModelState& s) {
    if (s[x] != 2) s.Fail();
  });
  return program;
}

TEST(ModelProgramTest, TheFirstAlternativeLetsTheCurrentThreadGoOn) {
  const ModelProgram program = LostUpdate();
  ModelRunner runner(program);
  NotingScheduler scheduler(First);
  const ModelResult result = runner.Run(scheduler, {});
  EXPECT_FALSE(result.failed);
  EXPECT_FALSE(result.deadlock);
  // Each begins, and has a step for each of its operations. The main thread
  // waits for the first of them, and need not wait for the second.
  EXPECT_THAT(runner.schedule(),
              ElementsAre(0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0, 0, 0));
  EXPECT_EQ(runner.variable(0), 2);
  EXPECT_EQ(result.steps, 13u);
}

TEST(ModelProgramTest, ARandomWalkLosesAnUpdateAtTimes) {
  const ModelProgram program = LostUpdate();
  ModelRunner runner(program);
  RandomScheduler scheduler;
  int failed = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    failed += runner.Run(scheduler, {.seed = Seed(seed)}).failed ? 1 : 0;
  }
  EXPECT_GT(failed, 100);
  EXPECT_LT(failed, 900);
}

TEST(ModelProgramTest, ALockIsHandedOverAndTheStepThatGoesOnTouchesNothing) {
  ModelProgram program;
  const size_t lock = program.Lock();
  const size_t x = program.Variable();
  for (int i = 0; i < 2; ++i) {
    program[program.Thread()].Lock(lock).Write(x).Unlock(lock);
  }
  program.SpawnAll();
  ModelRunner runner(program);
  // 1 takes it, 2 asks and has to wait, 1 gives it back, 2 goes on.
  const std::vector<uint32_t> wanted = {0, 0, 0, 1, 1, 2, 2, 1, 1, 2, 2, 2};
  NotingScheduler scheduler(Follow(wanted));
  runner.Run(scheduler, {});
  EXPECT_EQ(runner.schedule(), wanted);
  const Access locks = {scheduler.steps[4].accesses[0].object,
                        AccessKind::kLock};
  const Access unlocks = {locks.object, AccessKind::kUnlock};
  EXPECT_THAT(scheduler.steps[4].accesses, ElementsAre(locks));
  EXPECT_THAT(scheduler.steps[6].accesses, ElementsAre(locks)) << "an attempt";
  EXPECT_THAT(scheduler.steps[6].readied, IsEmpty());
  EXPECT_THAT(scheduler.steps[8].accesses[0], unlocks);
  EXPECT_THAT(scheduler.steps[8].readied,
              ElementsAre(Readied{runner.entity(2), false}));
  EXPECT_THAT(scheduler.steps[9].accesses, IsEmpty()) << "it has the lock";
}

TEST(ModelProgramTest, LocksTakenCrosswiseDeadlockAtTimes) {
  ModelProgram program;
  const size_t a = program.Lock();
  const size_t b = program.Lock();
  program[program.Thread()].Lock(a).Lock(b).Unlock(b).Unlock(a);
  program[program.Thread()].Lock(b).Lock(a).Unlock(a).Unlock(b);
  program.SpawnAll().JoinAll();
  ModelRunner runner(program);
  RandomScheduler scheduler;
  int deadlocks = 0;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const ModelResult result = runner.Run(scheduler, {.seed = Seed(seed)});
    EXPECT_FALSE(result.failed);
    deadlocks += result.deadlock ? 1 : 0;
  }
  EXPECT_GT(deadlocks, 100);
  EXPECT_LT(deadlocks, 900);
}

TEST(ModelProgramTest, AThreadThatYieldsDeclaresNothingAndGoesToTheBack) {
  ModelProgram program;
  const size_t x = program.Variable();
  program[program.Thread()].Write(x).Yield().Write(x);
  program[program.Thread()].Write(x);
  program.SpawnAll();
  ModelRunner runner(program);
  NotingScheduler scheduler(First);
  runner.Run(scheduler, {});
  EXPECT_THAT(runner.schedule(), ElementsAre(0, 0, 0, 1, 1, 2, 2, 1, 1));
  EXPECT_THAT(scheduler.steps[4].readied,
              ElementsAre(Readied{runner.entity(1), false}));
  EXPECT_THAT(scheduler.steps[7].accesses, IsEmpty());
}

TEST(ModelProgramTest, AThreadThatIsAloneMayGoOnInOneStep) {
  const ModelProgram program = LostUpdate();
  ModelRunner apart(program);
  ModelRunner merged(program, {.merge_alone = true});
  FifoScheduler scheduler;
  const ModelResult many = apart.Run(scheduler, {});
  const ModelResult few = merged.Run(scheduler, {});
  EXPECT_LT(few.steps, many.steps);
  EXPECT_FALSE(few.failed);
  EXPECT_EQ(merged.variable(0), 2);
}

TEST(ModelProgramTest, DrawsAreAskedForAndArePartOfAStep) {
  ModelProgram program;
  const size_t x = program.Variable();
  program[0].Draw(7, 2).Write(x, [x](ModelState& s) { s[x] = s.local(2); });
  ModelRunner runner(program);
  NotingScheduler scheduler(First);
  const ModelResult result = runner.Run(scheduler, {});
  EXPECT_EQ(result.steps, 2u);
  EXPECT_EQ(runner.variable(0), 6);
  EXPECT_THAT(runner.picks(), ElementsAre(6));
}

TEST(ModelProgramTest, ARunThatDoesNotEndIsStopped) {
  ModelProgram program;
  const size_t x = program.Variable();
  for (int i = 0; i < 50; ++i) program[0].Write(x);
  ModelRunner runner(program, {.max_steps = 20});
  FifoScheduler scheduler;
  EXPECT_EQ(runner.Run(scheduler, {}).steps, 20u);
}

}  // namespace
}  // namespace orrery
