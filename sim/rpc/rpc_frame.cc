// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/rpc/rpc_frame.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"

namespace orrery {
namespace {

using Kind = RpcFrame::Kind;

// Numbers have the least significant byte first.
template <typename Number>
void Put(std::string& bytes, Number number) {
  for (size_t i = 0; i < sizeof(Number); ++i) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(number) >> 8 * i));
  }
}

// Takes numbers and text from the front; remembers if there is too little.
class Parser {
 public:
  explicit Parser(absl::string_view bytes) : bytes_(bytes) {}

  template <typename Number>
  Number Take() {
    const absl::string_view taken = TakeBytes(sizeof(Number));
    uint64_t number = 0;
    for (size_t i = 0; i < taken.size(); ++i) {
      number |= uint64_t{static_cast<uint8_t>(taken[i])} << 8 * i;
    }
    return static_cast<Number>(number);
  }
  absl::string_view TakeBytes(size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const absl::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  absl::string_view TakeRest() { return TakeBytes(bytes_.size()); }
  bool failed() const { return failed_; }

 private:
  absl::string_view bytes_;
  bool failed_ = false;
};

}  // namespace

std::string MessageCodec<RpcFrame>::TypeName(const RpcFrame& frame) {
  switch (frame.kind) {
    case Kind::kRequest:
      break;
    case Kind::kAnswer:
      return absl::StrCat(frame.method, " answer");
    case Kind::kCancel:
      return absl::StrCat(frame.method, " cancel");
  }
  return frame.method;
}

std::string MessageCodec<RpcFrame>::Encode(const RpcFrame& frame) {
  std::string bytes;
  Put(bytes, static_cast<uint8_t>(frame.kind));
  Put(bytes, frame.session.incarnation);
  Put(bytes, frame.session.client);
  Put(bytes, frame.call);
  switch (frame.kind) {
    case Kind::kRequest:
      Put(bytes, frame.remaining);
      Put(bytes, static_cast<uint32_t>(frame.method.size()));
      bytes += frame.method;
      bytes += frame.body;
      break;
    case Kind::kAnswer:
      Put(bytes, static_cast<uint8_t>(frame.code));
      bytes += frame.body;
      break;
    case Kind::kCancel:
      break;
  }
  return bytes;
}

absl::StatusOr<RpcFrame> MessageCodec<RpcFrame>::Decode(
    absl::string_view bytes) {
  Parser parser(bytes);
  RpcFrame frame;
  frame.kind = Kind(parser.Take<uint8_t>());
  frame.session.incarnation = parser.Take<uint32_t>();
  frame.session.client = parser.Take<uint32_t>();
  frame.call = parser.Take<uint64_t>();
  switch (frame.kind) {
    case Kind::kRequest: {
      frame.remaining = parser.Take<int64_t>();
      const auto size = parser.Take<uint32_t>();
      frame.method = std::string(parser.TakeBytes(size));
      break;
    }
    case Kind::kAnswer:
      frame.code = absl::StatusCode(parser.Take<uint8_t>());
      break;
    case Kind::kCancel:
      break;
    default:
      return absl::DataLossError("no frame of this kind is known");
  }
  frame.body = std::string(parser.TakeRest());
  if (parser.failed()) return absl::DataLossError("a frame is cut short");
  return frame;
}

}  // namespace orrery
