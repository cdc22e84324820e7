// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What awaitables and primitives ask of a simulation: to suspend and wake
// tasks, to make new ones, to draw and to record. The loop itself is in
// simulation.cc.

#include <algorithm>
#include <new>

#include "absl/strings/str_cat.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/operation.h"

namespace orrery {

// ---- Suspending and waking --------------------------------------------------

void Simulation::SuspendBefore(std::coroutine_handle<> frame, Access next,
                               Operation* operation) {
  TaskState* task = current_task();
  task->resume = frame;
  task->wait = WaitKind::kTurn;
  task->waits_on = operation;
  task->attempts = true;
  if (recorder_.events()) [[unlikely]] {
    Emit(event::Suspended{WaitKind::kTurn, operation->object().id().value, now_,
                          PromiseOf(frame).site()});
  }
  ready_->PushFront(task, next);
}

void Simulation::SuspendReady(std::coroutine_handle<> frame) {
  TaskState* task = current_task();
  task->resume = frame;
  task->wait = WaitKind::kTurn;
  task->waits_on = nullptr;
  if (recorder_.events()) [[unlikely]] {
    Emit(event::Suspended{WaitKind::kTurn, 0, now_, PromiseOf(frame).site()});
  }
  ready_->PushBack(task, {});
}

void Simulation::SuspendUntil(std::coroutine_handle<> frame, SimTime due) {
  TaskState* task = current_task();
  task->resume = frame;
  task->wait = WaitKind::kSleep;
  task->waits_on = nullptr;
  if (recorder_.events()) [[unlikely]] {
    Emit(event::Suspended{WaitKind::kSleep, 0, due, PromiseOf(frame).site()});
  }
  timers_->Add(task, due);
}

void Simulation::Suspend(std::coroutine_handle<> frame, WaitKind wait,
                         Operation* operation) {
  TaskState* task = current_task();
  task->resume = frame;
  SuspendAgain(wait, operation);
}

void Simulation::SuspendAgain(WaitKind wait, Operation* operation) {
  TaskState* task = current_task();
  task->wait = wait;
  task->waits_on = operation;
  task->place = Runnable::Place::kWaiting;
  if (recorder_.events()) [[unlikely]] {
    Emit(event::Suspended{
        wait, operation != nullptr ? operation->object().id().value : 0, now_,
        PromiseOf(task->resume).site()});
  }
}

void Simulation::Join(std::coroutine_handle<> frame, TaskState* awaited) {
  TaskState* task = current_task();
  task->resume = frame;
  task->wait = WaitKind::kJoin;
  task->waits_on = awaited;
  task->place = Runnable::Place::kWaiting;
  if (recorder_.events()) [[unlikely]] {
    Emit(event::Suspended{WaitKind::kJoin, awaited->number.value, now_,
                          PromiseOf(frame).site()});
  }
  awaited->joiners.PushBack(task);
}

void Simulation::WakeToAttempt(TaskState* task) {
  if (closing_) return;
  Operation* operation = static_cast<Operation*>(task->waits_on);
  task->attempts = true;
  task->wait = WaitKind::kTurn;
  if (recorder_.events()) [[unlikely]]
    Emit(event::Woken{task->number});
  ready_->PushBack(task, operation->access());
}

void Simulation::Wake(TaskState* task, uint8_t hops) {
  if (closing_) return;
  task->wait = WaitKind::kTurn;
  task->waits_on = nullptr;
  task->hops = hops;
  if (recorder_.events()) [[unlikely]]
    Emit(event::Woken{task->number});
  ready_->PushBack(task, {});
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
  if (recorder_.events()) [[unlikely]] {
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
  if (recorder_.events()) [[unlikely]] {
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
  if (recorder_.events()) [[unlikely]] {
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
  if (recorder_.events()) [[unlikely]]
    Emit(event::Chosen{choice, {}});
  return chosen;
}

SpanId Simulation::BeginSpan(absl::string_view label) {
  TaskState* task = current_task();
  ORRERY_CHECK(task != nullptr, "a ChoiceSpan was made outside of a task");
  const SpanId span(++last_span_);
  if (recorder_.events()) [[unlikely]] {
    Emit(event::SpanBegun{span, task->span, label});
  }
  task->span = span;
  return span;
}

void Simulation::EndSpan(SpanId span, SpanId parent) {
  if (closing_) return;
  if (recorder_.events()) [[unlikely]]
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
  if (recorder_.events()) [[unlikely]] {
    Emit(event::ObjectMade{object->id_, object->key_, object->type_,
                           object->name_, site});
  }
}

void Simulation::Accessed(const SyncObject& object, AccessKind kind) {
  if (traits_.observes_steps) [[unlikely]] {
    storage_->accesses.push_back({object.key(), kind});
  }
  if (recorder_.events()) [[unlikely]] {
    Emit(event::Accessed{object.id(), kind});
  }
}

void Simulation::PassTime(int64_t nanoseconds, const SourceSite& site) {
  if (nanoseconds <= 0 || closing_) return;
  const SimTime until = After(now_, nanoseconds);
  if (recorder_.events()) [[unlikely]]
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
  if (recorder_.events()) [[unlikely]]
    Emit(event::Logged{text, site});
  storage_->history.push_back({now_, steps_, HistoryEntry::Kind::kLog,
                               current_runnable_->number, std::string(text)});
  if (options_.on_log) options_.on_log(storage_->history.back());
}

void Simulation::RecordFailure(absl::string_view message,
                               const SourceSite& site) {
  if (closing_ || !recorder_.events()) return;
  Emit(event::Failed{message, site});
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
    report.stack.push_back(FormatFrame(site));
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
