// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/simulation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "orrery/scheduler/fifo_scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/exception_text.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/node_control.h"
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
constinit thread_local const Simulation* Simulation::running_ = nullptr;

void Simulation::FailOutside(const char* caller) {
  FailCheck("a simulation is running",
            absl::StrCat(
                caller,
                " was used outside of a simulation. Use it in a SIM_TEST, in "
                "a task that runs under Simulation::Run, or within a "
                "Simulation::Scope"),
            SourceSite::current());
}

SimulationState::SimulationState(SimulationOptions options)
    : storage_(LoopStorage::Take()),
      ready_(std::move(storage_->ready)),
      timers_(&storage_->timers),
      scheduler_(options.scheduler != nullptr ? options.scheduler
                                              : &storage_->fifo),
      current_runnable_(&root_),
      traits_(scheduler_->traits()),
      serial_(NextSerial()),
      options_(std::move(options)),
      // What sleeps for ever is due at the end of time, which never comes.
      max_time_(std::clamp(SimTime(ToNanoseconds(options_.max_time)), SimTime(),
                           After(SimTime::Infinite(), -1))),
      slow_steps_(options_.slow_step) {}

SimulationState::~SimulationState() = default;

Simulation::Simulation(SimulationOptions options)
    : SimulationState(std::move(options)) {
  ready_.Reset(traits_.orders);
  asks_ = traits_.orders;
  clock_limit_ = max_time_;
  step_bound_ = FindStepBound();
  root_.id = kRootEntity;
  root_.kind = EntityKind::kCallback;
  scheduler_->BeginRun({.seed = options_.seed,
                        .index = options_.run_index,
                        .profile = options_.profile});
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

// What is unusual about a task that goes on: it attempts an operation first, or
// it is cancelled. Returns false if the task does not go on in this step.
bool Simulation::PrepareStep(TaskState* task) {
  const bool cancelled =
      task->Is(TaskState::kMustCancel | TaskState::kWaitCancelled);
  if (task->Is(TaskState::kAttempt)) {
    Operation* operation = static_cast<Operation*>(task->waits_on);
    if (cancelled) {
      if (operation != nullptr) operation->Withdraw(*this);
    } else if (!operation->Attempt(*this)) {
      return false;
    }
    task->Unset(TaskState::kAttempt);
  }
  if (!cancelled) return true;
  task->Unset(TaskState::kMustCancel | TaskState::kWaitCancelled);
  if (PromiseOf(task->resume).site().line() == 0) {
    // It was cancelled before its first step: its body never runs.
    FinishTask(task, End::kCancelled, nullptr);
    EndTask(task);
    return false;
  }
  promise_internal::cancelling = true;
  return true;
}

// The task was cancelled while it ran, and now it waits: for nothing, then.
void Simulation::CancelNewWait(TaskState* task) {
  TaskState* next = nullptr;
  if (task->place == Runnable::Place::kReady ||
      task->place == Runnable::Place::kHeld || !CancelWait(task, next))
    return;
  task->Unset(TaskState::kMustCancel);
  if (next != nullptr) Cancel(next);
}

[[gnu::always_inline]] inline void Simulation::RunTask(TaskState* task) {
  if (const uint8_t unusual = task->flags & TaskState::kUnusual) {
    if (unusual != TaskState::kAttempt) [[unlikely]] {
      if (!PrepareStep(task)) return;
    } else {
      if (!static_cast<Operation*>(task->waits_on)->Attempt(*this)) return;
      task->Unset(TaskState::kAttempt);
    }
  }
  task->wait = WaitKind::kForeign;
  std::coroutine_handle<> frame = task->resume;
  do {
    // For whoever looks at the running task: see debugger.h.
    task->resume = frame;
    promise_internal::next_frame = nullptr;
    frame.resume();
    frame = promise_internal::next_frame;
  } while (frame);
  if (task->Is(TaskState::kOver)) {
    EndTask(task);
  } else if (task->Is(TaskState::kMustCancel)) [[unlikely]] {
    CancelNewWait(task);
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
  const uint64_t order = ready_.next_order();
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
  if (traits_.observes_steps) [[unlikely]] {
    Observe({.id = id, .task = last_ran_, .time = now_}, order);
  }
}

void Simulation::Observe(StepInfo step, uint64_t order) {
  std::vector<Readied>& readied = storage_->readied;
  ready_.ForEachFrom(order, [&readied](const Runnable* runnable) {
    const bool begun =
        runnable->kind == EntityKind::kTask &&
        PromiseOf(static_cast<const TaskState*>(runnable)->resume)
                .site()
                .line() != 0;
    readied.push_back({.id = runnable->id, .created = !begun});
  });
  step.accesses = storage_->accesses;
  step.readied = readied;
  step.instant = instants_;
  scheduler_->OnStep(step);
  storage_->accesses.clear();
  readied.clear();
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

// Does what is no step: a notice, or one of several trips round the queue.
void Simulation::RunHead(Runnable* head) {
  if (head->is_notice()) {
    ready_.PopFront();
    RunNotice(static_cast<Notice*>(head));
  } else {
    --head->hops;
    ready_.RotateFront();
  }
}

void Simulation::RunNotice(Notice* notice) {
  const uint64_t order = ready_.next_order();
  const uint64_t cause = notice->cause;  // it may be gone afterwards
  current_runnable_ = &root_;
  notice_cause_ = cause;
  notice->run(notice, *this);
  notice_cause_.reset();
  // Most only count.
  if (traits_.observes_steps &&
      (!storage_->accesses.empty() || ready_.next_order() != order)) {
    Observe({.id = root_.id,
             .task = TaskId(),
             .time = now_,
             .forced = true,
             .cause = cause},
            order);
  }
}

// Another one was chosen than first-in first-out order would run. What has its
// place in that order only, and is no candidate, must not wait for it for ever.
inline void Simulation::LeaveFifo() {
  if (ready_.FirstNotice() != nullptr) [[unlikely]]
    RunNotices();
  if (timers_->bound() <= now_) [[unlikely]]
    TakeDueTimers();
}

void Simulation::RunNotices() {
  while (Notice* notice = ready_.FirstNotice()) {
    ready_.Remove(notice);
    RunNotice(notice);
  }
}

inline bool Simulation::BeginBatch() {
  if (stop_after_batch_) [[unlikely]]
    return false;
  if (ready_.empty()) {
    // What the clock makes ready on a node that is paused is not.
    do {
      if (!MoveClock()) return false;
    } while (ready_.empty());
  } else if (timers_->bound() <= now_) {
    TakeDueTimers();
  }
  batch_end_ = ready_.next_order();
  return true;
}

template <bool kOrdered, bool kOneStep>
bool Simulation::Loop() {
  while (!stop_) {
    Runnable* head = ready_.Front<kOrdered>();
    if (head == nullptr || head->order >= batch_end_) {
      if (!BeginBatch()) return false;
      head = ready_.Front<kOrdered>();
    }
    if (head->hops != 0) {
      RunHead(head);
      continue;
    }
    if (!kOneStep && steps_ >= step_bound_) [[unlikely]]
      return true;
    Runnable* next = head;
    if (kOrdered && ready_.size() > 1) {
      next = Choose();
      if (next == nullptr) return false;
      if (next != head) LeaveFifo();
    } else {
      ready_.Pop<kOrdered>(head);
    }
    if (kOneStep && spin_watch_ != nullptr) spin_watch_->Note(*next);
    Execute(next);
    if (kOneStep) return true;
  }
  return false;
}

bool Simulation::LoopToBound() {
  return ready_.ordered() ? Loop<true, false>() : Loop<false, false>();
}

bool Simulation::TakeStep() {
  return ready_.ordered() ? Loop<true, true>() : Loop<false, true>();
}

void Simulation::StartEagerly(TaskState* task) {
  if (running_ != this || closing_) return;
  ready_.Remove(task);
  // The running step goes on where it was interrupted.
  Runnable* const outer = std::exchange(current_runnable_, task);
  const bool asks = std::exchange(asks_, false);
  const bool cancelling = std::exchange(promise_internal::cancelling, false);
  const std::coroutine_handle<> next_frame = promise_internal::next_frame;
  RunTask(task);
  promise_internal::next_frame = next_frame;
  promise_internal::cancelling = cancelling;
  asks_ = asks;
  current_runnable_ = outer;
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
  ++instants_;
  RunnableList due;
  const SimTime next = timers_->TakeNext(clock_limit_, due);
  if (due.empty()) return NothingIsDue();
  MoveClockTo(next);
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
  callback->owner = nullptr;                 // too late to cancel it
  const TaskId number = callback->number();  // it may post itself again
  bool failed = false;
  try {
    if (callback->run != nullptr) {
      callback->run(callback);
    } else {
      std::move(function)();
    }
  } catch (...) {
    failed = true;
    std::exception_ptr error = std::current_exception();
    Fail(absl::StrCat("uncaught exception in a posted callback: ",
                      ExceptionText(error)),
         SourceSite(), error);
  }
  if (events_) [[unlikely]] {
    recorder_.Emit(now_, number, event::Finished{.failed = failed});
  }
  current_runnable_ = &root_;
  callback->Unref();
}

// ---- The end of a task ------------------------------------------------------

[[gnu::always_inline]] inline void Simulation::FinishCurrentTask(
    std::coroutine_handle<> frame, End end,
    const std::exception_ptr* error) noexcept {
  TaskState* task = static_cast<TaskState*>(current_runnable_);
  task->resume = frame;
  FinishTask(task, end, error);
}

[[gnu::always_inline]] inline void Simulation::FinishTask(
    TaskState* task, End end, const std::exception_ptr* error) {
  // A request that it was not told of any more counts, unless it failed.
  if (task->Is(TaskState::kMustCancel) && end == End::kValue) [[unlikely]]
    end = End::kCancelled;
  task->Set(TaskState::kOver);
  task->wait = WaitKind::kNothing;
  if (events_) [[unlikely]] {
    Emit(event::Finished{.failed = end == End::kError,
                         .cancelled = end == End::kCancelled});
  }
  if (traits_.observes_steps) [[unlikely]]
    Touched(task->AccessOf(AccessKind::kSignal));
  if (!task->origin->name.empty() && !task->Is(TaskState::kMain)) {
    storage_->history.push_back({now_, steps_, HistoryEntry::Kind::kTaskEnd,
                                 task->number(), task->origin->name});
  }
  if (end != End::kValue) [[unlikely]]
    NoteFailure(task, end, error);
  if (task->Is(TaskState::kLeftOver) && --left_over_ == 0) [[unlikely]]
    stop_after_batch_ = true;
  Complete(*task, end, task->AccessOf(AccessKind::kWait));
}

void Simulation::FinishCut(TaskState* task) {
  FinishTask(task, End::kCancelled, nullptr);
}

namespace promise_internal {

void FinishCurrentTask(std::coroutine_handle<> frame, End end,
                       const std::exception_ptr* error) noexcept {
  Simulation::Current("a task").FinishCurrentTask(frame, end, error);
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

}  // namespace orrery
