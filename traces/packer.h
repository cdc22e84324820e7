// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Packer`: appends fields in protobuf's wire format to a buffer. Message
// objects cost ten times as much, which is felt at every event; the tests read
// what it writes with the generated classes.
//
//   packer.Reserve(32);
//   const size_t woken = packer.Begin(5);
//   packer.VarintField(1, task);
//   packer.End(woken);
//
// As in proto3, a number that is zero and a text that is empty are left out,
// unless the field is `optional`, or in a oneof, so that they say something.

#ifndef ORRERY_TRACES_PACKER_H_
#define ORRERY_TRACES_PACKER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace orrery {

// Where the bytes are that a packer appends to, if not in memory of its own.
class PackerStorage {
 public:
  // Returns memory for more than `size` bytes, which begins with what is there.
  // The memory from before is gone.
  virtual absl::Span<char> Grow(size_t size) = 0;

 protected:
  ~PackerStorage() = default;
};

class Packer {
 public:
  // From here on appends to `storage`, which holds `used` bytes, and must
  // outlive it. Null: to memory of its own, which is empty.
  void UseStorage(PackerStorage* storage, size_t used = 0);

  // Makes sure that `size` more bytes fit without another look. Every append
  // below has to be covered by it.
  void Reserve(size_t size) {
    if (static_cast<size_t>(end_ - at_) < size) [[unlikely]]
      Grow(size);
  }

  void Varint(uint64_t value) { at_ = PutVarint(at_, value); }
  void VarintField(uint32_t number, uint64_t value) {
    if (value != 0) OptionalVarintField(number, value);
  }
  void OptionalVarintField(uint32_t number, uint64_t value) {
    Varint(number << 3);
    Varint(value);
  }
  void SignedField(uint32_t number, int64_t value) {
    VarintField(number, ZigZag(value));
  }
  void OptionalSignedField(uint32_t number, int64_t value) {
    OptionalVarintField(number, ZigZag(value));
  }
  void OptionalFixed32Field(uint32_t number, uint32_t value) {
    Varint(number << 3 | 5);
    Fixed(value);
  }
  void Fixed64Field(uint32_t number, uint64_t value) {
    if (value == 0) return;
    Varint(number << 3 | 1);
    Fixed(value);
  }
  // These two cover themselves, but may use up what was reserved.
  void BytesField(uint32_t number, absl::string_view value) {
    if (!value.empty()) OptionalBytesField(number, value);
  }
  void OptionalBytesField(uint32_t number, absl::string_view value) {
    Reserve(value.size() + 16);
    Varint(number << 3 | 2);
    Varint(value.size());
    if (!value.empty()) std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }

  // Opens a message or a packed list; what is in it follows. Returns what `End`
  // wants.
  size_t Begin(uint32_t number) {
    Varint(number << 3 | 2);
    *at_++ = 0;  // the length, if it is below 128
    return size();
  }
  // Closes it. Covers itself, but may use up what was reserved: reserve again
  // for what follows.
  void End(size_t begin) {
    const size_t length = size() - begin;
    if (length < 0x80) [[likely]] {
      data()[begin - 1] = static_cast<char>(length);
    } else {
      WidenLength(begin, length);
    }
  }

  // The same for a field that whoever reads the bytes now is to see whole or
  // not at all: until it is closed, a zero stands where its number goes, which
  // is at most 15.
  size_t BeginRecord() {
    *at_++ = 0;
    *at_++ = 0;
    return size();
  }
  void EndRecord(size_t begin, uint32_t number) {
    End(begin);
    // Whoever is killed between two instructions has made the stores before.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    data()[begin - 2] = static_cast<char>(number << 3 | 2);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  // Appends `bytes` as they are. Covers itself, as above.
  void Bytes(absl::string_view bytes) {
    Reserve(bytes.size() + 16);
    if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

  // For loops that pack much in a row: writes go to `end()`, as far as room was
  // reserved, and `SetEnd` says how far they went.
  char* end() { return at_; }
  void SetEnd(char* end) { at_ = end; }
  // Writes `value` to `at`. Returns where it ends, at most 10 bytes on.
  static char* PutVarint(char* at, uint64_t value) {
    if (value >= 0x80) {
      *at++ = static_cast<char>(value | 0x80);
      value >>= 7;
      while (value >= 0x80) [[unlikely]] {
        *at++ = static_cast<char>(value | 0x80);
        value >>= 7;
      }
    }
    *at++ = static_cast<char>(value);
    return at;
  }

  char* data() { return begin_; }
  const char* data() const { return begin_; }
  size_t size() const { return static_cast<size_t>(at_ - begin_); }
  // Forgets the contents from `size` on; keeps the memory.
  void Truncate(size_t size) { at_ = begin_ + size; }
  // Has the storage asked for room before anything else is appended.
  void ForgetRoom() { end_ = at_; }

 private:
  // Small negative numbers are small on the wire.
  static uint64_t ZigZag(int64_t value) {
    return static_cast<uint64_t>(value) << 1 ^
           static_cast<uint64_t>(value >> 63);
  }
  template <typename Word>
  void Fixed(Word value) {
    for (size_t i = 0; i < sizeof(value); ++i) {
      *at_++ = static_cast<char>(value >> 8 * i);
    }
  }
  void Grow(size_t size);
  void WidenLength(size_t begin, size_t length);

  PackerStorage* storage_ = nullptr;
  std::unique_ptr<char[]> buffer_;  // if there is no storage
  size_t buffer_size_ = 0;
  char* begin_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace orrery

#endif  // ORRERY_TRACES_PACKER_H_
