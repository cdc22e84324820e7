// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/simulation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/sim/exception_text.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {
namespace {

// The same for every seed: entity ids depend on the program alone.
constexpr EntityId kRootEntity{0x6f72726572790000u};

uint32_t NextSerial() {
  thread_local uint32_t last = 0;
  return ++last;
}

}  // namespace

constinit thread_local Simulation* Simulation::current_ = nullptr;

void Simulation::FailOutside(const char* caller) {
  FailCheck("a simulation is running",
            absl::StrCat(
                caller,
                " was used outside of a simulation. Use it in a SIM_TEST, in "
                "a task that runs under Simulation::Run, or within a "
                "Simulation::Scope"),
            SourceSite::current());
}

Simulation::Simulation(SimulationOptions options)
    : storage_(LoopStorage::Take()),
      ready_(std::move(storage_->ready)),
      timers_(&storage_->timers),
      scheduler_(options.scheduler != nullptr ? options.scheduler
                                              : &storage_->fifo),
      current_runnable_(&root_),
      max_steps_(options.max_steps),
      // What sleeps for ever is due at the end of time, which never comes.
      max_time_(std::clamp(SimTime(ToNanoseconds(options.max_time)), SimTime(),
                           After(SimTime::Infinite(), -1))),
      traits_(scheduler_->traits()),
      serial_(NextSerial()),
      options_(std::move(options)) {
  ready_.Reset(traits_.orders);
  root_.id = kRootEntity;
  root_.kind = EntityKind::kCallback;
  scheduler_->BeginRun({.seed = options_.seed});
  recorder_.Begin(options_.trace, storage_->choices);
  events_ = recorder_.events();
  watched_ = events_ || traits_.observes_steps;
}

Simulation::~Simulation() {
  if (!closing_) {
    Scope scope(*this);
    TearDown();
  }
  storage_->ready = std::move(ready_);
  LoopStorage::GiveBack(std::move(storage_));
}

const History& Simulation::history() const { return storage_->history; }

// ---- The loop ---------------------------------------------------------------

RunResult Simulation::RunMain(TaskState* main, std::coroutine_handle<> frame) {
  ORRERY_CHECK(!ran_,
               "a Simulation runs once; make another one for another run");
  ran_ = true;
  main->is_main = true;
  main->handles = 1;  // its end is ours to see
  AddTask(main, frame, "main", SourceSite());
  storage_->accesses.clear();  // of what was made before the run
  if (ready_.ordered()) {
    Loop<true>();
  } else {
    Loop<false>();
  }
  current_runnable_ = &root_;
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
  if (outcome_ != Outcome::kCompleted) {
    result.failure = std::move(failure_);
    result.tasks = ReportTasks();
  }
  TearDown();
  ReleaseTask(main);
  return result;
}

[[gnu::always_inline]] inline void Simulation::RunTask(TaskState* task) {
  if (task->attempts) {
    if (!static_cast<Operation*>(task->waits_on)->Attempt(*this)) return;
    task->attempts = false;
  }
  task->wait = WaitKind::kForeign;
  std::coroutine_handle<> frame = task->resume;
  do {
    promise_internal::next_frame = nullptr;
    frame.resume();
    frame = promise_internal::next_frame;
  } while (frame);
  if (task->done) {
    EndTask(task);
  } else if (task->wait == WaitKind::kForeign) [[unlikely]] {
    FailCheck("tasks wait for Orrery's awaitables only",
              absl::StrCat("task ", CurrentTaskName(),
                           " awaited something that suspended it without "
                           "telling the simulation, so the simulation cannot "
                           "say when it goes on; await Orrery's own "
                           "primitives, or build on Simulation::Suspend"),
              SourceSite::current());
  }
}

