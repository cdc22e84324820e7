// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How tasks and futures end, who is told, and how a task is asked to end. The
// semantics are those of asyncio's Task and Future in CPython 3.13.

#include <cxxabi.h>

#include <limits>
#include <typeinfo>

#include "absl/strings/str_cat.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace promise_internal {

void ThrowCancelled() {
  cancelling = false;
  throw Cancelled();
}

bool HandlingCancelled() noexcept {
  const std::type_info* type = abi::__cxa_current_exception_type();
  return type != nullptr && *type == typeid(Cancelled);
}

void NeverAwaited(const SourceSite& made) noexcept {
  Simulation* simulation = Simulation::CurrentOrNull();
  if (simulation != nullptr) simulation->NeverAwaited(made);
}

}  // namespace promise_internal

void Simulation::NeverAwaited(const SourceSite& made) {
  // Where an exception passes, what it was to be awaited for is over. So it is
  // where a task ends without a result, and its arguments go with it.
  if (closing_ || !never_awaited_.empty() || std::uncaught_exceptions() > 0) {
    return;
  }
  if (const TaskState* task = current_task();
      task != nullptr && task->done() && task->end != End::kValue) {
    return;
  }
  never_awaited_ = absl::StrCat(SiteFunction(made), " (", SiteFile(made), ")");
}

// ---- Ends -------------------------------------------------------------------

void Simulation::TellWaiters(Completion& completion, Access access) {
  completion.waiters.Drain([&](Runnable* waiter) {
    if (waiter->kind == EntityKind::kTask) {
      Wake(static_cast<TaskState*>(waiter), access);
    } else if (waiter->is_notice()) {
      // It is no step, so what it is declared to do is done by this one.
      if (traits_.observes_steps && waiter->access_kind != AccessKind::kNone) {
        Touched(waiter->access());
      }
      PostNotice(static_cast<Notice*>(waiter));
    } else {
      auto* callback = static_cast<PostedCallback*>(waiter);
      callback->waits_for = nullptr;
      if (nodes_ != nullptr && nodes_->IsOfTheDead(*callback)) [[unlikely]] {
        NodeControl::Drop(callback);
      } else {
        ready_.PushBack(waiter, access);
      }
    }
  });
}

void Simulation::PostNotice(Notice* notice) {
  notice->cause = notice_cause_.value_or(steps_);
  ready_.PushNotice(notice);
}

void Simulation::Post(Notice* notice) {
  if (!closing_) PostNotice(notice);
}

void Simulation::Watch(Completion& completion, Notice* notice) {
  if (completion.done()) {
    Post(notice);
  } else {
    notice->place = Runnable::Place::kWaiting;
    completion.waiters.PushBack(notice);
  }
}

void Simulation::Unwatch(Completion& completion, Notice* notice) {
  if (notice->place == Runnable::Place::kReady) {
    ready_.Remove(notice);
  } else if (notice->place == Runnable::Place::kWaiting) {
    completion.waiters.Remove(notice);
  }
  notice->place = Runnable::Place::kNowhere;
}

void Simulation::CallWhenOver(Completion& completion, PostedCallback* callback,
                              Access access, const SourceSite& site) {
  if (completion.done() || closing_) {
    PostCallback(callback, EntityKind::kCallback, SimTime(), site);
    return;
  }
  callback->Ref();  // the loop's own
  callback->owner = this;
  callback->site = site;
  callback->kind = EntityKind::kCallback;
  callback->id =
      ChildEntity(current_runnable_->id, current_runnable_->children++);
  callback->task = TaskId(++last_number_);
  callback->node = current_runnable_->node;
  if (nodes_ != nullptr) nodes_->Sign(callback);
  if (events_) [[unlikely]] {
    Emit(event::Spawned{callback->number(), callback->id, callback->kind,
                        callback->node, absl::string_view(), site, SimTime()});
  }
  if (traits_.observes_steps) [[unlikely]]
    Touched({access.object, AccessKind::kWait});
  if (uses_locals_) [[unlikely]]
    callback->locals = CopyLocals();
  callback->place = Runnable::Place::kWaiting;
  callback->waits_for = &completion;
  completion.waiters.PushBack(callback);
}

void Simulation::Forsake(Completion& completion) {
  completion.waiters.Drain([](Runnable* waiter) {
    if (waiter->is_notice()) {
      waiter->place = Runnable::Place::kNowhere;
    } else if (waiter->kind == EntityKind::kTask) {
      static_cast<TaskState*>(waiter)->waits_on = nullptr;
    } else {
      auto* callback = static_cast<PostedCallback*>(waiter);
      callback->place = Runnable::Place::kNowhere;
      callback->owner = nullptr;
      callback->waits_for = nullptr;
      callback->Unref();
    }
  });
}

