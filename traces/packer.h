// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Packer`: appends fields in protobuf's wire format to a buffer. Message
// objects cost ten times as much, which is felt at every event; the tests read
// what it writes with the generated classes.

#ifndef ORRERY_TRACES_PACKER_H_
#define ORRERY_TRACES_PACKER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/string_view.h"

namespace orrery {

class Packer {
 public:
  // Makes sure that `size` more bytes fit without another look. Every append
  // below has to be covered by it.
  void Reserve(size_t size) {
    if (static_cast<size_t>(end_ - at_) < size) [[unlikely]]
      Grow(size);
  }

  void Varint(uint64_t value) {
    while (value >= 0x80) {
      *at_++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *at_++ = static_cast<char>(value);
  }
  void VarintField(uint32_t number, uint64_t value) {
    Varint(number << 3);
    Varint(value);
  }
  void SignedField(uint32_t number, int64_t value) {
    VarintField(number, static_cast<uint64_t>(value) << 1 ^
                            static_cast<uint64_t>(value >> 63));
  }
  void Fixed32Field(uint32_t number, uint32_t value) {
    Varint(number << 3 | 5);
    Fixed(value);
  }
  void Fixed64Field(uint32_t number, uint64_t value) {
    Varint(number << 3 | 1);
    Fixed(value);
  }
  // Covers itself.
  void BytesField(uint32_t number, absl::string_view value) {
    Reserve(value.size() + 16);
    Varint(number << 3 | 2);
    Varint(value.size());
    std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

  // Opens a message; its fields follow. Returns what `End` wants.
  size_t Begin(uint32_t number) {
    Varint(number << 3 | 2);
    *at_++ = 0;  // the length, if it is below 128
    return size();
  }
  void End(size_t begin) {
    const size_t length = size() - begin;
    if (length < 0x80) [[likely]] {
      data()[begin - 1] = static_cast<char>(length);
    } else {
      WidenLength(begin, length);
    }
  }

  char* data() { return buffer_.get(); }
  const char* data() const { return buffer_.get(); }
  size_t size() const { return static_cast<size_t>(at_ - buffer_.get()); }
  // Forgets the contents from `size` on; keeps the memory.
  void Truncate(size_t size) { at_ = buffer_.get() + size; }

 private:
  template <typename Word>
  void Fixed(Word value) {
    for (size_t i = 0; i < sizeof(value); ++i) {
      *at_++ = static_cast<char>(value >> 8 * i);
    }
  }
  void Grow(size_t size);
  void WidenLength(size_t begin, size_t length);

  std::unique_ptr<char[]> buffer_;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_PACKER_H_
