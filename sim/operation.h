// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Operation`: an awaitable that does one thing to one object, and declares
// beforehand what that is. Under a policy that orders steps, the scheduler may
// let others go first; under `fifo` an operation that need not wait is done at
// once.

#ifndef ORRERY_SIM_OPERATION_H_
#define ORRERY_SIM_OPERATION_H_

#include <coroutine>
#include <cstdint>

#include "orrery/base/access.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/ring.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class Operation {
 public:
  // How it stands with the wait for it. In asyncio's terms: no future, one that
  // is pending, one with a result, one that was cancelled. Last, what asyncio
  // does not know: the object was destroyed before the operation could be done.
  enum class State : uint8_t { kIdle, kPending, kWoken, kCancelled, kForsaken };

  SyncObject& object() const { return *object_; }
  AccessKind access_kind() const { return kind_; }
  Access access() const { return {object_->key(), kind_}; }
  State state() const { return state_; }
  // The task that waits for it.
  TaskState* task() const { return task_; }

  // What the task waits for while it is pending.
  WaitKind wait_kind() const { return wait_kind_; }
  // Whether there is nothing left to attempt once it was woken.
  bool over_when_woken() const { return over_when_woken_; }

  // Attempts what was asked for, at the beginning of a step of the current
  // task. If it cannot be done, makes the task wait for it and returns false.
  bool Attempt(Simulation& simulation) {
    --object_->attempts_;
    return function_(this, simulation, /*withdraw=*/false);
  }
  // Gives it up, since the task is cancelled, in a step of the task. The object
  // may have to wake somebody else in its place.
  void Withdraw(Simulation& simulation) {
    --object_->attempts_;
    simulation.Attempted({object_->key(), AccessKind::kWrite});
    function_(this, simulation, /*withdraw=*/true);
  }
  // Notes that its wait is cancelled; the task has yet to be told.
  void MarkCancelled() {
    state_ = State::kCancelled;
    ++object_->attempts_;
  }
  // Notes that the object is gone.
  void MarkForsaken() { state_ = State::kForsaken; }

  Operation* next = nullptr;  // among the waiters
  Operation* prev = nullptr;

 protected:
  using Function = bool (*)(Operation*, Simulation&, bool withdraw);

  Operation(SyncObject* object, AccessKind kind, Function function,
            bool over_when_woken)
      : object_(object),
        function_(function),
        kind_(kind),
        over_when_woken_(over_when_woken) {}

  bool woken() const { return state_ == State::kWoken; }
  bool forsaken() const { return state_ == State::kForsaken; }
  // Has `task`, which runs, wait for it from now on.
  void WaitAsPending(Simulation& simulation, TaskState* task, WaitKind wait) {
    state_ = State::kPending;
    task_ = task;
    wait_kind_ = wait;
    simulation.WaitFor(task, wait, this);
  }
  // Suspends the running task before the operation is done.
  void SuspendBefore(Simulation& simulation, std::coroutine_handle<> frame,
                     WaitKind wait) {
    wait_kind_ = wait;
    ++object_->attempts_;
    simulation.SuspendBefore(frame, this);
  }

 private:
  friend class WaiterList;
  friend Simulation;
  template <typename Derived>
  friend class OperationAwaiter;

  SyncObject* object_;
  Function function_;
  TaskState* task_ = nullptr;
  AccessKind kind_;
  State state_ = State::kIdle;
  WaitKind wait_kind_ = WaitKind::kTurn;
  bool linked_ = false;
  bool over_when_woken_;
};

// The operations that wait for an object, first in, first out. One that has
// been woken or cancelled may stand in it until its task has taken a step.
class WaiterList {
 public:
  bool empty() const { return ring_.empty(); }
  Operation* front() const { return ring_.front(); }
  Operation* after(const Operation* operation) const {
    return ring_.after(operation);
  }
  // Whether there is nobody whose turn comes before a newcomer's.
  bool NoneButCancelled() const {
    for (const Operation* o = front(); o != nullptr; o = after(o)) {
      if (o->state_ != Operation::State::kCancelled) return false;
    }
    return true;
  }
  // Returns the first that has been neither woken nor cancelled, or null.
  Operation* FirstPending() const {
    Operation* o = front();
    while (o != nullptr && o->state_ != Operation::State::kPending) {
      o = after(o);
    }
    return o;
  }

