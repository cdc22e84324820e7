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
#include "orrery/sim/clock_control.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/history.h"
#include "orrery/sim/local_values.h"
#include "orrery/sim/progress.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/ready_queue.h"
#include "orrery/sim/recorder.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/simulation_options.h"
#include "orrery/sim/simulation_state.h"
#include "orrery/sim/slow_step_detector.h"
#include "orrery/sim/spin_watch.h"
#include "orrery/sim/task_state.h"
#include "orrery/sim/timer_queue.h"

namespace orrery {

class NodeControl;
class Operation;
class SyncObject;
struct PostedCallback;
struct TaskExtras;
class ThreadPool;

class Simulation : private SimulationState {
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
  // is done or the run fails. Tasks that are left when it is done are
  // cancelled, in the order in which they were spawned, and run to their end;
  // an error that one of them then ends with fails the run. After a failure
  // there is no such end: tasks are destroyed where they stand, the youngest
  // first. A simulation runs once, and never within a step of another.
  template <typename Body, typename... Arguments>
  RunResult Run(Body&& body, Arguments&&... arguments) {
    CheckNothingRuns("Run");
    Scope scope(*this);
    auto task = std::invoke(std::forward<Body>(body),
                            std::forward<Arguments>(arguments)...);
    ORRERY_CHECK(task, "Run was given a function that returned an empty Task");
    using Result = typename decltype(task)::Result;
    return RunMain(NewTaskState<Result>(), task.Release());
  }

  // ---- Driving it from outside ---------------------------------------------
  //
  // For code that is no coroutine: a callback library, a debugger. Tasks are
  // spawned, and callbacks posted, within a `Scope`; these functions run them,
  // never within a step. Tests are better written as tasks that `co_await`.

  // Runs until nothing is ready and no timer is set. What never comes to rest,
  // a ticker say, runs until a limit of the options is reached.
  Progress RunUntilIdle();
  // Runs all that is due within `duration`, each timer at its own time, the end
  // included; then the clock stands at the end. Moves a frozen clock too.
  Progress RunFor(absl::Duration duration);
  // The same up to `instant`; if that has passed, what is due now.
  Progress RunUntil(absl::Time instant);
  // Executes one step, for which the clock may have to move.
  Progress Step();
  // Runs until the task of `handle`, which belongs to this simulation, is over.
  // If nothing can run before that, the run fails: a deadlock.
  template <typename Handle>
  Progress RunUntilComplete(const Handle& handle) {
    return RunUntilOver(handle.state());
  }
  // Ends the run: as `Run` does when its main task is done.
  RunResult Finish();

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
  // Whether frames of a node are being destroyed, with the same effect as when
  // the run is over: none. What others hold on to has to stay sound.
  bool cutting_off() const { return cutting_off_; }
  bool stopping() const { return stop_; }
  // Stops the process if a simulation runs on this thread; `caller` is what
  // cannot be used then.
  static void CheckNothingRuns(const char* caller) {
    if (running_ != nullptr) [[unlikely]]
      FailNested(caller);
  }

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
  bool MustAsk() const { return asks_ && ready_.size() != 0; }
  // Whether the policy orders steps; if not, things go first in, first out.
  bool orders_steps() const { return traits_.orders; }

  // Suspends the running task before its declared access; it goes on first
  // unless the scheduler chooses otherwise.
  void SuspendBefore(std::coroutine_handle<> frame, Operation* operation);
  // Suspends the running task at the back of the ready queue.
  void SuspendReady(std::coroutine_handle<> frame);
  // Suspends the running task until the clock reaches `due`.
  void SuspendUntil(std::coroutine_handle<> frame, SimTime due);
  // Suspends the running task; whoever keeps it must `Wake` it.
  void Suspend(std::coroutine_handle<> frame, WaitKind wait);
  // Makes the running task, which is suspended, wait for `operation`; whoever
  // keeps it must `WakeToAttempt` it.
  void WaitFor(TaskState* task, WaitKind wait, Operation* operation);
  // Makes a task ready that waits to attempt an operation again.
  void WakeToAttempt(TaskState* task);
  // Has those who are about to attempt an operation on `object`, which is
  // destroyed, wait for nothing instead.
  void ForsakeAttempts(const SyncObject& object);
  // Makes any other suspended task ready. `next`: what its next step is known
  // to touch.
  void Wake(TaskState* task, Access next = {});
  // Suspends the running task until `awaited`, which is not over, is. `id` is
  // that of the awaited task (for kJoin) or object.
  void Await(std::coroutine_handle<> frame, WaitKind wait, Completion* awaited,
             uint32_t id);
  // Notes that somebody has seen the end of `awaited`; throws what it threw.
  void Joined(TaskState* awaited);
  // Returns what `task`, which is over, threw; null if it threw nothing.
  std::exception_ptr ErrorOf(TaskState* task);

  // ---- Ends and cancellation ----------------------------------------------

