// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `BytesScheduler`: takes its choices from a string of bytes, one after the
// other, who runs next as well as draws. A fuzzer that changes the bytes
// searches the schedules.
//
// A choice among n takes a little-endian word modulo n: of 2 bytes if n is at
// most 65536, else of 8. Since the width does not depend on the value, a change
// of one byte changes one choice, and leaves those after it in their places.
// Bytes beyond the end are zeros: an empty string is first in, first out, and
// zeros for random numbers.
//
// Guarantee: every schedule is the schedule of some string.
//
// Cost: none per step but the choice.

#ifndef ORRERY_SCHEDULER_BYTES_SCHEDULER_H_
#define ORRERY_SCHEDULER_BYTES_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "orrery/scheduler/scheduler.h"

namespace orrery {

class BytesScheduler final : public Scheduler {
 public:
  // Copies `bytes`. `spec` is what `Spec` returns: "bytes:FILE" if they come
  // from a file.
  explicit BytesScheduler(absl::Span<const uint8_t> bytes,
                          std::string spec = "bytes")
      : bytes_(bytes.begin(), bytes.end()), spec_(std::move(spec)) {}

  std::string Spec() const override { return spec_; }

  // Begins with the first byte, whatever the seed is.
  void BeginRun(const RunInfo&) override { next_ = 0; }

  size_t PickNext(const ChoicePoint&, Candidates ready) override {
    return static_cast<size_t>(Take(ready.size()));
  }
  uint64_t Draw(const ChoicePoint& where) override { return Take(where.n); }

  // Returns how many bytes the current run has asked for. If it is more than
  // there are, the rest were zeros.
  uint64_t used() const { return next_; }

 private:
  uint64_t Take(uint64_t n) {
    const uint64_t width = n <= 65536 ? 2 : 8;
    uint64_t word = 0;
    for (uint64_t i = 0; i < width && next_ + i < bytes_.size(); ++i) {
      word |= uint64_t{bytes_[next_ + i]} << (8 * i);
    }
    next_ += width;
    return word % n;
  }

  const std::vector<uint8_t> bytes_;
  const std::string spec_;
  uint64_t next_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_SCHEDULER_BYTES_SCHEDULER_H_
