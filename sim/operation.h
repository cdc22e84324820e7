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

inline void Simulation::WakeToAttempt(TaskState* task) {
  if (closing_) return;
  task->attempts = true;
  task->wait = WaitKind::kTurn;
  if (events_) [[unlikely]]
    EmitWoken(task);
  ready_.PushBack(task, static_cast<Operation*>(task->waits_on)->access());
}

// The awaitable half. `Derived` has
//   bool CanDo()             whether it need not wait
//   void Do(Simulation&)     does it
//   WaitKind wait_kind()     what it waits for if it cannot be done
//   RunnableList& waiters()  where it waits
// and `await_resume`. What has to wait anyway does so without asking.
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
    if (derived().CanDo()) {
      simulation.SuspendBefore(frame, this);
      return;
    }
    TaskState* task = simulation.current_task();
    task->resume = frame;
    Wait(simulation, task);
  }

 protected:
  OperationAwaiter(SyncObject* object, AccessKind kind)
      : Operation(object, kind, &AttemptDerived) {}

 private:
  Derived& derived() { return static_cast<Derived&>(*this); }

  [[gnu::always_inline]] void Perform(Simulation& simulation) {
    derived().Do(simulation);
    simulation.Accessed(object(), access_kind());
  }

  void Wait(Simulation& simulation, TaskState* task) {
    simulation.WaitFor(task, derived().wait_kind(), this);
    derived().waiters().PushBack(task);
  }

  static bool AttemptDerived(Operation* operation, Simulation& simulation) {
    auto* self = static_cast<OperationAwaiter*>(operation);
    if (self->derived().CanDo()) {
      self->Perform(simulation);
      return true;
    }
    self->Wait(simulation, simulation.current_task());
    return false;
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_OPERATION_H_
