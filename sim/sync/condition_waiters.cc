// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0

#include "orrery/sim/sync/condition_waiters.h"

#include <utility>

#include "orrery/base/access.h"
#include "orrery/base/check.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/promise.h"
#include "orrery/sim/simulation.h"

namespace orrery {

// Waits to be notified. If what is waited for was destroyed meanwhile, which a
// task learns only when it is cancelled, sets `*gone`.
class ConditionWaiters::Waiter : public OperationAwaiter<Waiter> {
 public:
  Waiter(ConditionWaiters* condition, bool* gone)
      : OperationAwaiter(condition->owner_, AccessKind::kWait,
                         /*over_when_woken=*/false),
        condition_(condition),
        gone_(gone) {}

  void await_resume() const {
    *gone_ = forsaken();
    ThrowIfCancelled();
  }

  bool CanDo() const { return woken(); }
  // To unlock and to begin to wait is one.
  bool MayAsk() const { return false; }
  void Do(Simulation&) const {}
  WaitKind wait_kind() const { return condition_->kind_; }
  WaiterList& waiters() const { return condition_->waiters_; }
  void Withdrawn(Simulation&, bool) const {}

 private:
  ConditionWaiters* condition_;
  bool* gone_;
};

// Locks the mutex again, for `guard` if there is one.
class ConditionWaiters::Relock : public Mutex::LockAwaiter {
 public:
  Relock(Mutex* mutex, Mutex::Guard* guard, bool* gone)
      : LockAwaiter(mutex), guard_(guard), gone_(gone) {}

  void await_resume() const {
    *gone_ = forsaken();
    Mutex::Guard relocked = LockAwaiter::await_resume();
    if (guard_ != nullptr) {
      *guard_ = std::move(relocked);
    } else {
      relocked.Detach();
    }
  }

 private:
  Mutex::Guard* guard_;
  bool* gone_;
};

Task<> ConditionWaiters::Wait() {
  ORRERY_CHECK(MayNotify(Simulation::Current("Wait")),
               "a task waits for a condition without holding its mutex; lock "
               "the mutex first, in the same task");
  Mutex* const mutex = mutex_;
  // While it waits the task holds nothing, and neither does its guard.
  Mutex::Guard* const guard = mutex->CurrentGuard();
  if (guard != nullptr) guard->Detach();
  mutex->Unlock();

  bool cancelled = false;
  bool gone = false;
  try {
    co_await Waiter(this, &gone);
  } catch (const Cancelled&) {
    cancelled = true;
  }
  // It is locked again, however the wait ended.
  for (bool locked = false; !locked && !gone;) {
    try {
      co_await Relock(mutex, guard, &gone);
      locked = true;
    } catch (const Cancelled&) {
      cancelled = true;
    }
  }
  if (gone) throw Cancelled();
  if (cancelled) {
    // It may have been notified before: that was somebody else's chance.
    Notify(Simulation::Current("Wait"), 1);
    throw Cancelled();
  }
}

void ConditionWaiters::Notify(Simulation& simulation, size_t count) {
  simulation.Accessed(*owner_, AccessKind::kSignal);
  for (Operation* waiter = waiters_.front(); waiter != nullptr && count > 0;
       waiter = waiters_.after(waiter)) {
    if (waiter->state() != Operation::State::kPending) continue;
    WaiterList::Wake(simulation, waiter);
    --count;
  }
}

bool ConditionWaiters::MayNotify(const Simulation& simulation) const {
  return mutex_->IsLocked() && mutex_->holder() == simulation.current_task_id();
}

}  // namespace orrery
