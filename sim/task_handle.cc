// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/task_handle.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/posted_callback.h"

namespace orrery {

TaskState* TaskHandle::Task(const char* asked) const {
  ORRERY_CHECK(task_ != nullptr,
               absl::StrCat(asked, " was called on a handle that is empty"));
  return task_;
}

TaskState* TaskHandle::Ended(const char* asked) const {
  if (!Task(asked)->done()) {
    throw InvalidStateError(
        absl::StrCat(asked, " was called on ", Name(), ", which is not over"));
  }
  return task_;
}

bool TaskHandle::Done() const {
  if (task_ == nullptr) return false;
  // The step that asks has looked at it.
  if (Simulation* simulation = Simulation::CurrentOrNull()) {
    simulation->Attempted(task_->AccessOf(AccessKind::kRead));
  }
  return task_->done();
}

bool TaskHandle::Cancel() const {
  TaskState* task = Task("Cancel()");
  return Simulation::Current("Cancel()").Cancel(task);
}

int TaskHandle::Uncancel() const {
  TaskState* task = Task("Uncancel()");
  return Simulation::Current("Uncancel()").Uncancel(task);
}

int TaskHandle::CancelRequests() const {
  return Task("CancelRequests()")->cancel_requests;
}

bool TaskHandle::Cancelled() const {
  return Task("Cancelled()")->end == End::kCancelled;
}

std::exception_ptr TaskHandle::Exception() const {
  TaskState* task = Ended("Exception()");
  if (task->end == End::kCancelled) throw orrery::Cancelled();
  if (task->end != End::kError) return nullptr;
  return Simulation::Current("Exception()").ErrorOf(task);
}

PostHandle TaskHandle::AddDoneCallback(absl::AnyInvocable<void() &&> callback,
                                       SourceSite site) const {
  TaskState* task = Task("AddDoneCallback()");
  auto* posted = new PostedCallback(std::move(callback));
  Simulation::Current("AddDoneCallback()")
      .CallWhenOver(*task, posted, task->AccessOf(AccessKind::kWait), site);
  return PostHandle(posted);
}

TaskHandle CurrentTask() {
  TaskState* task = Simulation::Current("CurrentTask").current_task();
  return task != nullptr ? TaskHandle(task) : TaskHandle();
}

std::vector<TaskHandle> AllTasks() {
  std::vector<TaskHandle> handles;
  for (TaskState* task : Simulation::Current("AllTasks").LiveTasks()) {
    handles.push_back(TaskHandle(task));
  }
  return handles;
}

}  // namespace orrery
