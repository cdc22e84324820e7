// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Network`: what connects the machines of a `World`. Each has an address, and
// there is a link from each to each, which can be slow, lossy, clogged or cut
// in one direction or in both.
//
//   World world;
//   Network network(world, {.link = {.loss = Chance::Percent(1)}});
//   Node& a = world.AddNode("a", [&] { return Serve(network); });
//   Node& b = world.AddNode("b", [&] { return Ask(network); });
//   co_await Sleep(absl::Seconds(5));
//   network.Partition({&a}, {&b});
//
// What runs on no machine has an address too, 10.255.255.254: a test can speak
// to the machines, over links like any others.

#ifndef ORRERY_SIM_NET_NETWORK_H_
#define ORRERY_SIM_NET_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/link.h"
#include "orrery/sim/node/world.h"
#include "orrery/sim/ring.h"

namespace orrery {

class DatagramSocket;

struct NetworkOptions {
  LinkOptions link = {};                                     // of every pair
  LatencyLaw loopback = LatencyLaw(absl::Microseconds(10));  // to oneself
};

// How often what went wrong, or could have.
struct NetworkCounts {
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t lost = 0;  // by chance
  uint64_t duplicated = 0;
  uint64_t corrupted = 0;
  uint64_t reordered = 0;
  uint64_t cut_off = 0;      // by a partition or a black hole
  uint64_t unreachable = 0;  // nobody was there, or another incarnation
  uint64_t overflowed = 0;   // the receiver had no room
};

// A datagram on its way, to be looked at.
struct InFlightDatagram {
  MessageId id;
  Address from;
  Address to;
  absl::string_view bytes;
  SimTime due;        // when it arrives
  bool held = false;  // it does not, until it is released
};

class Network final : public NodeObserver {
 public:
  explicit Network(World& world, NetworkOptions options = {});
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network() override;

  // The address of a machine: 10.0.0.1 is that of the first one.
  static HostAddress HostOf(const Node& node) { return HostOf(node.id()); }
  static HostAddress HostOf(NodeId node);
  // The address of what runs: of its machine, or of the test.
  static HostAddress HostOfCurrent();

  // ---- Links. Null stands for the test, which is on no machine. -------------

  // Returns how the link from `from` to `to` behaves, to be changed; from then
  // on it does not follow `NetworkOptions::link`.
  LinkOptions& link(const Node* from, const Node* to);

  // Cuts the link from `from` to `to`, and not the other way. What is on its
  // way gets lost. `Mend` ends that.
  void Cut(const Node* from, const Node* to);
  void Mend(const Node* from, const Node* to);
  // Cuts every link between the two sides, in both directions.
  void Partition(const std::vector<const Node*>& one,
                 const std::vector<const Node*>& other);
  // Whatever is sent by `node`, or to it, gets lost.
  void BlackHole(const Node* node);
  // Ends all cuts, partitions, black holes, clogs and holds. What was held or
  // clogged arrives.
  void Heal();

  // Nothing arrives over the link before `duration` has passed; then all does.
  void Clog(const Node* from, const Node* to, absl::Duration duration);
  // Nothing arrives over the link until it is released.
  void Hold(const Node* from, const Node* to);
  void Release(const Node* from, const Node* to);

  // Returns what is on its way, in the order in which it was sent.
  std::vector<InFlightDatagram> InFlight() const;
  // Loses one of those that are on their way. Returns whether it was there.
  bool Drop(MessageId id);

  const NetworkCounts& counts() const { return counts_; }

  void OnDown(Node& node, NodeState why) override;

 private:
  friend DatagramSocket;

  // What is known of a link that is not like all others.
  struct Link {
    std::optional<LinkOptions> options;
    bool cut = false;
    bool held = false;
    SimTime clogged_until;
    SimTime free_at;  // when what was sent before has left
  };
  struct Packet {
    Network* network = nullptr;
    MessageId id;
    Address from;
    Address to;
    NodeId from_node;
    NodeId to_node;
    uint32_t incarnation = 0;  // of the receiver, when it was sent
    std::string bytes;
    SimTime due;
    bool held = false;
    PostHandle delivery;
    Packet* next = nullptr;
    Packet* prev = nullptr;
  };

  static uint32_t Key(NodeId from, NodeId to) {
    return uint32_t{from.value} << 16 | to.value;
  }
  static NodeId IdOf(const Node* node) {
    return node != nullptr ? node->id() : NodeId();
  }
  // Returns the machine at `host`; none if there is none.
  std::optional<NodeId> NodeAt(HostAddress host) const;
  Link& LinkOf(NodeId from, NodeId to);
  const LinkOptions& OptionsOf(const Link* link) const {
    return link != nullptr && link->options.has_value() ? *link->options
                                                        : options_.link;
  }
  Link* FindLink(NodeId from, NodeId to);
  bool IsCut(NodeId from, NodeId to);

  absl::Status Send(DatagramSocket& socket, Address to, std::string bytes,
                    const SourceSite& site);
  void Launch(std::unique_ptr<Packet> packet, int64_t latency);
  void Schedule(Packet* packet, SimTime due);
  void Arrive(Packet* packet);
  void Lose(MessageId id, absl::string_view why, uint64_t& count);
  std::unique_ptr<Packet> Take(Packet* packet);

  World& world_;
  NetworkOptions options_;
  NetworkCounts counts_;
  absl::flat_hash_map<uint32_t, Link> links_;
  absl::flat_hash_map<Address, DatagramSocket*> sockets_;
  uint16_t next_port_ = 49'152;  // for whoever does not care
  Ring<Packet> in_flight_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_NETWORK_H_
