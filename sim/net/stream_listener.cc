// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/stream_listener.h"

#include <algorithm>
#include <utility>

#include "orrery/base/check.h"
#include "orrery/sim/net/stream_end.h"
#include "orrery/sim/net/stream_stack.h"
#include "orrery/sim/simulation.h"

namespace orrery {

absl::StatusOr<std::unique_ptr<StreamListener>> StreamListener::Listen(
    Network& network, uint16_t port, ListenOptions options, SourceSite site) {
  ORRERY_CHECK(options.backlog >= 1, "a backlog has room for at least one");
  StreamStack& stack = StreamStack::Of(network);
  const absl::StatusOr<Address> address = stack.TakePort(port);
  if (!address.ok()) return address.status();
  return std::unique_ptr<StreamListener>(
      new StreamListener(&stack, *address, options, site));
}

StreamListener::StreamListener(StreamStack* stack, Address address,
                               const ListenOptions& options,
                               const SourceSite& site)
    : SyncObject("StreamListener", address.ToString(), site),
      stack_(stack),
      address_(address),
      backlog_(options.backlog) {
  stack_->Listen(address_, this);
}

StreamListener::~StreamListener() {
  Close();
  Forsake(acceptors_);
}

std::unique_ptr<StreamSocket> StreamListener::Take(const SourceSite& site) {
  if (stack_ == nullptr) return nullptr;
  StreamEnd* end = waiting_.front();
  waiting_.pop_front();
  end->set_listener(nullptr);
  std::unique_ptr<StreamSocket> socket(new StreamSocket(stack_, end, site));
  end->DeliverMadeBy(site);
  return socket;
}

bool StreamListener::Admit(StreamEnd* end) {
  if (asking_.size() + waiting_.size() >= backlog_) return false;
  asking_.push_back(end);
  end->set_listener(this);
  return true;
}

void StreamListener::Established(StreamEnd* end) {
  GivenUp(end);
  waiting_.push_back(end);
  Simulation& simulation = Simulation::Current("StreamListener");
  simulation.Accessed(*this, AccessKind::kRelease);
  acceptors_.WakeFirst(simulation);
}

void StreamListener::GivenUp(StreamEnd* end) {
  asking_.erase(std::find(asking_.begin(), asking_.end(), end));
}

void StreamListener::Detach(absl::Status why) {
  stack_ = nullptr;
  gone_ = std::move(why);
  asking_.clear();
  waiting_.clear();
  Simulation& simulation = Simulation::Current("StreamListener");
  if (simulation.closing()) return;
  simulation.Accessed(*this, AccessKind::kSignal);
  while (acceptors_.WakeFirst(simulation)) {
  }
}

void StreamListener::Close() {
  if (stack_ == nullptr) return;
  StreamStack* stack = std::exchange(stack_, nullptr);
  stack->Unlisten(address_);
  std::vector<StreamEnd*> ends = asking_;
  ends.insert(ends.end(), waiting_.begin(), waiting_.end());
  const Simulation* simulation = Simulation::CurrentOrNull();
  const bool closing = simulation == nullptr || simulation->closing();
  for (StreamEnd* end : ends) {
    end->set_listener(nullptr);
    if (closing) continue;
    const uint64_t connection = end->connection();
    end->Reset(absl::AbortedError("it was not accepted"));
    stack->MaybeForget(connection);
  }
  if (!closing) Detach(absl::FailedPreconditionError("the listener is closed"));
}

}  // namespace orrery
