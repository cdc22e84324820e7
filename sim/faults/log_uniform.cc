// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/log_uniform.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "orrery/base/check.h"

namespace orrery {
namespace {

// Logarithms have so many bits after the point; mantissas 31.
constexpr int kBits = 20;
constexpr uint64_t kOne = uint64_t{1} << 31;

constexpr uint64_t SquareRoot(uint64_t x) {
  uint64_t root = 0;
  for (uint64_t bit = uint64_t{1} << 31; bit != 0; bit >>= 1) {
    const uint64_t tried = root | bit;
    if (tried <= x / tried) root = tried;
  }
  return root;
}

// The k-th is 2 ^ (2 ^ -(k + 1)): the square root of 2, the root of that, ...
constexpr std::array<uint64_t, kBits> MakeRoots() {
  std::array<uint64_t, kBits> roots = {};
  uint64_t root = 2 * kOne;
  for (uint64_t& next : roots) next = root = SquareRoot(root * kOne);
  return roots;
}

constexpr std::array<uint64_t, kBits> kRoots = MakeRoots();

// Returns the logarithm of `x`, to the base 2, times 2 ^ kBits. Bit for bit: a
// number is above the root of 2 if its logarithm is above a half.
uint64_t Log2(uint64_t x) {
  const int whole = std::bit_width(x) - 1;
  uint64_t mantissa = whole <= 31 ? x << (31 - whole) : x >> (whole - 31);
  uint64_t log = static_cast<uint64_t>(whole) << kBits;
  for (size_t k = 0; k < kBits; ++k) {
    if (mantissa < kRoots[k]) continue;
    mantissa = (mantissa << 31) / kRoots[k];
    log |= uint64_t{1} << (kBits - 1 - k);
  }
  return log;
}

// The inverse.
uint64_t Exp2(uint64_t log) {
  uint64_t mantissa = kOne;
  for (size_t k = 0; k < kBits; ++k) {
    if ((log >> (kBits - 1 - k) & 1) == 0) continue;
    mantissa = (mantissa * kRoots[k]) >> 31;
  }
  const uint64_t whole = log >> kBits;
  if (whole >= 31) return mantissa << (whole - 31);
  const uint64_t shift = 31 - whole;
  return (mantissa + (uint64_t{1} << (shift - 1))) >> shift;
}

}  // namespace

uint64_t LogUniform(uint64_t least, uint64_t most, uint64_t step) {
  ORRERY_CHECK(1 <= least && least <= most,
               "LogUniform() needs a range that is not empty, above zero");
  ORRERY_CHECK(step < kLogUniformSteps, "there are not so many steps");
  if (step == 0) return least;
  if (step == kLogUniformSteps - 1) return most;
  const uint64_t from = Log2(least);
  const uint64_t wide = Log2(most) - from;
  const uint64_t log = from + wide * step / (kLogUniformSteps - 1);
  return std::clamp(Exp2(log), least, most);
}

}  // namespace orrery
