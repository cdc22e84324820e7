// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `MessageCodec<T>`: how a `T` becomes bytes and how bytes become a `T`. Who
// wants to send messages of a type specializes it:
//
//   template <>
//   struct MessageCodec<Put> {
//     static absl::string_view TypeName(const Put&) { return "Put"; }
//     static std::string Encode(const Put& put) {
//       return absl::StrCat(put.key, "=", put.value);
//     }
//     static absl::StatusOr<Put> Decode(absl::string_view bytes);
//   };
//
// The bytes are part of the digest of a run, and their number of its latencies,
// so they must follow from the message alone: no order of a hash table, no
// addresses. protobuf_codec.h has it for protobuf messages.

#ifndef ORRERY_SIM_RPC_MESSAGE_CODEC_H_
#define ORRERY_SIM_RPC_MESSAGE_CODEC_H_

#include <concepts>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace orrery {

template <typename T>
struct MessageCodec;

// What has a codec. `TypeName` says what kind of message it is, for traces:
// text, or something that converts to it. `Decode` fails where the bytes are
// none of a `T`; it is never a crash, for anything may come over a network.
template <typename T>
concept Encodable = requires(const T& message, absl::string_view bytes) {
  {
    MessageCodec<T>::TypeName(message)
  } -> std::convertible_to<absl::string_view>;
  { MessageCodec<T>::Encode(message) } -> std::convertible_to<std::string>;
  { MessageCodec<T>::Decode(bytes) } -> std::convertible_to<absl::StatusOr<T>>;
};

// Text and other bytes are sent as they are.
template <>
struct MessageCodec<std::string> {
  static absl::string_view TypeName(const std::string&) { return "string"; }
  static std::string Encode(const std::string& message) { return message; }
  static absl::StatusOr<std::string> Decode(absl::string_view bytes) {
    return std::string(bytes);
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_MESSAGE_CODEC_H_
