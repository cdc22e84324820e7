// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `DumpTasks`: what every task is up to, at any time: in a test, or from a
// debugger (`call orrery::PrintTasks()`).

#ifndef ORRERY_SIM_DUMP_TASKS_H_
#define ORRERY_SIM_DUMP_TASKS_H_

#include <cstddef>
#include <string>

namespace orrery {

// Returns the tasks of the current simulation that are not over as a tree: a
// line for each, with what it waits for and where, and below it those that it
// waits for. base/task_tree.h says how to read it.
//
//   2 tasks are not over at 1.500s, and below each those it waits for:
//     main#1 waits for task client#2 at bank.cc:90 Main
//       client#2 sleeps until 2.000s at bank.cc:41 Transfer
//
// Of more than `limit` tasks it says how many are left out. Outside of a
// simulation it says that there is none.
std::string DumpTasks(size_t limit = 1000);

// Writes that to standard error.
void PrintTasks();

}  // namespace orrery

#endif  // ORRERY_SIM_DUMP_TASKS_H_
