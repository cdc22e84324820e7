// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `TaskReport`: what a task that is not done is up to, in words. The engine
// makes them, failure reports show them, traces keep them.

#ifndef ORRERY_BASE_TASK_REPORT_H_
#define ORRERY_BASE_TASK_REPORT_H_

#include <string>
#include <vector>

#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"

namespace orrery {

// A task that was not done: when the run ended, or when somebody asked.
struct TaskReport {
  TaskId id;
  std::string name;  // "client#7"
  WaitKind wait = WaitKind::kNothing;
  std::string waits_for;  // "Mutex \"state\"", "task server#2", or, if that has
                          // been destroyed, "mutex, which is gone"
  std::string held_by;    // "server#2", "server#2, which is over"; empty where
                          // nothing can be held
  SimTime due;            // for kSleep
  // Where it waits, innermost first: "bank.cc:41 Transfer". The last one is
  // where the task's body stands. If it runs, the first one is the `co_await`
  // that it came past last.
  std::vector<std::string> stack;
  std::string spawned_at;               // "bank.cc:90 Main"
  std::vector<std::string> awaited_by;  // names
  // It was in the middle of a step: what it waits for says nothing.
  bool running = false;
};

// Returns "waits for Mutex \"state\" held by server#2", "sleeps until 3.000s"
// or "is running".
std::string FormatWait(const TaskReport& task);

// Returns `task` in a few lines: what it waits for, who holds that, where.
std::string FormatTaskReport(const TaskReport& task);

}  // namespace orrery

#endif  // ORRERY_BASE_TASK_REPORT_H_
