// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A1 to A6: what programs do with asyncio's primitives and combinators. Each
// has a twin in asyncio_twins.py that does the same with CPython's asyncio.

#ifndef ORRERY_BENCH_ASYNCIO_WORKLOADS_H_
#define ORRERY_BENCH_ASYNCIO_WORKLOADS_H_

#include <cstdint>

#include "orrery/bench/setup.h"

namespace orrery {

// Each does about `operations` of its operations; see `Workload`.
void RunHandOffs(Setup& setup, uint64_t operations);
void RunBoundedQueue(Setup& setup, uint64_t operations);
void RunGathers(Setup& setup, uint64_t operations);
void RunTaskGroups(Setup& setup, uint64_t operations);
void RunTimeouts(Setup& setup, uint64_t operations);
void RunCancels(Setup& setup, uint64_t operations);

}  // namespace orrery

#endif  // ORRERY_BENCH_ASYNCIO_WORKLOADS_H_
