// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/run_blocking.h"

#include <memory>

#include "orrery/sim/simulation.h"

namespace orrery {

ThreadPool& DefaultThreadPool() {
  std::shared_ptr<ThreadPool>& pool =
      Simulation::Current("RunBlocking").default_pool();
  if (pool == nullptr) {
    pool = std::make_shared<ThreadPool>(ThreadPool::OfLoop(),
                                        kDefaultPoolWorkers, "default");
  }
  return *pool;
}

}  // namespace orrery
