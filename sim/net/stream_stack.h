// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `StreamStack`: the part of a `Network` that knows of streams: which there
// are, who listens where, and which segment is for whom.

#ifndef ORRERY_SIM_NET_STREAM_STACK_H_
#define ORRERY_SIM_NET_STREAM_STACK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/sim/faults/fault.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/network_part.h"
#include "orrery/sim/net/stream_end.h"
#include "orrery/sim/net/stream_options.h"
#include "orrery/sim/net/stream_segment.h"
#include "orrery/sim/post.h"

namespace orrery {

class StreamStack final : public NetworkPart {
 public:
  // Returns that of `network`, which is made when it is first asked for.
  static StreamStack& Of(Network& network);

  explicit StreamStack(Network& network);
  ~StreamStack() override;

  Network& network() const { return network_; }
  const StreamOptions& options() const { return options_; }
  // What goes wrong with what `from` sends to the other end, and the other way.
  const StreamFaults& FaultsFrom(const StreamEnd& from) const;
  const StreamFaults& FaultsTo(const StreamEnd& to) const;

  // ---- For sockets and listeners --------------------------------------------

  // Begins to connect the machine that runs to `to`. Returns its end.
  //
  // Errors:
  //   kResourceExhausted  no port is free
  absl::StatusOr<StreamEnd*> Connect(Address to);
  // Returns the address of `port`, which is free, of the machine that runs; 0:
  // of any that is.
  //
  // Errors:
  //   kAlreadyExists      somebody listens there
  //   kResourceExhausted  no port is free
  absl::StatusOr<Address> TakePort(uint16_t port);
  // Who connects to `address` is `listener`'s from now on, until `Unlisten`.
  void Listen(Address address, StreamListener* listener);
  void Unlisten(Address address);
  // Forgets a connection that is over at both ends.
  void MaybeForget(uint64_t connection);

  // ---- For the ends ---------------------------------------------------------

  void Send(StreamEnd& from, Segment segment);
  // Has the other end ask again what `end` will not answer.
  void MissAnswer(const StreamEnd& end);
  // Calls `f` on no machine when so much time has passed.
  template <typename F>
  PostHandle PostIn(int64_t nanoseconds, F f) {
    return PostCallback(nanoseconds,
                        absl::AnyInvocable<void() &&>(std::move(f)));
  }

  // ---- For the network ------------------------------------------------------

  void Arrived(SegmentParcel& parcel);
  void GotLost(SegmentParcel& parcel, absl::string_view why);
  void OnDown(Node& node, NodeState why) override;

  // What goes wrong here.
  struct {
    Fault* loss;
    Fault* refuse;
    Fault* connect_hang;
    Fault* reset;
    Fault* short_read;
    Fault* short_write;
  } faults;

 private:
  struct Connection {
    Connection(StreamStack* stack, uint64_t number, NodeId from,
               std::optional<NodeId> to, Address local, Address remote)
        : client(stack, number, false, from, local, remote),
          server(stack, number, true, to, remote, local) {}

    StreamEnd client;
    StreamEnd server;
  };

  PostHandle PostCallback(int64_t nanoseconds,
                          absl::AnyInvocable<void() &&> callback);
  StreamEnd& Other(const StreamEnd& end) const;
  StreamEnd* Find(uint64_t connection, bool server) const;
  // Whether the machine is off, so that nothing of it answers.
  bool IsOff(NodeId node) const;
  void Asked(StreamEnd& end, SegmentParcel& parcel);
  absl::StatusOr<uint16_t> FreePort(HostAddress host);

  Network& network_;
  StreamOptions options_;
  uint64_t last_connection_ = 0;
  absl::btree_map<uint64_t, std::unique_ptr<Connection>> connections_;
  absl::btree_map<Address, StreamListener*> listeners_;
  absl::flat_hash_set<Address> ports_;  // of those who connect
  absl::flat_hash_map<HostAddress, uint16_t> next_port_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_STREAM_STACK_H_
