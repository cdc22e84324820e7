// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WhenAll`: runs several tasks side by side and waits for all of them.
//
//   auto [a, b] = co_await WhenAll(Fetch("a"), Fetch("b"));
//
// They start in the order of the arguments, and the results come in that order.
// If one throws, the others still run to their end, and then the exception that
// was thrown first is thrown.

#ifndef ORRERY_SIM_WHEN_ALL_H_
#define ORRERY_SIM_WHEN_ALL_H_

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "orrery/base/source_site.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/sync_object.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace when_all_internal {

// Counts the tasks that are still running, and wakes the one that waits.
class Latch : public SyncObject {
 public:
  Latch(size_t count, const SourceSite& site)
      : SyncObject("WhenAll", "", site), running_(count) {}

  void TaskEnded(std::exception_ptr error) {
    if (error != nullptr && error_ == nullptr) error_ = std::move(error);
    Simulation& simulation = Simulation::Current("WhenAll");
    simulation.Accessed(*this, AccessKind::kSignal);
    // Two trips, as in asyncio: the last task's callback, then the waiter.
    if (--running_ == 0 && waiter_ != nullptr) {
      simulation.Wake(waiter_, {key(), AccessKind::kWait}, /*hops=*/1);
    }
  }

  // An object of its own: g++ 12 copies an awaiter that has a name.
  class [[nodiscard]] Awaiter {
   public:
    explicit Awaiter(Latch* latch) : latch_(latch) {}
    bool await_ready() const { return latch_->running_ == 0; }
    template <TaskPromise Promise>
    void await_suspend(std::coroutine_handle<Promise> frame) const {
      Simulation& simulation = Simulation::Current("co_await WhenAll");
      latch_->waiter_ = simulation.current_task();
      simulation.Suspend(frame, WaitKind::kAll);
    }
    void await_resume() const {
      Simulation::Current("co_await WhenAll")
          .Accessed(*latch_, AccessKind::kWait);
      if (latch_->error_ != nullptr) std::rethrow_exception(latch_->error_);
    }

   private:
    Latch* latch_;
  };

  // Waits until all have ended; throws what was thrown first.
  Awaiter Wait() { return Awaiter(this); }

 private:
  size_t running_;
  TaskState* waiter_ = nullptr;
  std::exception_ptr error_;
};

template <typename T>
using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

// Runs `task` and puts its result into `slot`.
template <typename T>
Task<> RunInto(Task<T> task, std::optional<Value<T>>* slot, Latch* latch) {
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      slot->emplace();
    } else {
      slot->emplace(co_await std::move(task));
    }
  } catch (...) {
    error = std::current_exception();
  }
  latch->TaskEnded(std::move(error));
}

template <typename T>
void Start(Task<T> task, std::optional<Value<T>>* slot, Latch* latch,
           const SourceSite& site) {
  spawn_internal::SpawnAt({}, site, RunInto<T>, std::move(task), slot, latch);
}

// Tells where the coroutine that awaits it is awaited.
class [[nodiscard]] WhereAwaited {
 public:
  WhereAwaited() {}
  bool await_ready() const { return false; }
  template <TaskPromise Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) {
    if (std::coroutine_handle<> awaiting = frame.promise().continuation()) {
      site_ = PromiseOf(awaiting).site();
    }
    return false;
  }
  SourceSite await_resume() const { return site_; }

 private:
  SourceSite site_;
};

template <typename... Ts, size_t... I>
Task<std::tuple<Value<Ts>...>> All(std::index_sequence<I...>,
                                   Task<Ts>... tasks) {
  const SourceSite site = co_await WhereAwaited();
  Latch latch(sizeof...(Ts), site);
  std::tuple<std::optional<Value<Ts>>...> slots;
  (Start<Ts>(std::move(tasks), &std::get<I>(slots), &latch, site), ...);
  co_await latch.Wait();
  co_return std::tuple<Value<Ts>...>(*std::move(std::get<I>(slots))...);
}

}  // namespace when_all_internal

// Returns a tuple of the results; std::monostate stands for void.
template <typename... Ts>
auto WhenAll(Task<Ts>... tasks) {
  return when_all_internal::All<Ts...>(std::index_sequence_for<Ts...>(),
                                       std::move(tasks)...);
}

// Returns the results in the order of `tasks`.
template <typename T>
Task<std::vector<T>> WhenAll(std::vector<Task<T>> tasks) {
  const SourceSite site = co_await when_all_internal::WhereAwaited();
  when_all_internal::Latch latch(tasks.size(), site);
  std::vector<std::optional<T>> slots(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    when_all_internal::Start<T>(std::move(tasks[i]), &slots[i], &latch, site);
  }
  co_await latch.Wait();
  std::vector<T> results;
  results.reserve(slots.size());
  for (std::optional<T>& slot : slots) results.push_back(*std::move(slot));
  co_return results;
}

inline Task<> WhenAll(std::vector<Task<>> tasks) {
  const SourceSite site = co_await when_all_internal::WhereAwaited();
  when_all_internal::Latch latch(tasks.size(), site);
  std::vector<std::optional<std::monostate>> slots(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    when_all_internal::Start<void>(std::move(tasks[i]), &slots[i], &latch,
                                   site);
  }
  co_await latch.Wait();
}

}  // namespace orrery

#endif  // ORRERY_SIM_WHEN_ALL_H_
