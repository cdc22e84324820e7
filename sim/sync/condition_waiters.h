// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ConditionWaiters`: tasks that wait, without a mutex which they hold before
// and after, for a change of what it protects. `ConditionVariable` and
// `Barrier` are made of it.

#ifndef ORRERY_SIM_SYNC_CONDITION_WAITERS_H_
#define ORRERY_SIM_SYNC_CONDITION_WAITERS_H_

#include <cstddef>

#include "orrery/base/trace_event.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync_object.h"
#include "orrery/sim/task.h"

namespace orrery {

class ConditionWaiters {
 public:
  // `owner` is what reports say is waited for, by waits of this `kind`. It and
  // `mutex` must outlive the waiters' list.
  ConditionWaiters(SyncObject* owner, Mutex* mutex, WaitKind kind)
      : owner_(owner), mutex_(mutex), kind_(kind) {}

  // See `ConditionVariable::Wait`.
  Task<> Wait();

  // Wakes the first `count` of those who wait and were not woken yet.
  void Notify(Simulation& simulation, size_t count);

  Mutex* mutex() const { return mutex_; }
  // Whether the running task holds the mutex.
  bool MayNotify(const Simulation& simulation) const;
  WaiterList& list() { return waiters_; }

 private:
  class Waiter;
  class Relock;

  SyncObject* owner_;
  Mutex* mutex_;
  WaitKind kind_;
  WaiterList waiters_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_CONDITION_WAITERS_H_
