// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Prng`: the one source of pseudorandom numbers. Its algorithm is fixed, so a
// seed gives the same numbers with every compiler, library and machine; it
// draws integers only. Standard distributions and shuffles differ between
// libraries and are not used anywhere in Orrery.

#ifndef ORRERY_BASE_PRNG_H_
#define ORRERY_BASE_PRNG_H_

#include <cstdint>

#include "orrery/base/ids.h"

namespace orrery {

// xoshiro256** 1.0 (Blackman, Vigna: "Scrambled linear pseudorandom number
// generators", 2021), seeded by SplitMix64. Period 2^256 - 1.
//
// Not for secrets: a few outputs give the others away.
class Prng {
 public:
  // Every seed is as good as any other, zero too.
  explicit constexpr Prng(uint64_t seed) {
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15u;
      word = ids_internal::Mix(seed);
    }
  }

  // Returns 64 uniform bits.
  constexpr uint64_t Next() {
    const uint64_t result = Rotate(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = Rotate(state_[3], 45);
    return result;
  }

  // Returns a uniform integer in [0, n), without bias (Lemire: "Fast random
  // integer generation in an interval", 2019). `n` is at least 1.
  constexpr uint64_t Below(uint64_t n) {
    unsigned __int128 product = static_cast<unsigned __int128>(Next()) * n;
    if (static_cast<uint64_t>(product) < n) [[unlikely]] {
      const uint64_t threshold = -n % n;
      while (static_cast<uint64_t>(product) < threshold) {
        product = static_cast<unsigned __int128>(Next()) * n;
      }
    }
    return static_cast<uint64_t>(product >> 64);
  }

 private:
  static constexpr uint64_t Rotate(uint64_t x, int k) {
    return (x << k) | (x >> (64 - k));
  }

  uint64_t state_[4];
};

}  // namespace orrery

#endif  // ORRERY_BASE_PRNG_H_
