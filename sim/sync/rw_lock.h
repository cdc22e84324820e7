// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `RwLock`: many tasks may read at a time, or one may write. First in, first
// out: a reader that comes when a writer waits stands behind it, so neither
// side starves. It is not recursive: a task that reads and locks again may wait
// for a writer that waits for it.
//
//   RwLock::ReadGuard guard = co_await table.ReadLock();
//   RwLock::WriteGuard guard = co_await table.WriteLock();

#ifndef ORRERY_SIM_SYNC_RW_LOCK_H_
#define ORRERY_SIM_SYNC_RW_LOCK_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/operation.h"
#include "orrery/sim/sync/guard.h"
#include "orrery/sim/sync_object.h"

namespace orrery {

class RwLock : public SyncObject {
 public:
  // `name` is for reports.
  explicit RwLock(absl::string_view name = "",
                  SourceSite site = SourceSite::current())
      : SyncObject("RwLock", name, site) {}
  ~RwLock() { Forsake(waiters_); }

  // Holds the lock for reading; gives it back when destroyed. One that was
  // moved from, or whose lock is gone, holds nothing.
  class [[nodiscard]] ReadGuard : public BasicGuard<ReadGuard, RwLock> {
   public:
    explicit ReadGuard(RwLock* lock) : BasicGuard(lock, lock->guards_) {}
    // Gives it back before the guard's end. Does nothing the second time.
    void Unlock() { Release(); }

   private:
    friend BasicGuard;
    static void GiveBack(RwLock* lock) { lock->ReadUnlock(); }
  };

  // The same for writing.
  class [[nodiscard]] WriteGuard : public BasicGuard<WriteGuard, RwLock> {
   public:
    explicit WriteGuard(RwLock* lock) : BasicGuard(lock, lock->guards_) {}
    // Gives it back before the guard's end. Does nothing the second time.
    void Unlock() { Release(); }

   private:
    friend BasicGuard;
    static void GiveBack(RwLock* lock) { lock->WriteUnlock(); }
  };

  class [[nodiscard]] ReadAwaiter : public OperationAwaiter<ReadAwaiter> {
   public:
    explicit ReadAwaiter(RwLock* lock)
        : OperationAwaiter(lock, AccessKind::kAcquire), lock_(lock) {}

    ReadGuard await_resume() const {
      ThrowIfCancelled();
      return ReadGuard(lock_);
    }

    bool CanDo() const { return woken() || lock_->CanRead(); }
    void Do(Simulation&) const {
      if (!woken()) ++lock_->readers_;
    }
    WaitKind wait_kind() const { return WaitKind::kReadLock; }
    WaiterList& waiters() const { return lock_->waiters_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken) --lock_->readers_;
      lock_->HandOver(simulation);
    }

   private:
    RwLock* lock_;
  };

  class [[nodiscard]] WriteAwaiter : public OperationAwaiter<WriteAwaiter> {
   public:
    explicit WriteAwaiter(RwLock* lock)
        : OperationAwaiter(lock, AccessKind::kAcquire), lock_(lock) {}

    WriteGuard await_resume() const {
      ThrowIfCancelled();
      return WriteGuard(lock_);
    }

    bool CanDo() const { return woken() || lock_->CanWrite(); }
    void Do(Simulation& simulation) const {
      if (!woken()) lock_->set_holder(simulation.current_task());
    }
    WaitKind wait_kind() const { return WaitKind::kWriteLock; }
    WaiterList& waiters() const { return lock_->waiters_; }
    void Withdrawn(Simulation& simulation, bool woken) const {
      if (woken) lock_->set_holder(nullptr);
      lock_->HandOver(simulation);
    }

   private:
    RwLock* lock_;
  };

  // Waits until nobody writes, and nobody who came before waits, and takes the
  // lock for reading.
  //   RwLock::ReadGuard guard = co_await table.ReadLock();
  ReadAwaiter ReadLock() { return ReadAwaiter(this); }

  // Waits until nobody reads or writes, and nobody who came before waits, and
  // takes the lock for writing.
  //   RwLock::WriteGuard guard = co_await table.WriteLock();
  WriteAwaiter WriteLock() { return WriteAwaiter(this); }

  // The same if there is no need to wait. Return whether the lock was taken;
  // the caller then has to call `ReadUnlock` or `WriteUnlock`. `TryWriteLock`
  // only in a task.
  bool TryReadLock();
  bool TryWriteLock();

  // Gives it back. If nobody reads any more, or nobody writes, it is handed to
  // the first who waits: to a writer, or to all readers up to the next writer.
  // `WriteUnlock` only by the task that writes.
  void ReadUnlock();
  void WriteUnlock();

  // Returns how many read, those included to whom it was handed and who have
  // yet to run.
  size_t Readers() const { return readers_; }
  // Whether somebody writes; `holder()` says who.
  bool IsWriteLocked() const { return static_cast<bool>(holder()); }

 private:
  bool CanRead() const {
    return !IsWriteLocked() && waiters_.NoneButCancelled();
  }
  bool CanWrite() const { return readers_ == 0 && CanRead(); }
  // Hands it to as many of those who wait as may have it.
  void HandOver(Simulation& simulation);

  size_t readers_ = 0;
  // Who waits. It is handed over when they are woken, and they are taken out.
  WaiterList waiters_;
  GuardList<RwLock> guards_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_RW_LOCK_H_
