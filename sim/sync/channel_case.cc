// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/channel_case.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/choice.h"
#include "orrery/sim/sync/channel_closed.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// ---- Cases ------------------------------------------------------------------

bool ChannelCase::IsPending() const {
  return operation_->state() == Operation::State::kPending;
}

void ChannelCase::Complete(Simulation& simulation) {
  operation_->done_ = this;
  operation_->LeaveAll();
  WaiterList::Wake(simulation, operation_);
}

size_t DoReadyCase(Simulation& simulation,
                   absl::Span<ChannelCase* const> cases) {
  size_t ready = 0;
  for (const ChannelCase* one : cases) {
    // Those that are not ready were looked at, too.
    if (cases.size() > 1) {
      simulation.Accessed(*one->channel(), AccessKind::kRead);
    }
    if (one->IsReady()) ++ready;
  }
  if (ready == 0) return cases.size();
  size_t skip = 0;
  if (simulation.orders_steps()) {
    skip = simulation.Draw(ChoiceKind::kData, ready, "Select");
  }
  size_t index = 0;
  while (!cases[index]->IsReady() || skip-- > 0) ++index;
  ChannelCase* chosen = cases[index];
  simulation.Accessed(*chosen->channel(), chosen->access_kind());
  chosen->Do(simulation);
  return index;
}

// ---- Channels ---------------------------------------------------------------

ChannelBase::~ChannelBase() {
  ForsakeAll(senders_);
  ForsakeAll(receivers_);
}

void ChannelBase::Close() {
  Simulation& simulation = Simulation::Current("Channel::Close");
  if (closed_ || simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kSignal);
  closed_ = true;
  while (ChannelCase* receiver = FirstReceiver()) {
    receiver->Complete(simulation);
  }
  while (ChannelCase* sender = FirstSender()) sender->Complete(simulation);
}

void ChannelBase::FailClosed() const {
  throw ChannelClosed(absl::StrCat(ToString(), " is closed"));
}

void ChannelBase::FailClosedMeanwhile() {
  throw ChannelClosed("the channel was closed while a task waited to send");
}

ChannelCase* ChannelBase::FirstPending(const Ring<ChannelCase>& cases) {
  ChannelCase* one = cases.front();
  while (one != nullptr && !one->IsPending()) one = cases.after(one);
  return one;
}

void ChannelBase::Add(ChannelCase* waiting) {
  waiting->linked_ = true;
  ListOf(waiting).PushBack(waiting);
}

void ChannelBase::Remove(ChannelCase* waiting) {
  if (!waiting->linked_) return;
  waiting->linked_ = false;
  ListOf(waiting).Remove(waiting);
}

// Of a select, no case can be done any more: it is a mistake in any case.
void ChannelBase::ForsakeAll(Ring<ChannelCase>& cases) {
  if (cases.empty() || !MustForsake()) return;
  while (ChannelCase* waiting = cases.front()) {
    CaseOperation* operation = waiting->operation_;
    operation->LeaveAll();
    Forsake(operation);
  }
}

// ---- Operations -------------------------------------------------------------

bool CaseOperation::Begin(Simulation& simulation) {
  if (!AnyReady() || simulation.MustAsk()) return false;
  DoOne(simulation);
  return true;
}

bool CaseOperation::AnyReady() const {
  for (const ChannelCase* one : cases_) {
    if (one->IsReady()) return true;
  }
  return false;
}

void CaseOperation::DoOne(Simulation& simulation) {
  done_ = cases_[DoReadyCase(simulation, cases_)];
}

void CaseOperation::Wait(Simulation& simulation) {
  TaskState* task = simulation.current_task();
  WaitAsPending(simulation, task, case_wait_);
  for (ChannelCase* one : cases_) {
    one->operation_ = this;
    one->channel_->Add(one);
    simulation.Attempted({one->channel_->key(), one->kind_});
  }
}

void CaseOperation::LeaveAll() {
  for (ChannelCase* one : cases_) one->channel_->Remove(one);
}

bool CaseOperation::Function(Operation* operation, Simulation& simulation,
                             bool withdraw) {
  auto* self = static_cast<CaseOperation*>(operation);
  if (withdraw) {
    self->LeaveAll();
    return false;
  }
  // Whoever did it has said so.
  if (self->woken()) return true;
  if (!self->AnyReady()) {
    self->Wait(simulation);
    return false;
  }
  self->DoOne(simulation);
  return true;
}

size_t CaseOperation::End() {
  if (done_ == nullptr) {
    ThrowIfCancelled();
  } else if (promise_internal::cancelling) {
    // What is done is done. The request counts where the task next waits.
    promise_internal::cancelling = false;
    promise_internal::RunningTask()->Set(TaskState::kMustCancel);
  }
  size_t index = 0;
  while (cases_[index] != done_) ++index;
  return index;
}

}  // namespace orrery
