// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/network.h"

#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/digest.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constexpr uint32_t kNet = 10u << 24;
constexpr uint32_t kTestHost = kNet + 0xfffffe;

}  // namespace

Network::Network(World& world, NetworkOptions options)
    : Links(world, std::move(options)),
      loss_(Faults::Current().Get("net.loss")),
      duplication_(Faults::Current().Get("net.duplication")),
      corruption_(Faults::Current().Get("net.corruption")),
      reordering_(Faults::Current().Get("net.reordering")),
      mtu_(Faults::Current().Get("net.mtu")) {
  world.AddObserver(this);
}

Network::~Network() {
  world().RemoveObserver(this);
  for (Sockets& sockets : sockets_) {
    sockets.Clear([](DatagramSocket* socket) { socket->network_ = nullptr; });
  }
}

HostAddress Network::HostOf(NodeId node) {
  return {node ? kNet + node.value : kTestHost};
}

HostAddress Network::HostOfCurrent() {
  return HostOf(Simulation::Current("Network").current_node());
}

std::optional<NodeId> Network::NodeAt(HostAddress host) const {
  if (host.value == kTestHost) return NodeId();
  if (host.value <= kNet ||
      host.value - kNet > std::numeric_limits<uint16_t>::max()) {
    return std::nullopt;
  }
  const NodeId node(static_cast<uint16_t>(host.value - kNet));
  if (world().FindNode(node) == nullptr) return std::nullopt;
  return node;
}

// ---- Datagrams --------------------------------------------------------------

absl::Status Network::Send(DatagramSocket& socket, Address to,
                           std::string&& bytes, absl::string_view type,
                           const SourceSite& site) {
  Simulation& simulation = Simulation::Current("SendTo");
  if (simulation.closing()) return absl::OkStatus();  // by one of the dead
  const NodeId from = socket.node_;
  const std::optional<NodeId> receiver = NodeAt(to.host);
  const LinkOptions& options = OptionsOf(from, receiver.value_or(from));
  if (bytes.size() > options.mtu) [[unlikely]] {
    if (mtu_.Reach()) mtu_.HadEffect();
    return absl::InvalidArgumentError(
        absl::StrCat("a datagram of ", bytes.size(), " bytes to ",
                     to.ToString(), ", where at most ", options.mtu, " fit"));
  }
  const MessageId id = simulation.NewMessage();
  ++counts_.sent;
  Digest payload;
  payload.MixBytes(bytes);
  simulation.MixData(payload.value());
  if (simulation.records_events()) [[unlikely]] {
    simulation.Record(event::MessageSent{id, from, receiver.value_or(NodeId()),
                                         type, bytes.size(), payload.value(),
                                         site});
  }
  if (!receiver.has_value()) {
    Lose(id, "no such host", counts_.unreachable);
    return absl::OkStatus();
  }
  if (CutsOff(from, *receiver)) {
    Lose(id, LossText(Loss::kCut), counts_.cut_off);
    return absl::OkStatus();
  }
  if (from != *receiver && loss_.Happens(options.loss)) {
    if (SocketsOf(*receiver).Find(to.port) != nullptr) loss_.HadEffect();
    Lose(id, "loss", counts_.lost);
    return absl::OkStatus();
  }
  auto parcel = MakeParcel<DatagramParcel>(this, id, socket.address_, to,
                                           std::move(bytes));
  parcel->hears_refusals_ = socket.hears_refusals_;
  SendOn(std::move(parcel), from, *receiver, options);
  return absl::OkStatus();
}

