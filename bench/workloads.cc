// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/workloads.h"

#include <functional>
#include <vector>

#include "absl/time/time.h"
#include "orrery/bench/asyncio_workloads.h"
#include "orrery/bench/world_workloads.h"
#include "orrery/sim/random.h"
#include "orrery/sim/simulation.h"
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

template <typename... Arguments>
void RunOne(Setup& setup, Arguments... arguments) {
  setup.End(Simulation(setup.Begin()).Run(arguments...));
}

// A thousand tasks share the operations.
constexpr int kTasks = 1000;

int Rounds(uint64_t operations) {
  return static_cast<int>((operations + kTasks - 1) / kTasks);
}

void RunSleeps(Setup& setup, uint64_t operations) {
  RunOne(setup, ManyTasks, kTasks, Rounds(operations), SleepRounds);
}

void RunPingPong(Setup& setup, uint64_t operations) {
  // A round trip is two messages.
  RunOne(setup, PingPong, static_cast<int>(operations / 2));
}

void RunYields(Setup& setup, uint64_t operations) {
  RunOne(setup, ManyTasks, kTasks, Rounds(operations), YieldRounds);
}

void RunSpawns(Setup& setup, uint64_t operations) {
  RunOne(setup, SpawnAndJoin, static_cast<int>(operations));
}

void RunSleepers(Setup& setup, uint64_t operations) {
  RunOne(setup, Sleepers, static_cast<int>(operations));
}

void RunWhole(Setup& setup, uint64_t operations) {
  for (uint64_t i = 0; i < operations; ++i) RunOne(setup, Whole);
}

}  // namespace

const std::vector<Workload>& Workloads() {
  static const auto* const workloads = new std::vector<Workload>{
      {"W1", "1,000 tasks sleep for random times, again and again", "wake-up",
       1'000'000, RunSleeps},
      {"W2", "two tasks exchange messages through a pair of queues", "message",
       1'000'000, RunPingPong},
      {"W3", "1,000 tasks yield, again and again", "switch", 1'000'000,
       RunYields},
      {"W4", "children are spawned and awaited, one by one", "child", 1'000'000,
       RunSpawns},
      {"W5", "a million tasks sleep at once", "task", 1'000'000, RunSleepers},
      {"W6", "whole simulations of two tasks", "simulation", 100'000, RunWhole},
      {"W7", "two machines exchange datagrams of 32 bytes", "message",
       1'000'000, RunDatagrams},
      {"W8", "whole simulations of 100 machines that are idle for an hour",
       "hour", 20, RunIdleHours},
      {"A1", "ten tasks hand a mutex on", "hand-off", 1'000'000, RunHandOffs},
      {"A2", "ten producers, ten consumers, a queue for ten", "item", 1'000'000,
       RunBoundedQueue},
      {"A3", "gathers of 1,000 tasks that yield once", "child", 1'000'000,
       RunGathers},
      {"A4", "groups of 1,000 tasks that yield once", "child", 1'000'000,
       RunTaskGroups},
      {"A5", "timeouts that do not fire, around a yield", "call", 1'000'000,
       RunTimeouts},
      {"A6", "sleepers are spawned and cancelled", "cancel", 50'000,
       RunCancels},
  };
  return *workloads;
}

}  // namespace orrery
