// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/workloads.h"

#include <functional>
#include <vector>

#include "absl/time/time.h"
#include "orrery/sim/random.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/queue.h"

namespace orrery {
namespace {

Task<> SleepRounds(int rounds) {
  const Random random("delay");
  for (int i = 0; i < rounds; ++i) {
    const int64_t ms = random.Between(1, 1000);
    co_await Sleep(absl::Milliseconds(ms));
  }
}

Task<> YieldRounds(int rounds) {
  for (int i = 0; i < rounds; ++i) co_await Yield();
}

Task<> SleepOnce() {
  const int64_t us = Random("delay").Between(1, 1000000);
  co_await Sleep(absl::Microseconds(us));
}

Task<> ManyTasks(int tasks, int rounds, Task<> (*body)(int)) {
  std::vector<JoinHandle<>> handles;
  handles.reserve(static_cast<size_t>(tasks));
  for (int i = 0; i < tasks; ++i) handles.push_back(Spawn(body, rounds));
  for (JoinHandle<>& handle : handles) co_await handle;
}

Task<> Echo(Queue<int>& in, Queue<int>& out, int messages) {
  for (int i = 0; i < messages; ++i) {
    const int message = co_await in.Get();
    co_await out.Put(message + 1);
  }
}

Task<> PingPong(int messages) {
  Queue<int> there;
  Queue<int> back;
  JoinHandle<> echo = Spawn(Echo, std::ref(there), std::ref(back), messages);
  for (int i = 0; i < messages; ++i) {
    co_await there.Put(i);
    co_await back.Get();
  }
  co_await echo;
}

Task<int> Child(int value) { co_return value + 1; }

Task<> SpawnAndJoin(int children) {
  int value = 0;
  for (int i = 0; i < children; ++i) {
    value = co_await Spawn(Child, value);
  }
}

Task<> Sleepers(int tasks) {
  for (int i = 0; i < tasks; ++i) Spawn(SleepOnce);
  co_await Sleep(absl::Seconds(2));
}

Task<> SleepFor(absl::Duration duration) { co_await Sleep(duration); }

Task<> Whole() {
  JoinHandle<> one = Spawn("one", SleepFor, absl::Seconds(1));
  JoinHandle<> two = Spawn("two", SleepFor, absl::Seconds(2));
  co_await one;
  co_await two;
}

}  // namespace

RunResult RunSleeps(const SimulationOptions& options, int tasks, int rounds) {
  return Simulation(options).Run(ManyTasks, tasks, rounds, SleepRounds);
}

RunResult RunPingPong(const SimulationOptions& options, int messages) {
  // A round trip is two messages.
  return Simulation(options).Run(PingPong, messages / 2);
}

RunResult RunYields(const SimulationOptions& options, int tasks, int rounds) {
  return Simulation(options).Run(ManyTasks, tasks, rounds, YieldRounds);
}

RunResult RunSpawns(const SimulationOptions& options, int children) {
  return Simulation(options).Run(SpawnAndJoin, children);
}

RunResult RunSleepers(const SimulationOptions& options, int tasks) {
  return Simulation(options).Run(Sleepers, tasks);
}

RunResult RunWhole(const SimulationOptions& options) {
  return Simulation(options).Run(Whole);
}

}  // namespace orrery
