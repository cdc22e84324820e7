// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

struct Cells {
  Shared<int> a{0, "a"};
  Shared<int> b{0, "b"};
  Mutex mutex{"both"};  // for the fixed version
};

Task<> Set(Cells* cells) {
  co_await cells->a.Write(1);
  co_await cells->b.Write(-1);
}

// Each load is a step, and none is made that the outcome does not depend on.
Task<> Check(Cells* cells) {
  int a = co_await cells->a.Read();
  if (a == 0) {
    const int b = co_await cells->b.Read();
    if (b == 0) co_return;
  }
  a = co_await cells->a.Read();
  if (a == 1) {
    const int b = co_await cells->b.Read();
    if (b == -1) co_return;
  }
  FailRun("a was seen without b");
}

Task<> SetLocked(Cells* cells) {
  Mutex::Guard guard = co_await cells->mutex.Lock();
  co_await Set(cells);
  co_await UnlockStep(cells->mutex, guard);
}

Task<> CheckLocked(Cells* cells) {
  Mutex::Guard guard = co_await cells->mutex.Lock();
  co_await Check(cells);
  co_await UnlockStep(cells->mutex, guard);
}

}  // namespace

Task<> Reorder(Version version, int setters, int checkers) {
  const bool locked = version == Version::kFixed;
  Cells cells;
  Crew crew;
  for (int i = 0; i < setters; ++i) {
    co_await crew.Turn();
    crew.Spawn(locked ? SetLocked : Set, &cells);
  }
  for (int i = 0; i < checkers; ++i) {
    co_await crew.Turn();
    crew.Spawn(locked ? CheckLocked : Check, &cells);
  }
  co_await crew.Join();
}

}  // namespace orrery::corpus
