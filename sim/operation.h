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

#include "orrery/base/access.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class Operation {
 public:
  SyncObject& object() const { return *object_; }
  AccessKind access_kind() const { return kind_; }
  Access access() const { return {object_->key(), kind_}; }

  // Attempts what was asked for, at the beginning of a step of the current
  // task. If it cannot be done, makes the task wait for it and returns false.
  bool Attempt(Simulation& simulation) { return attempt_(this, simulation); }

 protected:
  using AttemptFunction = bool (*)(Operation*, Simulation&);

  Operation(SyncObject* object, AccessKind kind, AttemptFunction attempt)
      : object_(object), attempt_(attempt), kind_(kind) {}

 private:
  SyncObject* object_;
  AttemptFunction attempt_;
  AccessKind kind_;
};

// The awaitable half. `Derived` has
//   bool Try(Simulation&)    does it, or returns false and changes nothing
//   WaitKind wait_kind()     what it waits for if it cannot
//   RunnableList& waiters()  where it waits
// and `await_resume`.
template <typename Derived>
class OperationAwaiter : public Operation {
 public:
  bool await_ready() {
    Simulation& simulation = Simulation::Current("co_await");
    if (simulation.MustAsk()) return false;
    return Do(simulation);
  }

  template <TaskPromise Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) {
    Simulation& simulation = Simulation::Current("co_await");
    if (simulation.MustAsk()) {
      simulation.SuspendBefore(frame, access(), this);
      return;
    }
    simulation.Suspend(frame, derived().wait_kind(), this);
    Enqueue(simulation.current_task());
  }

 protected:
  OperationAwaiter(SyncObject* object, AccessKind kind)
      : Operation(object, kind, &AttemptDerived) {}

 private:
  Derived& derived() { return static_cast<Derived&>(*this); }

  bool Do(Simulation& simulation) {
    if (!derived().Try(simulation)) return false;
    simulation.Accessed(object(), access_kind());
    return true;
  }

  void Enqueue(TaskState* task) {
    task->place = Runnable::Place::kWaiting;
    derived().waiters().PushBack(task);
  }

  static bool AttemptDerived(Operation* operation, Simulation& simulation) {
    auto* self = static_cast<OperationAwaiter*>(operation);
    if (self->Do(simulation)) return true;
    simulation.SuspendAgain(self->derived().wait_kind(), operation);
    self->Enqueue(simulation.current_task());
    return false;
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_OPERATION_H_
