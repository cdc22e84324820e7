// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How a simulation is run: whole lives, and piecemeal from outside; what
// happens where the loop cannot go on. The loop itself is in simulation.cc.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/simulation.h"

namespace orrery {

namespace {

StopReason ReasonOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDeadlock:
      return StopReason::kDeadlock;
    case Outcome::kStepLimit:
      return StopReason::kStepLimit;
    case Outcome::kLiveLock:
      return StopReason::kLiveLock;
    case Outcome::kTimeLimit:
      return StopReason::kTimeLimit;
    case Outcome::kDiverged:
      return StopReason::kDiverged;
    default:
      return StopReason::kFailed;
  }
}

}  // namespace

// ---- Driving ----------------------------------------------------------------

void Simulation::FailNested(const char* caller) {
  FailCheck("no simulation is running",
            absl::StrCat(caller,
                         " was called within a step of a simulation. One runs "
                         "at a time on a thread: `co_await` there what is to "
                         "be run, or give it to Spawn"),
            SourceSite::current());
}

// Says that a simulation runs on this thread.
class Simulation::Driving {
 public:
  explicit Driving(const Simulation& simulation) { running_ = &simulation; }
  Driving(const Driving&) = delete;
  Driving& operator=(const Driving&) = delete;
  ~Driving() { running_ = nullptr; }
};

Progress Simulation::Drive(SimTime target, Completion* wanted, bool one_step) {
  CheckNothingRuns("A simulation");
  ORRERY_CHECK(!over_, "the run of this Simulation is over; make another one");
  const Driving driving(*this);
  const Scope scope(*this);
  const uint64_t steps = steps_;
  const SimTime began = now_;
  Notice is_over([](Notice*, Simulation& simulation) {
    simulation.stop_after_batch_ = true;
  });
  if (wanted != nullptr) Watch(*wanted, &is_over);
  auto set_target = [this](SimTime instant) {
    if (instant == clock_control_.target()) return;
    clock_control_.set_target(instant);
    ClockControlChanged();
  };
  set_target(target);
  StopReason reason = one_step ? LoopOnce() : LoopOn();
  set_target(SimTime::Infinite());
  if (wanted != nullptr) Unwatch(*wanted, &is_over);
  current_runnable_ = &root_;
  stop_after_batch_ = false;
  if (stop_) {
    reason = ReasonOf(outcome_);
  } else if (wanted != nullptr && wanted->done()) {
    reason = StopReason::kCompleted;
  }
  return {.reason = reason,
          .steps = steps_ - steps,
          .elapsed = ToDuration(SimTime(now_.ns - began.ns))};
}

StopReason Simulation::LoopOn() {
  stop_reason_ = StopReason::kIdle;
  while (LoopToBound() && PassStepBound()) {
  }
  return stop_reason_;
}

StopReason Simulation::LoopOnce() {
  stop_reason_ = StopReason::kIdle;
  step_bound_ = steps_;
  const bool ready = LoopToBound();
  step_bound_ = 0;
  if (ready && WithinLimits(SpinWatch()) && TakeStep()) {
    return StopReason::kStepped;
  }
  return stop_reason_;
}

Progress Simulation::RunUntilIdle() {
  return Drive(SimTime::Infinite(), nullptr);
}

Progress Simulation::RunFor(absl::Duration duration) {
  return Drive(After(now_, std::max<int64_t>(0, ToNanoseconds(duration))),
               nullptr);
}

Progress Simulation::RunUntil(absl::Time instant) {
  return Drive(std::max(now_, SimTime(ToNanoseconds(instant - SimEpoch()))),
               nullptr);
}

Progress Simulation::Step() {
  return Drive(SimTime::Infinite(), nullptr, /*one_step=*/true);
}

Progress Simulation::RunUntilOver(Completion* wanted) {
  Progress progress = Drive(SimTime::Infinite(), wanted);
  if (progress.reason == StopReason::kIdle) {
    FailDeadlock(wanted);
    progress.reason = StopReason::kDeadlock;
  }
  return progress;
}

// ---- Whole runs -------------------------------------------------------------

RunResult Simulation::RunMain(TaskState* main, std::coroutine_handle<> frame) {
  ORRERY_CHECK(!over_,
               "a Simulation runs once; make another one for another run");
  main->handles = 1;  // its end is ours to see
  RunToEnd(main, frame);
  RunResult result = Finish();
  ReleaseTask(main);
  return result;
}

