// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What awaitables and primitives ask of a simulation: to suspend and wake
// tasks, to make new ones, to draw and to record. The loop itself is in
// simulation.cc.

#include <algorithm>
#include <new>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// ---- Suspending and waking --------------------------------------------------

void Simulation::SuspendBefore(std::coroutine_handle<> frame,
                               Operation* operation) {
  TaskState* task = SuspendTask(frame, WaitKind::kTurn, operation);
  task->attempts = true;
  if (events_) [[unlikely]] {
    EmitSuspended(task, operation->object().id().value, now_);
  }
  ready_.PushFront(task, operation->access());
}

void Simulation::WaitFor(TaskState* task, WaitKind wait, Operation* operation) {
  task->wait = wait;
  task->waits_on = operation;
  task->place = Runnable::Place::kWaiting;
  if (events_) [[unlikely]] {
    EmitSuspended(task, operation->object().id().value, now_);
  }
}

void Simulation::EmitSuspended(const TaskState* task, uint32_t object,
                               SimTime due) {
  Emit(event::Suspended{task->wait, object, due,
                        PromiseOf(task->resume).site()});
}

void Simulation::EmitWoken(const Runnable* runnable) {
  Emit(event::Woken{runnable->number()});
}

void Simulation::Join(std::coroutine_handle<> frame, TaskState* awaited) {
  TaskState* task = SuspendTask(frame, WaitKind::kJoin, awaited);
  task->place = Runnable::Place::kWaiting;
  if (events_) [[unlikely]]
    EmitSuspended(task, awaited->number().value, now_);
  awaited->joiners.PushBack(task);
}

// ---- Making tasks and callbacks ---------------------------------------------