[[gnu::always_inline]] inline void Simulation::Execute(Runnable* runnable) {
  current_runnable_ = runnable;
  ++steps_;
  recorder_.Step(runnable->id, now_);
  if (events_) [[unlikely]]
    Emit(event::Resumed());
  const EntityId id = runnable->id;
  last_ran_ = runnable->task;
  if (runnable->kind == EntityKind::kTask) {
    RunTask(static_cast<TaskState*>(runnable));
  } else {
    RunCallback(static_cast<PostedCallback*>(runnable));
  }
  if (traits_.observes_steps) {
    scheduler_->OnStep({.id = id,
                        .task = last_ran_,
                        .time = now_,
                        .accesses = storage_->accesses});
    storage_->accesses.clear();
  }
}

[[gnu::always_inline]] inline Runnable* Simulation::Choose() {
  const Candidates candidates = ready_.candidates();
  next_choice_.n = candidates.size();
  next_choice_.task = last_ran_;
  next_choice_.now = now_;
  next_choice_.step = steps_;
  const uint64_t index = scheduler_->PickNext(next_choice_, candidates);
  if (index >= candidates.size()) [[unlikely]] {
    BadChoice(index, next_choice_);
    return nullptr;
  }
  recorder_.ChoseNext(candidates.size(), index);
  if (events_) [[unlikely]]
    EmitChosen(candidates, index);
  Runnable* chosen = ready_.Take(index);
  chosen->hops = 0;
  return chosen;
}

template <bool kOrdered>
void Simulation::Loop() {
  while (!stop_) {
    if (BatchIsOver() && !BeginBatch()) return;
    Runnable* head = ready_.front();
    if (head->hops != 0) {
      --head->hops;
      ready_.RotateFront();
      continue;
    }
    if (steps_ >= max_steps_) [[unlikely]] {
      Fail(absl::StrCat("the limit of ", max_steps_, " steps was reached"),
           SourceSite());
      outcome_ = Outcome::kStepLimit;
      return;
    }
    Runnable* next = head;
    if (kOrdered && ready_.size() > 1) {
      next = Choose();
      if (next == nullptr) return;
    } else {
      ready_.PopFront();
    }
    Execute(next);
  }
}

void Simulation::EmitChosen(Candidates candidates, uint64_t index) {
  TaskId ids[event::kMaxTracedCandidates];
  size_t count = 0;
  if (candidates.size() <= event::kMaxTracedCandidates) {
    for (const Candidate* c : candidates) ids[count++] = c->task;
  }
  const Choice choice = {
      .kind = ChoiceKind::kNextEntity, .n = candidates.size(), .chosen = index};
  recorder_.Emit(now_, TaskId(),
                 event::Chosen{choice, absl::MakeConstSpan(ids, count)});
}

namespace {

bool OnlyTasks(const RunnableList& list) {
  for (const Runnable* r = list.front(); r != nullptr; r = list.after(r)) {
    if (r->kind != EntityKind::kTask) return false;
  }
  return true;
}

}  // namespace

bool Simulation::MoveClock() {
  current_runnable_ = &root_;  // whatever becomes ready now, the clock did it
  RunnableList due;
  const SimTime next = timers_->TakeNext(max_time_, due);
  if (due.empty()) return StopWithoutNext();
  now_ = std::max(now_, next);
  if (timers_->bound() <= now_) {
    MakeReady(due, 1);
    TakeDueTimers();
  } else {
    // Where there is nothing but sleepers, one more trip round the queue brings
    // each back to the same place.
    MakeReady(due, OnlyTasks(due) ? 0 : 1);
  }
  return true;
}

bool Simulation::StopWithoutNext() {
  if (timers_->Earliest() == SimTime::Infinite()) {
    Fail(
        "deadlock: nothing can run, no timer is set, and the main task is not "
        "done",
        SourceSite());
    outcome_ = Outcome::kDeadlock;
  } else {
    now_ = max_time_;
    Fail(absl::StrCat("the time limit of ", FormatSimTime(max_time_),
                      " was reached"),
         SourceSite());
    outcome_ = Outcome::kTimeLimit;
  }
  return false;
}

