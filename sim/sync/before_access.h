// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `BeforeAccess`: a point at which the scheduler may let others go first,
// before the running task does something to an object in a call that does not
// wait: unlocks a mutex, sets an event, puts an item into a queue with
// `TryPut`.
//
// Such a call is part of the step that comes before it, so nobody can run in
// between. In a model of threads, where somebody could, make it a step of its
// own:
//
//   co_await BeforeAccess(mutex, AccessKind::kUnlock);
//   guard.Unlock();

#ifndef ORRERY_SIM_SYNC_BEFORE_ACCESS_H_
#define ORRERY_SIM_SYNC_BEFORE_ACCESS_H_

#include "orrery/base/access.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class [[nodiscard]] BeforeAccess : public OperationAwaiter<BeforeAccess> {
 public:
  // The next thing that the task does to `object` is of this `kind`. Awaited
  // where nobody else is ready, or under a policy that does not order steps, it
  // does nothing.
  BeforeAccess(SyncObject& object, AccessKind kind)
      : OperationAwaiter(&object, kind, /*over_when_woken=*/true) {}

  void await_resume() const { ThrowIfCancelled(); }

  bool CanDo() const { return true; }
  // Who does it tells of it.
  bool IsAccess() const { return false; }
  void Do(Simulation&) const {}
  WaitKind wait_kind() const { return WaitKind::kTurn; }
  WaiterList& waiters() { return nobody_; }
  void Withdrawn(Simulation&, bool) const {}

 private:
  WaiterList nobody_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_BEFORE_ACCESS_H_
