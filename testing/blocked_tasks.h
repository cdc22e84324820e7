// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The tasks that were not done when a run ended, for a report.

#ifndef ORRERY_TESTING_BLOCKED_TASKS_H_
#define ORRERY_TESTING_BLOCKED_TASKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "orrery/sim/run_result.h"

namespace orrery {

// Returns a heading and, a line each, what every task waits for, who holds
// that, where in the source, and who awaits it. Tasks that wait in the same way
// share a line. Of more than `limit` lines it says how many tasks are left out.
std::vector<std::string> FormatBlockedTasks(
    const std::vector<TaskReport>& tasks, size_t limit);

// Returns a circle of tasks each of which waits for the next, "Anna#2 -> Ben#3
// -> Anna#2", or "" if there is none.
std::string FormatCircle(const std::vector<TaskReport>& tasks);

}  // namespace orrery

#endif  // ORRERY_TESTING_BLOCKED_TASKS_H_