void Simulation::TakeDueTimers() {
  current_runnable_ = &root_;
  while (timers_->bound() <= now_) {
    RunnableList due;
    timers_->TakeNext(now_, due);
    if (due.empty()) return;
    MakeReady(due, 1);
  }
}

inline void Simulation::MakeReady(RunnableList& timers, uint8_t hops) {
  timers.Drain([&](Runnable* timer) {
    // A sleeper's timer fires first, and then the task wakes.
    timer->hops = timer->kind == EntityKind::kTask ? hops : 0;
    if (events_) [[unlikely]]
      EmitWoken(timer);
    ready_.PushBack(timer);
  });
}

void Simulation::RunCallback(PostedCallback* callback) {
  // Moved out, so that what it captured goes with the step.
  absl::AnyInvocable<void() &&> function = std::move(callback->function);
  callback->owner = nullptr;  // too late to cancel it
  bool failed = false;
  try {
    std::move(function)();
  } catch (...) {
    failed = true;
    std::exception_ptr error = std::current_exception();
    Fail(absl::StrCat("uncaught exception in a posted callback: ",
                      ExceptionText(error)),
         SourceSite(), error);
  }
  if (events_) [[unlikely]] {
    Emit(event::Finished{.failed = failed});
  }
  current_runnable_ = &root_;
  callback->Unref();
}

// ---- Ends -------------------------------------------------------------------

void Simulation::Stop(Outcome outcome) {
  if (!stop_) outcome_ = outcome;
  stop_ = true;
}

void Simulation::Fail(std::string message, const SourceSite& site,
                      std::exception_ptr exception) {
  if (closing_ || failure_.has_value()) return;
  failure_.emplace();
  failure_->message = std::move(message);
  failure_->time = now_;
  failure_->step = steps_;
  failure_->task = current_runnable_->number();
  failure_->task_name = CurrentTaskName();
  failure_->site = FormatSite(site);
  failure_->exception = std::move(exception);
  RecordFailure(failure_->message, site.file_name(), site.line());
  Stop(Outcome::kFailed);
}

void Simulation::Diverge(std::string message) {
  Fail(std::move(message), SourceSite());
  outcome_ = Outcome::kDiverged;
}

std::string Simulation::EndOfReplay(std::string why) const {
  std::string text = absl::StrCat("replay diverged at its end, after step ",
                                  steps_, ", ", FormatSimTime(now_), ", ", why);
  if (failure_.has_value()) {
    absl::StrAppend(&text, "\n  how this run ended: ", OutcomeName(outcome_),
                    ": ", failure_->message);
  }
  return text;
}

void Simulation::BadChoice(uint64_t answer, const ChoicePoint& where) {
  ORRERY_CHECK(
      answer == Scheduler::kDiverged,
      absl::StrCat("scheduler \"", scheduler_->Spec(), "\" answered ", answer,
                   " where there are ", where.n, " alternatives"));
  std::string text =
      absl::StrCat("replay diverged at step ", steps_, ", ",
                   FormatSimTime(now_), ", ", scheduler_->Explain());
  if (where.kind == ChoiceKind::kNextEntity) {
    absl::StrAppend(&text, "\n  could run now:");
    for (size_t i = 0; i < where.n; ++i) {
      if (i == event::kMaxTracedCandidates) {
        absl::StrAppend(&text, " ...");
        break;
      }
      absl::StrAppend(&text, " ", NameOf(ready_.at(i)));
    }
  }
  Diverge(std::move(text));
}

