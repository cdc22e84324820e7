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
#include "orrery/base/task_report.h"
#include "orrery/base/trace_event.h"
#include "orrery/base/trace_sink.h"
#include "orrery/sim/slow_step.h"

namespace orrery {

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
  // The steps in which more time passed than `SimulationOptions::slow_step`:
  // the first hundred. They do not make a run fail.
  std::vector<SlowStep> slow_steps;
  uint64_t slow_step_count = 0;  // of all
  // What the program told of the run, `Simulation::AddNote`, for whoever has to
  // find out why it failed.
  std::string notes;

  bool ok() const { return outcome == Outcome::kCompleted; }
};

// Returns the outcome in one line, and after it the tree of the tasks that were
// not done (base/task_tree.h) and each slow step.
std::string FormatRunResult(const RunResult& result);

}  // namespace orrery

#endif  // ORRERY_SIM_RUN_RESULT_H_
