// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/cancel_everywhere.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "orrery/base/seed.h"
#include "orrery/scheduler/random_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync/event.h"

namespace orrery {
namespace {

constexpr uint64_t kMaxSteps = 1000;

// What is done in one run.
struct Cancellation {
  size_t victim;
  uint64_t after_step;
};

// Leaves all choices to another policy, or to first in, first out, and cancels
// between the steps.
class CancellingScheduler : public Scheduler {
 public:
  CancellingScheduler(Scheduler* inner, std::vector<Cancellation> plan,
                      const Victims* victims)
      : inner_(inner), plan_(std::move(plan)), victims_(victims) {}

  std::string Spec() const override { return "cancelling"; }
  SchedulerTraits traits() const override {
    return {.orders = inner_ != nullptr, .observes_steps = true};
  }
  void BeginRun(const RunInfo& run) override {
    if (inner_ != nullptr) inner_->BeginRun(run);
  }
  size_t PickNext(const ChoicePoint& where, Candidates ready) override {
    return inner_->PickNext(where, ready);
  }
  uint64_t Draw(const ChoicePoint& where) override {
    return inner_ != nullptr ? inner_->Draw(where) : 0;
  }
  void OnStep(const StepInfo& step) override {
    if (step.forced) return;
    ++steps_;
    for (const Cancellation& next : plan_) {
      if (next.after_step == steps_ && next.victim < victims_->size() &&
          (*victims_)[next.victim].Cancel()) {
        ++cancelled_;
      }
    }
  }

  uint64_t steps() const { return steps_; }
  uint64_t cancelled() const { return cancelled_; }

 private:
  Scheduler* inner_;
  std::vector<Cancellation> plan_;
  const Victims* victims_;
  uint64_t steps_ = 0;
  uint64_t cancelled_ = 0;
};

// Runs the scenario, each time with another plan.
class Runs {
 public:
  explicit Runs(const std::function<Task<>(Victims&)>& scenario)
      : scenario_(scenario) {}

  // `seed` 0 is first in, first out. Returns whether to go on.
  bool Run(uint64_t seed, std::vector<Cancellation> plan) {
    std::string what = seed == 0 ? "fifo" : absl::StrCat("random, seed ", seed);
    for (const Cancellation& next : plan) {
      absl::StrAppend(&what, ", task ", next.victim,
                      " of the victims cancelled after step ", next.after_step);
    }
    SCOPED_TRACE(what);
    RandomScheduler random;
    Victims victims;
    CancellingScheduler scheduler(seed == 0 ? nullptr : &random,
                                  std::move(plan), &victims);
    const RunResult result = Simulation({.seed = Seed(seed),
                                         .scheduler = &scheduler,
                                         .max_steps = kMaxSteps})
                                 .Run(scenario_, std::ref(victims));
    steps_ = scheduler.steps();
    victims_ = victims.size();
    cancelled_ += scheduler.cancelled();
    if (!result.ok()) {
      failure_ = absl::StrCat(what, ":\n", FormatRunResult(result));
    }
    // One failed expectation is enough to look at.
    return failure_.empty() && !testing::Test::HasFailure();
  }

  // Of the latest run.
  uint64_t steps() const { return steps_; }
  size_t victims() const { return victims_; }

  std::string Failure() const {
    if (failure_.empty() && cancelled_ == 0) return "nothing was cancelled";
    return failure_;
  }

 private:
  const std::function<Task<>(Victims&)>& scenario_;
  uint64_t steps_ = 0;
  size_t victims_ = 0;
  uint64_t cancelled_ = 0;
  std::string failure_;
};

// Returns whether to go on.
bool RunSingles(Runs& runs, uint64_t seed) {
  if (!runs.Run(seed, {})) return false;
  const uint64_t steps = runs.steps();
  const size_t victims = runs.victims();
  for (size_t victim = 0; victim < victims; ++victim) {
    for (uint64_t step = 1; step <= steps; ++step) {
      if (!runs.Run(seed, {{victim, step}})) return false;
    }
  }
  return true;
}

void RunPairs(Runs& runs) {
  if (!runs.Run(0, {})) return;
  const uint64_t steps = runs.steps();
  const size_t victims = runs.victims();
  for (size_t first = 0; first < victims; ++first) {
    for (size_t second = 0; second < victims; ++second) {
      if (first == second) continue;
      for (uint64_t early = 1; early <= steps; ++early) {
        // A first cancellation may make the run longer.
        for (uint64_t late = early; late <= steps + 1; ++late) {
          if (!runs.Run(0, {{first, early}, {second, late}})) return;
        }
      }
    }
  }
}

}  // namespace

size_t Victims::Alive(size_t begin, size_t end) const {
  size_t alive = 0;
  for (size_t i = begin; i < end; ++i) {
    if (!tasks_[i].Done()) ++alive;
  }
  return alive;
}

Task<size_t> Victims::Join() {
  Event over;
  size_t left = size();
  if (left == 0) over.Set();
  for (const TaskHandle& task : tasks_) {
    task.AddDoneCallback([&left, &over] {
      if (--left == 0) over.Set();
    });
  }
  co_await over.Wait();
  size_t cancelled = 0;
  for (const TaskHandle& task : tasks_) {
    if (task.Cancelled()) {
      ++cancelled;
    } else if (std::exception_ptr error = task.Exception(); error != nullptr) {
      std::rethrow_exception(error);
    }
  }
  co_return cancelled;
}

std::string CancelEverywhere(const std::function<Task<>(Victims&)>& scenario,
                             const CancelEverywhereOptions& options) {
  Runs runs(scenario);
  bool good = true;
  for (uint64_t seed = 0; good && seed <= options.random_seeds; ++seed) {
    good = RunSingles(runs, seed);
  }
  if (good && options.pairs) RunPairs(runs);
  return runs.Failure();
}

}  // namespace orrery
