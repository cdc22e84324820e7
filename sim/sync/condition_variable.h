// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `ConditionVariable`: waiting for a change of what a mutex protects, as
// asyncio.Condition.
//
//   Mutex::Guard guard = co_await changed.Lock();
//   co_await changed.WaitFor([&] { return !jobs.empty(); });
//
//   Mutex::Guard guard = co_await changed.Lock();
//   jobs.push_back(job);
//   changed.NotifyOne();

#ifndef ORRERY_SIM_SYNC_CONDITION_VARIABLE_H_
#define ORRERY_SIM_SYNC_CONDITION_VARIABLE_H_

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/sync/condition_waiters.h"
#include "orrery/sim/sync/mutex.h"
#include "orrery/sim/sync_object.h"
#include "orrery/sim/task.h"

namespace orrery {

class ConditionVariable : public SyncObject {
 public:
  // With a mutex of its own. `name` is for reports.
  explicit ConditionVariable(absl::string_view name = "",
                             SourceSite site = SourceSite::current())
      : SyncObject("ConditionVariable", name, site),
        own_mutex_(std::in_place, name, site),
        waiters_(this, &*own_mutex_, WaitKind::kCondition) {}
  // With `mutex`, which must outlive it; several may share one.
  explicit ConditionVariable(Mutex* mutex, absl::string_view name = "",
                             SourceSite site = SourceSite::current())
      : SyncObject("ConditionVariable", name, site),
        waiters_(this, mutex, WaitKind::kCondition) {}
  ~ConditionVariable() { Forsake(waiters_.list()); }

  // Returns the mutex that it works with.
  Mutex& mutex() const { return *waiters_.mutex(); }
  // Locks that.
  //   Mutex::Guard guard = co_await changed.Lock();
  Mutex::LockAwaiter Lock() { return mutex().Lock(); }

  // Unlocks the mutex, which the task has to hold, waits to be notified, and
  // locks it again: also when the task is cancelled, before `Cancelled` is
  // thrown. A guard that held the mutex before holds it afterwards; it must
  // stay where it is meanwhile.
  //
  // Always suspends. It may return although nobody meant this task, where a
  // cancelled one passed on what it was told: hence test what was waited for,
  // in a loop, or use `WaitFor`.
  Task<> Wait() { return waiters_.Wait(); }

  // Waits until `predicate()` is true, and returns what it returned. It is
  // called with the mutex held: at once, and after each `Wait`.
  template <std::invocable Predicate>
  auto WaitFor(Predicate predicate)
      -> Task<std::decay_t<std::invoke_result_t<Predicate&>>> {
    auto result = predicate();
    while (!result) {
      co_await Wait();
      result = predicate();
    }
    co_return result;
  }

  // Makes the first task that waits ready, or the first `count`; if fewer wait,
  // all. They go on once they have got the mutex, which the caller has to hold
  // and to give back.
  void NotifyOne() { Notify(1); }
  void Notify(size_t count);
  void NotifyAll();

 private:
  std::optional<Mutex> own_mutex_;
  ConditionWaiters waiters_;
};

}  // namespace orrery

#endif  // ORRERY_SIM_SYNC_CONDITION_VARIABLE_H_
