// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/faults/latency_law.h"

#include <algorithm>
#include <bit>

#include "orrery/base/check.h"
#include "orrery/base/choice.h"
#include "orrery/base/sim_time.h"

namespace orrery {
namespace {

// Returns log2(x / 2^31) * 2^32 for an x in [2^31, 2^32): bit by bit, by
// squaring (Knuth, "The Art of Computer Programming", volume 1, section 1.2.2,
// exercise 25's method of repeated squaring).
uint64_t FractionOfLog2(uint64_t x) {
  uint64_t result = 0;
  for (int bit = 31; bit >= 0; --bit) {
    x = x * x >> 31;
    if (x >= uint64_t{1} << 32) {
      result |= uint64_t{1} << bit;
      x >>= 1;
    }
  }
  return result;
}

}  // namespace

uint64_t ExponentialFromUniform(uint32_t u) {
  const uint64_t left = (uint64_t{1} << 32) - u;  // in (0, 2^32]
  if (left == uint64_t{1} << 32) return 0;
  const int shift = std::countl_zero(static_cast<uint32_t>(left));
  const uint64_t log2_of_left =  // of left / 2^32, plus 32, times 2^32
      (uint64_t{31} - static_cast<uint64_t>(shift)) * (uint64_t{1} << 32) +
      FractionOfLog2(left << shift);
  const uint64_t minus_log2 = (uint64_t{32} << 32) - log2_of_left;
  // Times ln 2.
  constexpr unsigned __int128 kLn2 = 2977044471u;  // of 2^32
  return static_cast<uint64_t>(minus_log2 * kLn2 >> 32);
}

LatencyLaw::LatencyLaw(absl::Duration exactly)
    : least_(ToNanoseconds(exactly)), most_(least_) {
  ORRERY_CHECK(least_ >= 0, "a latency is not negative");
}

LatencyLaw LatencyLaw::Uniform(absl::Duration least, absl::Duration most) {
  LatencyLaw law(least);
  law.most_ = ToNanoseconds(most);
  ORRERY_CHECK(
      law.least_ <= law.most_ && SimTime(law.most_) < SimTime::Infinite(),
      "a latency whose least is above its most, or that is endless");
  if (law.least_ != law.most_) law.kind_ = Kind::kUniform;
  return law;
}

LatencyLaw LatencyLaw::Exponential(absl::Duration least, absl::Duration average,
                                   absl::Duration most) {
  LatencyLaw law = Uniform(least, most);
  law.more_ = ToNanoseconds(average);
  ORRERY_CHECK(law.more_ >= 0, "an average latency is not negative");
  law.kind_ = law.more_ == 0 ? Kind::kConstant : Kind::kExponential;
  return law;
}

LatencyLaw LatencyLaw::WithTail(absl::Duration least, absl::Duration most,
                                uint32_t one_in, absl::Duration tail) {
  LatencyLaw law = Uniform(least, most);
  ORRERY_CHECK(one_in >= 2, "a tail comes once in two times at the most");
  law.more_ = ToNanoseconds(tail);
  ORRERY_CHECK(law.more_ >= law.most_, "a tail is longer than the rest");
  law.one_in_ = one_in;
  law.kind_ = Kind::kTail;
  return law;
}

int64_t LatencyLaw::DrawSlow(Simulation& simulation, absl::string_view site,
                             ChoiceKind kind) const {
  auto uniform = [&](int64_t least, int64_t most) {
    const uint64_t n = static_cast<uint64_t>(most - least) + 1;
    return least + static_cast<int64_t>(simulation.Draw(kind, n, site));
  };
  switch (kind_) {
    case Kind::kConstant:
      break;
    case Kind::kUniform:
      return uniform(least_, most_);
    case Kind::kExponential: {
      const auto u =
          static_cast<uint32_t>(simulation.Draw(kind, uint64_t{1} << 32, site));
      const auto more = static_cast<int64_t>(
          static_cast<unsigned __int128>(ExponentialFromUniform(u)) *
              static_cast<uint64_t>(more_) >>
          32);
      return std::min(most_, least_ + more);
    }
    case Kind::kTail:
      if (simulation.Draw(kind, one_in_, site) + 1 == one_in_) {
        return uniform(most_, more_);
      }
      return uniform(least_, most_);
  }
  return least_;
}

}  // namespace orrery
