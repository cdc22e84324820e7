// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunResult`: how a run ended, and all that is needed to say why.

#ifndef ORRERY_SIM_RUN_RESULT_H_
#define ORRERY_SIM_RUN_RESULT_H_

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "orrery/base/ids.h"
#include "orrery/base/sim_time.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"

namespace orrery {

// A task that was not done when the run ended.
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
  // where the task's body stands.
  std::vector<std::string> stack;
  std::string spawned_at;               // "bank.cc:90 Main"
  std::vector<std::string> awaited_by;  // names
};

// What made a run fail.
struct RunFailure {
  std::string message;
  SimTime time;
  uint64_t step = 0;
  TaskId task;            // none: it was the event loop's own finding
  std::string task_name;  // "client#7"
  std::string site;       // "bank.cc:41", empty if not known
  std::exception_ptr exception;
};

struct RunResult {
  Outcome outcome = Outcome::kUnknown;
  absl::Duration elapsed;  // simulated
  uint64_t steps = 0;
  uint64_t choices = 0;
  DigestPair digests;
  std::optional<RunFailure> failure;  // set unless the outcome is kCompleted
  // Every task that was not done, in the order of creation. Empty if the
  // outcome is kCompleted.
  std::vector<TaskReport> tasks;

  bool ok() const { return outcome == Outcome::kCompleted; }
};

// Returns "waits for Mutex \"state\" held by server#2" or "sleeps
// until 3.000s".
std::string FormatWait(const TaskReport& task);

// Returns `task` in a few lines: what it waits for, who holds that, where.
std::string FormatTaskReport(const TaskReport& task);

// Returns the outcome in one line, and after it each task that was not done.
std::string FormatRunResult(const RunResult& result);

}  // namespace orrery

#endif  // ORRERY_SIM_RUN_RESULT_H_
