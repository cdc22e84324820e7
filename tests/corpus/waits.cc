// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Tasks that wait for what does not come.

#include "orrery/sim/sync/condition_variable.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync/rw_lock.h"
#include "orrery/sim/sync/shared.h"
#include "orrery/sim/task.h"
#include "orrery/tests/corpus/programs.h"
#include "orrery/tests/corpus/steps.h"

namespace orrery::corpus {
namespace {

Task<> ReadAgain(RwLock* lock, Shared<int>* value) {
  RwLock::ReadGuard guard = co_await lock->ReadLock();
  co_await value->Read();
}

Task<> Refresh(RwLock* lock, Shared<int>* value, bool fixed) {
  int seen = 0;
  {
    RwLock::ReadGuard guard = co_await lock->ReadLock();
    seen = co_await value->Read();
    // The guard of the buggy version is still alive, as that of the operand of
    // a `switch` or `match` is.
    if (!fixed && seen == 0) co_await ReadAgain(lock, value);
  }
  if (fixed && seen == 0) co_await ReadAgain(lock, value);
}

Task<> Replace(RwLock* lock, Shared<int>* value) {
  RwLock::WriteGuard guard = co_await lock->WriteLock();
  co_await value->Write(1);
}

Task<> WaitForFlag(ConditionVariable* changed, Shared<bool>* flag, bool fixed) {
  if (!fixed) {
    const bool set = co_await flag->Read();
    if (set) co_return;
    Mutex::Guard guard = co_await changed->Lock();
    co_await changed->Wait();
    co_return;
  }
  Mutex::Guard guard = co_await changed->Lock();
  bool set = co_await flag->Read();
  while (!set) {
    co_await changed->Wait();
    set = co_await flag->Read();
  }
}

Task<> SetFlag(ConditionVariable* changed, Shared<bool>* flag) {
  Mutex::Guard guard = co_await changed->Lock();
  co_await flag->Write(true);
  changed->NotifyOne();
  co_await UnlockStep(changed->mutex(), guard);
}

}  // namespace

Task<> GuardAcrossAwait(Version version) {
  RwLock lock("table");
  Shared<int> value(0, "value");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(Refresh, &lock, &value, version == Version::kFixed);
  co_await crew.Turn();
  crew.Spawn(Replace, &lock, &value);
  co_await crew.Join();
}

Task<> LostWakeup(Version version) {
  ConditionVariable changed("changed");
  Shared<bool> flag(false, "flag");
  Crew crew;
  co_await crew.Turn();
  crew.Spawn(WaitForFlag, &changed, &flag, version == Version::kFixed);
  co_await crew.Turn();
  crew.Spawn(SetFlag, &changed, &flag);
  co_await crew.Join();
}

}  // namespace orrery::corpus
