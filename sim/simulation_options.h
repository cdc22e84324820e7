// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `SimulationOptions`: what a simulation is made with.

#ifndef ORRERY_SIM_SIMULATION_OPTIONS_H_
#define ORRERY_SIM_SIMULATION_OPTIONS_H_

#include <cstdint>
#include <functional>

#include "absl/time/time.h"
#include "orrery/base/seed.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/history.h"

namespace orrery {

class Settings;

struct SimulationOptions {
  Seed seed = Seed(1);
  // Which run of a campaign it is, from 0, and whether it is there for the
  // policy to learn from: for `Scheduler::BeginRun`.
  uint64_t run_index = 0;
  bool profile = false;
  // Not owned; null means `fifo`. It must outlive the simulation.
  Scheduler* scheduler = nullptr;
  // Not owned; null means that nothing is recorded.
  TraceSink* trace = nullptr;
  // Not owned; what is fixed of all that a run draws for itself, which faults
  // there are for one. Null means that nothing is.
  const Settings* settings = nullptr;
  // The run stops with kStepLimit before it executes more steps than this.
  uint64_t max_steps = 1'000'000'000;
  // The run stops with kLiveLock before it executes more steps than this while
  // the clock stands still.
  uint64_t max_steps_per_instant = 10'000'000;
  // The run stops with kTimeLimit before the clock passes this.
  absl::Duration max_time = absl::InfiniteDuration();
  // Steps in which more simulated time passes than this are told as slow: see
  // `RunResult::slow_steps`.
  absl::Duration slow_step = absl::Milliseconds(100);
  // Called for each line that is logged, as it is logged.
  std::function<void(const HistoryEntry&)> on_log = {};
};

}  // namespace orrery

#endif  // ORRERY_SIM_SIMULATION_OPTIONS_H_
