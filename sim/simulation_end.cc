// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// How a simulation ends: failures, errors that nobody has seen, tearing down.

#include "absl/strings/str_cat.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/exception_text.h"
#include "orrery/sim/loop_storage.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"

namespace orrery {

void Simulation::Stop(Outcome outcome) {
  if (!stop_) outcome_ = outcome;
  stop_ = true;
}

RunFailure Simulation::MakeFailure(std::string message, const SourceSite& site,
                                   std::exception_ptr exception) {
  RecordFailure(message, site.file_name(), site.line());
  return {.message = std::move(message),
          .time = now_,
          .step = steps_,
          .task = current_runnable_->number(),
          .task_name = CurrentTaskName(),
          .site = FormatSite(site),
          .exception = std::move(exception)};
}

void Simulation::Fail(std::string message, const SourceSite& site,
                      std::exception_ptr exception) {
  if (closing_ || failure_.has_value()) return;
  failure_ = MakeFailure(std::move(message), site, std::move(exception));
  Stop(Outcome::kFailed);
}

void Simulation::AddNote(absl::string_view text) {
  std::string& notes = MakeKept().notes;
  if (!notes.empty() && notes.back() != '\n') notes += '\n';
  notes.append(text.data(), text.size());
}

std::string Simulation::CollectNotes() {
  for (const auto& [type, attached] : kept_->attached) {
    attached->AddNotes(kept_->notes);
  }
  return std::move(kept_->notes);
}

SimulationState::Kept& Simulation::MakeKept() {
  if (kept_ == nullptr) kept_ = std::make_unique<Kept>();
  return *kept_;
}

void Simulation::RecordFault(absl::string_view what, NodeId node) {
  recorder_.MixBytes(what);
  if (events_) Emit(event::Faulted{what, node});
}

Attachment& Simulation::Attach(const void* type,
                               std::unique_ptr<Attachment> attached) {
  MakeKept().attached.emplace_back(type, std::move(attached));
  return *kept_->attached.back().second;
}

void Simulation::Diverge(std::string message) {
  Fail(std::move(message), SourceSite());
  outcome_ = Outcome::kDiverged;
}

std::string Simulation::EndOfReplay(std::string why) const {
  std::string text = absl::StrCat("replay diverged at its end, after step ",
                                  steps_, ", ", FormatSimTime(now_), ", ", why);
  if (failure_.has_value()) {
    absl::StrAppend(&text, "\n  how this run ended: ", OutcomeName(outcome_),
                    ": ", failure_->message);
  }
  return text;
}

void Simulation::BadChoice(uint64_t answer, const ChoicePoint& where) {
  ORRERY_CHECK(
      answer == Scheduler::kDiverged,
      absl::StrCat("scheduler \"", scheduler_->Spec(), "\" answered ", answer,
                   " where there are ", where.n, " alternatives"));
  std::string text =
      absl::StrCat("replay diverged at step ", steps_, ", ",
                   FormatSimTime(now_), ", ", scheduler_->Explain());
  if (where.kind == ChoiceKind::kNextEntity) {
    absl::StrAppend(&text, "\n  could run now:");
    for (size_t i = 0; i < where.n; ++i) {
      if (i == event::kMaxTracedCandidates) {
        absl::StrAppend(&text, " ...");
        break;
      }
      absl::StrAppend(&text, " ", NameOf(ready_.at(i)));
    }
  }
  Diverge(std::move(text));
}

void Simulation::NoteFailure(TaskState* task, End end,
                             const std::exception_ptr* error) {
  const bool fails_run = task->Is(TaskState::kMain) && main_fails_run_;
  if (end == End::kCancelled) {
    if (fails_run) Fail("the main task was cancelled", SourceSite());
    return;
  }
  const bool left_over = task->Is(TaskState::kLeftOver);
  const bool unseen = task->handles == 0 && !task->retrieved;
  if (!fails_run && !left_over && !unseen) {
    storage_->errors.emplace(task->number().value, *error);
    return;
  }
  task->retrieved = true;
  std::string text = absl::StrCat(
      "uncaught exception in task ", CurrentTaskName(),
      left_over ? ", cancelled since the main task was done: " : ": ",
      ExceptionText(*error));
  if (left_over) {
    // The others still run to their end.
    storage_->errors.emplace(task->number().value, *error);
    late_failures_.push_back(
        MakeFailure(std::move(text), task->origin->site, *error));
  } else {
    Fail(std::move(text), task->origin->site, *error);
  }
}

void Simulation::Rethrow(const TaskState* task) {
  if (task->end == End::kCancelled) throw Cancelled();
  std::rethrow_exception(storage_->errors.at(task->number().value));
}

void Simulation::FailUnretrieved(const TaskState* task) {
  const std::exception_ptr& error = storage_->errors.at(task->number().value);
  Fail(absl::StrCat("uncaught exception in task ", NameOf(task),
                    ", which nobody awaited: ", ExceptionText(error)),
       task->origin->site, error);
}

void Simulation::CheckUnretrieved() {
  if (!never_awaited_.empty()) {
    Fail(absl::StrCat("a Task of ", never_awaited_,
                      " was never awaited: `co_await` it, give it to Spawn, or "
                      "call Discard() if it is not to run"),
         SourceSite());
    outcome_ = Outcome::kFailed;
    return;
  }
  if (storage_->errors.empty()) return;
  for (const TaskState* task : storage_->tasks.tasks()) {
    if (task == nullptr || task->end != End::kError || task->retrieved)
      continue;
    FailUnretrieved(task);
    outcome_ = Outcome::kFailed;
    return;
  }
}

void Simulation::ForgetTask(TaskState* task) noexcept {
  // A simulation that is being torn down, or another one than the current one,
  // will find the task in its table.
  if (task->slot != TaskState::kNoSlot) {
    if (current_ == nullptr || !current_->storage_->tasks.Has(task)) return;
    if (task->end == End::kError) [[unlikely]] {
      if (!task->retrieved && !current_->closing_) {
        current_->FailUnretrieved(task);
      }
      current_->storage_->errors.erase(task->number().value);
    }
    if (task->Is(TaskState::kHasExtras)) [[unlikely]]
      current_->storage_->extras.erase(task->number().value);
    current_->storage_->tasks.Remove(task);
  }
  DeleteTaskState(task);
}

void Simulation::TearDown() {
  closing_ = true;
  stop_ = true;
  current_runnable_ = &root_;
  // First the callbacks: the lists that hold them run through task records,
  // which go next.
  auto drop = [](Runnable* runnable) {
    runnable->place = Runnable::Place::kNowhere;  // a handle may outlive us
    if (runnable->kind != EntityKind::kTask && !runnable->is_notice()) {
      auto* callback = static_cast<PostedCallback*>(runnable);
      callback->owner = nullptr;
      callback->Unref();
    }
  };
  if (nodes_ != nullptr) nodes_->ResumeAll();
  while (!ready_.empty()) drop(ready_.PopFront());
  // Then those who wait for tasks and futures, whose records may go before what
  // they wait for.
  for (TaskState* task : storage_->tasks.tasks()) {
    if (task == nullptr || task->place != Runnable::Place::kWaiting ||
        !task->WaitsForCompletion() || task->waits_on == nullptr) {
      continue;
    }
    static_cast<Completion*>(task->waits_on)->waiters.Remove(task);
    task->place = Runnable::Place::kNowhere;
  }
  for (TaskState* task : storage_->tasks.tasks()) {
    if (task != nullptr) Forsake(*task);
  }
  while (!timers_->empty()) {
    RunnableList timers;
    timers_->TakeNext(SimTime::Infinite(), timers);
    timers.Drain(drop);
  }
  // The youngest task first: it may use what its elders own. A handle that is
  // kept for longer finds nothing but the number.
  static const SpawnOrigin* const kGone = new SpawnOrigin;
  while (TaskState* task = storage_->tasks.youngest()) {
    storage_->tasks.Remove(task);
    task->slot = TaskState::kNoSlot;
    ++task->handles;
    DestroyStack(std::exchange(task->resume, nullptr));
    task->origin = kGone;
    ReleaseTask(task);
  }
  default_pool_ = nullptr;
  nodes_ = nullptr;
  if (uses_locals_) [[unlikely]] {
    // Whatever goes with these may ask for the simulation.
    storage_->extras.clear();
    storage_->locals = LocalValues();
  }
}

}  // namespace orrery
