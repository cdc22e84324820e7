// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ModelProgram`: a small concurrent program as data, for testing policies. Its
// threads are lists of operations; each operation is one step, and each step
// one access. `ModelRunner` runs it under a policy and behaves to the policy
// like the engine, a hundred times as fast and with nothing hidden.

#ifndef ORRERY_SCHEDULER_MODEL_PROGRAM_H_
#define ORRERY_SCHEDULER_MODEL_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

// What the effect of an operation may look at and change.
class ModelState {
 public:
  // A shared variable, by the number that `ModelProgram::Variable` returned.
  int64_t& operator[](size_t variable) { return variables_[variable]; }
  // One of four private variables of the running thread; all begin as 0.
  int64_t& local(size_t number) { return locals_[running_ * 4 + number]; }
  // Goes on after the next `n` operations of the running thread.
  void Skip(size_t n) { skip_ = n; }
  // The running thread is over after this operation.
  void End() { end_ = true; }
  // The program has failed; the run stops after this operation.
  void Fail() { failed_ = true; }

 private:
  friend class ModelRunner;

  std::vector<int64_t> variables_;
  std::vector<int64_t> locals_;
  size_t running_ = 0;
  size_t skip_ = 0;
  bool end_ = false;
  bool failed_ = false;
};

using ModelEffect = std::function<void(ModelState&)>;

// The operations of one thread. Each member function adds one and returns the
// thread.
class ModelThread {
 public:
  // The effect sees the variable before others can change it.
  ModelThread& Read(size_t variable, ModelEffect effect = {});
  ModelThread& Write(size_t variable, ModelEffect effect = {});
  // Touches nothing that others can see. It declares a write on an object of
  // the thread's own, as code would that is not written in accesses.
  ModelThread& Local(ModelEffect effect = {});
  // Touches what it likes, and declares nothing. Part of the step of the
  // operation before it.
  ModelThread& Plain(ModelEffect effect);
  // First come, first served; given back to who waits longest. An attempt that
  // has to wait is a step, and so is going on with a lock that was handed over.
  ModelThread& Lock(size_t lock);
  ModelThread& Unlock(size_t lock, ModelEffect effect = {});
  // Starts thread number `child`, which must not have been started.
  ModelThread& Spawn(size_t child);
  // Waits until thread number `child`, which has been started, is over.
  ModelThread& Join(size_t child);
  // Goes to the back of the queue. Ends the step of the operation before it;
  // going on is a step that touches nothing.
  ModelThread& Yield();
  // Lets the policy draw from [0, n) into a private variable. Part of the step
  // of the operation before it.
  ModelThread& Draw(uint64_t n, size_t local);

 private:
  friend class ModelRunner;

  enum class Kind : uint8_t {
    kAccess,
    kLocal,
    kPlain,
    kLock,
    kUnlock,
    kSpawn,
    kJoin,
    kYield,
    kDraw,
  };
  struct Operation {
    Kind kind;
    AccessKind access = AccessKind::kNone;
    size_t target = 0;  // variable, lock, thread or private variable
    uint64_t n = 0;
    ModelEffect effect = {};
  };

  ModelThread& Add(Operation operation);

  std::vector<Operation> operations_;
};

// A program. Thread 0 is the main one; the others run once they are spawned.
//
//   ModelProgram program;
//   const size_t x = program.Variable();
//   for (size_t t : {program.Thread(), program.Thread()}) {
//     program[t].Read(x, [x](ModelState& s) { s.local(0) = s[x]; })
//         .Write(x, [x](ModelState& s) { s[x] = s.local(0) + 1; });
//   }
//   program.SpawnAll().JoinAll();
//   program[0].Read(x, [x](ModelState& s) { if (s[x] != 2) s.Fail(); });
class ModelProgram {
 public:
  ModelProgram() : threads_(1) {}

  // Adds a shared variable, a lock or a thread, and returns its number.
  size_t Variable(int64_t initial = 0);
  size_t Lock();
  size_t Thread();

  ModelThread& operator[](size_t thread) { return threads_[thread]; }
  size_t threads() const { return threads_.size(); }

  // Adds the operations to the main thread that start all other threads, or
  // wait for them, in the order in which they were made.
  ModelProgram& SpawnAll();
  ModelProgram& JoinAll();

 private:
  friend class ModelRunner;

  std::vector<int64_t> initial_;
  size_t locks_ = 0;
  std::vector<ModelThread> threads_;
};