bool Simulation::RunToEnd(TaskState* main, std::coroutine_handle<> frame) {
  main->Set(TaskState::kMain);
  AddTask(main, frame, "main", SourceSite());
  storage_->accesses.clear();  // of what was made before the run
  Drive(SimTime::Infinite(), main);
  if (!stop_ && !main->done()) FailDeadlock(main);
  return !stop_;
}

bool Simulation::RunOneOfSeveral(TaskState* main,
                                 std::coroutine_handle<> frame) {
  main_fails_run_ = false;
  return RunToEnd(main, frame);
}

RunResult Simulation::Finish() {
  CheckNothingRuns("Finish");
  ORRERY_CHECK(!over_, "the run of this Simulation is over already");
  const Scope scope(*this);
  if (!stop_) CancelLeftOver();
  over_ = true;
  if (!stop_) Stop(Outcome::kCompleted);
  if (outcome_ == Outcome::kCompleted) CheckUnretrieved();

  recorder_.Flush();
  scheduler_->EndRun(
      {.outcome = outcome_, .steps = steps_, .choices = recorder_.choices()});
  if (traits_.follows && outcome_ != Outcome::kDiverged) {
    if (std::string why = scheduler_->Explain(); !why.empty()) {
      why = EndOfReplay(std::move(why));
      failure_.reset();
      Diverge(std::move(why));
    }
  }
  RunResult result;
  result.outcome = outcome_;
  result.elapsed = ToDuration(now_);
  result.steps = steps_;
  result.choices = recorder_.choices();
  result.digests = recorder_.digests();
  if (kept_ != nullptr) result.notes = CollectNotes();
  if (slow_steps_.count() != 0) [[unlikely]] {
    result.slow_steps = slow_steps_.steps();
    result.slow_step_count = slow_steps_.count();
  }
  if (outcome_ != Outcome::kCompleted) {
    result.failure = std::move(failure_);
    result.tasks = ReportTasks();
  }
  TearDown();
  return result;
}

void Simulation::CancelLeftOver() {
  const std::vector<TaskState*> left_over = LiveTasks();
  if (left_over.empty()) return;
  for (TaskState* task : left_over) {
    task->Set(TaskState::kLeftOver);
    ++left_over_;
    Cancel(task);
  }
  if (nodes_ != nullptr) nodes_->ResumeAll();
  Drive(SimTime::Infinite(), nullptr);
  if (!stop_ && left_over_ != 0) FailDeadlock(nullptr);
  TellLateFailures();
}

void Simulation::TellLateFailures() {
  for (RunFailure& failure : late_failures_) {
    if (failure_.has_value()) {
      absl::StrAppend(&failure_->message, "\n", failure.message);
    } else {
      failure_ = std::move(failure);
      Stop(Outcome::kFailed);
    }
  }
  late_failures_.clear();
}

// ---- Where the loop cannot go on --------------------------------------------

bool Simulation::NothingIsDue() {
  const SimTime target = clock_control_.target();
  const SimTime end = std::min(target, max_time_);
  ClockWaiter* waiter = clock_control_.first();
  if (waiter != nullptr &&
      waiter->until <= (clock_control_.held() ? now_ : end)) {
    MoveClockTo(waiter->until);
    clock_control_.Remove(waiter);
    ClockControlChanged();
    waiter->wake(waiter);
    return !ready_.empty() || MoveClock();
  }
  if (clock_control_.held()) {
    stop_reason_ = StopReason::kClockHeld;
    return false;
  }
  if (target <= max_time_) {
    MoveClockTo(target);
    stop_reason_ = StopReason::kTimeReached;
    return false;
  }
  // Whatever waits for the clock, waits for longer than it may go.
  const bool asked =
      target != SimTime::Infinite() ||
      (waiter != nullptr && waiter->until != SimTime::Infinite());
  if (!asked && timers_->Earliest() >= NodeControl::kStandsStill) {
    stop_reason_ = StopReason::kIdle;
  } else if (!asked && waiter == nullptr && clock_control_.frozen()) {
    stop_reason_ = StopReason::kClockHeld;
  } else {
    MoveClockTo(max_time_);
    FailTimeLimit(SourceSite());
  }
  return false;
}

