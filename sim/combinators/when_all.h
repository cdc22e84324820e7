// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WhenAll`: runs several tasks side by side and waits for all of them.
//
//   auto [a, b] = co_await WhenAll(Fetch("a"), Fetch("b"));
//
// They start in the order of the arguments, and the results come in that order.
// It is structured: none of them is running when it is over. If one throws, or
// is cancelled, the others are cancelled and waited for, and then what the
// first one threw is thrown. If the task that waits is cancelled, all are.
//
// asyncio's gather, which lets the others run on, is `Gather` (gather.h).

#ifndef ORRERY_SIM_COMBINATORS_WHEN_ALL_H_
#define ORRERY_SIM_COMBINATORS_WHEN_ALL_H_

#include <cstddef>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace when_all_internal {

using combinators_internal::CompletionOf;
using combinators_internal::Start;
using combinators_internal::TakeValue;
using combinators_internal::Value;

// Ends when all tasks have.
class AllOver : public Children {
 public:
  AllOver(const SourceSite& site, size_t count)
      : Children("WhenAll", site, count, &ChildIsOver) {
    on_cancel = [](FutureState* self, Simulation& simulation) {
      auto* all = static_cast<AllOver*>(self);
      const bool cancelled = all->CancelAll(simulation);
      all->cancelled_ = all->cancelled_ || cancelled;
      return cancelled;
    };
    if (count == 0) Finish(End::kValue);
  }
  // What was not thrown is nobody's concern any more.
  ~AllOver() { ForgiveAll(); }

  // Throws what was thrown first, if something was.
  void ThrowFirst() {
    if (first_ != kNone) {
      if (auto error = combinators_internal::ErrorOf((*this)[first_])) {
        std::rethrow_exception(error);
      }
    }
    if (cancelled_ || first_ != kNone) promise_internal::ThrowCancelled();
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  static void ChildIsOver(Children* self, size_t index) {
    auto* all = static_cast<AllOver*>(self);
    if (all->first_ == kNone && (*all)[index].end != End::kValue) {
      all->first_ = index;
      // Once is enough: they may be cleaning up.
      if (!all->cancelled_) all->CancelAll(Simulation::Current("WhenAll"));
    }
    if (++all->over_ == all->size()) all->Finish(End::kValue);
  }

  size_t over_ = 0;
  size_t first_ = kNone;
  bool cancelled_ = false;  // on behalf of the waiting task
};

template <typename... Ts, size_t... I>
Task<std::tuple<Value<Ts>...>> All(std::index_sequence<I...>,
                                   Task<Ts>... tasks) {
  const SourceSite site = co_await WhereAwaited();
  // Braces: the order of the arguments.
  std::tuple<JoinHandle<Ts>...> handles{Start(std::move(tasks), site)...};
  AllOver all(site, sizeof...(Ts));
  (all.Add(CompletionOf(std::get<I>(handles))), ...);
  co_await all.Wait(WaitKind::kAll);
  all.ThrowFirst();
  co_return std::tuple<Value<Ts>...>{
      TakeValue<Task<Ts>>(std::get<I>(handles))...};
}

}  // namespace when_all_internal

// Returns a tuple of the results; std::monostate stands for void.
template <typename... Ts>
auto WhenAll(Task<Ts>... tasks) {
  return when_all_internal::All<Ts...>(std::index_sequence_for<Ts...>(),
                                       std::move(tasks)...);
}

// Returns the results in the order of `tasks`; nothing if they have none.
template <typename T>
Task<std::conditional_t<std::is_void_v<T>, void, std::vector<T>>> WhenAll(
    std::vector<Task<T>> tasks) {
  const SourceSite site = co_await WhereAwaited();
  std::vector<JoinHandle<T>> handles;
  handles.reserve(tasks.size());
  when_all_internal::AllOver all(site, tasks.size());
  for (Task<T>& task : tasks) {
    handles.push_back(when_all_internal::Start(std::move(task), site));
    all.Add(when_all_internal::CompletionOf(handles.back()));
  }
  co_await all.Wait(WaitKind::kAll);
  all.ThrowFirst();
  if constexpr (!std::is_void_v<T>) {
    std::vector<T> results;
    results.reserve(handles.size());
    for (const JoinHandle<T>& handle : handles) {
      results.push_back(when_all_internal::TakeValue<Task<T>>(handle));
    }
    co_return results;
  }
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_WHEN_ALL_H_
