// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The workloads by which Orrery's speed is measured, W1 to W6 of the design.
// Each does `n` operations in one simulation; the benchmarks time them and the
// instruction gate counts them.

#ifndef ORRERY_BENCH_WORKLOADS_H_
#define ORRERY_BENCH_WORKLOADS_H_

#include <cstdint>

#include "orrery/sim/simulation.h"

namespace orrery {

// W1: `tasks` tasks, each sleeps `rounds` times for a random 1 to 1,000 ms.
// An operation is a wake-up.
RunResult RunSleeps(const SimulationOptions& options, int tasks, int rounds);

// W2: two tasks exchange `messages` messages through a pair of queues.
RunResult RunPingPong(const SimulationOptions& options, int messages);

// W3: `tasks` tasks, each yields `rounds` times. An operation is a switch.
RunResult RunYields(const SimulationOptions& options, int tasks, int rounds);

// W4: `children` children, each spawned and awaited.
RunResult RunSpawns(const SimulationOptions& options, int children);

// W5: `tasks` tasks sleep once each, all at the same time.
RunResult RunSleepers(const SimulationOptions& options, int tasks);

// W6: a whole simulation: two tasks, sleeps of 1 s and 2 s.
RunResult RunWhole(const SimulationOptions& options);

}  // namespace orrery

#endif  // ORRERY_BENCH_WORKLOADS_H_
