// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/testing/fuzz_mutator.h"

#include <algorithm>

#include "orrery/base/digest.h"
#include "orrery/base/prng.h"

namespace orrery {

uint64_t DigestOfBytes(absl::Span<const uint8_t> bytes) {
  Digest digest;
  digest.Mix(bytes.size());
  for (const uint8_t byte : bytes) digest.Mix(byte);
  return digest.value();
}

void FuzzMutator::NoteRun(absl::Span<const uint8_t> bytes, uint64_t used) {
  if (used_.size() >= kMaxRuns) used_.clear();
  used_[DigestOfBytes(bytes)] = used;
}

size_t FuzzMutator::Mutate(uint8_t* data, size_t size, size_t max_size,
                           uint64_t seed, const Fallback& fallback) const {
  Prng prng(seed);
  uint64_t used =
      size + kWidth;  // of bytes that are not known: one choice more
  const auto known = used_.find(DigestOfBytes(absl::MakeConstSpan(data, size)));
  if (known != used_.end()) {
    used = known->second;
    size = static_cast<size_t>(std::min<uint64_t>(size, used));
  }
  const uint64_t choices = std::min<uint64_t>(used, max_size) / kWidth;
  if (choices == 0 || prng.Below(4) == 0) return fallback(data, size, max_size);

  const uint64_t last = choices - 1;
  const bool takes_last = prng.Below(2) == 0;
  const uint64_t choice = takes_last ? last : prng.Below(choices);
  const size_t at = static_cast<size_t>(choice) * kWidth;
  if (size < at + kWidth) {
    std::fill(data + size, data + at + kWidth, uint8_t{0});
    size = at + kWidth;
  }
  // Most choices are among few.
  constexpr uint64_t kRanges[] = {4, 256, 256, 65536};
  const uint64_t range = kRanges[prng.Below(4)];
  const uint64_t value = prng.Below(range);
  data[at] = static_cast<uint8_t>(value);
  data[at + 1] = static_cast<uint8_t>(value >> 8);
  return size;
}

}  // namespace orrery
