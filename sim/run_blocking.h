// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RunBlocking`: a computation beside the event loop, on the simulation's own
// thread pool, where it delays nobody. asyncio's to_thread.
//
//   Report report = co_await RunBlocking(Render, {.cost = absl::Seconds(5)});

#ifndef ORRERY_SIM_RUN_BLOCKING_H_
#define ORRERY_SIM_RUN_BLOCKING_H_

#include <utility>

#include "orrery/base/source_site.h"
#include "orrery/sim/thread_pool.h"

namespace orrery {

// As many as asyncio's default executor has at the most.
inline constexpr int kDefaultPoolWorkers = 32;

// Returns the thread pool that every simulation has: "default", of
// `kDefaultPoolWorkers` workers. It lives until the simulation is over; jobs
// that are not over by then are dropped.
ThreadPool& DefaultThreadPool();

// Runs `function()` on the default thread pool: see `ThreadPool::Run`. With
// g++ 12 a lambda that has captured something with a destructor is made in a
// statement of its own (docs/compilers.md).
template <typename F>
auto RunBlocking(F function, BlockingOptions options = {},
                 SourceSite site = SourceSite::current()) {
  return DefaultThreadPool().Run(std::move(function), options, site);
}

}  // namespace orrery

#endif  // ORRERY_SIM_RUN_BLOCKING_H_
