// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskState`: what the event loop knows about a task, apart from its coroutine
// frames. It lives from `Spawn` until the task is over and no `JoinHandle`
// refers to it.

#ifndef ORRERY_SIM_TASK_STATE_H_
#define ORRERY_SIM_TASK_STATE_H_

#include <coroutine>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/runnable.h"

namespace orrery {

// Where a task comes from. Tasks spawned in one place under one name share it.
struct SpawnOrigin {
  absl::string_view name;  // empty: it was not given one
  SourceSite site;
};

struct TaskState : Runnable {
  // The frame that goes on when the task next runs: the innermost one. Once the
  // task is done, the outermost one, which holds the result. Null after that.
  std::coroutine_handle<> resume;
  const SpawnOrigin* origin = nullptr;
  // What `wait` is about: an `Operation`, or for kJoin a `TaskState`.
  void* waits_on = nullptr;
  RunnableList joiners;  // the tasks that wait for this one's end
  uint32_t objects = 0;  // how many objects it has made
  uint32_t slot = 0;     // in the table of live tasks
  uint32_t handles = 0;  // how many join handles refer to it
  SpanId span;
  WaitKind wait = WaitKind::kTurn;
  bool attempts = false;  // `waits_on` is an operation to be attempted first
  bool done = false;
  bool failed = false;     // by an exception
  bool retrieved = false;  // somebody has seen the exception
};

}  // namespace orrery

#endif  // ORRERY_SIM_TASK_STATE_H_
