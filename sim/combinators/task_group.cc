// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/combinators/task_group.h"

#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/sim/combinators/exception_group.h"
#include "orrery/sim/invalid_state.h"

namespace orrery {

TaskGroup::TaskGroup(const SourceSite& site)
    : FutureState("TaskGroup", "", site),
      block_(Simulation::Current("WithTaskGroup").current_task()) {
  ORRERY_CHECK(block_ != nullptr, "a TaskGroup was made outside of a task");
}

TaskGroup::~TaskGroup() {
  // Some are left only where a failed run is torn down.
  Simulation& simulation = Simulation::Current("TaskGroup");
  while (!children_.empty()) {
    Child* child = children_.PopFront();
    simulation.Unwatch(*child->task.state(), child);
    delete child;
  }
}

void TaskGroup::Refuse() const {
  throw InvalidStateError(aborting_ ? "a task was spawned in a TaskGroup that "
                                      "is ending, since it is cancelled"
                                    : "a task was spawned in a TaskGroup that "
                                      "is over");
}

void TaskGroup::Add(const TaskHandle& task) {
  auto* child = new Child;
  child->group = this;
  child->task = task;
  child->on_behalf_of = block_;
  child->object = key();
  child->access_kind = AccessKind::kSignal;
  children_.PushBack(child);
  Simulation::Current("TaskGroup").Watch(*task.state(), child);
}

void TaskGroup::Abort() {
  aborting_ = true;
  Simulation& simulation = Simulation::Current("TaskGroup");
  for (Child* child = children_.front(); child != nullptr;
       child = children_.after(child)) {
    simulation.Cancel(child->task.state());
  }
}

void TaskGroup::CancelBlock() {
  block_cancelled_ = true;
  Simulation::Current("TaskGroup").Cancel(block_);
}

void TaskGroup::Cancel() {
  if (IsEnding()) return;
  Abort();
  CancelBlock();
}

void TaskGroup::ChildIsOver(Notice* notice, Simulation&) {
  auto* child = static_cast<Child*>(notice);
  TaskGroup* group = child->group;
  group->children_.Remove(child);
  if (group->waiting_ && group->children_.empty() && !group->done()) {
    group->Finish(End::kValue);
  }
  const std::exception_ptr error =
      combinators_internal::ErrorOf(*child->task.state());
  delete child;
  if (error == nullptr) return;
  group->errors_.push_back(error);
  if (group->aborting_) return;
  group->Abort();
  group->CancelBlock();
}

void TaskGroup::Leave(End how, std::exception_ptr error) {
  leaving_ = true;
  block_error_ = std::move(error);
  throws_cancelled_ = seen_cancelled_ = how == End::kCancelled;
  if (how != End::kValue && !aborting_) Abort();
}

FutureState::Awaiter TaskGroup::WaitForChildren() {
  end = End::kNotYet;  // each wait is a future of its own in asyncio
  waiting_ = true;
  return Wait(WaitKind::kGroup);
}

void TaskGroup::CancelledWhileLeaving() {
  seen_cancelled_ = true;
  if (aborting_) return;
  throws_cancelled_ = true;
  Abort();
}

void TaskGroup::ThrowErrors() {
  Simulation& simulation = Simulation::Current("TaskGroup");
  if (block_cancelled_) {
    // What the group has asked for is taken back; what others have is not.
    throws_cancelled_ = simulation.Uncancel(block_) != 0 && seen_cancelled_;
  }
  if (throws_cancelled_ && errors_.empty()) {
    promise_internal::ThrowCancelled();
  }
  if (block_error_ != nullptr) errors_.push_back(std::move(block_error_));
  if (errors_.empty()) return;
  if (block_->cancel_requests != 0) {
    // The errors go first; who has asked the task to cancel is heard next.
    simulation.Uncancel(block_);
    simulation.Cancel(block_);
  }
  throw ExceptionGroup(std::move(errors_));
}

void TaskGroup::FailWithoutResult() {
  throw InvalidStateError(
      "WithTaskGroup has nothing to return: Cancel() has ended the block");
}

}  // namespace orrery
