// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How a task is suspended and woken: what awaitables call at every step, and so
// has to be inline. simulation.h, which says what it is for, includes it.

#ifndef ORRERY_SIM_SIMULATION_INLINE_H_
#define ORRERY_SIM_SIMULATION_INLINE_H_

#include <coroutine>
#include <cstdint>

#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task_state.h"

namespace orrery {

inline TaskState* Simulation::SuspendTask(std::coroutine_handle<> frame,
                                          WaitKind wait, void* waits_on) {
  TaskState* task = static_cast<TaskState*>(current_runnable_);
  task->resume = frame;
  task->wait = wait;
  task->waits_on = waits_on;
  return task;
}

inline void Simulation::SuspendReady(std::coroutine_handle<> frame) {
  TaskState* task = SuspendTask(frame, WaitKind::kTurn, nullptr);
  if (events_) [[unlikely]]
    EmitSuspended(task, 0, now_);
  ready_.PushBack(task);
}

inline void Simulation::SuspendUntil(std::coroutine_handle<> frame,
                                     SimTime due) {
  TaskState* task = SuspendTask(frame, WaitKind::kSleep, nullptr);
  if (events_) [[unlikely]]
    EmitSuspended(task, 0, due);
  timers_->Add(task, due);
}

inline void Simulation::Complete(Completion& completion, End end,
                                 Access access) {
  completion.end = end;
  if (!completion.waiters.empty()) TellWaiters(completion, access);
}

inline void Simulation::ReleaseTask(TaskState* task) noexcept {
  if (--task->handles == 0 && !task->resume) ForgetTask(task);
}

inline void Simulation::MoveClockTo(SimTime instant) {
  if (instant <= now_) return;
  now_ = instant;
  instant_began_ = steps_;
}

inline LocalValues Simulation::CopyLocals() const {
  const LocalValues* locals = uses_locals_ ? FindLocals() : nullptr;
  return locals != nullptr ? *locals : LocalValues();
}

inline EntityId Simulation::NewEntity() {
  return ChildEntity(current_runnable_->id, current_runnable_->children++);
}

inline void Simulation::Attempted(Access access) {
  if (traits_.observes_steps) [[unlikely]]
    Touched(access);
}

inline void Simulation::Suspend(std::coroutine_handle<> frame, WaitKind wait) {
  TaskState* task = SuspendTask(frame, wait, nullptr);
  task->place = Runnable::Place::kWaiting;
  if (events_) [[unlikely]]
    EmitSuspended(task, 0, now_);
}

inline void Simulation::Wake(TaskState* task, Access next) {
  if (closing_) [[unlikely]]
    return;
  ORRERY_CHECK(task->place == Runnable::Place::kWaiting,
               "a task was woken that does not wait; wake it once");
  task->wait = WaitKind::kTurn;
  task->waits_on = nullptr;
  if (events_) [[unlikely]]
    EmitWoken(task);
  ready_.PushBack(task, next);
}

inline void Simulation::Await(std::coroutine_handle<> frame, WaitKind wait,
                              Completion* awaited, uint32_t id) {
  TaskState* task = SuspendTask(frame, wait, awaited);
  task->place = Runnable::Place::kWaiting;
  if (events_) [[unlikely]]
    EmitSuspended(task, id, now_);
  awaited->waiters.PushBack(task);
}

inline void Simulation::Joined(TaskState* awaited) {
  if (traits_.observes_steps) [[unlikely]]
    Touched(awaited->AccessOf(AccessKind::kWait));
  awaited->retrieved = true;
  if (awaited->end != End::kValue) [[unlikely]]
    Rethrow(awaited);
}

}  // namespace orrery

#endif  // ORRERY_SIM_SIMULATION_INLINE_H_
