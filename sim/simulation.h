// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Simulation`: an event loop on a simulated clock. It runs tasks and callbacks
// in one thread, asks the scheduler for every choice, and jumps straight to the
// next deadline when nothing is ready.
//
//   RandomScheduler scheduler;
//   Simulation simulation({.seed = Seed(42), .scheduler = &scheduler});
//   RunResult result = simulation.Run(Main);
//
// While it runs, `Sleep`, `Spawn`, `Log` and the others find it through the
// thread. Several simulations may exist; one runs at a time on a thread.
//
// The order of events under `fifo` is that of CPython's asyncio. Work is done
// in batches: a batch is what is ready when it begins; then the timers that are
// due join, by deadline and then by the order in which they were set; if
// nothing is ready then, the clock moves.

#ifndef ORRERY_SIM_SIMULATION_H_
#define ORRERY_SIM_SIMULATION_H_

#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/ids.h"
#include "orrery/base/seed.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/history.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/ready_queue.h"
#include "orrery/sim/recorder.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/task_state.h"
#include "orrery/sim/timer_queue.h"

namespace orrery {

struct LoopStorage;
class Operation;
class SyncObject;
struct PostedCallback;

struct SimulationOptions {
  Seed seed = Seed(1);
  // Not owned; null means `fifo`. It must outlive the simulation.
  Scheduler* scheduler = nullptr;
  // Not owned; null means that nothing is recorded.
  TraceSink* trace = nullptr;
  // The run stops with kStepLimit before it executes more steps than this.
  uint64_t max_steps = 1'000'000'000;
  // The run stops with kTimeLimit before the clock passes this.
  absl::Duration max_time = absl::InfiniteDuration();
  // Called for each line that is logged, as it is logged.
  std::function<void(const HistoryEntry&)> on_log = {};
};

class Simulation {
 public:
  explicit Simulation(SimulationOptions options = {});
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;
  ~Simulation();

  // Makes a simulation the one that this thread is in, without running it:
  // objects can be made and tasks spawned, which run when `Run` is called.
  class Scope {
   public:
    explicit Scope(Simulation& simulation)
        : outer_(std::exchange(current_, &simulation)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { current_ = outer_; }

   private:
    Simulation* outer_;
  };

  // Runs `body(arguments...)`, which returns a Task, as the main task, until it
  // is done or the run fails. Tasks that are not done by then are destroyed,
  // the youngest first. A simulation runs once.
  template <typename Body, typename... Arguments>
  RunResult Run(Body&& body, Arguments&&... arguments) {
    Scope scope(*this);
    auto task = std::invoke(std::forward<Body>(body),
                            std::forward<Arguments>(arguments)...);
    ORRERY_CHECK(task, "Run was given a function that returned an empty Task");
    using Result = typename decltype(task)::Result;
    return RunMain(NewTaskState<Result>(), task.Release());
  }

  // A number that no other simulation on this thread has.
  uint32_t serial() const { return serial_; }
  SimTime now() const { return now_; }
  uint64_t steps() const { return steps_; }
  const History& history() const;
  Seed seed() const { return options_.seed; }

  // Returns the simulation that this thread is in, or null.
  static Simulation* CurrentOrNull() { return current_; }
  // The same, but stops the process if there is none; `caller` names the
  // function that needs one.
  static Simulation& Current(const char* caller) {
    if (current_ == nullptr) [[unlikely]] {
      FailOutside(caller);
    }
    return *current_;
  }

  // Ends the run as failed once the current step is over. The first failure
  // counts. `exception` may be null.
  void Fail(std::string message, const SourceSite& site,
            std::exception_ptr exception = nullptr);
  // Ends the run as diverged from the recorded one.
  void Diverge(std::string message);
  // Whether the run is over and only frames are being destroyed.
  bool closing() const { return closing_; }
  bool stopping() const { return stop_; }

  // Returns the id and the name of the task that runs; id 0 and "" if none
  // does.
  TaskId current_task_id() const { return current_runnable_->number(); }
  std::string CurrentTaskName() const { return NameOf(current_runnable_); }
  // Returns "client#7", or "task#7" if it has no name; "" for the event loop.
  static std::string NameOf(const Runnable* runnable);
  static std::string NameOf(const SpawnOrigin& origin, TaskId number);
  // Returns the tasks that are not done, in the order of creation.
  std::vector<TaskReport> ReportTasks() const;

  // ---- For awaitables and primitives -------------------------------------

