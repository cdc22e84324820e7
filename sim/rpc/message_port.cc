// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/message_port.h"

#include <zlib.h>

#include "orrery/base/trace_event.h"
#include "orrery/sim/simulation.h"

namespace orrery {
namespace {

constexpr size_t kChecksumSize = 4;

uint32_t Checksum(absl::string_view bytes) {
  return static_cast<uint32_t>(::crc32_z(
      0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

void Drop(MessageId id, absl::string_view why) {
  Simulation::Current("MessagePort").Record(event::MessageDropped{id, why});
}

}  // namespace

MessagePortBase::MessagePortBase(std::unique_ptr<DatagramSocket> socket,
                                 const MessagePortOptions& options)
    : socket_(std::move(socket)), checksum_(options.checksum) {
  if (options.hear_refusals) socket_->HearRefusals();
}

absl::Status MessagePortBase::SendBytes(Address to, std::string bytes,
                                        absl::string_view type,
                                        const SourceSite& site) {
  if (checksum_) {
    const uint32_t sum = Checksum(bytes);
    for (size_t i = 0; i < kChecksumSize; ++i) {
      bytes.push_back(static_cast<char>(sum >> 8 * i));
    }
  }
  return socket_->SendTo(to, std::move(bytes), type, site);
}

std::optional<absl::string_view> MessagePortBase::CheckIntact(
    const Datagram& datagram) {
  absl::string_view bytes = datagram.bytes;
  if (!checksum_) return bytes;
  if (bytes.size() >= kChecksumSize) {
    uint32_t sum = 0;
    for (size_t i = 0; i < kChecksumSize; ++i) {
      sum |= uint32_t{static_cast<uint8_t>(
                 bytes[bytes.size() - kChecksumSize + i])}
             << 8 * i;
    }
    bytes.remove_suffix(kChecksumSize);
    if (sum == Checksum(bytes)) return bytes;
  }
  ++counts_.corrupt;
  Drop(datagram.id, "corrupt");
  return std::nullopt;
}

void MessagePortBase::DropUndecodable(MessageId id) {
  ++counts_.undecodable;
  Drop(id, "undecodable");
}

}  // namespace orrery
