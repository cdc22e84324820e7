// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// A test that is killed from without, as by a system that has no memory left,
// to be shown.

#include <csignal>
#include <functional>

#include "orrery/testing/sim_test.h"

namespace {

using orrery::JoinHandle;
using orrery::Queue;
using orrery::Sleep;
using orrery::Spawn;
using orrery::Task;

// [snippet: killed]
Task<> Produce(Queue<int>& jobs) {
  for (int job = 1;; ++job) {
    co_await Sleep(absl::Seconds(1));
    co_await jobs.Put(job);
    if (job == 1000) std::raise(SIGKILL);
  }
}
// [end: killed]

SIM_TEST(WorkerTest, TakesJobs, {.isolate = false}) {
  Queue<int> jobs;
  JoinHandle<> producer = Spawn("producer", Produce, std::ref(jobs));
  while (true) co_await jobs.Get();
}

}  // namespace
