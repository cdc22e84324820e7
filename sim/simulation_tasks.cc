// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What awaitables and primitives ask of a simulation: to suspend and wake
// tasks, to make new ones, to draw and to record. The loop itself is in
// simulation.cc.

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "orrery/sim/await_sites.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// ---- Suspending and waking --------------------------------------------------

void Simulation::SuspendBefore(std::coroutine_handle<> frame,
                               Operation* operation) {
  TaskState* task = SuspendTask(frame, WaitKind::kTurn, operation);
  task->Set(TaskState::kAttempt);
  if (events_) [[unlikely]] {
    EmitSuspended(task, operation->object().id().value, now_);
  }
  if (traits_.observes_steps) [[unlikely]]
    storage_->readied.push_back({.id = task->id});
  ready_.PushFront(task, operation->access());
}

void Simulation::WaitFor(TaskState* task, WaitKind wait, Operation* operation) {
  task->wait = wait;
  task->waits_on = operation;
  task->place = Runnable::Place::kWaiting;
  if (events_) [[unlikely]] {
    EmitSuspended(task, operation->object().id().value, now_);
  }
  Attempted(operation->access());
}

void Simulation::EmitSuspended(const TaskState* task, uint32_t object,
                               SimTime due) {
  Emit(event::Suspended{task->wait, object, due, AwaitSite(task->resume)});
}

void Simulation::EmitWoken(const Runnable* runnable) {
  Emit(event::Woken{runnable->number()});
}

// ---- Making tasks and callbacks ---------------------------------------------

TaskState* Simulation::AddTask(TaskState* task, std::coroutine_handle<> frame,
                               absl::string_view name, const SourceSite& site) {
  task->resume = frame;
  task->origin = storage_->origins.Find(name, site);
  task->id = ChildEntity(current_runnable_->id, current_runnable_->children++);
  task->task = TaskId(++last_number_);
  task->node = current_runnable_->node;
  PromiseOf(frame).set_site(SourceSite());  // it has not begun
  if (const TaskState* parent = current_task();
      parent != nullptr && parent->Is(TaskState::kHasExtras)) [[unlikely]] {
    TaskExtras extras = storage_->extras.at(parent->number().value);
    storage_->extras.emplace(task->number().value, std::move(extras));
    task->Set(TaskState::kHasExtras);
  }
  if (uses_locals_ && !task->Is(TaskState::kMain)) [[unlikely]] {
    LocalValues locals = CopyLocals();
    if (!locals.empty()) Extras(task).locals = std::move(locals);
  }
  if (closing_) [[unlikely]] {
    // Spawned by a destructor when the run is over: it never begins.
    DestroyStack(std::exchange(task->resume, nullptr));
    return task;
  }
  if (events_) [[unlikely]] {
    Emit(event::Spawned{task->number(), task->id, EntityKind::kTask, task->node,
                        task->origin->name, site, now_});
  }
  const Access access = task->AccessOf(AccessKind::kSignal);
  if (traits_.observes_steps) [[unlikely]]
    Touched(access);
  storage_->tasks.Add(task);
  ready_.PushBack(task, {access.object, AccessKind::kWait});
  return task;
}

void Simulation::PostCallback(PostedCallback* callback, EntityKind kind,
                              SimTime due, const SourceSite& site) {
  if (closing_) return;
  callback->Ref();  // the loop's own
  callback->owner = this;
  callback->site = site;
  callback->kind = kind;
  if (!callback->id) callback->id = NewEntity();
  callback->task = TaskId(++last_number_);
  callback->node = current_runnable_->node;
  if (nodes_ != nullptr) nodes_->Sign(callback);
  if (events_) [[unlikely]] {
    Emit(event::Spawned{callback->number(), callback->id, kind, callback->node,
                        absl::string_view(), site, due});
  }
  if (uses_locals_) [[unlikely]]
    callback->locals = CopyLocals();
  if (kind == EntityKind::kTimer) {
    timers_->Add(callback, due);
    return;
  }
  const ObjectKey key(callback->id.value);
  if (traits_.observes_steps) [[unlikely]]
    Touched({key, AccessKind::kSignal});
  ready_.PushBack(callback, {key, AccessKind::kWait});
}

