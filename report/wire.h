// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The letters in which a report's data is written: varints, and texts that are
// written once. web/decode.js reads them.

#ifndef ORRERY_REPORT_WIRE_H_
#define ORRERY_REPORT_WIRE_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace orrery {

// Bytes that grow.
class Wire {
 public:
  // Appends `value`: seven bits a byte, the lowest first, and the highest bit
  // set in all bytes but the last.
  void Number(uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      bytes_.push_back(static_cast<char>(value | 0x80));
    }
    bytes_.push_back(static_cast<char>(value));
  }
  // Appends `value` as a number: 0, -1, 1, -2, ... become 0, 1, 2, 3, ...
  void Signed(int64_t value) {
    Number((static_cast<uint64_t>(value) << 1) ^
           (value < 0 ? ~uint64_t{0} : uint64_t{0}));
  }
  // Appends `bytes` as they are.
  void Raw(absl::string_view bytes) {
    bytes_.append(bytes.data(), bytes.size());
  }
  // Appends the length of `bytes`, and `bytes`.
  void Sized(absl::string_view bytes) {
    Number(bytes.size());
    Raw(bytes);
  }

  const std::string& bytes() const { return bytes_; }
  void Clear() { bytes_.clear(); }

 private:
  std::string bytes_;
};

// A table of byte strings in which each stands once, in the order in which they
// came up first.
class WireTable {
 public:
  // Returns the number of `entry`, from 0.
  uint32_t Add(absl::string_view entry) {
    const auto found = numbers_.find(entry);
    if (found != numbers_.end()) return found->second;
    const uint32_t number = static_cast<uint32_t>(numbers_.size());
    numbers_.emplace(std::string(entry), number);
    lengths_.Number(entry.size());
    entries_.Raw(entry);
    return number;
  }

  uint32_t size() const { return static_cast<uint32_t>(numbers_.size()); }

  // Appends the table to `wire`: how many there are, their lengths, the length
  // of all, and all of them.
  void AppendTo(Wire& wire) const {
    wire.Number(numbers_.size());
    wire.Raw(lengths_.bytes());
    wire.Sized(entries_.bytes());
  }

 private:
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  Wire lengths_;
  Wire entries_;
};

}  // namespace orrery

#endif  // ORRERY_REPORT_WIRE_H_
