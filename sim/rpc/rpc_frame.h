// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RpcFrame`: what goes over the wire between `RpcClient` and `RpcServer`.

#ifndef ORRERY_SIM_RPC_RPC_FRAME_H_
#define ORRERY_SIM_RPC_RPC_FRAME_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/rpc/message_codec.h"

namespace orrery {

// A client's name among all that its machine ever has.
struct RpcSession {
  uint32_t incarnation = 0;  // of the machine
  uint32_t client = 0;       // counts from 1, within the incarnation

  friend bool operator==(const RpcSession&, const RpcSession&) = default;
  friend auto operator<=>(const RpcSession&, const RpcSession&) = default;
};

struct RpcFrame {
  enum class Kind : uint8_t { kRequest = 1, kAnswer = 2, kCancel = 3 };
  static constexpr int64_t kForever = INT64_MAX;

  Kind kind = Kind::kRequest;
  RpcSession session;
  uint64_t call = 0;  // counts from 1, within the session
  // Of a request: how many nanoseconds the caller still waits.
  int64_t remaining = kForever;
  // What is called. Of an answer, it is not sent: traces want it.
  std::string method;
  // Of an answer. If it is not kOk, `body` is the message.
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string body;
};

template <>
struct MessageCodec<RpcFrame> {
  // Returns "Put", "Put answer" or "Put cancel".
  static std::string TypeName(const RpcFrame& frame);
  static std::string Encode(const RpcFrame& frame);
  static absl::StatusOr<RpcFrame> Decode(absl::string_view bytes);
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_RPC_FRAME_H_