TaskState* Simulation::AddTask(TaskState* task, std::coroutine_handle<> frame,
                               absl::string_view name, const SourceSite& site) {
  task->resume = frame;
  task->origin = storage_->origins.Find(name, site);
  task->id = ChildEntity(current_runnable_->id, current_runnable_->children++);
  task->task = TaskId(++last_number_);
  task->span = CurrentSpan();
  if (closing_) [[unlikely]] {
    // Spawned by a destructor when the run is over: it never begins.
    DestroyStack(std::exchange(task->resume, nullptr));
    return task;
  }
  if (events_) [[unlikely]] {
    Emit(event::Spawned{task->number(), task->id, EntityKind::kTask, NodeId(),
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
  callback->kind = kind;
  callback->id =
      ChildEntity(current_runnable_->id, current_runnable_->children++);
  callback->task = TaskId(++last_number_);
  if (events_) [[unlikely]] {
    Emit(event::Spawned{callback->number(), callback->id, kind, NodeId(),
                        absl::string_view(), site, due});
  }
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
  if (callback->place == Runnable::Place::kReady) {
    ready_.Remove(callback);
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

// ---- Choices ----------------------------------------------------------------

SpanId Simulation::CurrentSpan() const {
  const TaskState* task = current_task();
  return task != nullptr ? task->span : SpanId();
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
                             .task = current_runnable_->number(),
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
    Emit(event::SpanBegun{span, task->span, label});
  }
  task->span = span;
  return span;
}

void Simulation::EndSpan(SpanId span, SpanId parent) {
  if (closing_) return;
  if (events_) [[unlikely]]
    Emit(event::SpanEnded{span});
  if (TaskState* task = current_task(); task != nullptr) task->span = parent;
}

// ---- Objects, time, texts ---------------------------------------------------

void Simulation::AddObject(SyncObject* object, const SourceSite& site) {
  TaskState* task = current_task();
  uint32_t& ordinal = task != nullptr ? task->objects : root_objects_;
  object->id_ = ObjectId(++last_object_);
  object->key_ = ChildObject(current_runnable_->id, ordinal++);
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

void Simulation::Touched(Access access) {
  storage_->accesses.push_back(access);
}

void Simulation::PassTime(int64_t nanoseconds, const SourceSite& site) {
  if (nanoseconds <= 0 || closing_) return;
  const SimTime until = After(now_, nanoseconds);
  if (events_) [[unlikely]]
    Emit(event::TimePassed{until, site});
  now_ = std::min(until, max_time_);
  if (until > max_time_) {
    Fail(absl::StrCat("the time limit of ", FormatSimTime(max_time_),
                      " was reached"),
         site);
    outcome_ = Outcome::kTimeLimit;
  }
}

void Simulation::LogLine(absl::string_view text, const SourceSite& site) {
  if (closing_) return;
  if (events_) [[unlikely]]
    Emit(event::Logged{text, site});
  storage_->history.push_back({now_, steps_, HistoryEntry::Kind::kLog,
                               current_runnable_->number(), std::string(text)});
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

std::string FormatFrame(const SourceSite& site) {
  return absl::StrCat(FormatSite(site), " ", SiteFunction(site));
}

std::string WaitText(const TaskState* task) {
  if (task->waits_on == nullptr && task->wait != WaitKind::kTurn &&
      task->wait != WaitKind::kSleep && task->wait != WaitKind::kAll &&
      task->wait != WaitKind::kForeign) {
    return absl::StrCat(WaitName(task->wait), ", which is gone");
  }
  switch (task->wait) {
    case WaitKind::kJoin:
      return absl::StrCat(
          "task ",
          Simulation::NameOf(static_cast<const TaskState*>(task->waits_on)));
    case WaitKind::kMutex:
    case WaitKind::kEvent:
      return static_cast<const Operation*>(task->waits_on)->object().ToString();
    case WaitKind::kQueueGet:
    case WaitKind::kQueuePut:
      return absl::StrCat(
          task->wait == WaitKind::kQueueGet ? "an item in " : "room in ",
          static_cast<const Operation*>(task->waits_on)->object().ToString());
    default:
      return std::string(WaitName(task->wait));
  }
}

}  // namespace

std::string Simulation::HolderName(const SyncObject& object) const {
  const std::string name = NameOf(*object.holder_origin(), object.holder());
  for (const TaskState* task : storage_->tasks.tasks()) {
    if (task != nullptr && !task->done && task->number() == object.holder()) {
      return name;
    }
  }
  return absl::StrCat(name, ", which is over");
}

TaskReport Simulation::ReportTask(const TaskState* task) const {
  TaskReport report;
  report.id = task->number();
  report.name = NameOf(task);
  report.wait = task->wait;
  report.waits_for = WaitText(task);
  if (task->wait == WaitKind::kSleep) report.due = task->due();
  if (task->wait == WaitKind::kMutex && task->waits_on != nullptr) {
    const SyncObject& mutex =
        static_cast<const Operation*>(task->waits_on)->object();
    if (mutex.holder()) report.held_by = HolderName(mutex);
  }
  for (std::coroutine_handle<> frame = task->resume; frame;
       frame = PromiseOf(frame).continuation()) {
    const SourceSite& site = PromiseOf(frame).site();
    // A frame that has not begun waits nowhere; ours stand between the user's.
    if (site.line() == 0 || SiteFile(site) == "sim/spawn.h") continue;
    std::string text = FormatFrame(site);
    if (absl::EndsWith(text, "_SimTest::OrreryRun")) continue;
    report.stack.push_back(std::move(text));
  }
  if (task->origin->site.line() != 0) {
    report.spawned_at = FormatFrame(task->origin->site);
  }
  for (const Runnable* joiner = task->joiners.front(); joiner != nullptr;
       joiner = task->joiners.after(joiner)) {
    report.awaited_by.push_back(NameOf(joiner));
  }
  return report;
}

std::vector<TaskReport> Simulation::ReportTasks() const {
  std::vector<TaskReport> reports;
  for (const TaskState* task : storage_->tasks.tasks()) {
    if (task != nullptr && !task->done) reports.push_back(ReportTask(task));
  }
  return reports;
}

}  // namespace orrery
