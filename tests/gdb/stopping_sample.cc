// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A simulation for gdb_test to stop, as a program without GoogleTest has it:
// ORRERY_BREAK and ORRERY_VERBOSE_FROM are all that it knows.

#include <cstdio>
#include <cstdlib>
#include <functional>

#include "absl/time/time.h"
#include "orrery/sim/log.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"
#include "orrery/testing/run_stops.h"
#include "orrery/traces/stop_point.h"

namespace orrery {
namespace {

Task<> Hold(Mutex& account) {
  Mutex::Guard guard = co_await account.Lock();
  co_await Sleep(absl::Seconds(1));
  Log("has paid");
}

Task<> Pay(Mutex& account) {
  co_await Hold(account);
  co_await Yield();
}

Task<> Main() {
  Mutex account("account");
  JoinHandle<> first = Spawn("first", Pay, std::ref(account));
  JoinHandle<> second = Spawn("second", Pay, std::ref(account));
  co_await first;
  co_await second;
}

int Run() {
  StopSettings settings;
  if (const char* points = std::getenv("ORRERY_BREAK")) {
    const auto parsed = ParseStopPoints(points);
    if (!parsed.ok()) return 2;
    settings.points = *parsed;
  }
  if (const char* from = std::getenv("ORRERY_VERBOSE_FROM")) {
    const auto parsed = ParseVerboseFrom(from);
    if (!parsed.ok()) return 2;
    settings.verbose_from = *parsed;
  }
  RunStops stops(settings, nullptr);
  const RunResult result = Simulation({.trace = stops.sink()}).Run(Main);
  std::printf("the run has ended\n");
  return result.ok() ? 0 : 1;
}

}  // namespace
}  // namespace orrery

int main() { return orrery::Run(); }
