// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include <cstddef>
#include <deque>

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

Task<> LockBoth(Mutex* first, Mutex* second) {
  Mutex::Guard outer = co_await first->Lock();
  Mutex::Guard inner = co_await second->Lock();
  co_await UnlockStep(*second, inner);
  co_await UnlockStep(*first, outer);
}

}  // namespace

Task<> OppositeLocks(Version version) {
  Mutex a("a");
  Mutex b("b");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(LockBoth, &a, &b);
  co_await crew.Turn();
  if (version == Version::kFixed) {
    crew.Spawn(LockBoth, &a, &b);
  } else {
    crew.Spawn(LockBoth, &b, &a);
  }
  co_await crew.Join();
}

Task<> Dining(Version version, int seats) {
  std::deque<Mutex> forks;
  for (int i = 0; i < seats; ++i) forks.emplace_back("fork");
  Crew crew;
  for (int i = 0; i < seats; ++i) {
    Mutex* left = &forks[static_cast<size_t>(i)];
    Mutex* right = &forks[static_cast<size_t>((i + 1) % seats)];
    co_await crew.Turn();
    if (version == Version::kFixed && i == seats - 1) {
      crew.Spawn(LockBoth, right, left);
    } else {
      crew.Spawn(LockBoth, left, right);
    }
  }
  co_await crew.Join();
}

}  // namespace orrery::corpus
