// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `CancelEachTask`: for tests. Runs a program once for each of its steps and
// each of its tasks, and cancels that task after that step, so that a cancel
// meets every point at which any of them can stand.

#ifndef ORRERY_SIM_COMBINATORS_CANCEL_EACH_TASK_H_
#define ORRERY_SIM_COMBINATORS_CANCEL_EACH_TASK_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "gtest/gtest.h"
#include "orrery/base/ids.h"
#include "orrery/base/prng.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// Cancels `task` when `step` steps have been made, and again `again` steps
// later if that is not 0. Runs first in, first out, or picks by `seed`.
class CancellingScheduler : public Scheduler {
 public:
  struct Plan {
    uint64_t step = 0;
    TaskId task;
    uint64_t again = 0;
    bool orders = false;
    uint64_t seed = 0;
  };

  explicit CancellingScheduler(const Plan& plan)
      : plan_(plan), prng_(plan.seed) {}

  std::string Spec() const override { return "cancelling"; }
  SchedulerTraits traits() const override {
    return {.orders = plan_.orders, .observes_steps = true};
  }
  size_t PickNext(const ChoicePoint& where, Candidates) override {
    if (plan_.seed == 0) return 0;
    return static_cast<size_t>(prng_.Below(where.n));
  }
  uint64_t Draw(const ChoicePoint&) override { return 0; }
  void OnStep(const StepInfo& step) override {
    if (step.forced) return;
    ++steps_;
    if (steps_ == plan_.step) Cancel();
    if (plan_.again != 0 && steps_ == plan_.step + plan_.again) Cancel();
  }

  // Whether the task was there and not over.
  bool cancelled() const { return cancelled_; }

 private:
  void Cancel() {
    Simulation& simulation = Simulation::Current("CancelEachTask");
    for (TaskState* task : simulation.LiveTasks()) {
      if (task->number() != plan_.task) continue;
      if (simulation.Cancel(task)) cancelled_ = true;
    }
  }

  const Plan plan_;
  Prng prng_;
  uint64_t steps_ = 0;
  bool cancelled_ = false;
};

// Counts those of its kind that are alive, as a local variable of tasks that
// are not to be left behind.
struct Alive {
  explicit Alive(int* c) : count(c) { ++*count; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  ~Alive() { --*count; }

  int* count;
};

// `run` runs a whole simulation with the scheduler that it is given, and
// expects what holds whoever is cancelled. Returns in how many runs somebody
// was.
inline int CancelEachTask(const std::function<RunResult(Scheduler*)>& run) {
  int runs = 0;
  for (uint64_t seed = 0; seed < 6; ++seed) {
    CancellingScheduler::Plan plan;
    plan.orders = seed != 0;
    plan.seed = seed / 2;
    CancellingScheduler undisturbed(plan);
    const uint64_t steps = run(&undisturbed).steps;
    for (plan.step = 1; plan.step <= steps; ++plan.step) {
      for (uint64_t again : {0, 1, 2}) {
        plan.again = again;
        // Timers and callbacks have numbers too; they are passed over.
        for (uint32_t number = 1; number <= steps + 1; ++number) {
          plan.task = TaskId(number);
          CancellingScheduler scheduler(plan);
          const RunResult result = run(&scheduler);
          if (!scheduler.cancelled()) continue;
          ++runs;
          const bool main = number == 1 && !result.ok();
          EXPECT_TRUE(result.ok() ||
                      (main && result.failure->message ==
                                   "the main task was cancelled"))
              << FormatRunResult(result);
          if (testing::Test::HasFailure()) {
            ADD_FAILURE() << "task " << number << " was cancelled after step "
                          << plan.step << ", and " << again
                          << " steps later; seed " << seed;
            return runs;
          }
        }
      }
    }
  }
  return runs;
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_CANCEL_EACH_TASK_H_
