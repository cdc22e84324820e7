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

Scheduler* DefaultScheduler() {
  thread_local FifoScheduler fifo;
  return &fifo;
}

}  // namespace

namespace promise_internal {

void FinishCurrentTask(std::coroutine_handle<> frame,
                       std::exception_ptr error) noexcept {
  Simulation::Current("a task").FinishCurrentTask(frame, std::move(error));
}

}  // namespace promise_internal

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
      ready_(&storage_->ready),
      timers_(&storage_->timers),
      scheduler_(options.scheduler != nullptr ? options.scheduler
                                              : DefaultScheduler()),
      current_runnable_(&root_),
      max_steps_(options.max_steps),
      max_time_(ToNanoseconds(options.max_time)),
      traits_(scheduler_->traits()),
      options_(std::move(options)) {
  ready_->Reset(traits_.orders);
  root_.id = kRootEntity;
  root_.kind = EntityKind::kCallback;
  scheduler_->BeginRun({.seed = options_.seed});
  recorder_.Begin(options_.trace);
  events_ = recorder_.events();
  watched_ = events_ || traits_.observes_steps;
}

Simulation::~Simulation() {
  if (!closing_) {
    Scope scope(*this);
    TearDown();
  }
  LoopStorage::GiveBack(std::move(storage_));
}

const History& Simulation::history() const { return storage_->history; }

// ---- The loop ---------------------------------------------------------------

