// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Semaphore`: a number of units that tasks take and give back, as
// asyncio.Semaphore. First in, first out: who comes when others wait stands
// behind them, even if there are units.
//
//   Semaphore connections(10);
//   Semaphore::Guard connection = co_await connections.AcquireScoped();

#ifndef ORRERY_SIM_SYNC_SEMAPHORE_H_
#define ORRERY_SIM_SYNC_SEMAPHORE_H_

#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync/guard.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class Semaphore : public SyncObject {
 public:
  // There are `units` to begin with, and as many more as are released. `name`
  // is for reports.
  explicit Semaphore(size_t units = 1, absl::string_view name = "",
                     SourceSite site = SourceSite::current())
      : Semaphore("Semaphore", units, kUnbounded, name, site) {}
  ~Semaphore() { Forsake(waiters_); }

  // Holds a unit; gives it back when destroyed. One that was moved from, or
  // whose semaphore is gone, holds nothing.
  class [[nodiscard]] Guard : public BasicGuard<Guard, Semaphore> {
   public:
    // Takes charge of a unit of `semaphore`.
    explicit Guard(Semaphore* semaphore)
        : BasicGuard(semaphore, semaphore->guards_) {}

    // Gives the unit back before the guard's end. Does nothing the second time.
    void Release() { BasicGuard::Release(); }

   private:
    friend BasicGuard;
    static void GiveBack(Semaphore* semaphore) { semaphore->GiveBack(); }
  };

  class [[nodiscard]] AcquireAwaiter : public OperationAwaiter<AcquireAwaiter> {
   public:
    explicit AcquireAwaiter(Semaphore* semaphore)
        : OperationAwaiter(semaphore, AccessKind::kAcquire),
          semaphore_(semaphore) {}

    void await_resume() const { ThrowIfCancelled(); }

    bool CanDo() const { return woken() || !semaphore_->IsLocked(); }
    void Do(Simulation& simulation) const {
      if (woken()) {
        // Whoever woke it has taken the unit for it. Others may have come who
        // had to stand behind it.
        semaphore_->WakeAll(simulation);
      } else {
        --semaphore_->available_;
      }
    }
    WaitKind wait_kind() const { return WaitKind::kSemaphore; }
    WaiterList& waiters() const { return semaphore_->waiters_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken) ++semaphore_->available_;
      semaphore_->WakeAll(simulation);
    }

   protected:
    Semaphore* semaphore_;
  };

  class [[nodiscard]] AcquireScopedAwaiter : public AcquireAwaiter {
   public:
    using AcquireAwaiter::AcquireAwaiter;
    Guard await_resume() const {
      ThrowIfCancelled();
      return Guard(semaphore_);
    }
  };

  // Takes a unit; waits while there is none, or while others wait. The caller
  // has to call `Release`, or to leave that to another task.
  //   co_await semaphore.Acquire();
  AcquireAwaiter Acquire() { return AcquireAwaiter(this); }

  // The same, but gives a guard that gives the unit back.
  //   Semaphore::Guard guard = co_await semaphore.AcquireScoped();
  AcquireScopedAwaiter AcquireScoped() { return AcquireScopedAwaiter(this); }

  // Takes a unit if there is one and nobody waits. Returns whether it did; the
  // caller then has to call `Release`.
  bool TryAcquire();

  // Gives a unit back, or adds one. If somebody waits, the first waiter becomes
  // ready, and the unit is its. By any task or callback. A BoundedSemaphore
  // throws InvalidStateError if it has all its units already.
  void Release();

  // Returns how many units there are that nobody has, and nobody was woken for.
  size_t Available() const { return available_; }
  // Whether a newcomer would have to wait.
  bool IsLocked() const {
    return available_ == 0 || !waiters_.NoneButCancelled();
  }

 protected:
  static constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

  Semaphore(const char* type, size_t units, size_t bound,
            absl::string_view name, const SourceSite& site)
      : SyncObject(type, name, site), available_(units), bound_(bound) {
    // A negative number is converted to a very large one.
    ORRERY_CHECK(units <= kUnbounded / 2,
                 absl::StrCat("a ", type, " cannot have fewer than 0 units"));
  }

 private:
  // For guards, whose destructors must not throw: fails the run instead.
  void GiveBack();
  void Add(Simulation& simulation);
  // Gives a unit to the first waiter that has none. Returns whether there was
  // one.
  bool WakeFirst(Simulation& simulation);
  void WakeAll(Simulation& simulation) {
    while (available_ > 0 && WakeFirst(simulation)) {
    }
  }

  size_t available_;
  size_t bound_;
  WaiterList waiters_;
  GuardList<Semaphore> guards_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_SEMAPHORE_H_
