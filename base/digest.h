// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Digest`: a rolling 64-bit hash of what happened in a run. Equal digests
// mean, but for chance, equal runs. It is computed over the meaning of events,
// never over the bytes of a trace; log text and line numbers are not part of
// it, so adding a log line does not change it.

#ifndef ORRERY_BASE_DIGEST_H_
#define ORRERY_BASE_DIGEST_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace orrery {

class Digest {
 public:
  constexpr Digest() = default;  // of nothing
  // Goes on from the `value()` of another.
  constexpr explicit Digest(uint64_t value) : state_(value) {}

  // Mixes in one word. The order of calls counts. Algorithm 1: multiply and
  // fold, with the golden ratio's odd multiplier.
  constexpr void Mix(uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15u;
    state_ ^= state_ >> 32;
  }

  // Mixes in a text or other bytes, and how many there are. Each eight bytes
  // are a word, the first one lowest; the last word is filled up with zeros.
  constexpr void MixBytes(absl::string_view bytes) {
    Mix(bytes.size());
    size_t i = 0;
    if (std::endian::native == std::endian::little &&
        !std::is_constant_evaluated()) {
      for (; bytes.size() - i >= 8; i += 8) {
        uint64_t word;
        std::memcpy(&word, bytes.data() + i, 8);
        Mix(word);
      }
    }
    for (; i < bytes.size(); i += 8) {
      uint64_t word = 0;
      for (size_t j = 0; j < 8 && i + j < bytes.size(); ++j) {
        word |= uint64_t{static_cast<unsigned char>(bytes[i + j])} << 8 * j;
      }
      Mix(word);
    }
  }

  constexpr uint64_t value() const { return state_; }
  friend constexpr bool operator==(Digest a, Digest b) = default;

 private:
  uint64_t state_ = 0x6f72726572790a01u;
};

// The number of the algorithm above, written into traces.
inline constexpr uint32_t kDigestAlgorithm = 1;

}  // namespace orrery

#endif  // ORRERY_BASE_DIGEST_H_
