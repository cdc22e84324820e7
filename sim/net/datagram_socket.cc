// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/net/datagram_socket.h"

#include "absl/strings/str_cat.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"

namespace orrery {

absl::StatusOr<std::unique_ptr<DatagramSocket>> DatagramSocket::Bind(
    Network& network, uint16_t port, size_t room) {
  Address address = {Network::HostOfCurrent(), port};
  if (port == 0) {
    // Every port is tried once, from where the last search has ended.
    constexpr uint32_t kFirst = 49'152;
    constexpr uint32_t kCount = 65'536 - kFirst;
    uint32_t tried = 0;
    do {
      address.port = network.next_port_;
      network.next_port_ = static_cast<uint16_t>(
          kFirst + (network.next_port_ + uint32_t{1} - kFirst) % kCount);
    } while (network.sockets_.contains(address) && ++tried < kCount);
    if (tried == kCount) {
      return absl::ResourceExhaustedError(
          absl::StrCat("no port of ", address.host.ToString(), " is free"));
    }
  } else if (network.sockets_.contains(address)) {
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
  network_->sockets_.emplace(address_, this);
}

void DatagramSocket::Close() {
  if (network_ == nullptr) return;
  network_->sockets_.erase(address_);
  network_ = nullptr;
  queue_.Shutdown(/*immediate=*/true);
}

absl::Status DatagramSocket::Closed() const {
  return absl::FailedPreconditionError(
      absl::StrCat("the socket of ", address_.ToString(), " is closed"));
}

absl::StatusOr<Datagram> DatagramSocket::ReceiveAwaiter::await_resume() {
  try {
    Datagram datagram = GetAwaiter::await_resume();
    Simulation::Current("Receive").Record(
        event::MessageDelivered{datagram.id, site_});
    return datagram;
  } catch (const QueueShutDown&) {
    return absl::FailedPreconditionError("the socket is closed");
  }
}

}  // namespace orrery
