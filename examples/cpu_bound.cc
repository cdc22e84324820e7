// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What an event loop is not for: a computation of five seconds, first on the
// loop, where it delays everybody, and then on a thread pool, where it delays
// nobody.
//
//   ./bazelw run //examples:cpu_bound

#include <cstdio>

#include "absl/time/time.h"
#include "orrery/base/sim_time.h"
#include "orrery/sim/compute.h"
#include "orrery/sim/log.h"
#include "orrery/sim/run_blocking.h"
#include "orrery/sim/run_result.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/slow_step.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"

namespace orrery {
namespace {

// Wants to tick every two seconds.
Task<> Ticker() {
  for (int i = 0; i < 3; ++i) {
    co_await Sleep(absl::Seconds(2));
    Log("tick");
  }
}

// [snippet: computations]
Task<> RenderOnTheLoop() {
  Compute(absl::Seconds(5));
  Log("rendered on the loop");
  co_return;
}

Task<> RenderOnThePool() {
  co_await RunBlocking([] {}, {.cost = absl::Seconds(5)});
  Log("rendered on the pool");
}
// [end: computations]

Task<> WithTicker(Task<> (*render)()) {
  JoinHandle<> ticker = Spawn("ticker", Ticker);
  JoinHandle<> report = Spawn("report", render);
  co_await report;
  co_await ticker;
}

bool Run(const char* title, Task<> (*render)()) {
  std::printf("%s\n", title);
  const RunResult result =
      Simulation({.on_log = [](const HistoryEntry& entry) {
        std::printf("  [%s] %s\n", FormatSimTime(entry.time).c_str(),
                    entry.text.c_str());
      }}).Run(WithTicker, render);
  for (const SlowStep& slow : result.slow_steps) {
    std::printf("  slow: %s\n", FormatSlowStep(slow).c_str());
  }
  if (!result.ok()) std::printf("%s\n", FormatRunResult(result).c_str());
  return result.ok();
}

}  // namespace
}  // namespace orrery

int main() {
  const bool ok = orrery::Run("on the loop:", orrery::RenderOnTheLoop) &&
                  orrery::Run("on a thread pool:", orrery::RenderOnThePool);
  return ok ? 0 : 1;
}