  // Ends `completion` and tells all who wait for it. `access` is what their
  // next step is known to touch.
  void Complete(Completion& completion, End end, Access access);
  // Has `notice` run in its turn: now, or when `completion` is over. It must
  // stay where it is until it has run or was taken back.
  void Post(Notice* notice);
  void Watch(Completion& completion, Notice* notice);
  // Takes back a notice that may have been posted, for `completion` or without.
  void Unwatch(Completion& completion, Notice* notice);
  // Asks `task` to cancel: it is thrown `Cancelled` where it stands, when it
  // next runs. If it waits for another task, or for a future, the request goes
  // on to that one. Returns false if the task is over.
  bool Cancel(TaskState* task);
  // The same for whatever others wait for.
  bool Cancel(Completion& completion);
  // Takes a request back, if there is one; with the last one, also that which
  // has not been delivered yet. Returns how many are left.
  int Uncancel(TaskState* task);
  // Calls `callback` as a step of its own when `completion` is over; if it is,
  // behind everything that is ready now.
  void CallWhenOver(Completion& completion, PostedCallback* callback,
                    Access access, const SourceSite& site);
  // Tells those who wait for a completion which is destroyed that it is gone.
  static void Forsake(Completion& completion);
  // Remembers that a Task was dropped which nobody had awaited.
  void NeverAwaited(const SourceSite& made);
  // Adds to the trace that a future is over.
  void RecordFutureEnd(const SyncObject& future, End end);

  // Makes a suspended coroutine into the task with this record, ready to run.
  // Returns the record.
  TaskState* AddTask(TaskState* task, std::coroutine_handle<> frame,
                     absl::string_view name, const SourceSite& site);
  // Takes a task's first step within the running one, if there is one: `task`
  // has just been added.
  void StartEagerly(TaskState* task);
  // Runs a main task until it is over. What it throws is for the caller, and
  // other main tasks may follow. Returns false if the run has failed.
  bool RunOneOfSeveral(TaskState* main, std::coroutine_handle<> frame);
  // Drops a reference of a join handle; the simulation may be gone already.
  static void ReleaseTask(TaskState* task) noexcept;
  // Returns all tasks that are not over, in the order in which they were made.
  std::vector<TaskState*> LiveTasks() const;

  // Returns the values of task-local variables that what runs has; null if no
  // such variable was ever set.
  const LocalValues* FindLocals() const;
  // The same, to be changed.
  LocalValues& Locals();
  // Returns them as whatever it brings into being inherits them.
  LocalValues CopyLocals() const;
  // Returns the place for the default thread pool, which is made when it is
  // first used.
  std::shared_ptr<ThreadPool>& default_pool();
  // Returns what controls the simulated machines, which is made when it is
  // first used.
  NodeControl& nodes();
  // Returns on which one the running step is.
  NodeId current_node() const { return current_runnable_->node; }
  // Returns the one `T`, an `Attachment`, that belongs to this simulation. It
  // is made when it is first asked for, and destroyed last of all.
  template <typename T>
  T& Attached() {
    T* found = FindAttached<T>();
    if (found != nullptr) [[likely]]
      return *found;
    return static_cast<T&>(Attach(&kTypeOf<T>, std::make_unique<T>()));
  }
  // Returns it if it was made; else null.
  template <typename T>
  T* FindAttached() const {
    if (kept_ == nullptr) return nullptr;
    for (const auto& [of, attached] : kept_->attached) {
      if (of == &kTypeOf<T>) return static_cast<T*>(attached.get());
    }
    return nullptr;
  }
  // What is fixed of all that the run draws for itself; null: nothing is.
  const Settings* settings() const { return options_.settings; }
  // Adds a line or more to what `RunResult::notes` tells of the run.
  void AddNote(absl::string_view text);
  // Whether its clocks may say something else than `now()`: see local_time.h.
  bool has_own_clocks() const { return own_clocks_; }

  // Puts a callback into the loop. If it has no id yet it gets one, as a child
  // of what runs.
  void PostCallback(PostedCallback* callback, EntityKind kind, SimTime due,
                    const SourceSite& site);
  // Returns the id for a child of what runs.
  EntityId NewEntity();
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
  // Returns the innermost group of choices that the current task is in.
  SpanId CurrentSpan() const;
  SpanId BeginSpan(absl::string_view label);
  void EndSpan(SpanId span, SpanId parent);

