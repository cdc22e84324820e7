// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tasks that are not done as a tree: who waits for whom.

#ifndef ORRERY_BASE_TASK_TREE_H_
#define ORRERY_BASE_TASK_TREE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "orrery/base/task_report.h"

namespace orrery {

// Returns a line for each of `tasks`: what it waits for and where. Below it,
// two columns to the right, stand the tasks that it waits for: those that it
// awaits, and the one that holds what it wants.
//
//   main#1 waits for task client#2 at bank.cc:90 Main
//     client#2 waits for Mutex "state" held by server#3 at bank.cc:41 Transfer
//       server#3 sleeps until 3.000s at bank.cc:60 Serve
//
// At the left stand those for whom nobody waits, and one of each circle for
// which nobody else does. A task whose line stands further up already is named
// only: "server#3, see above". Neighbors that wait in the same way share a
// line. Of more than `limit` lines the last one says how many are left
// out.
std::vector<std::string> FormatTaskTree(absl::Span<const TaskReport> tasks,
                                        size_t limit);

}  // namespace orrery

#endif  // ORRERY_BASE_TASK_TREE_H_
