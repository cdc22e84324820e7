// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `FuzzMutator`: changes the bytes of a run as a list of choices. A fuzzer that
// knows nothing about bytes spends most of its tries on such as no run has
// asked for.

#ifndef ORRERY_TESTING_FUZZ_MUTATOR_H_
#define ORRERY_TESTING_FUZZ_MUTATOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

namespace orrery {

class FuzzMutator {
 public:
  // Changes `size` bytes at `data`, of which there may be `max_size`
  // afterwards, and returns how many there are: what libFuzzer does by itself.
  using Fallback =
      std::function<size_t(uint8_t* data, size_t size, size_t max_size)>;

  // Notes that the run of these bytes has asked for `used` bytes.
  void NoteRun(absl::Span<const uint8_t> bytes, uint64_t used);

  // Changes the bytes: three times in four, one choice of the run that they
  // lead to, every other time the last one, up to which the run got; else as
  // `fallback` does. Drops the bytes that the run has not asked for. A function
  // of the bytes, `seed`, and what was noted.
  size_t Mutate(uint8_t* data, size_t size, size_t max_size, uint64_t seed,
                const Fallback& fallback) const;

 private:
  // Bytes of a choice among at most 65536 (scheduler/bytes_scheduler.h).
  static constexpr size_t kWidth = 2;
  // So many runs are remembered; then it begins anew.
  static constexpr size_t kMaxRuns = size_t{1} << 20;

  // By the digest of the bytes. Looked up, never walked through.
  absl::flat_hash_map<uint64_t, uint64_t> used_;
};

// Returns a digest of the bytes and of how many there are.
uint64_t DigestOfBytes(absl::Span<const uint8_t> bytes);

}  // namespace orrery

#endif  // ORRERY_TESTING_FUZZ_MUTATOR_H_
