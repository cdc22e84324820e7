// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/traces/digest_sample.h"

#include <algorithm>

#include "orrery/base/ids.h"

namespace orrery {

bool DigestSample::IsKept(uint64_t digest) const {
  if (shift_ == 0) return true;
  return ids_internal::Mix(digest) >> (64 - shift_) == 0;
}

void DigestSample::Add(uint64_t digest, uint64_t times) {
  if (times == 0 || !IsKept(digest)) return;
  kept_[digest] += times;
  Shrink();
}

void DigestSample::Merge(const DigestSample& other) {
  RaiseShift(other.shift_);
  for (const auto& [digest, times] : other.kept_) Add(digest, times);
}

uint64_t DigestSample::SeenOnce() const {
  uint64_t once = 0;
  for (const auto& [digest, times] : kept_) {
    if (times == 1) ++once;
  }
  return once << shift_;
}

void DigestSample::RaiseShift(int shift) {
  if (shift <= shift_) return;
  shift_ = shift;
  for (auto it = kept_.begin(); it != kept_.end();) {
    it = IsKept(it->first) ? std::next(it) : kept_.erase(it);
  }
}

void DigestSample::Shrink() {
  while (kept_.size() > max_kept_ && shift_ < 63) RaiseShift(shift_ + 1);
}

uint64_t ResidualChanceBillionths(uint64_t seen_once, uint64_t runs) {
  constexpr uint64_t kBillion = 1'000'000'000;
  if (runs == 0) return kBillion;
  __extension__ using Wide = unsigned __int128;
  const uint64_t chance =
      static_cast<uint64_t>(Wide{seen_once} * kBillion / runs);
  return std::min(chance, kBillion);  // an estimate may be above all runs
}

}  // namespace orrery
