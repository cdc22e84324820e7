// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Who waits for what: asked where a test of asyncio looks into a primitive.

#ifndef ORRERY_TESTS_CONFORMANCE_WAITERS_H_
#define ORRERY_TESTS_CONFORMANCE_WAITERS_H_

#include <cstddef>

#include "absl/strings/match.h"
#include "orrery/base/task_report.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

// Returns how many tasks of the current simulation wait for `object`. One that
// has been woken, or cancelled, does not wait any more, though it has yet to
// run.
inline size_t CountWaiters(const SyncObject& object) {
  size_t count = 0;
  for (const TaskReport& task :
       Simulation::Current("CountWaiters").ReportTasks()) {
    // "Event#1", or "room in Queue#2".
    if (!task.running && absl::EndsWith(task.waits_for, object.ToString())) {
      ++count;
    }
  }
  return count;
}

}  // namespace orrery

#endif  // ORRERY_TESTS_CONFORMANCE_WAITERS_H_
