// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Network`: what connects the machines of a `World`. Each has an address, and
// there is a link from each to each, which can be slow, lossy, clogged or cut
// in one direction or in both: see links.h.
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

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/datagram.h"
#include "orrery/sim/net/links.h"
#include "orrery/sim/net/network_part.h"
#include "orrery/sim/net/parcel.h"
#include "orrery/sim/net/port_table.h"
#include "orrery/sim/node/world.h"

namespace orrery {

class DatagramSocket;

// What became of datagrams. How often faults made a difference is counted by
// `Faults`.
struct NetworkCounts {
  uint64_t sent = 0;
  uint64_t delivered = 0;
  uint64_t lost = 0;  // by chance, or dropped
  uint64_t duplicated = 0;
  uint64_t corrupted = 0;
  uint64_t reordered = 0;
  uint64_t cut_off = 0;      // by a cut, a partition or a black hole
  uint64_t unreachable = 0;  // nobody was there, or another incarnation
  uint64_t overflowed = 0;   // the receiver had no room
};

class Network final : public Links, public NodeObserver {
 public:
  explicit Network(World& world, NetworkOptions options = {});
  ~Network() override;

  // The address of a machine: 10.0.0.1 is that of the first one.
  static HostAddress HostOf(const Node& node) { return HostOf(node.id()); }
  static HostAddress HostOf(NodeId node);
  // The address of what runs: of its machine, or of the test.
  static HostAddress HostOfCurrent();
  // Returns the machine at `host`, 0 being the test; none if there is none.
  std::optional<NodeId> NodeAt(HostAddress host) const;

  const NetworkCounts& counts() const { return counts_; }

  // Returns the place for the byte streams, which are made when they are first
  // used.
  std::unique_ptr<NetworkPart>& streams() { return streams_; }

  void OnBoot(Node& node) override;
  void OnDown(Node& node, NodeState why) override;

 private:
  friend DatagramParcel;
  friend DatagramSocket;

  using Sockets = PortTable<DatagramSocket>;

  // The sockets of a machine, which is there.
  Sockets& SocketsOf(NodeId node) {
    if (node.value >= sockets_.size()) sockets_.resize(node.value + size_t{1});
    return sockets_[node.value];
  }
  absl::Status Send(DatagramSocket& socket, Address to, std::string&& bytes,
                    absl::string_view type, const SourceSite& site);
  // Sends what was not lost.
  void SendOn(ParcelPtrOf<DatagramParcel> parcel, NodeId from, NodeId to,
              const LinkOptions& options);
  void Arrived(ParcelPtrOf<DatagramParcel> parcel);
  // Tells the faults that have changed it that the program sees the difference.
  void TellFaults(const DatagramParcel& parcel, const DatagramSocket& socket);
  void GotLost(DatagramParcel& parcel, Loss why);
  // Tells the sender, if it wants to know, that nobody has the port.
  void Refuse(DatagramParcel& parcel);
  void Lose(MessageId id, absl::string_view why, uint64_t& count);

  NetworkCounts counts_;
  std::vector<Sockets> sockets_;  // by the machine's number; 0: the test
  std::unique_ptr<NetworkPart> streams_;
  Fault& loss_;
  Fault& duplication_;
  Fault& corruption_;
  Fault& reordering_;
  Fault& mtu_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_NETWORK_H_
