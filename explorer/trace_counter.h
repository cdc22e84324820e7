// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TraceCounter`: how many different schedules the runs of a campaign have
// shown, and how many of those only once.

#ifndef ORRERY_EXPLORER_TRACE_COUNTER_H_
#define ORRERY_EXPLORER_TRACE_COUNTER_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "orrery/base/digest.h"

namespace orrery {

// Takes 18 to 36 bytes for each distinct schedule.
class TraceCounter {
 public:
  void Add(Digest schedule) {
    const auto [seen, is_new] = seen_.try_emplace(schedule.value(), true);
    if (is_new) {
      ++once_;
    } else if (seen->second) {
      seen->second = false;
      --once_;
    }
  }

  uint64_t distinct() const { return seen_.size(); }
  uint64_t once() const { return once_; }

 private:
  // By digest, which is a number and comes out the same everywhere: whether it
  // was seen only once.
  absl::flat_hash_map<uint64_t, bool> seen_;
  uint64_t once_ = 0;
};

}  // namespace orrery

#endif  // ORRERY_EXPLORER_TRACE_COUNTER_H_
