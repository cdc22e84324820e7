// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DatagramSocket`: sends and receives datagrams, as UDP does: each as a whole,
// perhaps, and in any order.
//
//   Task<> Echo(Network& network) {
//     DatagramSocket socket = *DatagramSocket::Bind(network, 7);
//     for (;;) {
//       absl::StatusOr<Datagram> got = co_await socket.Receive();
//       if (!got.ok()) co_return;
//       (void)socket.SendTo(got->from, got->bytes);
//     }
//   }

#ifndef ORRERY_SIM_NET_DATAGRAM_SOCKET_H_
#define ORRERY_SIM_NET_DATAGRAM_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/datagram.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/net/parcel.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/queue_shut_down.h"

namespace orrery {

class DatagramSocket {
 public:
  using Received = Queue<ParcelPtrOf<DatagramParcel>>;

  class [[nodiscard]] ReceiveAwaiter : public Received::GetAwaiter {
   public:
    ReceiveAwaiter(Received* queue, SourceSite site)
        : GetAwaiter(queue), site_(site) {}

    absl::StatusOr<Datagram> await_resume();

   private:
    SourceSite site_;
  };

  // Takes `port` of the machine that runs this; 0: any that is free. At most
  // `room` datagrams wait to be received; of more, the later ones get lost.
  //
  // Errors:
  //   kAlreadyExists      the port is taken
  //   kResourceExhausted  no port is free
  static absl::StatusOr<std::unique_ptr<DatagramSocket>> Bind(
      Network& network, uint16_t port, size_t room = 1024);

  DatagramSocket(const DatagramSocket&) = delete;
  DatagramSocket& operator=(const DatagramSocket&) = delete;
  ~DatagramSocket() { Close(); }

  Address address() const { return address_; }

  // Sends `bytes`; whether they arrive is not known.
  //
  // Errors:
  //   kInvalidArgument     larger than the link's MTU
  //   kFailedPrecondition  the socket is closed
  absl::Status SendTo(Address to, std::string bytes,
                      SourceSite site = SourceSite::current()) {
    return network_ != nullptr
               ? network_->Send(*this, to, std::move(bytes), "datagram", site)
               : Closed();
  }
  // The same; `type` says in traces what it is.
  absl::Status SendTo(Address to, std::string bytes, absl::string_view type,
                      SourceSite site = SourceSite::current()) {
    return network_ != nullptr
               ? network_->Send(*this, to, std::move(bytes), type, site)
               : Closed();
  }

  // From now on, what is sent to a port that nobody has comes back, unless the
  // machine has crashed: `Receive` returns it as refused. Like all else it may
  // get lost on its way.
  void HearRefusals() { hears_refusals_ = true; }

  // Waits for the next datagram.
  //
  // Errors:
  //   kFailedPrecondition  the socket is closed, or is while the task waits
  ReceiveAwaiter Receive(SourceSite site = SourceSite::current()) {
    return ReceiveAwaiter(&queue_, site);
  }

  // Gives the port back. Who waits for a datagram is told.
  void Close();

 private:
  friend Network;

  DatagramSocket(Network* network, Address address, size_t room);

  absl::Status Closed() const;

  Network* network_;  // null once it is closed
  Address address_;
  NodeId node_;
  bool hears_refusals_ = false;
  MessageId latest_;   // of those that arrived the one that was sent last
  SimTime latest_at_;  // when it arrived
  Received queue_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_NET_DATAGRAM_SOCKET_H_