  void Add(Operation* operation) {
    operation->linked_ = true;
    ring_.PushBack(operation);
  }
  // Does nothing if `operation` is not in the list.
  void Remove(Operation* operation) {
    if (operation->linked_) ring_.Remove(operation);
    operation->linked_ = false;
  }

  // Makes the task ready whose pending `operation` this is, to attempt it. It
  // stays in the list.
  static void Wake(Simulation& simulation, Operation* operation) {
    operation->state_ = Operation::State::kWoken;
    simulation.WakeToAttempt(operation->task_);
  }
  // Wakes the first that is pending, and takes it out. Returns whether there
  // was one.
  bool WakeFirst(Simulation& simulation) {
    return !ring_.empty() && TakeAndWake(simulation);
  }

 private:
  bool TakeAndWake(Simulation& simulation) {
    // In the end the tasks are destroyed before the objects of their elders.
    if (simulation.closing()) return false;
    Operation* operation = FirstPending();
    if (operation == nullptr) return false;
    Remove(operation);
    Wake(simulation, operation);
    return true;
  }

  Ring<Operation> ring_;
};

inline void Simulation::WakeToAttempt(TaskState* task) {
  if (closing_) return;
  task->Set(TaskState::kAttempt);
  task->wait = WaitKind::kTurn;
  if (events_) [[unlikely]]
    EmitWoken(task);
  auto* operation = static_cast<Operation*>(task->waits_on);
  ++operation->object_->attempts_;
  ready_.PushBack(task, operation->access());
}

// The awaitable half. `Derived` has
//   bool CanDo()             whether it need not wait; for one that was woken,
//                            whether it need not wait again
//   void Do(Simulation&)     does it
//   WaitKind wait_kind()     what it waits for if it cannot be done
//   WaiterList& waiters()    where it waits
//   void Withdrawn(Simulation&, bool woken)
//                            passes on what it was woken for, or was in the way
//                            of, since its task is cancelled
// and `await_resume`, which calls `ThrowIfCancelled()` first. It may have
//   bool MayAsk()            false: the task begins to wait at once, in the
//   same
//                            step as what it did before
//   bool IsAccess()          false: doing it is no access of its own, since it
//                            was told before, or is told by somebody else
template <typename Derived>
class OperationAwaiter : public Operation {
 public:
  [[gnu::always_inline]] bool await_ready() {
    if (!derived().CanDo()) return false;
    Simulation& simulation = Simulation::Current("co_await");
    if (simulation.MustAsk()) return false;
    Perform(simulation);
    return true;
  }

  template <TaskPromise Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    Simulation& simulation = Simulation::Current("co_await");
    // If nobody is to be asked, it cannot be done: else it would be by now. If
    // somebody is, others may do before it what makes it possible, or not; and
    // who comes first to wait is a choice, too.
    if (derived().MayAsk() && simulation.MustAsk()) {
      SuspendBefore(simulation, frame, derived().wait_kind());
      return;
    }
    TaskState* task = simulation.current_task();
    task->resume = frame;
    Wait(simulation, task);
  }

 protected:
  // Who waits for a signal has nothing to do once it has come.
  OperationAwaiter(SyncObject* object, AccessKind kind)
      : OperationAwaiter(object, kind, kind == AccessKind::kWait) {}
  OperationAwaiter(SyncObject* object, AccessKind kind, bool over_when_woken)
      : Operation(object, kind, &Function, over_when_woken) {}

  bool MayAsk() const { return true; }
  bool IsAccess() const { return true; }

 private:
  Derived& derived() { return static_cast<Derived&>(*this); }

  [[gnu::always_inline]] void Perform(Simulation& simulation) {
    derived().Do(simulation);
    if (derived().IsAccess()) simulation.Accessed(object(), access_kind());
  }

  void Wait(Simulation& simulation, TaskState* task) {
    WaitAsPending(simulation, task, derived().wait_kind());
    derived().waiters().Add(this);
  }

  static bool Function(Operation* operation, Simulation& simulation,
                       bool withdraw) {
    auto* self = static_cast<OperationAwaiter*>(operation);
    Derived& derived = self->derived();
    if (withdraw) {
      derived.waiters().Remove(self);
      derived.Withdrawn(simulation, self->woken());
      return false;
    }
    const bool can = derived.CanDo();
    derived.waiters().Remove(self);
    if (can) {
      self->Perform(simulation);
    } else {
      self->Wait(simulation, simulation.current_task());
    }
    return can;
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_OPERATION_H_
