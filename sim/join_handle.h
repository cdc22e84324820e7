// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `JoinHandle<T>`: a task that was spawned, seen from outside.

#ifndef ORRERY_SIM_JOIN_HANDLE_H_
#define ORRERY_SIM_JOIN_HANDLE_H_

#include <coroutine>
#include <string>
#include <type_traits>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/base/ids.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"
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
// Dropping a handle leaves the task running. An exception that nobody can see
// any more, since all handles are gone, fails the run.
template <typename T = void>
class JoinHandle {
  template <bool kMoves>
  class Awaiter;

 public:
  JoinHandle() = default;  // refers to no task
  JoinHandle(const JoinHandle& other) : task_(other.task_) {
    if (task_ != nullptr) ++task_->handles;
  }
  JoinHandle(JoinHandle&& other) noexcept
      : task_(std::exchange(other.task_, nullptr)) {}
  JoinHandle& operator=(JoinHandle other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~JoinHandle() {
    if (task_ != nullptr) Simulation::ReleaseTask(task_);
  }

  Awaiter<false> operator co_await() const& { return Awaiter<false>(*this); }
  Awaiter<true> operator co_await() && {
    return Awaiter<true>(std::move(*this));
  }

  explicit operator bool() const { return task_ != nullptr; }
  // Whether the task is over.
  bool Done() const { return task_ != nullptr && task_->done; }
  TaskId id() const { return task_ != nullptr ? task_->number() : TaskId(); }
  // Returns "client#7", or "task#7" if it was given no name. Names belong to
  // the simulation: once that is over, every task is "task#7".
  std::string Name() const {
    return task_ != nullptr ? Simulation::NameOf(task_) : "";
  }

  // Takes over `task`. For `Spawn`.
  explicit JoinHandle(TaskState* task) : task_(task) { ++task_->handles; }

 private:
  // Holds on to the task, as a handle does: the handle that it came from may go
  // while the task is awaited.
  template <bool kMoves>
  class Awaiter {
   public:
    explicit Awaiter(JoinHandle handle) : handle_(std::move(handle)) {
      ORRERY_CHECK(handle_.task_ != nullptr,
                   "a JoinHandle was awaited that is empty");
    }

    bool await_ready() const { return handle_.task_->done; }
    template <TaskPromise Awaiting>
    void await_suspend(std::coroutine_handle<Awaiting> frame) {
      Simulation::Current("co_await JoinHandle").Join(frame, handle_.task_);
    }
    decltype(auto) await_resume() {
      TaskState* task = handle_.task_;
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

  TaskState* task_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_JOIN_HANDLE_H_
