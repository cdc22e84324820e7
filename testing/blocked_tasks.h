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

// Returns a heading and the tree of the tasks, see base/task_tree.h: a line for
// each, with what it waits for, who holds that and where in the source, and
// below it those that it waits for. Of more than `limit` lines it says how many
// are left out.
std::vector<std::string> FormatBlockedTasks(
    const std::vector<TaskReport>& tasks, size_t limit);

// Returns a circle of tasks each of which waits for the next, "Anna#2 -> Ben#3
// -> Anna#2", or "" if there is none.
std::string FormatCircle(const std::vector<TaskReport>& tasks);

}  // namespace orrery

#endif  // ORRERY_TESTING_BLOCKED_TASKS_H_