void Simulation::FailTimeLimit(const SourceSite& site) {
  Fail(absl::StrCat("the time limit of ", FormatSimTime(max_time_),
                    " was reached"),
       site);
  outcome_ = Outcome::kTimeLimit;
}

void Simulation::FailDeadlock(const Completion* wanted) {
  const SimTime next = timers_->Earliest();
  std::string text = "deadlock: ";
  if (wanted == nullptr) {
    absl::StrAppend(&text,
                    "the main task is done and the others were cancelled, but "
                    "not all of them end");
  } else {
    absl::StrAppend(&text, "nothing can run, ");
  }
  const bool stopped = clock_control_.held() ||
                       (clock_control_.frozen() && next != SimTime::Infinite());
  if (stopped) {
    if (wanted == nullptr) absl::StrAppend(&text, ": ");
    absl::StrAppend(&text, clock_control_.WhoStopsIt());
    if (next != SimTime::Infinite()) {
      absl::StrAppend(&text, " (the next timer is due at ", FormatSimTime(next),
                      clock_control_.held()
                          ? ")"
                          : "; `co_await Advance` moves the clock)");
    }
  } else if (wanted != nullptr) {
    absl::StrAppend(&text, "no timer is set");
  }
  if (wanted != nullptr) {
    absl::StrAppend(&text, ", and ");
    const auto* task =
        wanted->is_task ? static_cast<const TaskState*>(wanted) : nullptr;
    if (task == nullptr) {
      absl::StrAppend(&text, "what is waited for is not over");
    } else if (task->Is(TaskState::kMain)) {
      absl::StrAppend(&text, "the main task is not done");
    } else {
      absl::StrAppend(&text, "task ", NameOf(task), " is not done");
    }
  }
  if (nodes_ != nullptr) absl::StrAppend(&text, nodes_->WhatStandsStill());
  Fail(std::move(text), SourceSite());
  outcome_ = Outcome::kDeadlock;
}

// ---- Limits -----------------------------------------------------------------

bool Simulation::WithinLimits(const SpinWatch& watch) {
  const uint64_t here = steps_ - instant_began_;
  if (steps_ >= options_.max_steps) {
    Fail(
        absl::StrCat("the limit of ", options_.max_steps, " steps was reached"),
        SourceSite());
    outcome_ = Outcome::kStepLimit;
    return false;
  }
  if (here < options_.max_steps_per_instant) return true;
  auto place = [this](TaskId number) -> std::string {
    for (const TaskState* task : storage_->tasks.tasks()) {
      if (task == nullptr || task->number() != number || task->done()) continue;
      return absl::StrJoin(ReportTask(task).stack, " <- ");
    }
    return "";
  };
  // Between two steps even the latest task stands somewhere.
  Runnable* const latest = std::exchange(current_runnable_, &root_);
  std::string text = absl::StrCat("live-lock: ", here,
                                  " steps have run and the clock still stands "
                                  "at ",
                                  FormatSimTime(now_), watch.Describe(place));
  current_runnable_ = latest;
  Fail(std::move(text), SourceSite());
  outcome_ = Outcome::kLiveLock;
  return false;
}

bool Simulation::PassStepBound() {
  if (!WithinLimits(SpinWatch())) return false;
  step_bound_ = FindStepBound();
  return step_bound_ > steps_ || WatchSpinning();
}

uint64_t Simulation::FindStepBound() const {
  const uint64_t limit = options_.max_steps_per_instant;
  const uint64_t unwatched = limit - std::min(limit, SpinWatch::kSteps);
  const uint64_t room = options_.max_steps - instant_began_;
  return std::max(steps_, instant_began_ + std::min(unwatched, room));
}

bool Simulation::WatchSpinning() {
  SpinWatch watch;
  const SimTime instant = now_;
  bool goes_on = true;
  while (goes_on && now_ == instant) {
    // There is a next step, at this instant.
    if (!WithinLimits(watch)) return false;
    spin_watch_ = &watch;
    goes_on = TakeStep();
    spin_watch_ = nullptr;
    step_bound_ = steps_;
    goes_on = goes_on && LoopToBound();
  }
  step_bound_ = 0;
  return goes_on;
}

}  // namespace orrery
