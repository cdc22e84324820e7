// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/network.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/digest.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/post.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constexpr uint32_t kNet = 10u << 24;
constexpr uint32_t kTestHost = kNet + 0xfffffe;

}  // namespace

Network::Network(World& world, NetworkOptions options)
    : world_(world), options_(std::move(options)) {
  world_.AddObserver(this);
}

Network::~Network() {
  world_.RemoveObserver(this);
  for (const auto& [address, socket] : sockets_) socket->network_ = nullptr;
  while (Packet* packet = in_flight_.front()) Take(packet)->delivery.Cancel();
}

HostAddress Network::HostOf(NodeId node) {
  return {node ? kNet + node.value : kTestHost};
}

HostAddress Network::HostOfCurrent() {
  return HostOf(Simulation::Current("Network").current_node());
}

std::optional<NodeId> Network::NodeAt(HostAddress host) const {
  if (host.value == kTestHost) return NodeId();
  if (host.value <= kNet || host.value > kNet + world_.nodes().size()) {
    return std::nullopt;
  }
  return NodeId(static_cast<uint16_t>(host.value - kNet));
}

// ---- Links ------------------------------------------------------------------

Network::Link& Network::LinkOf(NodeId from, NodeId to) {
  return links_[Key(from, to)];
}

Network::Link* Network::FindLink(NodeId from, NodeId to) {
  if (links_.empty()) return nullptr;
  const auto found = links_.find(Key(from, to));
  return found != links_.end() ? &found->second : nullptr;
}

LinkOptions& Network::link(const Node* from, const Node* to) {
  Link& link = LinkOf(IdOf(from), IdOf(to));
  if (!link.options.has_value()) link.options = options_.link;
  return *link.options;
}

bool Network::IsCut(NodeId from, NodeId to) {
  const Link* link = FindLink(from, to);
  return link != nullptr && link->cut;
}

void Network::Cut(const Node* from, const Node* to) {
  LinkOf(IdOf(from), IdOf(to)).cut = true;
  Simulation::Current("Network").RecordFault("link cut", IdOf(from));
}

void Network::Mend(const Node* from, const Node* to) {
  LinkOf(IdOf(from), IdOf(to)).cut = false;
}

void Network::Partition(const std::vector<const Node*>& one,
                        const std::vector<const Node*>& other) {
  for (const Node* a : one) {
    for (const Node* b : other) {
      Cut(a, b);
      Cut(b, a);
    }
  }
}

void Network::BlackHole(const Node* node) {
  for (const std::unique_ptr<Node>& other : world_.nodes()) {
    if (other.get() == node) continue;
    Cut(node, other.get());
    Cut(other.get(), node);
  }
  if (node != nullptr) {
    Cut(node, nullptr);
    Cut(nullptr, node);
  }
}

void Network::Clog(const Node* from, const Node* to, absl::Duration duration) {
  LinkOf(IdOf(from), IdOf(to)).clogged_until =
      After(Simulation::Current("Network").now(), ToNanoseconds(duration));
}

void Network::Hold(const Node* from, const Node* to) {
  LinkOf(IdOf(from), IdOf(to)).held = true;
}

void Network::Release(const Node* from, const Node* to) {
  LinkOf(IdOf(from), IdOf(to)).held = false;
  const SimTime now = Simulation::Current("Network").now();
  for (Packet* p = in_flight_.front(); p != nullptr; p = in_flight_.after(p)) {
    if (!p->held || p->from_node != IdOf(from) || p->to_node != IdOf(to)) {
      continue;
    }
    p->held = false;
    Schedule(p, std::max(now, p->due));
  }
}

void Network::Heal() {
  for (auto& [key, link] : links_) {
    link.cut = link.held = false;
    link.clogged_until = SimTime();
  }
  const SimTime now = Simulation::Current("Network").now();
  for (Packet* p = in_flight_.front(); p != nullptr; p = in_flight_.after(p)) {
    if (!p->held) continue;
    p->held = false;
    Schedule(p, std::max(now, p->due));
  }
}

// ---- Datagrams --------------------------------------------------------------