  // Returns the running task; null in a callback and outside of `Run`.
  TaskState* current_task() const {
    return current_runnable_->kind == EntityKind::kTask
               ? static_cast<TaskState*>(current_runnable_)
               : nullptr;
  }
  // Whether an operation with a declared access has to let the scheduler choose
  // before it is done: the policy orders steps, and there is somebody else.
  bool MustAsk() const { return ready_.ordered() && !ready_.empty(); }

  // Suspends the running task before its declared access; it goes on first
  // unless the scheduler chooses otherwise.
  void SuspendBefore(std::coroutine_handle<> frame, Operation* operation);
  // Suspends the running task at the back of the ready queue.
  void SuspendReady(std::coroutine_handle<> frame) {
    TaskState* task = SuspendTask(frame, WaitKind::kTurn, nullptr);
    if (events_) [[unlikely]]
      EmitSuspended(task, 0, now_);
    ready_.PushBack(task);
  }
  // Suspends the running task until the clock reaches `due`.
  void SuspendUntil(std::coroutine_handle<> frame, SimTime due) {
    TaskState* task = SuspendTask(frame, WaitKind::kSleep, nullptr);
    if (events_) [[unlikely]]
      EmitSuspended(task, 0, due);
    timers_->Add(task, due);
  }
  // Suspends the running task; whoever keeps it must `Wake` it.
  void Suspend(std::coroutine_handle<> frame, WaitKind wait) {
    TaskState* task = SuspendTask(frame, wait, nullptr);
    task->place = Runnable::Place::kWaiting;
    if (events_) [[unlikely]]
      EmitSuspended(task, 0, now_);
  }
  // Makes the running task, which is suspended, wait for `operation`; whoever
  // keeps it must `WakeToAttempt` it.
  void WaitFor(TaskState* task, WaitKind wait, Operation* operation);
  // Makes a task ready that waits to attempt an operation again.
  void WakeToAttempt(TaskState* task);
  // Makes any other suspended task ready. `next`: what its next step is known
  // to touch. `hops`: see Runnable.
  void Wake(TaskState* task, Access next = {}, uint8_t hops = 0) {
    if (closing_) [[unlikely]]
      return;
    ORRERY_CHECK(task->place == Runnable::Place::kWaiting,
                 "a task was woken that does not wait; wake it once");
    task->wait = WaitKind::kTurn;
    task->waits_on = nullptr;
    task->hops = hops;
    if (events_) [[unlikely]]
      EmitWoken(task);
    ready_.PushBack(task, next);
  }
  // Waits for the end of `awaited`, which is not done.
  void Join(std::coroutine_handle<> frame, TaskState* awaited);
  // Notes that somebody has seen the end of `awaited`; throws what it threw.
  void Joined(TaskState* awaited) {
    if (traits_.observes_steps) [[unlikely]]
      Touched(awaited->AccessOf(AccessKind::kWait));
    awaited->retrieved = true;
    if (awaited->failed) [[unlikely]]
      Rethrow(awaited);
  }

  // Makes a suspended coroutine into the task with this record, ready to run.
  // Returns the record.
  TaskState* AddTask(TaskState* task, std::coroutine_handle<> frame,
                     absl::string_view name, const SourceSite& site);
  // Drops a reference of a join handle; the simulation may be gone already.
  static void ReleaseTask(TaskState* task) noexcept {
    if (--task->handles == 0 && !task->resume) ForgetTask(task);
  }

  void PostCallback(PostedCallback* callback, EntityKind kind, SimTime due,
                    const SourceSite& site);
  // Takes out a callback that waits in this loop.
  void CancelCallback(PostedCallback* callback);

  // Asks the scheduler for a number in [0, n); 0 without asking if n is 1.
  // `site` must live until the run is over, as literals do.
  uint64_t Draw(ChoiceKind kind, uint64_t n, absl::string_view site) {
    if (n <= 1) return 0;
    return DrawSlow(kind, n, site);
  }
  // Returns a copy of `label` that lives until the run is over.
  absl::string_view KeepLabel(absl::string_view label);
  SpanId BeginSpan(absl::string_view label);
  void EndSpan(SpanId span, SpanId parent);