  // Gives a new object its ids, and keeps a copy of its name.
  void AddObject(SyncObject* object, const SourceSite& site);
  // The same for the one that belongs to the loop itself, whoever makes it.
  void AddLoopObject(SyncObject* object);
  // Tells scheduler and trace that the running step has made an access.
  void Accessed(const SyncObject& object, AccessKind kind) {
    if (watched_) [[unlikely]]
      AccessedSlow(object, kind);
  }
  // Tells the scheduler, and not the trace, that the running step has asked for
  // an access and has to wait for it, or has given up waiting.
  void Attempted(Access access);
  // Tells the trace, and not the scheduler, that the running step has received
  // what it was told to have asked for.
  void Received(const SyncObject& object, AccessKind kind);
  // Who keeps the clock from moving. `ClockControlChanged` follows a change.
  ClockControl& clock_control() { return clock_control_; }
  void ClockControlChanged() {
    clock_limit_ = clock_control_.Limit(now_, max_time_);
  }
  // Lets simulated time pass within the running step.
  void PassTime(int64_t nanoseconds, const SourceSite& site);
  // Returns the slow steps so far.
  const SlowStepDetector& slow_steps() const { return slow_steps_; }
  void LogLine(absl::string_view text, const SourceSite& site);
  // Takes down `what` the running step did, if events are taken down.
  template <typename Event>
  void Record(Event&& what) {
    if (events_) [[unlikely]]
      Emit(std::forward<Event>(what));
  }
  // Whether they are: what costs something to say need not be said otherwise.
  bool records_events() const { return events_; }
  // Mixes `word` into the digest of the run's data.
  void MixData(uint64_t word) { recorder_.MixData(word); }
  // Takes down that something was made to go wrong. `what`, its name, is part
  // of the digest of the run's data.
  void RecordFault(absl::string_view what, NodeId node);
  // Returns the number of the next message.
  MessageId NewMessage() { return MessageId(++last_message_); }
  // Adds an assertion's message to the trace; the run goes on.
  void RecordFailure(absl::string_view message, absl::string_view file,
                     uint32_t line);
  // Hands the choices that have gathered to the trace. For a process that is
  // about to die.
  void FlushTrace() { recorder_.Flush(); }

  // Called by the promises.
  void FinishCurrentTask(std::coroutine_handle<> frame, End end,
                         const std::exception_ptr* error) noexcept;

 private:
  friend NodeControl;

  [[noreturn]] static void FailOutside(const char* caller);
  [[noreturn]] static void FailNested(const char* caller);

  class Driving;

  RunResult RunMain(TaskState* main, std::coroutine_handle<> frame);
  bool RunToEnd(TaskState* main, std::coroutine_handle<> frame);
  Progress RunUntilOver(Completion* wanted);
  // Runs until the clock would pass `target`, or nothing can run, or `wanted`,
  // if it is not null, is over.
  Progress Drive(SimTime target, Completion* wanted, bool one_step = false);
  StopReason LoopOn();
  StopReason LoopOnce();
  // Runs for one step, or until one is ready that the step bound forbids.
  // Returns false if the loop has to end before.
  template <bool kOrdered, bool kOneStep>
  bool Loop();
  bool LoopToBound();
  bool TakeStep();
  // Whether a step that is ready may be taken; else fails the run.
  bool WithinLimits(const SpinWatch& watch);
  bool PassStepBound();
  // Returns where the next limit on steps could be; no less than `steps_`.
  uint64_t FindStepBound() const;
  bool WatchSpinning();
  void FailTimeLimit(const SourceSite& site);
  // `wanted`: what is not over; null: tasks that were cancelled in the end.
  void FailDeadlock(const Completion* wanted);
  Runnable* Choose();
  void EmitChosen(Candidates candidates, uint64_t index);
  // Begins the next batch. Returns false if there is none.
  bool BeginBatch();
  // Moves the clock to the next deadline, and makes ready what is due then.
  bool MoveClock();
  // Nothing is ready, and no timer fires before the clock's limit. Returns
  // false if the loop has to stop.
  bool NothingIsDue();
  void MoveClockTo(SimTime instant);
  void TakeDueTimers();
  void MakeReady(RunnableList& timers, uint8_t hops);
  void RunHead(Runnable* head);
  void RunNotices();
  void LeaveFifo();
  void RunNotice(Notice* notice);
  void PostNotice(Notice* notice);
  // Tells the scheduler what was done since `order` was the next in the queue.
  void Observe(StepInfo step, uint64_t order);
  void Execute(Runnable* runnable);
  void RunTask(TaskState* task);
  bool PrepareStep(TaskState* task);
  void CancelNewWait(TaskState* task);
  void EndTask(TaskState* task);
  void FinishTask(TaskState* task, End end, const std::exception_ptr* error);
  void FinishCut(TaskState* task);
  void NoteFailure(TaskState* task, End end, const std::exception_ptr* error);
  void TellWaiters(Completion& completion, Access access);
  bool CancelWait(TaskState* task, TaskState*& next);
  void WakeCancelled(TaskState* task);
  // Cancels what is left when the main task is done, and runs it to its end.
  void CancelLeftOver();
  void TellLateFailures();
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
  RunFailure MakeFailure(std::string message, const SourceSite& site,
                         std::exception_ptr exception);
  TaskReport ReportTask(const TaskState* task) const;
  std::string HolderName(const SyncObject& object) const;
  TaskExtras& Extras(TaskState* task);
  void AddObject(SyncObject* object, ObjectKey key, const SourceSite& site);

  // Its address stands for a type of what is attached.
  template <typename T>
  static constexpr char kTypeOf = 0;
  Attachment& Attach(const void* type, std::unique_ptr<Attachment> attached);
  Kept& MakeKept();
  std::string CollectNotes();
  TaskState* SuspendTask(std::coroutine_handle<> frame, WaitKind wait,
                         void* waits_on);
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
  static constinit thread_local const Simulation* running_;
};

}  // namespace orrery

#include "orrery/sim/simulation_inline.h"

#endif  // ORRERY_SIM_SIMULATION_H_
