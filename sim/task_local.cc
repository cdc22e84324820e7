// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/task_local.h"

#include <atomic>

namespace orrery::task_local_internal {

uint32_t NewVariable() {
  static constinit std::atomic<uint32_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace orrery::task_local_internal
