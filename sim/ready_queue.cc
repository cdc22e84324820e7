// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/ready_queue.h"

#include <algorithm>
#include <utility>

namespace orrery {

void ReadyQueue::Grow() {
  const uint32_t capacity = std::max<uint32_t>(64, 2 * capacity_);
  auto larger = std::make_unique_for_overwrite<Candidate*[]>(capacity);
  std::copy_n(candidates_.get(), capacity_, larger.get());
  candidates_ = std::move(larger);
  capacity_ = capacity;
}

}  // namespace orrery