void Simulation::CancelCallback(PostedCallback* callback) {
  Attempted({ObjectKey(callback->id.value), AccessKind::kWrite});
  if (callback->place == Runnable::Place::kReady ||
      callback->place == Runnable::Place::kHeld) {
    ready_.Remove(callback);
  } else if (callback->place == Runnable::Place::kWaiting) {
    callback->waits_for->waiters.Remove(callback);
    callback->place = Runnable::Place::kNowhere;
  } else {
    timers_->Remove(callback);
  }
  if (events_) [[unlikely]] {
    Emit(event::TimerCancelled{callback->number()});
  }
  callback->owner = nullptr;
  callback->function = nullptr;
  callback->Unref();
}

// ---- Task-local variables ---------------------------------------------------

const LocalValues* Simulation::FindLocals() const {
  if (!uses_locals_) return nullptr;
  if (current_runnable_ == &root_) return &storage_->locals;
  if (!current_runnable_->number()) return nullptr;  // a node itself
  if (current_runnable_->kind != EntityKind::kTask) {
    return &static_cast<const PostedCallback*>(current_runnable_)->locals;
  }
  const auto* task = static_cast<const TaskState*>(current_runnable_);
  if (task->Is(TaskState::kMain)) return &storage_->locals;
  if (!task->Is(TaskState::kHasExtras)) return nullptr;
  return &storage_->extras.at(task->number().value).locals;
}

LocalValues& Simulation::Locals() {
  uses_locals_ = true;
  if (TaskState* task = current_task();
      task != nullptr && !task->Is(TaskState::kMain)) {
    return Extras(task).locals;
  }
  return const_cast<LocalValues&>(*FindLocals());
}

// ---- Choices ----------------------------------------------------------------

SpanId Simulation::CurrentSpan() const {
  const TaskState* task = current_task();
  return task != nullptr && task->Is(TaskState::kHasExtras)
             ? storage_->extras.at(task->number().value).span
             : SpanId();
}

uint64_t Simulation::DrawSlow(ChoiceKind kind, uint64_t n,
                              absl::string_view site) {
  // After a divergence the run ends with this step, whose draws are the
  // simplest ones.
  if (stop_) [[unlikely]]
    return 0;
  const ChoicePoint where = {.kind = kind,
                             .n = n,
                             .site = site,
                             .node = current_runnable_->node,
                             .task = current_runnable_->number(),
                             .entity = current_runnable_->id,
                             .span = CurrentSpan(),
                             .now = now_,
                             .step = steps_};
  const uint64_t chosen = scheduler_->Draw(where);
  if (chosen >= n) [[unlikely]] {
    BadChoice(chosen, where);
    return 0;
  }
  const Choice choice = {
      .kind = kind, .n = n, .chosen = chosen, .site = site, .span = where.span};
  if (events_) [[unlikely]]
    Emit(event::Chosen{choice, {}});
  recorder_.Drew(choice);
  return chosen;
}

absl::string_view Simulation::KeepLabel(absl::string_view label) {
  return storage_->labels.Keep(label, storage_->text);
}

SpanId Simulation::BeginSpan(absl::string_view label) {
  TaskState* task = current_task();
  ORRERY_CHECK(task != nullptr, "a ChoiceSpan was made outside of a task");
  const SpanId span(++last_span_);
  if (events_) [[unlikely]] {
    Emit(event::SpanBegun{span, CurrentSpan(), label});
  }
  Extras(task).span = span;
  return span;
}

void Simulation::EndSpan(SpanId span, SpanId parent) {
  if (closing_) return;
  if (events_) [[unlikely]]
    Emit(event::SpanEnded{span});
  if (TaskState* task = current_task(); task != nullptr) {
    Extras(task).span = parent;
  }
}

