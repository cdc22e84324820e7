// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/rpc_client.h"

#include <optional>
#include <vector>

#include "absl/container/btree_map.h"
#include "orrery/base/check.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/scoped_timer.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/future.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/node_control.h"
#include "orrery/sim/rpc/message_port.h"
#include "orrery/sim/rpc/rpc_frame.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"

namespace orrery {
namespace {

using Answer = absl::StatusOr<std::string>;
using Kind = RpcFrame::Kind;

// How many clients each machine has had in its incarnation.
struct Sessions final : Attachment {
  absl::btree_map<NodeId, RpcSession> last;
};

RpcSession NewSession(Simulation& simulation) {
  const NodeId node = simulation.current_node();
  const uint32_t incarnation = node ? simulation.nodes().incarnation(node) : 0;
  RpcSession& last = simulation.Attached<Sessions>().last[node];
  if (last.incarnation != incarnation) last = {incarnation, 0};
  ++last.client;
  return last;
}

absl::Status TooLate(absl::string_view method) {
  return absl::DeadlineExceededError(
      absl::StrCat("no answer to ", method, " by the deadline"));
}

absl::Status ClosedError() {
  return absl::FailedPreconditionError("the client is closed");
}

}  // namespace

// A call that waits for its answer; it stands in its frame.
struct RpcClient::Pending {
  Pending(State* state, RpcFrame sent, Address address);
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending();

  void End(Answer answer) { (void)promise.TrySet(std::move(answer)); }
  // Tells the server that nobody waits any more.
  void Abandon();

  State* state;
  RpcFrame frame;
  Address to;
  Promise<Answer> promise{"the answer to a call"};
  ScopedTimer deadline;
};

struct RpcClient::State {
  void Take(const Received<RpcFrame>& got);
  void Close();

