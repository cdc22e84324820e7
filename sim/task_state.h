// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskState`: what the event loop knows about a task, apart from its coroutine
// frames. It lives from `Spawn` until the task is over and no `JoinHandle`
// refers to it; the frames, and what was passed to them, go as soon as the task
// is over.

#ifndef ORRERY_SIM_TASK_STATE_H_
#define ORRERY_SIM_TASK_STATE_H_

#include <coroutine>
#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include "orrery/base/access.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/frame_pool.h"
#include "orrery/sim/runnable.h"

namespace orrery {

// Where a task comes from. Tasks spawned in one place under one name share it.
struct SpawnOrigin {
  std::string name;  // empty: it was not given one
  SourceSite site;
};

// The part of `TaskState` that fits behind a `Runnable`.
struct TaskFlags : Runnable {
  // What has to be done before the task goes on, or after its step.
  static constexpr uint8_t kAttempt = 1;     // `waits_on` is an operation to do
  static constexpr uint8_t kMustCancel = 2;  // throw `Cancelled` at it
  // The same: what it waited for has been cancelled in its place.
  static constexpr uint8_t kWaitCancelled = 4;
  static constexpr uint8_t kOver = 8;
  static constexpr uint8_t kUnusual =
      kAttempt | kMustCancel | kWaitCancelled | kOver;
  // What it is.
  static constexpr uint8_t kMain = 16;       // its end ends the run
  static constexpr uint8_t kHasResult = 32;  // of a type with a destructor
  static constexpr uint8_t kHasExtras = 64;  // see `TaskExtras`
  static constexpr uint8_t kLeftOver = 128;  // cancelled when main was done

  bool Is(uint8_t flag) const { return (flags & flag) != 0; }
  void Set(uint8_t flag) { flags = static_cast<uint8_t>(flags | flag); }
  void Unset(uint8_t flag) { flags = static_cast<uint8_t>(flags & ~flag); }

  WaitKind wait = WaitKind::kTurn;
  uint8_t flags = 0;
  uint32_t block_size = 0;  // of the memory that the record stands in
};

struct TaskState : TaskFlags, Completion {
  static constexpr uint32_t kNoSlot = ~uint32_t{0};

  TaskState() : Completion(/*task=*/true) {}

  // How often it was asked to cancel and nobody took that back.
  uint16_t cancel_requests = 0;
  uint32_t objects = 0;  // how many objects it has made
  // The frame that goes on when the task next runs: the innermost one. Null
  // once the task is over and its frames are gone.
  std::coroutine_handle<> resume;
  const SpawnOrigin* origin = nullptr;
  // What `wait` is about: a `Completion` if `WaitsForCompletion()`, else an
  // `Operation`. Null if that is gone, or unknown.
  void* waits_on = nullptr;
  uint32_t slot = kNoSlot;  // in the table of tasks
  uint32_t handles = 0;     // how many join handles refer to it

  // Whether `waits_on` is a `Completion`.
  bool WaitsForCompletion() const {
    return wait == WaitKind::kJoin || wait == WaitKind::kFuture ||
           wait == WaitKind::kAll || wait == WaitKind::kAny ||
           wait == WaitKind::kGroup || wait == WaitKind::kPool;
  }
  // What others see of it when they start it, end it, or wait for its end.
  Access AccessOf(AccessKind kind) const { return {ObjectKey(id.value), kind}; }
};

// A task with room for its result, which outlives the coroutine.
struct TaskWithResult : TaskState {
  explicit TaskWithResult(void (*destroy)(TaskWithResult*))
      : destroy_result(destroy) {}

  void (*destroy_result)(TaskWithResult*);
};
template <typename T>
struct TaskStateOf : TaskWithResult {
  static_assert(alignof(T) <= 16, "task records are aligned to 16 bytes");

  TaskStateOf()
      : TaskWithResult([](TaskWithResult* task) {
          std::destroy_at(&static_cast<TaskStateOf*>(task)->result);
        }) {}
  ~TaskStateOf() {}  // `kHasResult` says what there is to destroy

  union {
    T result;
  };
};
template <>
struct TaskStateOf<void> : TaskState {};

// Returns a record for a task that computes a `T`.
template <typename T>
TaskState* NewTaskState() {
  using State = TaskStateOf<T>;
  TaskState* task = new (FramePool::Allocate(sizeof(State))) State;
  task->block_size = sizeof(State);
  return task;
}

// Gives back a record, with the result if there is one.
inline void DeleteTaskState(TaskState* task) {
  if (task->Is(TaskState::kHasResult)) {
    auto* with_result = static_cast<TaskWithResult*>(task);
    with_result->destroy_result(with_result);
  }
  FramePool::Deallocate(task, task->block_size);
}

}  // namespace orrery

#endif  // ORRERY_SIM_TASK_STATE_H_
