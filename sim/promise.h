// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `PromiseBase`: what every coroutine frame of a task carries. The innermost
// frame is linked to the one that awaits it, and so on up to the task's body:
// that chain is the task's stack.

#ifndef ORRERY_SIM_PROMISE_H_
#define ORRERY_SIM_PROMISE_H_

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <utility>

#include "orrery/base/source_site.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/frame_pool.h"

namespace orrery {

struct TaskState;

namespace promise_internal {

// Set while a suspended stack of frames is destroyed from the innermost
// outward: a frame's awaiter then finds the frame that it owns gone already.
// Destroying from the outermost inward would recurse once per frame.
inline constinit thread_local bool unwinding = false;

// Called when the outermost frame of the running task has ended. `error` is
// what was thrown if `end` is kError.
void FinishCurrentTask(std::coroutine_handle<> frame, End end,
                       const std::exception_ptr* error) noexcept;
// Whether the running task is to be thrown `Cancelled` where it goes on.
inline constinit thread_local bool cancelling = false;
[[noreturn]] void ThrowCancelled();
// Set while a Task is discarded, with the Tasks that are its arguments.
inline constinit thread_local bool discarding = false;
// Says that a Task is destroyed which was made at `made` and never awaited.
void NeverAwaited(const SourceSite& made) noexcept;
// Whether the exception that is being handled is `Cancelled`.
bool HandlingCancelled() noexcept;
// Returns the record of the running task.
TaskState* RunningTask();
// The frame that runs when the current one has suspended; null if none does.
// Nothing is ever resumed from within `await_suspend`: symmetric transfer is no
// tail call in some compilers' modes, and a loop of awaits would eat up the
// stack. The event loop takes the frame from here and resumes it.
inline constinit thread_local std::coroutine_handle<> next_frame;

inline void ResumeNext(std::coroutine_handle<> frame) noexcept {
  next_frame = frame;
}

}  // namespace promise_internal

// Throws `Cancelled` if the task goes on only to be told so. Each awaitable
// that suspends a task calls it first thing in `await_resume`.
inline void ThrowIfCancelled() {
  if (promise_internal::cancelling) [[unlikely]]
    promise_internal::ThrowCancelled();
}

class PromiseBase {
 public:
  static void* operator new(size_t size) { return FramePool::Allocate(size); }
  static void operator delete(void* frame, size_t size) {
    FramePool::Deallocate(frame, size);
  }

  std::suspend_always initial_suspend() const noexcept { return {}; }

  // Remembers where the coroutine waits, for reports. Until it has begun, the
  // site is where it was made, or none if it was spawned.
  template <typename Awaitable>
  Awaitable&& await_transform(Awaitable&& awaitable,
                              SourceSite site = SourceSite::current()) {
    site_ = site;
    return static_cast<Awaitable&&>(awaitable);
  }

  const SourceSite& site() const { return site_; }
  void set_site(const SourceSite& site) { site_ = site; }
  std::coroutine_handle<> continuation() const { return continuation_; }
  void set_continuation(std::coroutine_handle<> awaiting) {
    continuation_ = awaiting;
  }

 protected:
  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      Promise& promise = ended.promise();
      if (std::coroutine_handle<> awaiting = promise.continuation(); awaiting) {
        promise_internal::ResumeNext(awaiting);
      } else {
        promise_internal::FinishCurrentTask(ended, promise.end(),
                                            &promise.error());
      }
    }
    void await_resume() const noexcept {}
  };

 private:
  std::coroutine_handle<> continuation_;
  SourceSite site_;
};

// A coroutine that runs as part of a task.
template <typename Promise>
concept TaskPromise = std::derived_from<Promise, PromiseBase>;

// Returns the base of the promise of `frame`, a frame whose promise is derived
// from `PromiseBase` as its first base.
inline PromiseBase& PromiseOf(std::coroutine_handle<> frame) {
  return std::coroutine_handle<PromiseBase>::from_address(frame.address())
      .promise();
}

// Destroys the suspended frames from `innermost` outward.
inline void DestroyStack(std::coroutine_handle<> innermost) {
  const bool outer = std::exchange(promise_internal::unwinding, true);
  while (innermost) {
    std::coroutine_handle<> awaiting = PromiseOf(innermost).continuation();
    innermost.destroy();
    innermost = awaiting;
  }
  promise_internal::unwinding = outer;
}

}  // namespace orrery

#endif  // ORRERY_SIM_PROMISE_H_