TaskExtras& Simulation::Extras(TaskState* task) {
  task->Set(TaskState::kHasExtras);
  return storage_->extras[task->number().value];
}

// ---- Objects, time, texts ---------------------------------------------------

void Simulation::AddObject(SyncObject* object, const SourceSite& site) {
  TaskState* task = current_task();
  uint32_t& ordinal = task != nullptr ? task->objects : root_objects_;
  AddObject(object, ChildObject(current_runnable_->id, ordinal++), site);
}

void Simulation::AddLoopObject(SyncObject* object) {
  AddObject(object, ChildObject(root_.id, ~uint32_t{0}), SourceSite());
}

void Simulation::AddObject(SyncObject* object, ObjectKey key,
                           const SourceSite& site) {
  object->id_ = ObjectId(++last_object_);
  object->key_ = key;
  object->name_ = storage_->text.Copy(object->name_);
  object->simulation_ = serial_;
  if (events_) [[unlikely]] {
    Emit(event::ObjectMade{object->id_, object->key_, object->type_,
                           object->name_, site});
  }
}

void Simulation::AccessedSlow(const SyncObject& object, AccessKind kind) {
  if (traits_.observes_steps) Touched({object.key(), kind});
  if (events_) Emit(event::Accessed{object.id(), kind});
}

void Simulation::Received(const SyncObject& object, AccessKind kind) {
  if (events_) Emit(event::Accessed{object.id(), kind});
}

void Simulation::Touched(Access access) {
  storage_->accesses.push_back(access);
}

void Simulation::PassTime(int64_t nanoseconds, const SourceSite& site) {
  if (nanoseconds <= 0 || closing_) return;
  const bool in_callback =
      current_runnable_->number() && current_task() == nullptr;
  if (in_callback &&
      static_cast<PostedCallback*>(current_runnable_)->on_worker) {
    Fail(
        "a job on a thread pool let time pass; say how long it takes with "
        "{.cost = ...} instead",
        site);
    return;
  }
  const SimTime until = After(now_, nanoseconds);
  if (events_) [[unlikely]]
    Emit(event::TimePassed{until, site});
  if (traits_.observes_steps) Touched({kClockKey, AccessKind::kWrite});
  const SimTime before = now_;
  MoveClockTo(std::min(until, max_time_));
  ClockControlChanged();
  // Before the first step and after the last one there is nobody to be late.
  if (current_runnable_->number()) {
    SlowStep* slow =
        slow_steps_.TimePassed(steps_, before, now_.ns - before.ns, site);
    if (slow != nullptr && slow->task_name.empty()) {
      slow->task = current_runnable_->number();
      slow->task_name = CurrentTaskName();
    }
  }
  if (until > max_time_) FailTimeLimit(site);
}

void Simulation::LogLine(absl::string_view text, const SourceSite& site) {
  if (closing_) return;
  if (events_) [[unlikely]]
    Emit(event::Logged{text, site});
  if (traits_.observes_steps) [[unlikely]]
    Touched({kLogKey, AccessKind::kWrite});
  std::string line(text);
  if (const NodeId node = current_node(); node) {
    line.insert(0, absl::StrCat(nodes_->name(node), ": "));
  }
  storage_->history.push_back({now_, steps_, HistoryEntry::Kind::kLog,
                               current_runnable_->number(), std::move(line)});
  // A copy: what it calls may log too.
  if (options_.on_log) options_.on_log(HistoryEntry(storage_->history.back()));
}

void Simulation::RecordFailure(absl::string_view message,
                               absl::string_view file, uint32_t line) {
  if (closing_ || !events_) return;
  Emit(event::Failed{message, {file, "", line}});
}

// ---- Reports ----------------------------------------------------------------

