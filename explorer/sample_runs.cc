// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/explorer/sample_runs.h"

#include <stdexcept>

#include "absl/time/time.h"
#include "orrery/explorer/signature.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/shared.h"

namespace orrery {
namespace {

Task<> AddTen(Shared<int>& number) {
  const int seen = co_await number.Read();
  co_await number.Write(seen + 10);
}

}  // namespace

RunFunction SampleRuns(Task<> (*main)()) {
  return [main](const RunRequest& request) {
    Simulation simulation({.seed = request.seed,
                           .run_index = request.index,
                           .profile = request.profile,
                           .scheduler = request.scheduler,
                           .trace = request.trace});
    const RunResult result = simulation.Run(main);
    RunReport report;
    report.outcome = result.outcome;
    report.failed = !result.ok();
    report.signature = SignatureOf(result);
    if (result.failure.has_value()) report.message = result.failure->message;
    report.elapsed = result.elapsed;
    report.steps = result.steps;
    report.choices = result.choices;
    report.digests = result.digests;
    return report;
  };
}

Task<> LosesAnUpdate() {
  Shared<int> number(0, "number");
  JoinHandle<> first = Spawn("first", AddTen, std::ref(number));
  JoinHandle<> second = Spawn("second", AddTen, std::ref(number));
  co_await first;
  co_await second;
  if (number.Peek() != 20) throw std::runtime_error("an update is lost");
}

Task<> TwoTasks() {
  Shared<int> number(0, "number");
  JoinHandle<> first = Spawn("first", AddTen, std::ref(number));
  JoinHandle<> second = Spawn("second", AddTen, std::ref(number));
  co_await first;
  co_await second;
}

Task<> NoChoice() { co_await Sleep(absl::Seconds(1)); }

}  // namespace orrery
