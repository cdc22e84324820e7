// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskHandle`: a task seen from outside, whatever it computes. `JoinHandle<T>`
// (join_handle.h) is one that also gives the result.

#ifndef ORRERY_SIM_TASK_HANDLE_H_
#define ORRERY_SIM_TASK_HANDLE_H_

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// Handles are copied freely, and compare equal if they refer to the same task.
// Dropping them leaves the task running. An exception that nobody can see any
// more, since all handles are gone, fails the run.
//
// All but the copying, `operator bool`, `Done` and `id` ask for a handle that
// is not empty.
class TaskHandle {
 public:
  TaskHandle() = default;  // refers to no task
  TaskHandle(const TaskHandle& other) : task_(other.task_) {
    if (task_ != nullptr) ++task_->handles;
  }
  TaskHandle(TaskHandle&& other) noexcept
      : task_(std::exchange(other.task_, nullptr)) {}
  TaskHandle& operator=(TaskHandle other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~TaskHandle() {
    if (task_ != nullptr) Simulation::ReleaseTask(task_);
  }

  explicit operator bool() const { return task_ != nullptr; }
  friend bool operator==(const TaskHandle&, const TaskHandle&) = default;

  // Asks the task to end: it is thrown `Cancelled` where it waits, when it next
  // runs; never within this call. If it waits for another task or for a future,
  // that is cancelled, and the task sees how that ends. A task that has not
  // begun never will. Returns false if the task is over: nothing happens then.
  bool Cancel() const;
  // Takes one request back, for who catches `Cancelled` and means to go on. If
  // it was the last one and the task has not been told yet, it never will.
  // Returns how many are left.
  int Uncancel() const;
  // Returns how many times `Cancel` was called less those taken back.
  int CancelRequests() const;

  // Whether the task is over, in whatever way.
  bool Done() const;
  // Whether it ended by throwing `Cancelled`.
  bool Cancelled() const;
  // Returns what the task threw; null if it returned. The error counts as seen.
  // Throws InvalidStateError if the task is not over, `Cancelled` if it was
  // cancelled.
  std::exception_ptr Exception() const;

  // Calls `callback`, as a step of its own, when the task is over; if it is, at
  // once, behind everything that is ready. Callbacks and tasks that wait come
  // in the order in which they were added. The handle can take it back.
  PostHandle AddDoneCallback(absl::AnyInvocable<void() &&> callback,
                             SourceSite site = SourceSite::current()) const;

  TaskId id() const { return task_ != nullptr ? task_->number() : TaskId(); }
  // Returns "client#7", or "task#7" if it was given no name. Names belong to
  // the simulation: once that is over, every task is "task#7".
  std::string Name() const {
    return task_ != nullptr ? Simulation::NameOf(task_) : "";
  }

  // For the engine.
  explicit TaskHandle(TaskState* task) : task_(task) { ++task_->handles; }
  TaskState* state() const { return task_; }

 protected:
  // Returns the task, which must be over; throws InvalidStateError if not.
  TaskState* Ended(const char* asked) const;

 private:
  TaskState* Task(const char* asked) const;

  TaskState* task_ = nullptr;
};

// Returns the running task. Not in a callback, and not outside of a run: there
// the handle is empty.
TaskHandle CurrentTask();

// Returns all tasks that are not over, in the order in which they were spawned;
// the main task is the first.
std::vector<TaskHandle> AllTasks();

}  // namespace orrery

#endif  // ORRERY_SIM_TASK_HANDLE_H_