absl::Status Network::Send(DatagramSocket& socket, Address to,
                           std::string bytes, const SourceSite& site) {
  Simulation& simulation = Simulation::Current("SendTo");
  if (simulation.closing()) return absl::OkStatus();  // by one of the dead
  const NodeId from = socket.node_;
  const std::optional<NodeId> receiver = NodeAt(to.host);
  Link* link = receiver.has_value() ? FindLink(from, *receiver) : nullptr;
  const LinkOptions& options = OptionsOf(link);
  if (bytes.size() > options.mtu) {
    return absl::InvalidArgumentError(
        absl::StrCat("a datagram of ", bytes.size(), " bytes to ",
                     to.ToString(), ", where at most ", options.mtu, " fit"));
  }
  const MessageId id = simulation.NewMessage();
  ++counts_.sent;
  Digest payload;
  payload.MixBytes(bytes);
  simulation.MixData(payload.value());
  simulation.Record(event::MessageSent{id, from, receiver.value_or(NodeId()),
                                       "datagram", bytes.size(),
                                       payload.value(), site});
  if (!receiver.has_value()) {
    Lose(id, "no such host", counts_.unreachable);
    return absl::OkStatus();
  }
  if (link != nullptr && link->cut) {
    Lose(id, "cut", counts_.cut_off);
    return absl::OkStatus();
  }
  auto packet = std::make_unique<Packet>();
  packet->network = this;
  packet->id = id;
  packet->from = socket.address_;
  packet->to = to;
  packet->from_node = from;
  packet->to_node = *receiver;
  packet->incarnation = simulation.nodes().incarnation(*receiver);
  packet->bytes = std::move(bytes);
  if (from == *receiver) {
    Launch(std::move(packet), options_.loopback.Draw(simulation, "loopback"));
    return absl::OkStatus();
  }
  if (Faults::Current().Get("net.loss").Happens(options.loss)) {
    Lose(id, "loss", counts_.lost);
    return absl::OkStatus();
  }
  if (Faults::Current().Get("net.corruption").Happens(options.corruption) &&
      !packet->bytes.empty()) {
    ++counts_.corrupted;
    const uint64_t bit =
        simulation.Draw(ChoiceKind::kFault, packet->bytes.size() * 8, "bit");
    packet->bytes[bit / 8] =
        static_cast<char>(packet->bytes[bit / 8] ^ (1 << bit % 8));
  }
  int64_t wait = 0;
  if (options.bandwidth != 0) {
    Link& line = link != nullptr ? *link : LinkOf(from, *receiver);
    const auto takes = static_cast<int64_t>(
        static_cast<unsigned __int128>(packet->bytes.size()) * 1'000'000'000 /
        options.bandwidth);
    line.free_at = After(std::max(line.free_at, simulation.now()), takes);
    wait = line.free_at.ns - simulation.now().ns;
  }
  if (Faults::Current().Get("net.duplication").Happens(options.duplication)) {
    ++counts_.duplicated;
    auto copy = std::make_unique<Packet>();
    copy->network = this;
    copy->id = simulation.NewMessage();
    copy->from = packet->from;
    copy->to = to;
    copy->from_node = from;
    copy->to_node = *receiver;
    copy->incarnation = packet->incarnation;
    copy->bytes = packet->bytes;
    simulation.Record(event::MessageCopied{id, copy->id});
    Launch(std::move(copy), wait + options.latency.Draw(simulation, "latency"));
  }
  int64_t latency = options.latency.Draw(simulation, "latency");
  if (Faults::Current().Get("net.reordering").Happens(options.reordering)) {
    ++counts_.reordered;
    latency += options.reordered_by.Draw(simulation, "reordered by");
  }
  Launch(std::move(packet), wait + latency);
  return absl::OkStatus();
}

void Network::Launch(std::unique_ptr<Packet> packet, int64_t latency) {
  Packet* p = packet.release();
  in_flight_.PushBack(p);
  Schedule(p, After(Simulation::Current("Network").now(), latency));
}

void Network::Schedule(Packet* packet, SimTime due) {
  packet->due = due;
  Simulation& simulation = Simulation::Current("Network");
  auto* posted =
      new PostedCallback([packet] { packet->network->Arrive(packet); });
  posted->id = simulation.NewEntity();
  simulation.nodes().RunOn(NodeId(), [&] {
    simulation.PostCallback(posted, EntityKind::kTimer, due, SourceSite());
  });
  packet->delivery = PostHandle(posted);
}

void Network::Arrive(Packet* packet) {
  Simulation& simulation = Simulation::Current("Network");
  if (Link* link = FindLink(packet->from_node, packet->to_node);
      link != nullptr) [[unlikely]] {
    if (link->cut) {
      Lose(Take(packet)->id, "cut", counts_.cut_off);
      return;
    }
    if (link->held) {
      packet->held = true;
      return;
    }
    if (link->clogged_until > simulation.now()) {
      Schedule(packet, link->clogged_until);
      return;
    }
  }
  const std::unique_ptr<Packet> arrived = Take(packet);
  if (arrived->to_node && simulation.nodes().incarnation(arrived->to_node) !=
                              arrived->incarnation) {
    Lose(arrived->id, "another incarnation", counts_.unreachable);
    return;
  }
  const auto found = sockets_.find(arrived->to);
  if (found == sockets_.end()) {
    Lose(arrived->id, "nobody is there", counts_.unreachable);
    return;
  }
  if (found->second->queue_.TryPut(
          {arrived->from, std::move(arrived->bytes), arrived->id})) {
    ++counts_.delivered;
  } else {
    Lose(arrived->id, "no room", counts_.overflowed);
  }
}

void Network::Lose(MessageId id, absl::string_view why, uint64_t& count) {
  ++count;
  Simulation::Current("Network").Record(event::MessageDropped{id, why});
}

std::unique_ptr<Network::Packet> Network::Take(Packet* packet) {
  in_flight_.Remove(packet);
  return std::unique_ptr<Packet>(packet);
}

std::vector<InFlightDatagram> Network::InFlight() const {
  std::vector<InFlightDatagram> all;
  for (const Packet* p = in_flight_.front(); p != nullptr;
       p = in_flight_.after(p)) {
    all.push_back({p->id, p->from, p->to, p->bytes, p->due, p->held});
  }
  return all;
}

bool Network::Drop(MessageId id) {
  for (Packet* p = in_flight_.front(); p != nullptr; p = in_flight_.after(p)) {
    if (p->id != id) continue;
    p->delivery.Cancel();
    Lose(Take(p)->id, "dropped", counts_.lost);
    return true;
  }
  return false;
}

void Network::OnDown(Node& node, NodeState) {
  // Its sockets stand in frames that are about to be destroyed.
  const HostAddress host = HostOf(node);
  std::vector<DatagramSocket*> theirs;
  for (const auto& [address, socket] : sockets_) {
    if (address.host == host) theirs.push_back(socket);
  }
  for (DatagramSocket* socket : theirs) {
    sockets_.erase(socket->address_);
    socket->network_ = nullptr;
  }
}

}  // namespace orrery
