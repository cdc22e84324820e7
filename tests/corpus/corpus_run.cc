// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/tests/corpus/corpus_run.h"

#include "orrery/explorer/run.h"
#include "orrery/explorer/signature.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery::corpus {
namespace {

// No program takes a tenth of it: more is a live-lock that nobody planted.
constexpr uint64_t kMaxSteps = 100'000;

RunReport RunOnce(Task<> (*main)(), const RunRequest& request) {
  SimulationOptions options;
  options.seed = request.seed;
  options.run_index = request.index;
  options.profile = request.profile;
  options.scheduler = request.scheduler;
  options.trace = request.trace;
  options.max_steps = kMaxSteps;
  Simulation simulation(options);
  const RunResult result = simulation.Run(main);
  RunReport report;
  report.outcome = result.outcome;
  report.failed = !result.ok();
  if (report.failed) {
    report.signature = SignatureOf(result);
    report.message = result.failure->message;
  }
  report.elapsed = result.elapsed;
  report.steps = result.steps;
  report.choices = result.choices;
  report.digests = result.digests;
  return report;
}

}  // namespace

RunFunction RunOf(Task<> (*main)()) {
  return [main](const RunRequest& request) { return RunOnce(main, request); };
}

}  // namespace orrery::corpus
