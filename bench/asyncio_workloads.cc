// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/bench/asyncio_workloads.h"

#include <functional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"

namespace orrery {
namespace {

// How many take part.
constexpr int kRivals = 10;
constexpr int kChildren = 1000;

Task<> LockAgainAndAgain(Mutex& mutex, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    Mutex::Guard guard = co_await mutex.Lock();
    co_await Yield();
  }
}

Task<> HandOff(int rounds) {
  Mutex mutex;
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < kRivals; ++i) {
    tasks.push_back(Spawn(LockAgainAndAgain, std::ref(mutex), rounds));
  }
  for (JoinHandle<>& task : tasks) co_await task;
}

Task<> Produce(Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) co_await queue.Put(i);
}

Task<> Consume(Queue<int>& queue, int items) {
  for (int i = 0; i < items; ++i) co_await queue.Get();
}

Task<> ProduceAndConsume(int items) {
  Queue<int> queue(kRivals);
  std::vector<JoinHandle<>> tasks;
  for (int i = 0; i < kRivals; ++i) {
    tasks.push_back(Spawn(Produce, std::ref(queue), items));
    tasks.push_back(Spawn(Consume, std::ref(queue), items));
  }
  for (JoinHandle<>& task : tasks) co_await task;
}

Task<int> YieldAndReturn(int value) {
  co_await Yield();
  co_return value;
}

Task<> GatherAgainAndAgain(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    std::vector<Task<int>> tasks;
    tasks.reserve(kChildren);
    for (int i = 0; i < kChildren; ++i) tasks.push_back(YieldAndReturn(i));
    const std::vector<int> values = co_await Gather(std::move(tasks));
  }
}

Task<> SpawnChildren(TaskGroup& group) {
  for (int i = 0; i < kChildren; ++i) group.Spawn(YieldAndReturn, i);
  co_return;
}

Task<> GroupAgainAndAgain(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    co_await WithTaskGroup(SpawnChildren);
  }
}

Task<> HaveTimeAgainAndAgain(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    co_await WithTimeout(absl::Hours(1), YieldAndReturn(i));
  }
}

Task<> SleepLong() { co_await Sleep(absl::Hours(1)); }

Task<> CancelAgainAndAgain(int rounds) {
  for (int i = 0; i < rounds; ++i) {
    JoinHandle<> sleeper = Spawn(SleepLong);
    co_await Yield();
    sleeper.Cancel();
    try {
      co_await sleeper;
    } catch (const Cancelled&) {
    }
  }
}

void RunOne(Setup& setup, Task<> (*body)(int), uint64_t rounds) {
  setup.End(Simulation(setup.Begin()).Run(body, static_cast<int>(rounds)));
}

}  // namespace

void RunHandOffs(Setup& setup, uint64_t operations) {
  RunOne(setup, HandOff, operations / kRivals);
}

void RunBoundedQueue(Setup& setup, uint64_t operations) {
  RunOne(setup, ProduceAndConsume, operations / kRivals);
}

void RunGathers(Setup& setup, uint64_t operations) {
  RunOne(setup, GatherAgainAndAgain, operations / kChildren);
}

void RunTaskGroups(Setup& setup, uint64_t operations) {
  RunOne(setup, GroupAgainAndAgain, operations / kChildren);
}

void RunTimeouts(Setup& setup, uint64_t operations) {
  RunOne(setup, HaveTimeAgainAndAgain, operations);
}

void RunCancels(Setup& setup, uint64_t operations) {
  RunOne(setup, CancelAgainAndAgain, operations);
}

}  // namespace orrery