std::string Simulation::NameOf(const Runnable* runnable) {
  if (!runnable->number()) return "";
  if (runnable->kind == EntityKind::kTask) {
    return NameOf(*static_cast<const TaskState*>(runnable)->origin,
                  runnable->number());
  }
  return absl::StrCat(EntityKindName(runnable->kind), "#",
                      runnable->number().value);
}

std::string Simulation::NameOf(const SpawnOrigin& origin, TaskId number) {
  return absl::StrCat(origin.name.empty() ? EntityKindName(EntityKind::kTask)
                                          : absl::string_view(origin.name),
                      "#", number.value);
}

namespace {

std::string WaitText(const TaskState* task) {
  switch (task->wait) {
    case WaitKind::kNothing:
    case WaitKind::kTurn:
    case WaitKind::kSleep:
    case WaitKind::kForeign:
      return std::string(WaitName(task->wait));
    default:
      break;
  }
  if (task->waits_on == nullptr) {
    return absl::StrCat(WaitName(task->wait), ", which is gone");
  }
  const absl::string_view prefix = WaitPrefix(task->wait);
  if (!task->WaitsForCompletion()) {
    return absl::StrCat(
        prefix,
        static_cast<const Operation*>(task->waits_on)->object().ToString());
  }
  const auto* awaited = static_cast<const Completion*>(task->waits_on);
  if (awaited->is_task) {
    return absl::StrCat(
        prefix, Simulation::NameOf(static_cast<const TaskState*>(awaited)));
  }
  if (task->wait == WaitKind::kPool) {
    return absl::StrCat(
        prefix, static_cast<const FutureState*>(awaited)->part_of->ToString());
  }
  if (task->wait == WaitKind::kFuture || task->wait == WaitKind::kGroup) {
    return absl::StrCat(prefix,
                        static_cast<const FutureState*>(awaited)->ToString());
  }
  return std::string(WaitName(task->wait));
}

}  // namespace

std::string Simulation::HolderName(const SyncObject& object) const {
  const std::string name = NameOf(*object.holder_origin(), object.holder());
  for (const TaskState* task : storage_->tasks.tasks()) {
    if (task != nullptr && !task->done() && task->number() == object.holder()) {
      return name;
    }
  }
  return absl::StrCat(name, ", which is over");
}

TaskReport Simulation::ReportTask(const TaskState* task) const {
  TaskReport report;
  report.id = task->number();
  report.name = NameOf(task);
  // Within a step, what it will wait for is not known.
  report.running = task == current_task();
  if (!report.running) {
    report.wait = task->wait;
    report.waits_for = WaitText(task);
  }
  if (report.wait == WaitKind::kSleep) report.due = task->due();
  if (report.wait == WaitKind::kMutex && task->waits_on != nullptr) {
    const SyncObject& mutex =
        static_cast<const Operation*>(task->waits_on)->object();
    if (mutex.holder()) report.held_by = HolderName(mutex);
  }
  report.stack = AwaitSites(task->resume);
  if (task->origin->site.line() != 0) {
    report.spawned_at = FormatFrame(task->origin->site);
  }
  for (const Runnable* waiter = task->waiters.front(); waiter != nullptr;
       waiter = task->waiters.after(waiter)) {
    const Runnable* by = waiter->is_notice()
                             ? static_cast<const Notice*>(waiter)->on_behalf_of
                             : waiter;
    if (by != nullptr) report.awaited_by.push_back(NameOf(by));
  }
  return report;
}

std::vector<TaskState*> Simulation::LiveTasks() const {
  std::vector<TaskState*> live;
  for (TaskState* task : storage_->tasks.tasks()) {
    if (task != nullptr && !task->done()) live.push_back(task);
  }
  return live;
}

std::vector<TaskReport> Simulation::ReportTasks() const {
  std::vector<TaskReport> reports;
  for (const TaskState* task : LiveTasks()) reports.push_back(ReportTask(task));
  return reports;
}

}  // namespace orrery
