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
  ready_->PushFront(task, operation->access());
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
  Emit(event::Woken{runnable->number});
}

void Simulation::Join(std::coroutine_handle<> frame, TaskState* awaited) {
  TaskState* task = SuspendTask(frame, WaitKind::kJoin, awaited);
  task->place = Runnable::Place::kWaiting;
  if (events_) [[unlikely]]
    EmitSuspended(task, awaited->number.value, now_);
  awaited->joiners.PushBack(task);
}

void Simulation::WakeToAttempt(TaskState* task) {
  if (closing_) return;
  task->attempts = true;
  task->wait = WaitKind::kTurn;
  if (events_) [[unlikely]]
    EmitWoken(task);
  ready_->PushBack(task, static_cast<Operation*>(task->waits_on)->access());
}

// ---- Making tasks and callbacks ---------------------------------------------

TaskState* Simulation::NewTask(std::coroutine_handle<> frame,
                               absl::string_view name, const SourceSite& site) {
  void* block = FramePool::Allocate(sizeof(TaskState));
  TaskState* task = new (block) TaskState;
  task->resume = frame;
  task->origin = storage_->origins.Find(name, site, storage_->text);
  task->id = ChildEntity(current_runnable_->id, current_runnable_->children++);
  task->number = TaskId(++last_number_);
  task->span = CurrentSpan();
  if (closing_) [[unlikely]] {
    // Spawned by a destructor when the run is over: it never begins.
    DestroyStack(std::exchange(task->resume, nullptr));
    return task;
  }
  if (events_) [[unlikely]] {
    Emit(event::Spawned{task->number, task->id, EntityKind::kTask, NodeId(),
                        task->origin->name, site, now_});
  }
  storage_->tasks.Add(task);
  ready_->PushBack(task, {});
  return task;
}

void Simulation::PostCallback(PostedCallback* callback, EntityKind kind,
                              SimTime due, const SourceSite& site) {
  if (closing_) return;
  callback->Ref();  // the loop's own
  callback->kind = kind;
  callback->id =
      ChildEntity(current_runnable_->id, current_runnable_->children++);
  callback->number = TaskId(++last_number_);
  if (events_) [[unlikely]] {
    Emit(event::Spawned{callback->number, callback->id, kind, NodeId(),
                        absl::string_view(), site, due});
  }
  if (kind == EntityKind::kTimer) {
    timers_->Add(callback, due);
  } else {
    ready_->PushBack(callback, {});
  }
}

bool Simulation::CancelCallback(PostedCallback* callback) {
  if (closing_) return false;
  switch (callback->place) {
    case Runnable::Place::kReady:
      ready_->Remove(callback);
      break;
    case Runnable::Place::kTimer:
      timers_->Remove(callback);
      break;
    case Runnable::Place::kNowhere:
    case Runnable::Place::kWaiting:
      return false;  // it has run, or is running
  }
  if (events_) [[unlikely]] {
    Emit(event::TimerCancelled{callback->number});
  }
  callback->function = nullptr;
  callback->Unref();
  return true;
}

// ---- Choices ----------------------------------------------------------------

SpanId Simulation::CurrentSpan() const {
  const TaskState* task = current_task();
  return task != nullptr ? task->span : SpanId();
}

uint64_t Simulation::DrawSlow(ChoiceKind kind, uint64_t n,
                              absl::string_view site) {
  const ChoicePoint where = {.kind = kind,
                             .n = n,
                             .site = site,
                             .task = current_runnable_->number,
                             .span = CurrentSpan(),
                             .now = now_,
                             .step = steps_};
  // After a divergence the run ends with this step, whose draws are the
  // simplest ones.
  if (stop_) [[unlikely]]
    return 0;
  const uint64_t chosen = scheduler_->Draw(where);
  if (chosen >= n) [[unlikely]] {
    BadChoice(chosen, where);
    return 0;
  }
  const Choice choice = {
      .kind = kind, .n = n, .chosen = chosen, .site = site, .span = where.span};
  recorder_.Chose(choice);
  if (events_) [[unlikely]]
    Emit(event::Chosen{choice, {}});
  return chosen;
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
  if (events_) [[unlikely]] {
    Emit(event::ObjectMade{object->id_, object->key_, object->type_,
                           object->name_, site});
  }
}

void Simulation::AccessedSlow(const SyncObject& object, AccessKind kind) {
  if (traits_.observes_steps) {
    storage_->accesses.push_back({object.key(), kind});
  }
  if (events_) Emit(event::Accessed{object.id(), kind});
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
                               current_runnable_->number, std::string(text)});
  if (options_.on_log) options_.on_log(storage_->history.back());
}

void Simulation::RecordFailure(absl::string_view message,
                               absl::string_view file, uint32_t line) {
  if (closing_ || !events_) return;
  Emit(event::Failed{message, {file, "", line}});
}

// ---- Reports ----------------------------------------------------------------

std::string Simulation::NameOf(const Runnable* runnable) {
  if (!runnable->number) return "";
  absl::string_view name = EntityKindName(runnable->kind);
  if (runnable->kind == EntityKind::kTask) {
    const SpawnOrigin* origin = static_cast<const TaskState*>(runnable)->origin;
    if (!origin->name.empty()) name = origin->name;
  }
  return absl::StrCat(name, "#", runnable->number.value);
}

namespace {

std::string FormatFrame(const SourceSite& site) {
  return absl::StrCat(FormatSite(site), " ", SiteFunction(site));
}

std::string WaitText(const TaskState* task) {
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

TaskReport Simulation::ReportTask(const TaskState* task) const {
  TaskReport report;
  report.id = task->number;
  report.name = NameOf(task);
  report.wait = task->wait;
  report.waits_for = WaitText(task);
  if (task->wait == WaitKind::kSleep) report.due = task->due();
  if (task->wait == WaitKind::kMutex) {
    const TaskState* holder =
        static_cast<const Operation*>(task->waits_on)->object().holder();
    if (holder != nullptr) report.held_by = NameOf(holder);
  }
  for (std::coroutine_handle<> frame = task->resume; frame;
       frame = PromiseOf(frame).continuation()) {
    const SourceSite& site = PromiseOf(frame).site();
    // A frame that has not begun waits nowhere; ours stand between the user's.
    if (site.line() == 0 || SiteFile(site) == "sim/spawn.h") continue;
    std::string text = FormatFrame(site);
    if (absl::EndsWith(text, "_SimTest::Run")) continue;
    report.stack.push_back(std::move(text));
  }
  if (task->origin->site.line() != 0) {
    report.spawned_at = FormatFrame(task->origin->site);
  }
  for (const Runnable* joiner = task->joiners.front(); joiner != nullptr;
       joiner = joiner->next) {
    report.awaited_by.push_back(NameOf(joiner));
  }
  return report;
}

std::vector<TaskReport> Simulation::ReportTasks() const {
  std::vector<TaskReport> reports;
  for (const TaskState* task : storage_->tasks.tasks()) {
    if (task != nullptr) reports.push_back(ReportTask(task));
  }
  return reports;
}

}  // namespace orrery
