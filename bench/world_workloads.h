// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Workloads of simulated machines: W7 and W8.

#ifndef ORRERY_BENCH_WORLD_WORKLOADS_H_
#define ORRERY_BENCH_WORLD_WORKLOADS_H_

#include <cstdint>

#include "orrery/bench/setup.h"

namespace orrery {

// Two machines exchange datagrams of 32 bytes, a request and its reply, over a
// link that takes from 1 to 10 ms.
void RunDatagrams(Setup& setup, uint64_t messages);

// Whole simulations of an hour in which 100 machines have little to do: each
// wakes up once a minute, and tells the next one every ten.
void RunIdleHours(Setup& setup, uint64_t hours);

}  // namespace orrery

#endif  // ORRERY_BENCH_WORLD_WORKLOADS_H_