  NodeId node;
  RpcClientOptions options;
  RpcSession session;
  std::unique_ptr<MessagePort<RpcFrame>> port;
  uint64_t last_call = 0;
  absl::btree_map<uint64_t, Pending*> pending;
  RpcClientCounts counts;
  bool closed = false;
};

RpcClient::Pending::Pending(State* s, RpcFrame sent, Address address)
    : state(s), frame(std::move(sent)), to(address) {
  state->pending.emplace(frame.call, this);
}

RpcClient::Pending::~Pending() { state->pending.erase(frame.call); }

void RpcClient::Pending::Abandon() {
  ++state->counts.abandoned;
  if (state->closed) return;
  RpcFrame cancel;
  cancel.kind = Kind::kCancel;
  cancel.session = frame.session;
  cancel.call = frame.call;
  cancel.method = frame.method;
  (void)state->port->SendTo(to, cancel);
}

void RpcClient::State::Take(const Received<RpcFrame>& got) {
  const RpcFrame& frame = got.message;
  // A port may have been another client's before, or another incarnation's.
  const auto found =
      frame.session == session ? pending.find(frame.call) : pending.end();
  const bool over = found == pending.end() || found->second->to != got.from ||
                    found->second->promise.Done();
  if (got.refused) {
    if (over || frame.kind != Kind::kRequest) return;
    ++counts.refused;
    found->second->End(absl::UnavailableError(
        absl::StrCat("nobody listens at ", got.from.ToString())));
    return;
  }
  if (over || frame.kind != Kind::kAnswer) {
    ++counts.late_answers;
    Simulation::Current("RpcClient")
        .Record(event::MessageDropped{got.id, "late"});
    return;
  }
  ++counts.answers;
  if (frame.code == absl::StatusCode::kOk) {
    found->second->End(frame.body);
  } else {
    found->second->End(absl::Status(frame.code, frame.body));
  }
}

void RpcClient::State::Close() {
  if (closed) return;
  closed = true;
  port->Close();
  if (Simulation::Current("RpcClient").closing()) return;
  for (const auto& [call, waiting] : pending) waiting->End(ClosedError());
}

absl::StatusOr<std::unique_ptr<RpcClient>> RpcClient::Open(
    Network& network, RpcClientOptions options) {
  auto port = MessagePort<RpcFrame>::Bind(
      network, 0, {.room = options.room, .hear_refusals = true});
  if (!port.ok()) return port.status();
  Simulation& simulation = Simulation::Current("RpcClient::Open");
  auto state = std::make_shared<State>();
  state->node = simulation.current_node();
  state->options = options;
  state->session = NewSession(simulation);
  state->port = *std::move(port);
  Spawn("rpc client", Listen, state).Detach();
  return std::unique_ptr<RpcClient>(new RpcClient(std::move(state)));
}

RpcClient::~RpcClient() { Close(); }

void RpcClient::Close() { state_->Close(); }

Address RpcClient::address() const { return state_->port->address(); }

RpcClientCounts RpcClient::counts() const {
  RpcClientCounts counts = state_->counts;
  const MessagePortCounts& port = state_->port->counts();
  counts.damaged = port.corrupt + port.undecodable;
  return counts;
}

Task<> RpcClient::Listen(std::shared_ptr<State> state) {
  for (;;) {
    const absl::StatusOr<Received<RpcFrame>> got =
        co_await state->port->Receive();
    if (!got.ok()) co_return;
    state->Take(*got);
  }
}

Task<absl::StatusOr<std::string>> RpcClient::CallBytes(RpcTarget to,
                                                       std::string method,
                                                       std::string request,
                                                       CallOptions options,
                                                       SourceSite site) {
  Simulation& simulation = Simulation::Current("RpcClient::Call");
  const std::shared_ptr<State> state = state_;
  ORRERY_CHECK(simulation.current_node() == state->node,
               "an RpcClient is used on a machine that has not opened it");
  if (state->closed) co_return ClosedError();
  if (options.deadline <= absl::ZeroDuration()) co_return TooLate(method);
  const bool forever = options.deadline == absl::InfiniteDuration();
  int64_t left = ToNanoseconds(options.deadline);
  const SimTime due = After(SteadyNow(simulation), left);

  Address address = to.address();
  if (!to.name().empty()) {
    if (state->options.names == nullptr) {
      co_return absl::InvalidArgumentError(absl::StrCat(
          "the client has nobody to ask for the address of ", to.name()));
    }
    absl::StatusOr<std::vector<Address>> found =
        absl::DeadlineExceededError("");
    bool in_time = true;
    try {
      found = co_await WithTimeout(
          options.deadline, state->options.names->ResolveAddress(to.name()));
    } catch (const TimeoutError&) {
      in_time = false;
    }
    left = forever ? left : due.ns - SteadyNow(simulation).ns;
    if (!in_time || left <= 0) co_return TooLate(method);
    if (absl::IsInvalidArgument(found.status())) co_return found.status();
    if (!found.ok()) {
      co_return absl::UnavailableError(absl::StrCat(
          to.name(), " does not resolve: ", found.status().message()));
    }
    if (state->closed) co_return ClosedError();
    address = found->front();
  }

  RpcFrame frame;
  frame.session = state->session;
  frame.call = ++state->last_call;
  frame.remaining = forever ? RpcFrame::kForever : left;
  frame.method = std::move(method);
  frame.body = std::move(request);
  Pending pending(state.get(), std::move(frame), address);
  const absl::Status sent = state->port->SendTo(address, pending.frame, site);
  if (!sent.ok()) co_return sent;
  ++state->counts.calls;
  pending.frame.body.clear();
  bool expired = false;
  if (!forever) {
    auto expire = [&pending, &expired] {
      if (pending.promise.Done()) return;
      expired = true;
      pending.End(TooLate(pending.frame.method));
    };
    pending.deadline.StartAt(DueIn(simulation, left), expire, site);
  }
  try {
    Answer answer = co_await pending.promise.GetFuture();
    if (expired) pending.Abandon();
    co_return answer;
  } catch (const Cancelled&) {
    pending.Abandon();
    throw;
  }
}

}  // namespace orrery
