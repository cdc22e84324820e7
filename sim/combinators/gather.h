// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Gather`, `GatherSettled`: wait for several, which run on where one fails; as
// asyncio.gather, without and with return_exceptions.
//
//   auto [a, b] = co_await Gather(Fetch("a"), handle_of_b);
//
//   std::vector<TaskOutcome<Page>> pages =
//       co_await GatherSettled(std::move(fetches));
//   for (const TaskOutcome<Page>& page : pages) {
//     if (page.ok()) Show(page.value());
//   }
//
// They take Tasks, which are started in order when this is awaited, JoinHandles
// and Futures. Where all of them are over already the task does not suspend.
// If the waiting task is cancelled, all are.
//
// `WhenAll` (when_all.h) is the structured form: it leaves none running.

#ifndef ORRERY_SIM_COMBINATORS_GATHER_H_
#define ORRERY_SIM_COMBINATORS_GATHER_H_

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

namespace gather_internal {

using combinators_internal::Awaited;
using combinators_internal::CompletionOf;
using combinators_internal::HandleOf;
using combinators_internal::ResultOf;
using combinators_internal::Start;
using combinators_internal::TakeOutcome;
using combinators_internal::TakeValue;
using combinators_internal::Value;

// Ends when all children have or, unless it is to settle, when the first has
// ended otherwise than with a value.
class Gathering : public Children {
 public:
  Gathering(bool settles, const SourceSite& site, size_t count)
      : Children("Gather", site, count, &ChildIsOver), settles_(settles) {
    on_cancel = [](FutureState* self, Simulation& simulation) {
      auto* gathering = static_cast<Gathering*>(self);
      const bool cancelled = gathering->CancelAll(simulation);
      gathering->cancelled_ = gathering->cancelled_ || cancelled;
      return cancelled;
    };
  }
  // Whoever runs on does so unobserved: asyncio does not complain either.
  ~Gathering() { ForgiveAll(); }

  // Adds one that is over or not.
  void AddAny(Completion& completion) {
    if (completion.done()) {
      AddOver(completion);
    } else {
      Add(completion);
    }
  }
  // To be called when all have been added. Counts those that were over.
  void Close() {
    if (size() == 0) Finish(End::kValue);
    for (size_t i = 0; i < size(); ++i) {
      if ((*this)[i].done()) Count((*this)[i]);
    }
  }

 private:
  static void ChildIsOver(Children* self, size_t index) {
    static_cast<Gathering*>(self)->Count((*self)[index]);
  }

  void Count(Completion& child) {
    ++over_;
    if (done()) return;
    if (!settles_ && child.end != End::kValue) {
      Finish(child.end, combinators_internal::ErrorOf(child));
    } else if (over_ == size()) {
      Finish(cancelled_ ? End::kCancelled : End::kValue);
    }
  }

  const bool settles_;
  bool cancelled_ = false;  // on behalf of the waiting task
  size_t over_ = 0;
};

template <typename... As, size_t... I>
Task<std::tuple<Value<ResultOf<As>>...>> All(std::index_sequence<I...>,
                                             As... awaited) {
  const SourceSite site = co_await WhereAwaited();
  // Braces: the order of the arguments.
  std::tuple<HandleOf<As>...> handles{Start(std::move(awaited), site)...};
  Gathering all(/*settles=*/false, site, sizeof...(As));
  (all.AddAny(CompletionOf(std::get<I>(handles))), ...);
  all.Close();
  co_await all.Wait(WaitKind::kAll);
  co_return std::tuple<Value<ResultOf<As>>...>{
      TakeValue<As>(std::get<I>(handles))...};
}

template <typename... As, size_t... I>
Task<std::tuple<TaskOutcome<ResultOf<As>>...>> Settled(
    std::index_sequence<I...>, As... awaited) {
  const SourceSite site = co_await WhereAwaited();
  std::tuple<HandleOf<As>...> handles{Start(std::move(awaited), site)...};
  Gathering all(/*settles=*/true, site, sizeof...(As));
  (all.AddAny(CompletionOf(std::get<I>(handles))), ...);
  all.Close();
  co_await all.Wait(WaitKind::kAll);
  co_return std::tuple<TaskOutcome<ResultOf<As>>...>{
      TakeOutcome<As>(std::get<I>(handles))...};
}

// Starts all of `awaited` and adds them to `all`.
template <typename A>
std::vector<HandleOf<A>> StartAll(std::vector<A> awaited, Gathering& all,
                                  const SourceSite& site) {
  std::vector<HandleOf<A>> handles;
  handles.reserve(awaited.size());
  for (A& one : awaited) {
    handles.push_back(Start(std::move(one), site));
    all.AddAny(CompletionOf(handles.back()));
  }
  all.Close();
  return handles;
}

}  // namespace gather_internal

// Returns a tuple of the results; std::monostate stands for void. Throws at
// once what the first one threw that fails, or `Cancelled` if it was cancelled:
// the others run on, and what they throw then is not reported.
//
// Results are moved out of Tasks, and copied from the others if they can be.
template <combinators_internal::Awaited... As>
auto Gather(As... awaited) {
  return gather_internal::All<As...>(std::index_sequence_for<As...>(),
                                     std::move(awaited)...);
}

// The same for a vector of Tasks, JoinHandles or Futures. Returns the results
// in its order; nothing if they have none.
template <combinators_internal::Awaited A>
Task<std::conditional_t<
    std::is_void_v<combinators_internal::ResultOf<A>>, void,
    std::vector<gather_internal::Value<combinators_internal::ResultOf<A>>>>>
Gather(std::vector<A> awaited) {
  const SourceSite site = co_await WhereAwaited();
  std::vector<combinators_internal::HandleOf<A>> handles;
  gather_internal::Gathering all(/*settles=*/false, site, awaited.size());
  handles = gather_internal::StartAll(std::move(awaited), all, site);
  co_await all.Wait(WaitKind::kAll);
  if constexpr (!std::is_void_v<combinators_internal::ResultOf<A>>) {
    std::vector<combinators_internal::ResultOf<A>> results;
    results.reserve(handles.size());
    for (const auto& handle : handles) {
      results.push_back(gather_internal::TakeValue<A>(handle));
    }
    co_return results;
  }
}

// Returns a tuple of how each has ended, when all have. Throws nothing but
// `Cancelled`, if the waiting task is cancelled: then, too, when all have
// ended.
template <combinators_internal::Awaited... As>
auto GatherSettled(As... awaited) {
  return gather_internal::Settled<As...>(std::index_sequence_for<As...>(),
                                         std::move(awaited)...);
}

// The same for a vector.
template <combinators_internal::Awaited A>
Task<std::vector<TaskOutcome<combinators_internal::ResultOf<A>>>> GatherSettled(
    std::vector<A> awaited) {
  const SourceSite site = co_await WhereAwaited();
  std::vector<combinators_internal::HandleOf<A>> handles;
  gather_internal::Gathering all(/*settles=*/true, site, awaited.size());
  handles = gather_internal::StartAll(std::move(awaited), all, site);
  co_await all.Wait(WaitKind::kAll);
  std::vector<TaskOutcome<combinators_internal::ResultOf<A>>> outcomes;
  outcomes.reserve(handles.size());
  for (const auto& handle : handles) {
    outcomes.push_back(gather_internal::TakeOutcome<A>(handle));
  }
  co_return outcomes;
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_GATHER_H_
