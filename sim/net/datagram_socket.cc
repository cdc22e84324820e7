// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/datagram_socket.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"

namespace orrery {

absl::StatusOr<std::unique_ptr<DatagramSocket>> DatagramSocket::Bind(
    Network& network, uint16_t port, size_t room) {
  Network::Sockets& sockets =
      network.SocketsOf(Simulation::Current("DatagramSocket").current_node());
  Address address = {Network::HostOfCurrent(), port};
  if (port == 0) {
    address.port = sockets.FindFree();
    if (address.port == 0) {
      return absl::ResourceExhaustedError(
          absl::StrCat("no port of ", address.host.ToString(), " is free"));
    }
  } else if (sockets.Find(port) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("port ", address.ToString(), " is taken"));
  }
  return std::unique_ptr<DatagramSocket>(
      new DatagramSocket(&network, address, room));
}

DatagramSocket::DatagramSocket(Network* network, Address address, size_t room)
    : network_(network),
      address_(address),
      node_(Simulation::Current("DatagramSocket").current_node()),
      queue_(room, "datagrams") {
  network_->SocketsOf(node_).Add(address_.port, this);
}

void DatagramSocket::Close() {
  if (network_ == nullptr) return;
  network_->SocketsOf(node_).Remove(address_.port);
  network_ = nullptr;
  queue_.Shutdown(/*immediate=*/true);
}

absl::Status DatagramSocket::Closed() const {
  return absl::FailedPreconditionError(
      absl::StrCat("the socket of ", address_.ToString(), " is closed"));
}

absl::StatusOr<Datagram> DatagramSocket::ReceiveAwaiter::await_resume() {
  try {
    const ParcelPtrOf<DatagramParcel> parcel = GetAwaiter::await_resume();
    Simulation& simulation = Simulation::Current("Receive");
    if (simulation.records_events()) [[unlikely]] {
      simulation.Record(event::MessageDelivered{parcel->message(), site_});
    }
    return std::move(*parcel).Open();
  } catch (const QueueShutDown&) {
    return absl::FailedPreconditionError("the socket is closed");
  }
}

}  // namespace orrery