RunResult Simulation::RunMain(std::coroutine_handle<> frame) {
  ORRERY_CHECK(!ran_,
               "a Simulation runs once; make another one for another run");
  ran_ = true;
  TaskState* main = NewTask(frame, "main", SourceSite());
  main->is_main = true;
  main->handles = 1;  // its end is ours to see
  if (ready_->ordered()) {
    Loop<true>();
  } else {
    Loop<false>();
  }
  current_runnable_ = &root_;
  if (outcome_ == Outcome::kCompleted) CheckUnretrieved();

  scheduler_->EndRun(
      {.outcome = outcome_, .steps = steps_, .choices = recorder_.choices()});
  if (traits_.follows && outcome_ != Outcome::kDiverged) {
    if (std::string why = scheduler_->Explain(); !why.empty()) {
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

inline void Simulation::RunTask(TaskState* task) {
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
    if (task->handles == 0) {
      current_runnable_ = &root_;
      FreeTask(task);
    }
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

inline void Simulation::Execute(Runnable* runnable) {
  current_runnable_ = runnable;
  ++steps_;
  recorder_.Step(runnable->id, now_);
  if (events_) [[unlikely]]
    Emit(event::Resumed());
  const EntityId id = runnable->id;
  last_ran_ = runnable->number;
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

template <bool kOrdered>
void Simulation::Loop() {
  while (!stop_) {
    if (BatchIsOver() && !BeginBatch()) return;
    Runnable* head = ready_->front();
    if (head->hops != 0) {
      --head->hops;
      ready_->RotateFront();
      continue;
    }
    if (steps_ >= max_steps_) [[unlikely]] {
      Fail(absl::StrCat("the limit of ", max_steps_, " steps was reached"),
           SourceSite());
      outcome_ = Outcome::kStepLimit;
      return;
    }
    Runnable* next = head;
    if (kOrdered && ready_->candidates().size() > 1) {
      next = Choose();
      if (next == nullptr) return;
    } else {
      ready_->PopFront();
    }
    Execute(next);
  }
}

Runnable* Simulation::Choose() {
  const absl::Span<const Candidate> candidates = ready_->candidates();
  const ChoicePoint where = {.kind = ChoiceKind::kNextEntity,
                             .n = candidates.size(),
                             .task = last_ran_,
                             .now = now_,
                             .step = steps_};
  const uint64_t index = scheduler_->PickNext(where, candidates);
  if (index >= where.n) [[unlikely]] {
    BadChoice(index, where);
    return nullptr;
  }
  const Choice choice = {.kind = where.kind, .n = where.n, .chosen = index};
  recorder_.Chose(choice);
  if (events_) [[unlikely]] {
    TaskId ids[event::kMaxTracedCandidates];
    size_t count = 0;
    if (where.n <= event::kMaxTracedCandidates) {
      for (const Candidate& c : candidates) ids[count++] = c.task;
    }
    recorder_.Emit(now_, TaskId(),
                   event::Chosen{choice, absl::MakeConstSpan(ids, count)});
  }
  Runnable* chosen = ready_->Take(index);
  chosen->hops = 0;
  return chosen;
}

bool Simulation::BeginBatch() {
  current_runnable_ = &root_;  // whatever becomes ready now, the clock did it
  if (ready_->empty()) {
    const SimTime earliest = timers_->Earliest();
    if (earliest == SimTime::Infinite()) {
      Fail(
          "deadlock: nothing can run, no timer is set, and the main task is "
          "not done",
          SourceSite());
      outcome_ = Outcome::kDeadlock;
      return false;
    }
    if (earliest > max_time_) {
      now_ = max_time_;
      Fail(absl::StrCat("the time limit of ", FormatSimTime(max_time_),
                        " was reached"),
           SourceSite());
      outcome_ = Outcome::kTimeLimit;
      return false;
    }
    now_ = std::max(now_, earliest);
  }
  while (timers_->bound() <= now_) {
    Runnable* timer = timers_->TakeDue(now_);
    if (timer == nullptr) break;
    MakeReady(timer);
  }
  batch_end_ = ready_->next_key();
  return true;
}

void Simulation::MakeReady(Runnable* timer) {
  // A sleeper's timer fires first, and then the task wakes.
  timer->hops = timer->kind == EntityKind::kTask ? 1 : 0;
  ready_->PushBack(timer, {});
  if (events_) [[unlikely]]
    EmitWoken(timer);
}

void Simulation::RunCallback(PostedCallback* callback) {
  // Moved out, so that what it captured goes with the step.
  absl::AnyInvocable<void() &&> function = std::move(callback->function);
  try {
    std::move(function)();
  } catch (...) {
    std::exception_ptr error = std::current_exception();
    Fail(absl::StrCat("uncaught exception in a posted callback: ",
                      ExceptionText(error)),
         SourceSite(), error);
  }
  if (events_) [[unlikely]] {
    Emit(event::Finished{.failed = false});
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
  failure_->task = current_runnable_->number;
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
      absl::StrAppend(&text, " ", NameOf(ready_->at(i)));
    }
  }
  Diverge(std::move(text));
}

void Simulation::FinishCurrentTask(std::coroutine_handle<> frame,
                                   std::exception_ptr error) noexcept {
  TaskState* task = static_cast<TaskState*>(current_runnable_);
  task->resume = frame;
  task->done = true;
  task->wait = WaitKind::kNothing;
  storage_->tasks.Remove(task);
  if (events_) [[unlikely]] {
    Emit(event::Finished{.failed = error != nullptr});
  }
  if (!task->origin->name.empty() && !task->is_main) {
    storage_->history.push_back({now_, steps_, HistoryEntry::Kind::kTaskEnd,
                                 task->number,
                                 std::string(task->origin->name)});
  }
  if (error != nullptr) [[unlikely]] {
    task->failed = true;
    if (task->is_main || task->handles == 0) {
      Fail(absl::StrCat("uncaught exception in task ", CurrentTaskName(), ": ",
                        ExceptionText(error)),
           task->origin->site, error);
    } else {
      storage_->unretrieved.push_back({task, error});
    }
  }
  if (task->is_main) Stop(Outcome::kCompleted);
  while (!task->joiners.empty()) {
    Wake(static_cast<TaskState*>(task->joiners.PopFront()));
  }
}

void Simulation::FailUnretrieved(const TaskState* task) {
  for (const LoopStorage::Unretrieved& entry : storage_->unretrieved) {
    if (entry.task != task) continue;
    Fail(absl::StrCat("uncaught exception in task ", NameOf(task),
                      ", which nobody awaited: ", ExceptionText(entry.error)),
         task->origin->site, entry.error);
    return;
  }
}

void Simulation::CheckUnretrieved() {
  for (const LoopStorage::Unretrieved& entry : storage_->unretrieved) {
    if (entry.task->retrieved) continue;
    FailUnretrieved(entry.task);
    outcome_ = Outcome::kFailed;
    return;
  }
}

void Simulation::ReleaseTask(TaskState* task) noexcept {
  if (--task->handles > 0 || !(task->done || task->resume == nullptr)) return;
  if (current_ != nullptr && !current_->closing_ && task->failed &&
      !task->retrieved) {
    current_->FailUnretrieved(task);
  }
  // The running task frees itself when its step is over.
  if (current_ != nullptr && current_->current_runnable_ == task) return;
  FreeTask(task);
}

void Simulation::FreeTask(TaskState* task) noexcept {
  if (current_ != nullptr && task->failed) [[unlikely]] {
    auto& unretrieved = current_->storage_->unretrieved;
    for (size_t i = 0; i < unretrieved.size(); ++i) {
      if (unretrieved[i].task == task) {
        unretrieved.erase(unretrieved.begin() + static_cast<ptrdiff_t>(i));
        break;
      }
    }
  }
  if (task->resume) task->resume.destroy();
  task->~TaskState();
  FramePool::Deallocate(task, sizeof(TaskState));
}

void Simulation::TearDown() {
  closing_ = true;
  stop_ = true;
  current_runnable_ = &root_;
  // First the callbacks: the lists that hold them run through task records,
  // which go next.
  auto drop = [](Runnable* runnable) {
    if (runnable->kind != EntityKind::kTask) {
      static_cast<PostedCallback*>(runnable)->Unref();
    }
  };
  while (!ready_->empty()) drop(ready_->PopFront());
  while (Runnable* timer = timers_->TakeDue(SimTime::Infinite())) drop(timer);
  // The youngest task first: it may use what its elders own.
  while (TaskState* task = storage_->tasks.youngest()) {
    storage_->tasks.Remove(task);
    DestroyStack(std::exchange(task->resume, nullptr));
    if (task->handles == 0) FreeTask(task);
  }
}

}  // namespace orrery
