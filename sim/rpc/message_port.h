// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MessagePort<T>`: sends and receives messages of a type over datagrams, which
// get lost, overtake each other, and arrive twice.
//
//   Task<> Vote(Network& network, Address candidate) {
//     auto port = *MessagePort<RaftMessage>::Bind(network, 7000);
//     (void)port->SendTo(candidate, RaftMessage(...));
//     for (;;) {
//       absl::StatusOr<Received<RaftMessage>> got = co_await port->Receive();
//       if (!got.ok()) co_return;
//       ...
//
// What `T` looks like on the wire is said by its codec (message_codec.h). A
// checksum goes with it. What arrives damaged, or is no `T`, is counted and
// dropped, and stands in the trace as dropped.

#ifndef ORRERY_SIM_RPC_MESSAGE_PORT_H_
#define ORRERY_SIM_RPC_MESSAGE_PORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/base/ids.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/net/address.h"
#include "orrery/sim/net/datagram_socket.h"
#include "orrery/sim/net/network.h"
#include "orrery/sim/rpc/message_codec.h"
#include "orrery/sim/task.h"

namespace orrery {

struct MessagePortOptions {
  // How many messages may wait to be received; of more, the later ones get
  // lost.
  size_t room = 1024;
  // Four bytes that tell whether the others are as they were sent. Without, a
  // corrupted message arrives, if it can be decoded. Both sides have to agree.
  bool checksum = true;
  // Whether `Receive` gives back what was sent to a machine that is there to a
  // port that is not: see `Received::refused`.
  bool hear_refusals = false;
};

struct MessagePortCounts {
  uint64_t received = 0;
  uint64_t corrupt = 0;      // the checksum was another
  uint64_t undecodable = 0;  // the codec made nothing of it
};

template <typename T>
struct Received {
  Address from;
  T message;
  MessageId id;
  // It is what this port has sent to `from`, where nobody listens.
  bool refused = false;
};

// What does not depend on the type of the messages.
class MessagePortBase {
 public:
  MessagePortBase(const MessagePortBase&) = delete;
  MessagePortBase& operator=(const MessagePortBase&) = delete;

  Address address() const { return socket_->address(); }
  const MessagePortCounts& counts() const { return counts_; }
  // Gives the port back. Who waits for a message is told.
  void Close() { socket_->Close(); }

 protected:
  MessagePortBase(std::unique_ptr<DatagramSocket> socket,
                  const MessagePortOptions& options);
  ~MessagePortBase() = default;

  DatagramSocket& socket() { return *socket_; }
  absl::Status SendBytes(Address to, std::string bytes, absl::string_view type,
                         const SourceSite& site);
  // Returns what was encoded, if it is as it was sent.
  std::optional<absl::string_view> CheckIntact(const Datagram& datagram);
  void DropUndecodable(MessageId id);
  void CountReceived() { ++counts_.received; }

 private:
  std::unique_ptr<DatagramSocket> socket_;
  bool checksum_;
  MessagePortCounts counts_;
};

template <Encodable T>
class MessagePort : public MessagePortBase {
 public:
  // Takes `port` of the machine that runs this; 0: any that is free.
  //
  // Errors:
  //   kAlreadyExists      the port is taken
  //   kResourceExhausted  no port is free
  static absl::StatusOr<std::unique_ptr<MessagePort>> Bind(
      Network& network, uint16_t port, const MessagePortOptions& options = {}) {
    absl::StatusOr<std::unique_ptr<DatagramSocket>> socket =
        DatagramSocket::Bind(network, port, options.room);
    if (!socket.ok()) return socket.status();
    return std::unique_ptr<MessagePort>(
        new MessagePort(*std::move(socket), options));
  }

  // Sends `message`; whether it arrives is not known.
  //
  // Errors:
  //   kInvalidArgument     larger than the link's MTU
  //   kFailedPrecondition  the port is closed
  absl::Status SendTo(Address to, const T& message,
                      SourceSite site = SourceSite::current()) {
    const auto type = MessageCodec<T>::TypeName(message);
    return SendBytes(to, MessageCodec<T>::Encode(message), type, site);
  }

  // Waits for the next message that is as it was sent and can be decoded.
  //
  // Errors:
  //   kFailedPrecondition  the port is closed, or is while the task waits
  Task<absl::StatusOr<Received<T>>> Receive(
      SourceSite site = SourceSite::current()) {
    for (;;) {
      absl::StatusOr<Datagram> got = co_await socket().Receive(site);
      if (!got.ok()) co_return got.status();
      const std::optional<absl::string_view> bytes = CheckIntact(*got);
      if (!bytes.has_value()) continue;
      absl::StatusOr<T> message = MessageCodec<T>::Decode(*bytes);
      if (!message.ok()) {
        DropUndecodable(got->id);
        continue;
      }
      CountReceived();
      co_return Received<T>{got->from, *std::move(message), got->id,
                            got->refused};
    }
  }

 private:
  using MessagePortBase::MessagePortBase;
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_MESSAGE_PORT_H_
