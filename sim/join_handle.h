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

  Awaiter<false> operator co_await() const& { return Awaiter<false>(task_); }
  Awaiter<true> operator co_await() && { return Awaiter<true>(task_); }

  explicit operator bool() const { return task_ != nullptr; }
  // Whether the task is over.
  bool Done() const { return task_ != nullptr && task_->done; }
  TaskId id() const { return task_ != nullptr ? task_->number : TaskId(); }
  // Returns "client#7".
  std::string Name() const {
    return task_ != nullptr ? Simulation::NameOf(task_) : "";
  }

  // Takes over `task`. For `Spawn`.
  explicit JoinHandle(TaskState* task) : task_(task) { ++task_->handles; }

 private:
  using Promise = task_internal::Promise<T>;

  template <bool kMoves>
  class Awaiter {
   public:
    explicit Awaiter(TaskState* task) : task_(task) {
      ORRERY_CHECK(task != nullptr, "a JoinHandle was awaited that is empty");
    }

    bool await_ready() const { return task_->done; }
    template <TaskPromise Awaiting>
    void await_suspend(std::coroutine_handle<Awaiting> frame) {
      Simulation::Current("co_await JoinHandle").Join(frame, task_);
    }
    decltype(auto) await_resume() {
      task_->retrieved = true;
      Promise& promise =
          std::coroutine_handle<Promise>::from_address(task_->resume.address())
              .promise();
      if constexpr (std::is_void_v<T>) {
        promise.Result();
      } else if constexpr (kMoves) {
        return T(std::move(promise.Result()));
      } else {
        return std::as_const(promise.Result());
      }
    }

   private:
    TaskState* task_;
  };

  TaskState* task_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_SIM_JOIN_HANDLE_H_
