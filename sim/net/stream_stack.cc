// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/stream_stack.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/digest.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/net/stream_listener.h"
#include "orrery/sim/net/stream_socket.h"
#include "orrery/sim/posted_callback.h"
#include "orrery/sim/simulation.h"

namespace orrery {

absl::string_view SegmentName(SegmentKind kind) {
  switch (kind) {
    case SegmentKind::kSyn:
      return "syn";
    case SegmentKind::kSynAck:
      return "syn-ack";
    case SegmentKind::kData:
      return "stream";
    case SegmentKind::kFin:
      return "fin";
    case SegmentKind::kAck:
      return "ack";
    case SegmentKind::kProbe:
      return "probe";
    case SegmentKind::kReset:
      return "rst";
  }
  return "";
}

void SegmentParcel::Arrive(ParcelPtr) { stack_->Arrived(*this); }

void SegmentParcel::GetLost(ParcelPtr, Loss why) {
  if (why == Loss::kAnotherIncarnation) {
    // The machine has booted since, and knows nothing of the connection: that
    // is an answer, too.
    stack_->Arrived(*this);
  } else {
    stack_->GotLost(*this, LossText(why));
  }
}

StreamStack& StreamStack::Of(Network& network) {
  std::unique_ptr<NetworkPart>& part = network.streams();
  if (part == nullptr) part = std::make_unique<StreamStack>(network);
  return static_cast<StreamStack&>(*part);
}

StreamStack::StreamStack(Network& network)
    : network_(network), options_(network.options().stream) {
  ORRERY_CHECK(options_.send_buffer >= 1 && options_.receive_buffer >= 1 &&
                   options_.segment >= 1,
               "a stream needs room for at least one byte");
  Faults& all = Faults::Current();
  faults = {.loss = &all.Get("net.stream_loss"),
            .refuse = &all.Get("net.refuse"),
            .connect_hang = &all.Get("net.connect_hang"),
            .reset = &all.Get("net.reset"),
            .short_read = &all.Get("net.short_read"),
            .short_write = &all.Get("net.short_write")};
}

StreamStack::~StreamStack() {
  const absl::Status gone =
      absl::FailedPreconditionError("the network is gone");
  for (const auto& [number, connection] : connections_) {
    for (StreamEnd* end : {&connection->client, &connection->server}) {
      if (end->user() != nullptr) end->user()->Detach(gone);
    }
  }
  for (const auto& [address, listener] : listeners_) listener->Detach(gone);
}

const StreamFaults& StreamStack::FaultsFrom(const StreamEnd& from) const {
  const StreamEnd& to = Other(from);
  if (!from.node().has_value() || !to.node().has_value()) {
    return network_.options().link.stream;
  }
  return network_.OptionsOf(*from.node(), *to.node()).stream;
}

const StreamFaults& StreamStack::FaultsTo(const StreamEnd& to) const {
  return FaultsFrom(Other(to));
}

StreamEnd& StreamStack::Other(const StreamEnd& end) const {
  Connection& both = *connections_.at(end.connection());
  return end.server() ? both.client : both.server;
}

StreamEnd* StreamStack::Find(uint64_t connection, bool server) const {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return nullptr;
  return server ? &found->second->server : &found->second->client;
}

bool StreamStack::IsOff(NodeId node) const {
  if (!node) return false;  // the test
  const Node& machine = *network_.world().FindNode(node);
  return machine.state() == NodeState::kCrashed || machine.incarnation() == 0;
}

PostHandle StreamStack::PostCallback(int64_t nanoseconds,
                                     absl::AnyInvocable<void() &&> callback) {
  Simulation& simulation = Simulation::Current("Stream");
  auto* posted = new PostedCallback(std::move(callback));
  posted->id = simulation.NewEntity();
  simulation.nodes().RunOn(NodeId(), [&] {
    simulation.PostCallback(posted, EntityKind::kTimer,
                            After(simulation.now(), nanoseconds), SourceSite());
  });
  return PostHandle(posted);
}

// ---- For sockets and listeners ----------------------------------------------

absl::StatusOr<uint16_t> StreamStack::FreePort(HostAddress host) {
  constexpr uint32_t kFirst = 49'152;
  constexpr uint32_t kCount = 65'536 - kFirst;
  uint16_t& next = next_port_.try_emplace(host, kFirst).first->second;
  for (uint32_t tried = 0; tried < kCount; ++tried) {
    const Address address = {host, next};
    next =
        static_cast<uint16_t>(kFirst + (next + uint32_t{1} - kFirst) % kCount);
    if (!ports_.contains(address) && !listeners_.contains(address)) {
      return address.port;
    }
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("no port of ", host.ToString(), " is free"));
}

absl::StatusOr<StreamEnd*> StreamStack::Connect(Address to) {
  const NodeId node = Simulation::Current("Connect").current_node();
  Address local = {Network::HostOf(node), 0};
  const absl::StatusOr<uint16_t> port = FreePort(local.host);
  if (!port.ok()) return port.status();
  local.port = *port;
  ports_.insert(local);
  const uint64_t number = ++last_connection_;
  auto connection = std::make_unique<Connection>(
      this, number, node, network_.NodeAt(to.host), local, to);
  StreamEnd* end = &connection->client;
  connections_.emplace(number, std::move(connection));
  return end;
}

absl::StatusOr<Address> StreamStack::TakePort(uint16_t port) {
  Address address = {Network::HostOfCurrent(), port};
  if (port == 0) {
    const absl::StatusOr<uint16_t> free = FreePort(address.host);
    if (!free.ok()) return free.status();
    address.port = *free;
  } else if (listeners_.contains(address) || ports_.contains(address)) {
    return absl::AlreadyExistsError(
        absl::StrCat("port ", address.ToString(), " is taken"));
  }
  return address;
}

void StreamStack::Listen(Address address, StreamListener* listener) {
  listeners_.emplace(address, listener);
}

void StreamStack::Unlisten(Address address) { listeners_.erase(address); }

void StreamStack::MaybeForget(uint64_t connection) {
  const auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  const Connection& both = *found->second;
  if (both.client.over()) ports_.erase(both.client.local());
  if (both.client.over() && both.server.over()) connections_.erase(found);
}

// ---- For the ends -----------------------------------------------------------

void StreamStack::Send(StreamEnd& from, Segment segment) {
  Simulation& simulation = Simulation::Current("Stream");
  if (simulation.closing()) return;
  const StreamEnd& to = Other(from);
  const SegmentKind kind = segment.kind;
  MessageId id;
  if (kind != SegmentKind::kAck) {
    id = simulation.NewMessage();
    Digest payload;
    payload.MixBytes(segment.bytes);
    simulation.MixData(payload.value());
    simulation.Record(event::MessageSent{
        id, *from.node(), to.node().value_or(NodeId()), SegmentName(kind),
        segment.bytes.size(), payload.value(), from.site()});
  }
  auto parcel = MakeParcel<SegmentParcel>(this, id, from.local(), from.remote(),
                                          std::move(segment));
  if (!to.node().has_value()) {
    GotLost(*parcel, "no such host");
    return;
  }
  const bool may_get_lost =
      kind == SegmentKind::kSyn || kind == SegmentKind::kSynAck ||
      kind == SegmentKind::kData || kind == SegmentKind::kFin;
  if (may_get_lost && from.node() != to.node() &&
      faults.loss->Happens(FaultsFrom(from).loss)) {
    faults.loss->HadEffect();  // it comes later
    GotLost(*parcel, "loss");
    return;
  }
  network_.Carry(std::move(parcel), *from.node(), *to.node());
}

void StreamStack::MissAnswer(const StreamEnd& end) { Other(end).MissAnswer(); }

// ---- For the network --------------------------------------------------------

void StreamStack::GotLost(SegmentParcel& parcel, absl::string_view why) {
  Simulation& simulation = Simulation::Current("Stream");
  if (simulation.closing()) return;
  if (parcel.message()) {
    simulation.Record(event::MessageDropped{parcel.message(), why});
  }
  const Segment& segment = parcel.segment();
  StreamEnd* sender = Find(segment.connection, segment.by_server);
  if (sender == nullptr) return;
  sender->Lost(segment);
  switch (segment.kind) {
    case SegmentKind::kSynAck:
    case SegmentKind::kAck:
    case SegmentKind::kReset:
      Other(*sender).MissAnswer();
      break;
    default:
      break;
  }
}

void StreamStack::Arrived(SegmentParcel& parcel) {
  if (IsOff(parcel.to_node())) {
    GotLost(parcel, "the machine is off");
    return;
  }
  Segment& segment = parcel.segment();
  const uint64_t connection = segment.connection;
  StreamEnd* end = Find(connection, !segment.by_server);
  const auto drop = [&](absl::string_view why) {
    if (!parcel.message()) return;
    Simulation::Current("Stream").Record(
        event::MessageDropped{parcel.message(), why});
  };
  if (end == nullptr) {
    drop("nobody knows it");
    return;
  }
  switch (end->state()) {
    case StreamEnd::State::kNone:
      if (segment.kind == SegmentKind::kSyn) {
        Asked(*end, parcel);
      } else {
        drop("nobody knows it");
      }
      break;
    case StreamEnd::State::kBroken:
      drop("there is no such connection any more");
      if (segment.kind != SegmentKind::kReset) end->SendReset();
      break;
    default:
      end->Receive(std::move(segment), parcel.message());
  }
  MaybeForget(connection);
}

// Somebody wants to connect to the machine of `end`.
void StreamStack::Asked(StreamEnd& end, SegmentParcel& parcel) {
  const MessageId message = parcel.message();
  const auto found = listeners_.find(end.local());
  Fault* cause = nullptr;
  if (found != listeners_.end()) {
    if (!faults.refuse->Happens(FaultsTo(end).refuse)) {
      if (!found->second->Admit(&end)) {
        GotLost(parcel, "the backlog is full");
        return;
      }
      end.set_made_by(message);
      end.Accept();
      return;
    }
    cause = faults.refuse;
  }
  Simulation::Current("Stream").Record(event::MessageDropped{
      message, cause != nullptr ? "refused" : "nobody listens"});
  end.SendReset(cause);
}

void StreamStack::OnDown(Node& node, NodeState why) {
  const absl::Status down = absl::FailedPreconditionError(
      absl::StrCat("machine ", node.name(), " went down"));
  const HostAddress host = Network::HostOf(node);
  for (auto at = listeners_.begin(); at != listeners_.end();) {
    if (at->first.host == host) {
      at->second->Detach(down);
      at = listeners_.erase(at);
    } else {
      ++at;
    }
  }
  for (const auto& [number, connection] : connections_) {
    for (StreamEnd* end : {&connection->client, &connection->server}) {
      if (end->node() != node.id()) continue;
      StreamSocket* user = end->user();
      const bool waits = end->listener() != nullptr;
      end->set_listener(nullptr);
      if (why == NodeState::kCrashed) {
        end->set_user(nullptr);
        end->Break(down);
      } else if (user != nullptr) {
        end->Close();
      } else if (waits) {
        end->Reset(down);
      }
      if (user != nullptr) user->Detach(down);
    }
  }
  for (auto at = connections_.begin(); at != connections_.end();) {
    const uint64_t number = at->first;
    MaybeForget(number);
    at = connections_.upper_bound(number);
  }
}

}  // namespace orrery
