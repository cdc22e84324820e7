// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/rpc_server.h"

#include <vector>

#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/scoped_timer.h"
#include "orrery/sim/local_time.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/task_handle.h"

namespace orrery {
namespace {

using Kind = RpcFrame::Kind;

void Drop(MessageId id, absl::string_view why) {
  Simulation::Current("RpcServer").Record(event::MessageDropped{id, why});
}

}  // namespace

absl::Duration RpcContext::Remaining() const {
  if (due_ == SimTime::Infinite()) return absl::InfiniteDuration();
  return absl::Nanoseconds(due_.ns -
                           SteadyNow(Simulation::Current("RpcContext")).ns);
}

// A call that is worked on; it belongs to the frame of its task.
struct RpcServer::Call {
  Call(RpcServer* s, TaskGroup* g, Received<RpcFrame> got, SimTime due)
      : server(s),
        group(g),
        from(got.from),
        frame(std::move(got.message)),
        context(from, due),
        place(s->running_.emplace(Key(from.host, frame.session, frame.call),
                                  this)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { server->running_.erase(place); }

  void CallerIsGone() {
    caller_gone = true;
    task.Cancel();
  }

  RpcServer* server;
  TaskGroup* group;
  Address from;
  RpcFrame frame;
  RpcContext context;
  std::shared_ptr<const Handler> handler;
  std::multimap<Key, Call*>::iterator place;
  ScopedTimer deadline;
  TaskHandle task;
  bool caller_gone = false;
  bool expired = false;
};

// ---- Life -------------------------------------------------------------------

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Bind(
    Network& network, uint16_t port, RpcServerOptions options) {
  auto bound =
      MessagePort<RpcFrame>::Bind(network, port, {.room = options.room});
  if (!bound.ok()) return bound.status();
  return std::unique_ptr<RpcServer>(
      new RpcServer(*std::move(bound), std::move(options)));
}

RpcServer::RpcServer(std::unique_ptr<MessagePort<RpcFrame>> port,
                     RpcServerOptions options)
    : port_(std::move(port)),
      options_(std::move(options)),
      drop_request_(Faults::Current().Get("rpc.drop_request")),
      drop_response_(Faults::Current().Get("rpc.drop_response")),
      delay_(Faults::Current().Get("rpc.delay")) {}

RpcServer::~RpcServer() {
  ORRERY_CHECK(!serving_ || Simulation::Current("RpcServer").closing(),
               "an RpcServer is destroyed while it serves");
}

RpcServerCounts RpcServer::counts() const {
  RpcServerCounts counts = counts_;
  const MessagePortCounts& port = port_->counts();
  counts.damaged += port.corrupt + port.undecodable;
  return counts;
}

void RpcServer::AddMethod(absl::string_view method, Handler handler) {
  const bool added =
      methods_
          .emplace(method, std::make_shared<const Handler>(std::move(handler)))
          .second;
  ORRERY_CHECK(added,
               absl::StrCat("the method ", method, " has a handler already"));
}

void RpcServer::Close() { port_->Close(); }

Task<> RpcServer::Serve() {
  struct Serving {
    explicit Serving(bool* flag) : serving(flag) { *serving = true; }
    ~Serving() { *serving = false; }
    bool* serving;
  };
  ORRERY_CHECK(!serving_, "an RpcServer serves already");
  const Serving serving(&serving_);
  co_await WithTaskGroup(&RpcServer::ServeIn, this);
}

Task<> RpcServer::ServeIn(TaskGroup& group, RpcServer* server) {
  for (;;) {
    absl::StatusOr<Received<RpcFrame>> got = co_await server->port_->Receive();
    if (!got.ok()) break;  // closed
    server->Take(group, *std::move(got));
  }
  group.Cancel();
}

// ---- Requests ---------------------------------------------------------------

bool RpcServer::Meet(HostAddress host, uint32_t incarnation) {
  uint32_t& latest = incarnations_[host];
  if (incarnation <= latest) return incarnation == latest;
  latest = incarnation;
  const RpcSession first = {incarnation, 0};
  const auto end = running_.lower_bound(Key(host, first, 0));
  for (auto it = running_.lower_bound(Key(host, RpcSession(), 0)); it != end;
       ++it) {
    it->second->CallerIsGone();
  }
  windows_.erase(windows_.lower_bound({host, RpcSession()}),
                 windows_.lower_bound({host, first}));
  return true;
}

bool RpcServer::IsNew(const Key& key) {
  const auto& [host, session, call] = key;
  Window& window = windows_[{host, session}];
  if (call <= window.forgotten || !window.seen.insert(call).second) {
    return false;
  }
  // Those without a gap before them need not be remembered one by one.
  while (!window.seen.empty() &&
         (*window.seen.begin() == window.forgotten + 1 ||
          window.seen.size() > options_.window)) {
    window.forgotten = *window.seen.begin();
    window.seen.erase(window.seen.begin());
  }
  return true;
}

void RpcServer::Take(TaskGroup& group, Received<RpcFrame> got) {
  const RpcFrame& frame = got.message;
  if (frame.kind == Kind::kAnswer) {
    ++counts_.damaged;
    Drop(got.id, "not a request");
    return;
  }
  if (!Meet(got.from.host, frame.session.incarnation)) {
    Drop(got.id, "of an earlier incarnation");
    return;
  }
  const Key key(got.from.host, frame.session, frame.call);
  if (frame.kind == Kind::kCancel) {
    // If it has overtaken its request, that is not to be begun.
    if (options_.drop_duplicates) (void)IsNew(key);
    const auto [begin, end] = running_.equal_range(key);
    for (auto it = begin; it != end; ++it) it->second->CallerIsGone();
    return;
  }
  if (options_.drop_duplicates && !IsNew(key)) {
    ++counts_.duplicates;
    Drop(got.id, "duplicate");
    return;
  }
  if (drop_request_.Happens(faults().drop_request)) {
    drop_request_.HadEffect();
    Drop(got.id, "rpc.drop_request");
    return;
  }
  Start(group, std::move(got));
}

void RpcServer::Start(TaskGroup& group, Received<RpcFrame> got) {
  const auto method = methods_.find(got.message.method);
  if (method == methods_.end()) {
    ++counts_.unimplemented;
    Reply(got.from, got.message,
          absl::UnimplementedError(absl::StrCat(
              address().ToString(), " has no method ", got.message.method)));
    return;
  }
  if (running_.size() >= options_.max_concurrent) {
    ++counts_.turned_away;
    Reply(got.from, got.message,
          absl::ResourceExhaustedError(
              absl::StrCat(address().ToString(), " works on ", running_.size(),
                           " calls, and takes no more")));
    return;
  }
  ++counts_.requests;
  Simulation& simulation = Simulation::Current("RpcServer");
  const int64_t remaining = got.message.remaining;
  const bool forever = remaining == RpcFrame::kForever;
  const SimTime due =
      forever ? SimTime::Infinite() : After(SteadyNow(simulation), remaining);
  auto call = std::make_unique<Call>(this, &group, std::move(got), due);
  call->handler = method->second;
  Call* started = call.get();
  started->task = group.Spawn(method->first, &RpcServer::Run, std::move(call));
  if (forever) return;
  auto expire = [started] {
    started->expired = true;
    started->task.Cancel();
  };
  started->deadline.StartAt(DueIn(simulation, remaining), expire, SourceSite());
}

Task<> RpcServer::Run(std::unique_ptr<Call> call) {
  RpcServer* server = call->server;
  Simulation& simulation = Simulation::Current("RpcServer");
  const RpcFaults faults = server->faults();
  Answer answer = absl::UnknownError("");
  bool cancelled = false;
  try {
    if (server->delay_.Happens(faults.delay)) {
      server->delay_.HadEffect();
      co_await Sleep(absl::Nanoseconds(
          faults.delayed_by.Draw(simulation, "rpc.delay: request")));
    }
    Task<Answer> task =
        (*call->handler)(std::move(call->frame.body), call->context);
    answer = co_await std::move(task);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (cancelled) {
    if (call->caller_gone) {
      ++server->counts_.cancelled;
      co_return;
    }
    if (call->expired) {
      ++server->counts_.expired;
      answer = absl::DeadlineExceededError(
          absl::StrCat(call->frame.method, " was not done by the deadline"));
    } else if (call->group->IsEnding()) {
      answer = absl::UnavailableError("the server stops");
    } else {
      answer = absl::CancelledError(
          absl::StrCat(call->frame.method, " was cancelled at the server"));
    }
  } else if (server->delay_.Happens(faults.delay)) {
    server->delay_.HadEffect();
    try {
      co_await Sleep(absl::Nanoseconds(
          faults.delayed_by.Draw(simulation, "rpc.delay: answer")));
    } catch (const Cancelled&) {
      co_return;  // nobody waits for it any more
    }
  }
  if (server->drop_response_.Happens(faults.drop_response)) {
    server->drop_response_.HadEffect();
    co_return;
  }
  server->Reply(call->from, call->frame, std::move(answer));
}

void RpcServer::Reply(Address to, const RpcFrame& request, Answer answer) {
  RpcFrame frame;
  frame.kind = Kind::kAnswer;
  frame.session = request.session;
  frame.call = request.call;
  frame.method = request.method;
  if (answer.ok()) {
    frame.body = *std::move(answer);
  } else {
    frame.code = answer.status().code();
    frame.body = std::string(answer.status().message());
  }
  absl::Status sent = port_->SendTo(to, frame);
  if (absl::IsInvalidArgument(sent)) {
    frame.code = absl::StatusCode::kResourceExhausted;
    frame.body = absl::StrCat("an answer of ", frame.body.size(),
                              " bytes is larger than a datagram can be");
    sent = port_->SendTo(to, frame);
  }
  if (sent.ok()) ++counts_.answers;
}

}  // namespace orrery
