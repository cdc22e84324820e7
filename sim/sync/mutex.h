// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Mutex`: mutual exclusion between tasks, as asyncio.Lock. First in, first
// out: a mutex is handed over to the task that has waited longest, and nobody
// barges in. It belongs to a task, not to a thread, and is not recursive.

#ifndef ORRERY_SIM_SYNC_MUTEX_H_
#define ORRERY_SIM_SYNC_MUTEX_H_

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync/guard.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class Mutex : public SyncObject {
 public:
  // `name` is for reports.
  explicit Mutex(absl::string_view name = "",
                 SourceSite site = SourceSite::current())
      : SyncObject("Mutex", name, site) {}
  ~Mutex() { Forsake(waiters_); }

  // Holds the mutex; gives it back when destroyed. One that was moved from, or
  // whose mutex is gone, holds nothing.
  class [[nodiscard]] Guard : public BasicGuard<Guard, Mutex> {
   public:
    // Takes charge of `mutex`, which the running task has locked.
    explicit Guard(Mutex* mutex) : BasicGuard(mutex, mutex->guards_) {}

    // Gives the mutex back before the guard's end. Does nothing the second
    // time.
    void Unlock() { Release(); }

   private:
    friend BasicGuard;
    static void GiveBack(Mutex* mutex) { mutex->Unlock(); }
  };

  class [[nodiscard]] LockAwaiter : public OperationAwaiter<LockAwaiter> {
   public:
    explicit LockAwaiter(Mutex* mutex)
        : OperationAwaiter(mutex, AccessKind::kLock), mutex_(mutex) {}

    Guard await_resume() const {
      ThrowIfCancelled();
      return Guard(mutex_);
    }

    bool CanDo() const { return woken() || mutex_->IsFree(); }
    void Do(Simulation& simulation) const {
      mutex_->set_holder(simulation.current_task());
      if (woken()) simulation.Received(*mutex_, AccessKind::kLock);
    }
    // It was handed over: what counted was to come and ask.
    bool IsAccess() const { return !woken(); }
    WaitKind wait_kind() const { return WaitKind::kMutex; }
    WaiterList& waiters() const { return mutex_->waiters_; }
    void Withdrawn(Simulation& simulation, bool) const {
      // It stood in the way of the next one.
      if (!mutex_->IsLocked()) mutex_->WakeFirst(simulation);
    }

   private:
    Mutex* mutex_;
  };

  // Waits until the mutex is free and takes it; does not suspend if it is free.
  //   Mutex::Guard guard = co_await mutex.Lock();
  // A task that locks a mutex which it holds waits for itself: a deadlock.
  LockAwaiter Lock() { return LockAwaiter(this); }

  // Takes the mutex if it is free and nobody's turn comes first. Returns
  // whether it did; the caller then has to call `Unlock`. Only in a task.
  bool TryLock();

  // Sets the mutex free. If somebody waits, the first waiter becomes ready, and
  // nobody else can take the mutex before it runs. Only by the task that holds
  // it.
  void Unlock();

  // Whether a task holds it; not while it is on its way to the next one, when
  // nobody else can take it either.
  bool IsLocked() const { return static_cast<bool>(holder()); }

 private:
  friend class ConditionWaiters;

  bool IsFree() const { return !IsLocked() && waiters_.NoneButCancelled(); }
  void WakeFirst(Simulation& simulation);
  // Returns the guard that holds it, or null: it was locked without one.
  Guard* CurrentGuard() const {
    return guards_.empty() ? nullptr : guards_.front<Guard>();
  }

  WaiterList waiters_;
  GuardList<Mutex> guards_;  // one at most
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_MUTEX_H_
