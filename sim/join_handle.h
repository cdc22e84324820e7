// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `JoinHandle<T>`: a task that was spawned, seen from outside, with its result.

#ifndef ORRERY_SIM_JOIN_HANDLE_H_
#define ORRERY_SIM_JOIN_HANDLE_H_

#include <coroutine>
#include <type_traits>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// Awaiting it waits for the task's end and gives its result: a const reference
// for a handle that stays, the value itself for one that is moved in. A handle
// may be awaited by several tasks, and again; if the task is done, that does
// not suspend. What the task threw is thrown at each of them.
//
// The result lives until the last handle is gone, which may be after the
// simulation; the coroutine and what was passed to it go when the task is over.
//
//   JoinHandle<int> handle = Spawn("answer", Compute);
//   int answer = co_await handle;
//
// If the task that waits is cancelled, so is the task that it waits for; to
// prevent that, await Shield(handle).
template <typename T = void>
class JoinHandle : public TaskHandle {
  template <bool kMoves>
  class Awaiter;

 public:
  JoinHandle() = default;  // refers to no task

  Awaiter<false> operator co_await() const& { return Awaiter<false>(*this); }
  Awaiter<true> operator co_await() && {
    return Awaiter<true>(std::move(*this));
  }

  // Returns the result, or throws what the task threw. Throws InvalidStateError
  // if the task is not over.
  decltype(auto) Result() const {
    TaskState* task = Ended("Result()");
    Simulation::Current("Result()").Joined(task);
    if constexpr (!std::is_void_v<T>) {
      return std::as_const(static_cast<TaskStateOf<T>*>(task)->result);
    }
  }

  // Lets go of the task, which runs on. An error that it ends with fails the
  // run.
  void Detach() && { TaskHandle(std::move(*this)); }

  // Takes over `task`. For `Spawn`.
  explicit JoinHandle(TaskState* task) : TaskHandle(task) {}

 private:
  // Holds on to the task, as a handle does: the handle that it came from may go
  // while the task is awaited.
  template <bool kMoves>
  class Awaiter {
   public:
    explicit Awaiter(JoinHandle handle) : handle_(std::move(handle)) {
      ORRERY_CHECK(static_cast<bool>(handle_),
                   "a JoinHandle was awaited that is empty");
    }

    bool await_ready() const { return handle_.state()->done(); }
    template <TaskPromise Awaiting>
    void await_suspend(std::coroutine_handle<Awaiting> frame) {
      TaskState* task = handle_.state();
      Simulation::Current("co_await JoinHandle")
          .Await(frame, WaitKind::kJoin, task, task->number().value);
    }
    decltype(auto) await_resume() {
      ThrowIfCancelled();
      TaskState* task = handle_.state();
      Simulation::Current("co_await JoinHandle").Joined(task);
      if constexpr (!std::is_void_v<T>) {
        T& result = static_cast<TaskStateOf<T>*>(task)->result;
        if constexpr (kMoves) {
          return T(std::move(result));
        } else {
          return std::as_const(result);
        }
      }
    }

   private:
    JoinHandle handle_;
  };
};

}  // namespace orrery

#endif  // ORRERY_SIM_JOIN_HANDLE_H_
