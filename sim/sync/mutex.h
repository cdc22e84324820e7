// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Mutex`: mutual exclusion between tasks, as asyncio.Lock. First in, first
// out: a mutex is handed over to the task that has waited longest, and nobody
// barges in. It belongs to a task, not to a thread, and is not recursive.

#ifndef ORRERY_SIM_SYNC_MUTEX_H_
#define ORRERY_SIM_SYNC_MUTEX_H_

#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class Mutex : public SyncObject {
 public:
  // `name` is for reports.
  explicit Mutex(absl::string_view name = "",
                 SourceSite site = SourceSite::current())
      : SyncObject("Mutex", name, site) {}
  ~Mutex() { Forsake(waiters_); }

  // Holds the mutex; gives it back when destroyed.
  class [[nodiscard]] Guard {
   public:
    explicit Guard(Mutex* mutex) : mutex_(mutex) {}
    Guard(Guard&& other) noexcept
        : mutex_(std::exchange(other.mutex_, nullptr)) {}
    Guard& operator=(Guard&& other) noexcept {
      if (this != &other) {
        Unlock();
        mutex_ = std::exchange(other.mutex_, nullptr);
      }
      return *this;
    }
    ~Guard() { Unlock(); }

    // Gives the mutex back before the guard's end. Does nothing the second
    // time.
    void Unlock() {
      if (Mutex* mutex = std::exchange(mutex_, nullptr); mutex != nullptr) {
        mutex->Unlock();
      }
    }

   private:
    Mutex* mutex_;
  };

  class [[nodiscard]] LockAwaiter : public OperationAwaiter<LockAwaiter> {
   public:
    explicit LockAwaiter(Mutex* mutex)
        : OperationAwaiter(mutex, AccessKind::kAcquire), mutex_(mutex) {}

    Guard await_resume() const { return Guard(mutex_); }

    bool CanDo() const { return handed_over_ || !mutex_->IsLocked(); }
    void Do(Simulation& simulation) const {
      mutex_->set_holder(simulation.current_task());
    }
    WaitKind wait_kind() const { return WaitKind::kMutex; }
    RunnableList& waiters() const { return mutex_->waiters_; }

   private:
    friend Mutex;
    Mutex* mutex_;
    bool handed_over_ = false;
  };

  // Waits until the mutex is free and takes it; does not suspend if it is free.
  //   Mutex::Guard guard = co_await mutex.Lock();
  // A task that locks a mutex which it holds waits for itself: a deadlock.
  LockAwaiter Lock() { return LockAwaiter(this); }

  // Takes the mutex if it is free. Returns whether it did; the caller then has
  // to call `Unlock`.
  bool TryLock();

  // Gives the mutex to the first waiter, which becomes ready, or sets it free.
  // Only by the task that holds it.
  void Unlock();

  bool IsLocked() const { return static_cast<bool>(holder()); }

 private:
  RunnableList waiters_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_MUTEX_H_
