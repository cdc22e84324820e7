// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// The workloads by which Orrery's speed is measured: W1 to W8 and A1 to A6 of
// docs/performance.md. The benchmarks time them, the instruction gate counts
// them.

#ifndef ORRERY_BENCH_WORKLOADS_H_
#define ORRERY_BENCH_WORKLOADS_H_

#include <cstdint>
#include <vector>

#include "orrery/bench/setup.h"

namespace orrery {

struct Workload {
  const char* name;       // "W1"
  const char* summary;    // in a few words
  const char* operation;  // what is counted: "wake-up"
  uint64_t operations;    // in one measurement by the benchmarks
  // Does that many operations, rounded to what it can do.
  void (*run)(Setup& setup, uint64_t operations);
};

const std::vector<Workload>& Workloads();

}  // namespace orrery

#endif  // ORRERY_BENCH_WORKLOADS_H_
