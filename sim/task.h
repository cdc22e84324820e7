// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Task<T>`: a coroutine that computes a `T`. Calling it only makes it;
// awaiting it runs it, like a function call: that costs no scheduling step and
// no other task runs in between. `Spawn` (spawn.h) runs one beside the current
// task.
//
//   Task<int> Twice(int x) {
//     co_await Sleep(absl::Seconds(1));
//     co_return 2 * x;
//   }
//   Task<> Main() { int four = co_await Twice(2); }
//
// An exception that leaves the coroutine travels to the awaiter. A task is
// awaited at most once, and by its only owner: it is moved into the `co_await`.
// One that nobody awaits or spawns before it is destroyed fails the run, since
// that is nearly always a forgotten `co_await`.

#ifndef ORRERY_SIM_TASK_H_
#define ORRERY_SIM_TASK_H_

#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/task_state.h"

namespace orrery {

template <typename T>
class [[nodiscard]] Task;

namespace task_internal {

// Holds the result of a coroutine: nothing yet, a value, or an exception.
template <typename T>
class Promise final : public PromiseBase {
 public:
  static_assert(std::is_object_v<T>,
                "return a value or a pointer, not a reference");
  static_assert(alignof(T) <= 16, "coroutine frames are aligned to 16 bytes");

  Promise() {}
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  ~Promise() { Clear(); }

  Task<T> get_return_object(SourceSite site = SourceSite::current());
  FinalAwaiter final_suspend() const noexcept { return {}; }

  template <typename U = T>
    requires std::is_convertible_v<U, T>
  void return_value(U&& value) {
    if (continuation()) {
      std::construct_at(&value_, std::forward<U>(value));
      end_ = End::kValue;
      return;
    }
    // The result of a task as a whole outlives its frames.
    auto* task = static_cast<TaskStateOf<T>*>(promise_internal::RunningTask());
    std::construct_at(&task->result, std::forward<U>(value));
    if (!std::is_trivially_destructible_v<T>) task->Set(TaskState::kHasResult);
  }
  void unhandled_exception() noexcept {
    Clear();  // a destructor threw after the `co_return`
    if (promise_internal::HandlingCancelled()) {
      end_ = End::kCancelled;
    } else {
      std::construct_at(&error_, std::current_exception());
      end_ = End::kError;
    }
  }

  // How a coroutine ended that is the whole of a task.
  End end() const { return end_ == End::kNotYet ? End::kValue : end_; }
  const std::exception_ptr& error() const { return error_; }

  // Returns the result; throws the exception if there is one.
  T& Result() {
    if (end_ == End::kError) std::rethrow_exception(error_);
    if (end_ == End::kCancelled) promise_internal::ThrowCancelled();
    return value_;
  }

 private:
  void Clear() {
    if (end_ == End::kValue) std::destroy_at(&value_);
    if (end_ == End::kError) std::destroy_at(&error_);
    end_ = End::kNotYet;
  }

  union {
    T value_;
    std::exception_ptr error_;
  };
  End end_ = End::kNotYet;  // what there is to destroy
};

template <>
class Promise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object(SourceSite site = SourceSite::current());
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void return_void() const {}
  void unhandled_exception() noexcept {
    if (promise_internal::HandlingCancelled()) {
      cancelled_ = true;
    } else {
      error_ = std::current_exception();
    }
  }

  End end() const {
    if (cancelled_) return End::kCancelled;
    return error_ == nullptr ? End::kValue : End::kError;
  }
  const std::exception_ptr& error() const { return error_; }
  void Result() const {
    if (cancelled_) [[unlikely]]
      promise_internal::ThrowCancelled();
    if (error_ != nullptr) [[unlikely]]
      std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
  bool cancelled_ = false;
};

// Runs a task within the one that awaits it, and owns its frame meanwhile.
template <typename T>
class TaskAwaiter {
 public:
  explicit TaskAwaiter(std::coroutine_handle<Promise<T>> frame)
      : frame_(frame) {}
  TaskAwaiter(TaskAwaiter&& other) noexcept
      : frame_(std::exchange(other.frame_, nullptr)) {}
  ~TaskAwaiter() {
    if (frame_ && !promise_internal::unwinding) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  template <TaskPromise Awaiting>
  void await_suspend(std::coroutine_handle<Awaiting> awaiting) noexcept {
    frame_.promise().set_continuation(awaiting);
    promise_internal::ResumeNext(frame_);
  }
  T await_resume() {
    if constexpr (std::is_void_v<T>) {
      frame_.promise().Result();
    } else {
      return std::move(frame_.promise().Result());
    }
  }

 private:
  std::coroutine_handle<Promise<T>> frame_;
};

}  // namespace task_internal

template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_internal::Promise<T>;
  using Result = T;

  Task(Task&& other) noexcept : frame_(other.Release()) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      Reset();
      frame_ = other.Release();
    }
    return *this;
  }
  ~Task() { Reset(); }

  // Whether there is a coroutine in it that can still be run.
  explicit operator bool() const { return static_cast<bool>(frame_); }

  // Returns the result, or throws what the coroutine threw.
  task_internal::TaskAwaiter<T> operator co_await() && {
    ORRERY_CHECK(frame_,
                 "a Task was awaited that is empty: it was moved from, "
                 "awaited before, or given to Spawn");
    return task_internal::TaskAwaiter<T>(Release());
  }

  // Destroys a coroutine that is not to be run after all. Without this, the end
  // of a Task that nobody has awaited or spawned fails the run.
  void Discard() && {
    if (!frame_) return;
    const bool outer = std::exchange(promise_internal::discarding, true);
    std::exchange(frame_, nullptr).destroy();
    promise_internal::discarding = outer;
  }

  // Gives up the frame. For the engine.
  std::coroutine_handle<promise_type> Release() noexcept {
    return std::exchange(frame_, nullptr);
  }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  // The frame of a task that has not begun holds arguments only.
  void Reset() {
    if (!frame_) return;
    if (!promise_internal::discarding) {
      promise_internal::NeverAwaited(frame_.promise().site());
    }
    std::exchange(frame_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> frame_;
};

namespace task_internal {

template <typename T>
Task<T> Promise<T>::get_return_object(SourceSite site) {
  set_site(site);
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object(SourceSite site) {
  set_site(site);
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

}  // namespace task_internal

}  // namespace orrery

#endif  // ORRERY_SIM_TASK_H_
