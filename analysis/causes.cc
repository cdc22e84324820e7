// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/analysis/causes.h"

#include <variant>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/ids.h"
#include "orrery/base/trace_event.h"

namespace orrery {
namespace {

// Follows the events in their order, and tells of each one what led to it.
class Follower {
 public:
  Cause Follow(uint64_t index, const TraceEvent& event) {
    index_ = index;
    actor_ = event.task;
    return std::visit(*this, event.what);
  }

  Cause operator()(const event::Resumed&) {
    TaskState& task = tasks_[actor_];
    // A step that nobody made ready goes on after the last one.
    Cause cause = task.ready;
    if (cause.kind == CauseKind::kNone) cause = task.suspended;
    task.ready = Cause();
    task.step = {CauseKind::kStep, index_};
    task.cancel = Cause();
    loop_news_ = Cause();
    return cause;
  }
  Cause operator()(const event::Spawned& e) {
    const Cause cause = InStep();
    TaskState& task = tasks_[e.id];
    task = TaskState();
    task.ready = {CauseKind::kSpawned, index_};
    task.step = task.ready;  // until it has a step of its own
    if (e.kind == EntityKind::kTimer) {
      task.timer = {CauseKind::kTimer, index_};
    }
    return cause;
  }
  Cause operator()(const event::Suspended& e) {
    TaskState& task = tasks_[actor_];
    task.suspended = {CauseKind::kTurn, index_};
    task.timer =
        e.wait == WaitKind::kSleep ? Cause{CauseKind::kTimer, index_} : Cause();
    task.ready = Cause();  // an eager task has begun
    return InStep();
  }
  Cause operator()(const event::Woken& e) {
    TaskState& task = tasks_[e.task];
    Cause cause = InStep();
    if (task.cancel.kind != CauseKind::kNone && task.cancelled_by == actor_ &&
        task.cancelled_in == cause.event) {
      cause = task.cancel;
    } else if (!actor_) {
      cause = task.timer.kind != CauseKind::kNone ? task.timer : loop_news_;
    }
    task.cancel = Cause();
    task.timer = Cause();
    task.ready = {CauseKind::kWoken, index_};
    return cause;
  }
  Cause operator()(const event::CancelRequested& e) {
    const Cause cause = InStep();
    TaskState& task = tasks_[e.task];
    task.cancel = {CauseKind::kCancel, index_};
    task.cancelled_by = actor_;
    task.cancelled_in = cause.event;
    return cause;
  }
  Cause operator()(const event::MessageSent& e) {
    messages_[e.id] = {CauseKind::kMessage, index_};
    return InStep();
  }
  Cause operator()(const event::MessageCopied& e) {
    const Cause cause = OfMessage(e.id);
    messages_[e.copy] = {CauseKind::kMessage, index_};
    return cause;
  }
  Cause operator()(const event::MessageDelivered& e) {
    if (!actor_) loop_news_ = {CauseKind::kMessage, index_};
    return OfMessage(e.id);
  }
  Cause operator()(const event::MessageDropped& e) { return OfMessage(e.id); }
  template <typename Other>
  Cause operator()(const Other&) {
    return InStep();
  }

 private:
  struct TaskState {
    Cause step;       // what events of it are caused by
    Cause ready;      // what its next step is caused by
    Cause suspended;  // its last wait
    Cause timer;      // what has set a timer that it waits for
    Cause cancel;     // what has asked it to cancel since its last step
    TaskId cancelled_by;
    uint64_t cancelled_in = 0;  // the step in which it was asked
  };

  Cause InStep() const {
    if (!actor_) return Cause();
    const auto found = tasks_.find(actor_);
    return found == tasks_.end() ? Cause() : found->second.step;
  }
  Cause OfMessage(MessageId id) const {
    const auto found = messages_.find(id);
    return found == messages_.end() ? InStep() : found->second;
  }

  uint64_t index_ = 0;
  TaskId actor_;
  // What the loop has delivered since the last step.
  Cause loop_news_;
  absl::flat_hash_map<TaskId, TaskState> tasks_;
  absl::flat_hash_map<MessageId, Cause> messages_;
};

}  // namespace

absl::string_view CauseKindName(CauseKind kind) {
  switch (kind) {
    case CauseKind::kNone:
      return "";
    case CauseKind::kStep:
      return "in the step of";
    case CauseKind::kWoken:
      return "woken by";
    case CauseKind::kSpawned:
      return "spawned by";
    case CauseKind::kTimer:
      return "timer set by";
    case CauseKind::kTurn:
      return "goes on after";
    case CauseKind::kMessage:
      return "message of";
    case CauseKind::kCancel:
      return "cancelled by";
  }
  return "";
}

CauseIndex::CauseIndex(const Trace& trace) {
  causes_.reserve(trace.events.size());
  Follower follower;
  for (const TraceEvent& event : trace.events) {
    causes_.push_back(follower.Follow(causes_.size(), event));
  }
}

Cause CauseIndex::Of(uint64_t event) const {
  return event < causes_.size() ? causes_[event] : Cause();
}

std::vector<Cause> CauseIndex::Chain(uint64_t event, size_t limit) const {
  std::vector<Cause> chain;
  // Causes come before what they lead to, so this ends.
  for (Cause cause = Of(event);
       cause.kind != CauseKind::kNone && chain.size() < limit;
       cause = Of(cause.event)) {
    chain.push_back(cause);
  }
  return chain;
}

}  // namespace orrery