void Simulation::RecordFutureEnd(const SyncObject& future, End end) {
  if (!events_) return;
  Emit(event::FutureEnded{future.id(), end == End::kError,
                          end == End::kCancelled});
}

std::exception_ptr Simulation::ErrorOf(TaskState* task) {
  task->retrieved = true;
  const auto found = storage_->errors.find(task->number().value);
  return found != storage_->errors.end() ? found->second : nullptr;
}

// ---- Cancellation -----------------------------------------------------------

bool Simulation::Cancel(TaskState* task) {
  if (task->done() || closing_) {
    if (!closing_) Attempted(task->AccessOf(AccessKind::kRead));
    task->retrieved = true;  // who cancels it does not want to know its error
    return false;
  }
  // Tasks may wait for each other in a circle, which this walks at most twice
  // (Brent, "An improved Monte Carlo factorization algorithm", 1980).
  const TaskState* marked = nullptr;
  uint32_t walked = 0;
  uint32_t mark_at = 1;
  while (task != nullptr) {
    ORRERY_CHECK(task->cancel_requests < std::numeric_limits<uint16_t>::max(),
                 "a task was asked to cancel 65,535 times and took none back");
    ++task->cancel_requests;
    if (events_) [[unlikely]]
      Emit(event::CancelRequested{task->number()});
    if (traits_.observes_steps) [[unlikely]]
      Touched(task->AccessOf(AccessKind::kWrite));
    TaskState* next = nullptr;
    if (!CancelWait(task, next)) task->Set(TaskState::kMustCancel);
    if (next != nullptr && next == marked) [[unlikely]] {
      // Nobody in the circle would ever be told.
      static_cast<Completion*>(next)->waiters.Remove(task);
      WakeCancelled(task);
      break;
    }
    if (++walked == mark_at) {
      marked = task;
      mark_at *= 2;
    }
    task = next;
  }
  return true;
}

bool Simulation::Cancel(Completion& completion) {
  if (completion.is_task) return Cancel(static_cast<TaskState*>(&completion));
  auto* future = static_cast<FutureState*>(&completion);
  if (completion.done() || closing_) {
    if (!closing_) Attempted({future->key(), AccessKind::kRead});
    completion.retrieved = true;  // who cancels it does not want to know
    return false;
  }
  if (future->on_cancel != nullptr) return future->on_cancel(future, *this);
  future->Finish(End::kCancelled);
  return true;
}

int Simulation::Uncancel(TaskState* task) {
  if (task->cancel_requests > 0 && --task->cancel_requests == 0) {
    task->Unset(TaskState::kMustCancel);
  }
  return task->cancel_requests;
}

// Cancels what `task` waits for, if it waits for something that is not there
// yet. If that is another task, sets `next` to it instead: chains of tasks are
// long. Returns false if there was nothing to cancel.
bool Simulation::CancelWait(TaskState* task, TaskState*& next) {
  switch (task->place) {
    case Runnable::Place::kNowhere:  // it runs
      return false;
    case Runnable::Place::kTimer:
      timers_->Remove(task);
      WakeCancelled(task);
      return true;
    case Runnable::Place::kReady:
    case Runnable::Place::kHeld:
      // A sleeper's timer has fired, but nobody has told the sleeper yet.
      if (task->hops == 0) return false;
      task->hops = 0;
      ready_.Remove(task);
      WakeCancelled(task);
      return true;
    case Runnable::Place::kWaiting:
      break;
  }
  if (task->WaitsForCompletion()) {
    if (task->waits_on == nullptr) {
      WakeCancelled(task);
      return true;
    }
    auto* awaited = static_cast<Completion*>(task->waits_on);
    if (!awaited->is_task) return Cancel(*awaited);
    next = static_cast<TaskState*>(awaited);
    return true;
  }
  if (auto* operation = static_cast<Operation*>(task->waits_on);
      operation != nullptr) {
    operation->MarkCancelled();
    Attempted({operation->object().key(), AccessKind::kWrite});
    task->Set(TaskState::kAttempt);
  } else if (task->wait == WaitKind::kNothing ||
             task->wait == WaitKind::kForeign) {
    return false;  // nobody knows how to take it out of there
  }
  WakeCancelled(task);
  return true;
}

void Simulation::WakeCancelled(TaskState* task) {
  task->Set(TaskState::kWaitCancelled);
  task->wait = WaitKind::kTurn;
  if (!task->Is(TaskState::kAttempt)) task->waits_on = nullptr;
  if (events_) [[unlikely]]
    EmitWoken(task);
  ready_.PushBack(task, task->AccessOf(AccessKind::kWait));
}

}  // namespace orrery