void Network::SendOn(ParcelPtrOf<DatagramParcel> parcel, NodeId from, NodeId to,
                     const LinkOptions& options) {
  if (from == to) {
    const int64_t latency = DrawLatency(from, to);
    Launch(std::move(parcel), from, to, latency);
    return;
  }
  if (corruption_.Happens(options.corruption) && !parcel->bytes_.empty()) {
    ++counts_.corrupted;
    const uint64_t bit = corruption_.Pick(parcel->bytes_.size() * 8);
    parcel->bytes_[bit / 8] =
        static_cast<char>(parcel->bytes_[bit / 8] ^ (1 << bit % 8));
    parcel->special_ = parcel->corrupted_ = true;
  }
  const int64_t line = StandInLine(from, to, parcel->bytes_.size());
  if (duplication_.Happens(options.duplication)) {
    Simulation& simulation = Simulation::Current("SendTo");
    ++counts_.duplicated;
    auto copy = MakeParcel<DatagramParcel>(this, simulation.NewMessage(),
                                           parcel->from(), parcel->to(),
                                           std::string(parcel->bytes_));
    copy->special_ = copy->copied_ = true;
    copy->corrupted_ = parcel->corrupted_;
    simulation.Record(event::MessageCopied{parcel->message(), copy->message()});
    const int64_t latency = DrawLatency(options, from, to);
    Launch(std::move(copy), from, to, line + latency);
  }
  int64_t latency = DrawLatency(options, from, to);
  if (reordering_.Happens(options.reordering)) {
    Simulation& simulation = Simulation::Current("SendTo");
    ++counts_.reordered;
    parcel->special_ = parcel->reordered_ = true;
    parcel->in_order_ = After(simulation.now(), line + latency);
    latency += options.reordered_by.Draw(simulation, "reordered by");
  }
  Launch(std::move(parcel), from, to, line + latency);
}

void DatagramParcel::Arrive(ParcelPtr self) {
  (void)self.release();
  network_->Arrived(ParcelPtrOf<DatagramParcel>(this));
}

void DatagramParcel::GetLost(ParcelPtr, Loss why) {
  network_->GotLost(*this, why);
}

void Network::Arrived(ParcelPtrOf<DatagramParcel> parcel) {
  DatagramSocket* socket = SocketsOf(parcel->to_node()).Find(parcel->to().port);
  if (socket == nullptr) [[unlikely]] {
    Refuse(*parcel);
    Lose(parcel->message(), "nobody is there", counts_.unreachable);
    return;
  }
  if (socket->queue_.full()) [[unlikely]] {
    Lose(parcel->message(), "no room", counts_.overflowed);
    return;
  }
  ++counts_.delivered;
  if (parcel->special_) [[unlikely]]
    TellFaults(*parcel, *socket);
  if (parcel->message() > socket->latest_) {
    socket->latest_ = parcel->message();
    socket->latest_at_ = parcel->due();
  }
  socket->queue_.TryPut(std::move(parcel));
}

void Network::TellFaults(const DatagramParcel& parcel,
                         const DatagramSocket& socket) {
  if (parcel.corrupted_) corruption_.HadEffect();
  if (parcel.copied_) duplication_.HadEffect();
  // Something that was sent later has come, which else would not have.
  if (parcel.reordered_ && socket.latest_ > parcel.message() &&
      socket.latest_at_ >= parcel.in_order_) {
    reordering_.HadEffect();
  }
}

void Network::GotLost(DatagramParcel& parcel, Loss why) {
  switch (why) {
    case Loss::kCut:
      Lose(parcel.message(), LossText(why), counts_.cut_off);
      return;
    case Loss::kDropped:
      Lose(parcel.message(), LossText(why), counts_.lost);
      return;
    case Loss::kAnotherIncarnation:
      Refuse(parcel);
      Lose(parcel.message(), LossText(why), counts_.unreachable);
      return;
  }
}

void Network::Refuse(DatagramParcel& parcel) {
  if (!parcel.hears_refusals_) return;
  const NodeId machine = parcel.to_node();
  const NodeId sender = parcel.from_node();
  const Node* node = world().FindNode(machine);
  if (node != nullptr && node->state() == NodeState::kCrashed) return;
  auto refusal = MakeParcel<DatagramParcel>(
      this, Simulation::Current("Network").NewMessage(), parcel.to(),
      parcel.from(), std::move(parcel.bytes_));
  refusal->refused_ = true;
  Carry(std::move(refusal), machine, sender);
}

void Network::Lose(MessageId id, absl::string_view why, uint64_t& count) {
  ++count;
  Simulation::Current("Network").Record(event::MessageDropped{id, why});
}

// ---- Machines ---------------------------------------------------------------

void Network::OnBoot(Node& node) { Booted(node.id(), node.incarnation()); }

void Network::OnDown(Node& node, NodeState why) {
  // Its sockets stand in frames that are about to be destroyed.
  SocketsOf(node.id()).Clear(
      [](DatagramSocket* socket) { socket->network_ = nullptr; });
  if (streams_ != nullptr) streams_->OnDown(node, why);
}

}  // namespace orrery
