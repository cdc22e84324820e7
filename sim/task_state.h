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
#include "orrery/sim/frame_pool.h"
#include "orrery/sim/runnable.h"

namespace orrery {

// Where a task comes from. Tasks spawned in one place under one name share it.
struct SpawnOrigin {
  std::string name;  // empty: it was not given one
  SourceSite site;
};

struct TaskState : Runnable {
  static constexpr uint32_t kNoSlot = ~uint32_t{0};

  WaitKind wait = WaitKind::kTurn;
  bool is_main : 1 = false;   // its end ends the run
  bool attempts : 1 = false;  // `waits_on` is an operation to attempt first
  bool done : 1 = false;
  bool failed : 1 = false;      // by an exception
  bool retrieved : 1 = false;   // somebody has seen the exception
  bool has_result : 1 = false;  // of a type that has to be destroyed
  uint32_t block_size = 0;      // of the memory that the record stands in
  // The frame that goes on when the task next runs: the innermost one. Null
  // once the task is done.
  std::coroutine_handle<> resume;
  const SpawnOrigin* origin = nullptr;
  // What `wait` is about: an `Operation`, or for kJoin a `TaskState`. Null if
  // the object that it waits for is gone.
  void* waits_on = nullptr;
  RunnableList joiners;     // the tasks that wait for this one's end
  uint32_t objects = 0;     // how many objects it has made
  uint32_t slot = kNoSlot;  // in the table of tasks
  uint32_t handles = 0;     // how many join handles refer to it
  SpanId span;

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
  ~TaskStateOf() {}  // `has_result` says what there is to destroy

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
  if (task->has_result) {
    auto* with_result = static_cast<TaskWithResult*>(task);
    with_result->destroy_result(with_result);
  }
  FramePool::Deallocate(task, task->block_size);
}

}  // namespace orrery

#endif  // ORRERY_SIM_TASK_STATE_H_
