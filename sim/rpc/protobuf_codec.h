// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The `MessageCodec` of protobuf messages. To include it is all there is to do:
//
//   #include "orrery/sim/rpc/protobuf_codec.h"
//   MessagePort<AppendEntries> port = ...
//
// protobuf writes the entries of a map in an order that changes from run to
// run, unless it is told not to; here it is. This header knows protobuf's names
// only by what a message's own functions take, so that nothing of Orrery links
// protobuf: whoever has such messages does.

#ifndef ORRERY_SIM_RPC_PROTOBUF_CODEC_H_
#define ORRERY_SIM_RPC_PROTOBUF_CODEC_H_

#include <climits>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/sim/rpc/message_codec.h"

namespace orrery {
namespace protobuf_codec_internal {

// Deduces what a message can be written to.
template <typename M, typename Stream>
std::type_identity<Stream> StreamOf(bool (M::*)(Stream*) const);

// A coded stream, and on what it stands: a stream of pieces of memory.
template <typename M>
using CodedStream =
    typename decltype(StreamOf(&M::SerializePartialToCodedStream))::type;
template <typename M>
using PieceStream =
    typename decltype(StreamOf(&M::SerializePartialToZeroCopyStream))::type;

template <typename M>
concept Message =
    std::is_default_constructible_v<M> &&
    requires(const M& message, M& parsed, const void* data, int size) {
      typename CodedStream<M>;
      typename PieceStream<M>;
      { message.GetTypeName() } -> std::convertible_to<std::string>;
      { message.ByteSizeLong() } -> std::convertible_to<size_t>;
      { parsed.ParseFromArray(data, size) } -> std::same_as<bool>;
    };

// One piece: a string, whose size is known before.
template <typename Stream>
class StringStream final : public Stream {
 public:
  explicit StringStream(std::string* bytes) : bytes_(bytes) {}

  bool Next(void** data, int* size) override {
    if (given_ == bytes_->size()) return false;
    *data = bytes_->data() + given_;
    *size = static_cast<int>(bytes_->size() - given_);
    given_ = bytes_->size();
    return true;
  }
  void BackUp(int count) override { given_ -= static_cast<size_t>(count); }
  int64_t ByteCount() const override { return static_cast<int64_t>(given_); }

 private:
  std::string* bytes_;
  size_t given_ = 0;
};

}  // namespace protobuf_codec_internal

template <typename M>
  requires protobuf_codec_internal::Message<M>
struct MessageCodec<M> {
  static std::string TypeName(const M& message) {
    return std::string(message.GetTypeName());
  }
  // The same bytes for the same message, with one version of protobuf. Required
  // fields may be missing; whoever decodes it finds that out.
  static std::string Encode(const M& message) {
    std::string bytes(message.ByteSizeLong(), '\0');
    protobuf_codec_internal::StringStream<
        protobuf_codec_internal::PieceStream<M>>
        pieces(&bytes);
    {
      protobuf_codec_internal::CodedStream<M> coded(&pieces);
      coded.SetSerializationDeterministic(true);
      message.SerializePartialToCodedStream(&coded);
    }
    return bytes;
  }
  // Errors:
  //   kDataLoss  the bytes are none of such a message, or lack required fields
  static absl::StatusOr<M> Decode(absl::string_view bytes) {
    M message;
    if (bytes.size() > INT_MAX ||
        !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::DataLossError(
          absl::StrCat("no ", std::string(message.GetTypeName()), " is in ",
                       bytes.size(), " bytes"));
    }
    return message;
  }
};

}  // namespace orrery

#endif  // ORRERY_SIM_RPC_PROTOBUF_CODEC_H_