  // Gives a new object its ids, and keeps a copy of its name.
  void AddObject(SyncObject* object, const SourceSite& site);
  // Tells scheduler and trace that the running step has made an access.
  void Accessed(const SyncObject& object, AccessKind kind) {
    if (watched_) [[unlikely]]
      AccessedSlow(object, kind);
  }
  // Lets simulated time pass within the running step.
  void PassTime(int64_t nanoseconds, const SourceSite& site);
  void LogLine(absl::string_view text, const SourceSite& site);
  // Adds an assertion's message to the trace; the run goes on.
  void RecordFailure(absl::string_view message, absl::string_view file,
                     uint32_t line);
  // Hands the choices that have gathered to the trace. For a process that is
  // about to die.
  void FlushTrace() { recorder_.Flush(); }

  // Called by the promises.
  void FinishCurrentTask(std::coroutine_handle<> frame,
                         const std::exception_ptr* error) noexcept;

 private:
  [[noreturn]] static void FailOutside(const char* caller);

  RunResult RunMain(TaskState* main, std::coroutine_handle<> frame);
  template <bool kOrdered>
  void Loop();
  Runnable* Choose();
  void EmitChosen(Candidates candidates, uint64_t index);
  // Begins the next batch. Returns false if there is none: the run is over.
  bool BeginBatch() {
    if (ready_.empty()) {
      if (!MoveClock()) return false;
    } else if (timers_->bound() <= now_) {
      TakeDueTimers();
    }
    batch_end_ = ready_.next_order();
    return true;
  }
  bool BatchIsOver() const {
    return ready_.empty() || ready_.front()->order >= batch_end_;
  }
  // Moves the clock to the next deadline, and makes ready what is due then.
  bool MoveClock();
  bool StopWithoutNext();
  void TakeDueTimers();
  void MakeReady(RunnableList& timers, uint8_t hops);
  void Execute(Runnable* runnable);
  void RunTask(TaskState* task);
  void EndTask(TaskState* task);
  [[noreturn]] void Rethrow(const TaskState* task);
  void RunCallback(PostedCallback* callback);
  // Fails the run for an exception that nobody has seen.
  void FailUnretrieved(const TaskState* task);
  void CheckUnretrieved();
  void TearDown();
  // Gives back the record of a task that is over and has no handles.
  static void ForgetTask(TaskState* task) noexcept;
  uint64_t DrawSlow(ChoiceKind kind, uint64_t n, absl::string_view site);
  void BadChoice(uint64_t answer, const ChoicePoint& where);
  void Stop(Outcome outcome);
  TaskReport ReportTask(const TaskState* task) const;
  std::string HolderName(const SyncObject& object) const;
  SpanId CurrentSpan() const;

  TaskState* SuspendTask(std::coroutine_handle<> frame, WaitKind wait,
                         void* waits_on) {
    TaskState* task = static_cast<TaskState*>(current_runnable_);
    task->resume = frame;
    task->wait = wait;
    task->waits_on = waits_on;
    return task;
  }
  void EmitSuspended(const TaskState* task, uint32_t object, SimTime due);
  void EmitWoken(const Runnable* runnable);
  void AccessedSlow(const SyncObject& object, AccessKind kind);
  // Tells the scheduler, and not the trace, that the running step has made an
  // access: other events tell it there.
  void Touched(Access access);
  std::string EndOfReplay(std::string why) const;

  template <typename Event>
  void Emit(Event&& what) {
    recorder_.Emit(now_, current_runnable_->number(),
                   std::forward<Event>(what));
  }

  static constinit thread_local Simulation* current_;

  // What the loop touches at each step comes first.
  std::unique_ptr<LoopStorage> storage_;
  ReadyQueue ready_;  // lives in `storage_` between runs
  TimerQueue* timers_;
  Scheduler* scheduler_;
  Runnable* current_runnable_;
  TaskId last_ran_;  // outlives the runnable that took the latest step
  SimTime now_;
  uint64_t batch_end_ = 0;
  uint64_t steps_ = 0;
  uint64_t max_steps_;
  SimTime max_time_;
  bool stop_ = false;
  bool closing_ = false;
  bool events_ = false;   // events are taken down
  bool watched_ = false;  // events or accesses are
  bool ran_ = false;
  SchedulerTraits traits_;
  ChoicePoint next_choice_;  // of who runs next; filled in for each
  Outcome outcome_ = Outcome::kUnknown;
  uint32_t last_number_ = 0;
  uint32_t last_object_ = 0;
  uint32_t last_span_ = 0;
  uint32_t root_objects_ = 0;
  uint32_t serial_;
  Recorder recorder_;
  Runnable root_;  // stands for the loop itself: the parent of the main task
  SimulationOptions options_;
  std::optional<RunFailure> failure_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SIMULATION_H_
