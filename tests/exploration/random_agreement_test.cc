// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// DPOR against exhaustive search, on random programs: two or three tasks, each
// of which does a few things to objects that they share.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "orrery/base/prng.h"
#include "orrery/scheduler/dfs_scheduler.h"
#include "orrery/scheduler/dpor_scheduler.h"
#include "orrery/scheduler/scheduler.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync/event.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/queue.h"
#include "orrery/sim/sync/semaphore.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/exploration/search.h"

namespace orrery {
namespace {

enum class Do : uint8_t {
  kRead,
  kWrite,
  kLock,  // and keep it to the end
  kTryLock,
  kPut,
  kGet,
  kWait,
  kSet,
  kAcquire,
  kRelease,
  kSleep,
  kYield,
  kCancel,  // the task after this one
  kJoin,    // the task before this one
};

using Script = std::vector<Do>;

// What the tasks of the run share.
struct World {
  Shared<int> cell{0};
  Mutex mutex;
  Queue<int> queue{1};
  Event event;
  Semaphore semaphore{1};
  std::vector<JoinHandle<>> tasks;
  std::vector<std::string> seen;
};

// The program that is being run.
std::vector<Script>* scripts = nullptr;

Task<> JoinQuietly(JoinHandle<> task, std::string* seen) {
  try {
    co_await task;
    absl::StrAppend(seen, "j");
  } catch (const Cancelled&) {
    absl::StrAppend(seen, "J");
    throw;
  }
}

Task<> Perform(Do what, size_t self, World* world,
               std::vector<Mutex::Guard>* held) {
  std::string& seen = world->seen[self];
  switch (what) {
    case Do::kRead: {
      const int value = co_await world->cell.Read();
      absl::StrAppend(&seen, value);
      break;
    }
    case Do::kWrite:
      co_await world->cell.Write(static_cast<int>(self) + 1);
      break;
    case Do::kLock: {
      if (!held->empty()) break;
      Mutex::Guard guard = co_await world->mutex.Lock();
      held->push_back(std::move(guard));
      break;
    }
    case Do::kTryLock: {
      if (!held->empty()) break;
      const bool got = world->mutex.TryLock();
      absl::StrAppend(&seen, got ? "t" : "T");
      if (got) world->mutex.Unlock();
      break;
    }
    case Do::kPut:
      co_await world->queue.Put(static_cast<int>(self) + 1);
      break;
    case Do::kGet: {
      const int item = co_await world->queue.Get();
      absl::StrAppend(&seen, "g", item);
      break;
    }
    case Do::kWait:
      co_await world->event.Wait();
      break;
    case Do::kSet:
      world->event.Set();
      break;
    case Do::kAcquire:
      co_await world->semaphore.Acquire();
      break;
    case Do::kRelease:
      world->semaphore.Release();
      break;
    case Do::kSleep:
      co_await Sleep(absl::Seconds(1));
      break;
    case Do::kYield:
      co_await Yield();
      break;
    case Do::kCancel:
      if (self + 1 < world->tasks.size()) {
        const bool asked = world->tasks[self + 1].Cancel();
        absl::StrAppend(&seen, asked ? "c" : "C");
      }
      break;
    case Do::kJoin:
      if (self > 0) co_await JoinQuietly(world->tasks[self - 1], &seen);
      break;
  }
}

Task<> Follow(const Script* script, size_t self, World* world) {
  std::vector<Mutex::Guard> held;
  try {
    for (const Do what : *script) {
      co_await Perform(what, self, world, &held);
    }
    absl::StrAppend(&world->seen[self], ".");
  } catch (const Cancelled&) {
    absl::StrAppend(&world->seen[self], "x");
  }
}

Task<> RunScripts() {
  World world;
  world.seen.resize(scripts->size());
  // They begin together, so they know each other.
  for (size_t i = 0; i < scripts->size(); ++i) {
    world.tasks.push_back(Spawn(Follow, &(*scripts)[i], i, &world));
  }
  for (size_t i = 0; i < scripts->size(); ++i) {
    try {
      co_await world.tasks[i];
    } catch (const Cancelled&) {
      absl::StrAppend(&world.seen[i], "never began");
    }
  }
  for (const std::string& seen : world.seen) {
    absl::StrAppend(Observed(), seen, "|");
  }
  absl::StrAppend(Observed(), world.cell.Peek());
}

std::vector<Script> RandomScripts(uint64_t seed) {
  // Reads and writes show what came first, and never wait.
  constexpr Do kChoices[] = {
      Do::kRead,   Do::kRead,    Do::kRead,    Do::kWrite, Do::kWrite,
      Do::kLock,   Do::kTryLock, Do::kPut,     Do::kGet,   Do::kWait,
      Do::kSet,    Do::kAcquire, Do::kRelease, Do::kSleep, Do::kYield,
      Do::kCancel, Do::kJoin,
  };
  Prng prng(seed);
  const size_t tasks = 2 + prng.Below(2);
  std::vector<Script> scripts(tasks);
  for (Script& script : scripts) {
    const size_t length = tasks == 2 ? 2 + prng.Below(4) : 1 + prng.Below(3);
    for (size_t i = 0; i < length; ++i) {
      script.push_back(kChoices[prng.Below(std::size(kChoices))]);
    }
  }
  return scripts;
}

// A task that cancels one that waits for it asks itself to cancel. It is told
// when it next suspends; and whether it does at all, at something that need not
// wait, depends on whether anybody else is ready. Steps that nothing connects
// make a difference then: DPOR does not see that, as its header says.
bool MayCancelItself(const std::vector<Script>& scripts) {
  for (size_t i = 0; i + 1 < scripts.size(); ++i) {
    const Script& next = scripts[i + 1];
    if (std::find(scripts[i].begin(), scripts[i].end(), Do::kCancel) !=
            scripts[i].end() &&
        std::find(next.begin(), next.end(), Do::kJoin) != next.end()) {
      return true;
    }
  }
  return false;
}

std::set<std::string> Outcomes(const Searched& searched) {
  std::set<std::string> outcomes;
  for (const auto& [outcome, times] : searched.outcomes) {
    outcomes.insert(outcome);
  }
  return outcomes;
}

std::string ToString(const std::vector<Script>& scripts) {
  std::string text;
  for (const Script& script : scripts) {
    for (const Do what : script) {
      absl::StrAppend(&text, static_cast<int>(what), " ");
    }
    absl::StrAppend(&text, "| ");
  }
  return text;
}

TEST(RandomAgreementTest, DporSeesTheOutcomesThatExhaustiveSearchSees) {
  constexpr uint64_t kPrograms = 300;
  uint64_t compared = 0;
  uint64_t outcomes = 0;
  for (uint64_t seed = 1; seed <= kPrograms; ++seed) {
    std::vector<Script> program = RandomScripts(seed);
    if (MayCancelItself(program)) continue;
    scripts = &program;
    SearchOptions options;
    options.max_runs = 2'000;
    DfsScheduler dfs;
    const Searched all = Search(dfs, RunScripts, options);
    if (all.end == NextRun::kAgain) continue;  // too many schedules
    ++compared;
    outcomes += all.outcomes.size();
    for (options.order = 0; options.order < 3; ++options.order) {
      DporScheduler dpor;
      const Searched some = Search(dpor, RunScripts, options);
      EXPECT_EQ(some.end, NextRun::kExhausted) << dpor.Completeness();
      EXPECT_EQ(Outcomes(some), Outcomes(all))
          << "program " << seed << " in order " << options.order << ": "
          << ToString(program);
    }
  }
  scripts = nullptr;
  // Enough of them to say something.
  EXPECT_GE(compared, kPrograms / 2);
  EXPECT_GE(outcomes, compared + 100);
}

}  // namespace
}  // namespace orrery