[[gnu::always_inline]] inline void Simulation::FinishCurrentTask(
    std::coroutine_handle<> frame, const std::exception_ptr* error) noexcept {
  TaskState* task = static_cast<TaskState*>(current_runnable_);
  task->resume = frame;
  task->done = true;
  task->wait = WaitKind::kNothing;
  if (events_) [[unlikely]] {
    Emit(event::Finished{.failed = error != nullptr});
  }
  if (traits_.observes_steps) [[unlikely]]
    Touched(task->AccessOf(AccessKind::kSignal));
  if (!task->origin->name.empty() && !task->is_main) {
    storage_->history.push_back({now_, steps_, HistoryEntry::Kind::kTaskEnd,
                                 task->number(), task->origin->name});
  }
  if (error != nullptr) [[unlikely]] {
    task->failed = true;
    if (task->is_main || task->handles == 0) {
      task->retrieved = true;
      Fail(absl::StrCat("uncaught exception in task ", CurrentTaskName(), ": ",
                        ExceptionText(*error)),
           task->origin->site, *error);
    } else {
      storage_->errors.emplace(task->number().value, *error);
    }
  }
  if (task->is_main) Stop(Outcome::kCompleted);
  while (!task->joiners.empty()) {
    Wake(static_cast<TaskState*>(task->joiners.PopFront()),
         task->AccessOf(AccessKind::kWait));
  }
}

namespace promise_internal {

void FinishCurrentTask(std::coroutine_handle<> frame,
                       const std::exception_ptr* error) noexcept {
  Simulation::Current("a task").FinishCurrentTask(frame, error);
}

TaskState* RunningTask() {
  return Simulation::Current("a task").current_task();
}

}  // namespace promise_internal

void Simulation::EndTask(TaskState* task) {
  // Its frame goes, and with it what was passed to it: in its own name, while
  // it is still the running task. That may be the last handle to itself.
  ++task->handles;
  std::exchange(task->resume, nullptr).destroy();
  current_runnable_ = &root_;
  ReleaseTask(task);
}

void Simulation::Rethrow(const TaskState* task) {
  std::rethrow_exception(storage_->errors.at(task->number().value));
}

void Simulation::FailUnretrieved(const TaskState* task) {
  const std::exception_ptr& error = storage_->errors.at(task->number().value);
  Fail(absl::StrCat("uncaught exception in task ", NameOf(task),
                    ", which nobody awaited: ", ExceptionText(error)),
       task->origin->site, error);
}

void Simulation::CheckUnretrieved() {
  if (storage_->errors.empty()) return;
  for (const TaskState* task : storage_->tasks.tasks()) {
    if (task == nullptr || !task->failed || task->retrieved) continue;
    FailUnretrieved(task);
    outcome_ = Outcome::kFailed;
    return;
  }
}

void Simulation::ForgetTask(TaskState* task) noexcept {
  // A simulation that is being torn down, or another one than the current one,
  // will find the task in its table.
  if (task->slot != TaskState::kNoSlot) {
    if (current_ == nullptr || !current_->storage_->tasks.Has(task)) return;
    if (task->failed) [[unlikely]] {
      if (!task->retrieved && !current_->closing_) {
        current_->FailUnretrieved(task);
      }
      current_->storage_->errors.erase(task->number().value);
    }
    current_->storage_->tasks.Remove(task);
  }
  DeleteTaskState(task);
}

void Simulation::TearDown() {
  closing_ = true;
  stop_ = true;
  current_runnable_ = &root_;
  // First the callbacks: the lists that hold them run through task records,
  // which go next.
  auto drop = [](Runnable* runnable) {
    runnable->place = Runnable::Place::kNowhere;  // a handle may outlive us
    if (runnable->kind != EntityKind::kTask) {
      auto* callback = static_cast<PostedCallback*>(runnable);
      callback->owner = nullptr;
      callback->Unref();
    }
  };
  while (!ready_.empty()) drop(ready_.PopFront());
  while (!timers_->empty()) {
    RunnableList timers;
    timers_->TakeNext(SimTime::Infinite(), timers);
    timers.Drain(drop);
  }
  // The youngest task first: it may use what its elders own. A handle that is
  // kept for longer finds nothing but the number.
  static const SpawnOrigin* const kGone = new SpawnOrigin;
  while (TaskState* task = storage_->tasks.youngest()) {
    storage_->tasks.Remove(task);
    task->slot = TaskState::kNoSlot;
    ++task->handles;
    DestroyStack(std::exchange(task->resume, nullptr));
    task->origin = kGone;
    ReleaseTask(task);
  }
}

}  // namespace orrery
