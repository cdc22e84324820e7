// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Setup`: under which policy a workload runs and how much of it is recorded.

#ifndef ORRERY_BENCH_SETUP_H_
#define ORRERY_BENCH_SETUP_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/trace_sink.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/simulation.h"
#include "orrery/traces/trace_writer.h"

namespace orrery {

class Setup {
 public:
  // `scheduler` as `MakeScheduler` reads it, and known to it.
  Setup(absl::string_view scheduler, TraceLevel level);

  // Returns the options of the next simulation, and begins its trace.
  SimulationOptions Begin();
  // Ends its trace, as a test would that has passed.
  void End(const RunResult& result);

  // Returns "random+events".
  std::string Name() const;

 private:
  std::unique_ptr<Scheduler> scheduler_;
  TraceLevel level_;
  TraceWriter writer_;
};

// The setups in which every workload is measured: `fifo` with nothing
// recorded; `random` with its choices recorded, as tests are run; `random` with
// every event recorded, as failing tests are run again.
std::vector<std::unique_ptr<Setup>> Setups();

}  // namespace orrery

#endif  // ORRERY_BENCH_SETUP_H_
