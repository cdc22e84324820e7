// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Times campaigns of a program of two tasks: what a run costs in the process of
// the test, and in one of its own.
//
//   ./bazelw run --config=opt //bench:campaigns

#include <cstdint>

#include "benchmark/benchmark.h"
#include "orrery/explorer/campaign.h"
#include "orrery/explorer/sample_runs.h"
#include "orrery/scheduler/random_scheduler.h"

namespace orrery {
namespace {

constexpr uint64_t kRuns = 500;

void RunCampaigns(benchmark::State& state, bool isolated) {
  RandomScheduler random;
  CampaignOptions options;
  options.runs = kRuns;
  options.isolated = isolated;
  for (auto _ : state) RunCampaign(SampleRuns(TwoTasks), random, options);
  state.counters["runs/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(kRuns),
      benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(RunCampaigns, in_process, false)->UseRealTime();
BENCHMARK_CAPTURE(RunCampaigns, isolated, true)->UseRealTime();

}  // namespace
}  // namespace orrery

BENCHMARK_MAIN();