struct ModelResult {
  bool failed = false;
  bool deadlock = false;  // nothing ready, and not all threads over
  uint64_t steps = 0;
  uint64_t choices = 0;    // of who runs next
  uint64_t max_ready = 0;  // the most candidates at once
};

struct ModelOptions {
  // A thread begins with a step that touches nothing, and stops before its
  // first operation. Otherwise it begins with that operation.
  bool begin_is_step = true;
  // As in the engine: a thread that is alone goes on within the same step, past
  // accesses at which it would stop if anybody else were ready.
  bool merge_alone = false;
  // As in models of threads, not as in the engine: a thread whose next
  // operation would have to wait is no candidate, and of those that wait for a
  // lock any may get it. So an attempt is never a step.
  bool waiting_is_disabled = false;
  // `ModelState::Fail` ends the run. Otherwise it is noted, and the run goes
  // on.
  bool stop_at_failure = true;
  // Stops a run that does not end.
  uint64_t max_steps = 100'000;
};

// Runs a program again and again. It must outlive the runner, unchanged.
class ModelRunner {
 public:
  explicit ModelRunner(const ModelProgram& program, ModelOptions options = {});

  // Runs the program once. Calls `BeginRun`, `PickNext`, `Draw`, `OnStep` and
  // `EndRun` as the engine does, the last of them whatever came of the run.
  ModelResult Run(Scheduler& scheduler, const RunInfo& info);

  // Returns what the latest `EndRun` has returned.
  NextRun next_run() const { return next_run_; }
  // Returns the thread of each step of the latest run.
  const std::vector<uint32_t>& schedule() const { return schedule_; }
  // Returns the alternative that was chosen each time in the latest run, of
  // draws too.
  const std::vector<uint32_t>& picks() const { return picks_; }
  // Returns a shared variable at the end of the latest run.
  int64_t variable(size_t number) const { return state_.variables_[number]; }
  // Returns the stable id of `thread`; that of the main one if it has not been
  // started in the latest run is meaningless.
  EntityId entity(size_t thread) const { return candidates_[thread].id; }

 private:
  enum class Status : uint8_t {
    kNew,       // not started
    kReady,     // before an operation
    kResuming,  // goes on after one: begins, has yielded, was woken
    kWaiting,
    kDisabled,
    kOver,
  };
  struct ThreadState {
    Status status = Status::kNew;
    size_t next = 0;        // operation
    uint32_t children = 0;  // how many it has spawned
    std::vector<size_t> joiners;
  };
  struct LockState {
    bool taken = false;
    std::vector<size_t> waiters;
    size_t first = 0;  // of the waiters that have not been served
  };

  void Reset(Scheduler& scheduler, const RunInfo& info);
  bool Stops() const { return state_.failed_ && options_.stop_at_failure; }
  // Whether the next operation of `thread` would have to wait.
  bool MustWait(size_t thread) const;
  // With `waiting_is_disabled`: makes threads ready, or not, by what they want.
  void EnableAndDisable();
  // Puts `thread` into the queue, in front of all others or behind them.
  void MakeReady(size_t thread, bool created, bool front = false);
  size_t Take(size_t index);
  // Runs one step of `thread`.
  void Step(size_t thread);
  // Executes the next operation. Returns whether the thread can go on at once.
  bool Execute(size_t thread);
  void Apply(size_t thread, const ModelThread::Operation& operation);
  // Executes what is part of the step: draws, a yield. Returns as `Execute`.
  bool Advance(size_t thread);
  bool IsOver(size_t thread) const;
  // The thread is over: tells those who wait for it.
  void Finish(size_t thread);
  // Sets what the next step of `thread` is known to touch.
  void Declare(size_t thread);
  Access NextAccess(size_t thread) const;

  const ModelProgram& program_;
  const ModelOptions options_;
  Scheduler* scheduler_ = nullptr;
  SchedulerTraits traits_;
  ModelState state_;
  std::vector<ThreadState> states_;
  std::vector<LockState> locks_;
  std::vector<ObjectKey> variable_keys_;
  std::vector<ObjectKey> lock_keys_;
  std::vector<Candidate> candidates_;    // by thread
  std::vector<const Candidate*> ready_;  // the first has the least order
  uint64_t back_ = 0;
  std::vector<Access> accesses_;  // of the step
  std::vector<Readied> readied_;
  ModelResult result_;
  NextRun next_run_ = NextRun::kAgain;
  std::vector<uint32_t> schedule_;
  std::vector<uint32_t> picks_;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_MODEL_PROGRAM_H_
