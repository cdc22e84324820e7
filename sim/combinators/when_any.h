// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WhenAny`: runs several tasks side by side until the first of them is over.
//
//   Winner<Page> first = co_await WhenAny(Fetch("a"), Fetch("b"));
//   Log(absl::StrCat("server ", first.index, " was faster"));
//
// It is structured: none of them is running when it is over. The first one that
// ends decides, whether it returns, throws, or is cancelled; the others are
// cancelled and waited for, and what they then do is nobody's concern. Of two
// that end at one instant it is the one that runs first. If the task that waits
// is cancelled, all are, and `Cancelled` is thrown when they have come to their
// ends.
//
// `StaggeredRace` (staggered_race.h) looks for the first that succeeds.

#ifndef ORRERY_SIM_COMBINATORS_WHEN_ANY_H_
#define ORRERY_SIM_COMBINATORS_WHEN_ANY_H_

#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/children.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"

namespace orrery {

// Which of several was the first, and its result.
template <typename T>
struct Winner {
  // For g++ 12, which destroys an aggregate twice.
  Winner(size_t i, T v) : index(i), value(std::move(v)) {}

  size_t index;
  T value;
};

namespace when_any_internal {

using combinators_internal::CompletionOf;
using combinators_internal::Start;
using combinators_internal::TakeValue;
using combinators_internal::Value;

// Ends when all tasks have; the first one ends the others.
class FirstOver : public Children {
 public:
  FirstOver(const SourceSite& site, size_t count)
      : Children("WhenAny", site, count, &ChildIsOver) {
    ORRERY_CHECK(count != 0, "WhenAny needs at least one task");
    on_cancel = [](FutureState* self, Simulation& simulation) {
      auto* any = static_cast<FirstOver*>(self);
      const bool cancelled = any->CancelAll(simulation);
      any->cancelled_ = any->cancelled_ || cancelled;
      return cancelled;
    };
  }
  // What the others do is nobody's concern.
  ~FirstOver() { ForgiveAll(); }

  // Returns which was the first; throws what it threw.
  size_t TakeFirst() {
    if (cancelled_) promise_internal::ThrowCancelled();
    Completion& first = (*this)[*first_];
    if (first.end == End::kCancelled) promise_internal::ThrowCancelled();
    if (auto error = combinators_internal::ErrorOf(first)) {
      std::rethrow_exception(error);
    }
    return *first_;
  }

 private:
  static void ChildIsOver(Children* self, size_t index) {
    auto* any = static_cast<FirstOver*>(self);
    if (!any->first_.has_value()) {
      any->first_ = index;
      // Once is enough: they may be cleaning up.
      if (!any->cancelled_) any->CancelAll(Simulation::Current("WhenAny"));
    }
    if (++any->over_ == any->size()) any->Finish(End::kValue);
  }

  size_t over_ = 0;
  std::optional<size_t> first_;
  bool cancelled_ = false;  // on behalf of the waiting task
};

// What a winner's value is: a variant, unless all are of one type.
template <typename... Ts>
struct AnyValueOf;
template <typename T, typename... Ts>
struct AnyValueOf<T, Ts...> {
  static constexpr bool kAllSame = (std::is_same_v<T, Ts> && ...);
  using Type = std::conditional_t<kAllSame, Value<T>,
                                  std::variant<Value<T>, Value<Ts>...>>;
};
template <typename... Ts>
using AnyValue = typename AnyValueOf<Ts...>::Type;

// Takes the result of the task at `kIndex`, if that has won.
template <size_t kIndex, typename... Ts>
void TakeIf(size_t winner, const std::tuple<JoinHandle<Ts>...>& handles,
            std::optional<AnyValue<Ts...>>& value) {
  if (winner != kIndex) return;
  using Handle = std::tuple_element_t<kIndex, std::tuple<JoinHandle<Ts>...>>;
  using T = combinators_internal::ResultOf<Handle>;
  if constexpr (AnyValueOf<Ts...>::kAllSame) {
    value.emplace(TakeValue<Task<T>>(std::get<kIndex>(handles)));
  } else {
    value.emplace(std::in_place_index<kIndex>,
                  TakeValue<Task<T>>(std::get<kIndex>(handles)));
  }
}

template <typename... Ts, size_t... I>
Task<Winner<AnyValue<Ts...>>> Any(std::index_sequence<I...>,
                                  Task<Ts>... tasks) {
  const SourceSite site = co_await WhereAwaited();
  // Braces: the order of the arguments.
  std::tuple<JoinHandle<Ts>...> handles{Start(std::move(tasks), site)...};
  FirstOver any(site, sizeof...(Ts));
  (any.Add(CompletionOf(std::get<I>(handles))), ...);
  co_await any.Wait(WaitKind::kAny);
  const size_t winner = any.TakeFirst();
  std::optional<AnyValue<Ts...>> value;
  (TakeIf<I>(winner, handles, value), ...);
  co_return Winner<AnyValue<Ts...>>(winner, *std::move(value));
}

}  // namespace when_any_internal

// Takes at least one task. Returns which was the first, and what it returned: a
// variant, unless all tasks return the same; std::monostate stands for void.
template <typename... Ts>
  requires(sizeof...(Ts) > 0)
auto WhenAny(Task<Ts>... tasks) {
  return when_any_internal::Any<Ts...>(std::index_sequence_for<Ts...>(),
                                       std::move(tasks)...);
}

// The same for a vector, which is not empty.
template <typename T>
Task<Winner<combinators_internal::Value<T>>> WhenAny(
    std::vector<Task<T>> tasks) {
  const SourceSite site = co_await WhereAwaited();
  std::vector<JoinHandle<T>> handles;
  handles.reserve(tasks.size());
  when_any_internal::FirstOver any(site, tasks.size());
  for (Task<T>& task : tasks) {
    handles.push_back(when_any_internal::Start(std::move(task), site));
    any.Add(when_any_internal::CompletionOf(handles.back()));
  }
  co_await any.Wait(WaitKind::kAny);
  const size_t winner = any.TakeFirst();
  co_return Winner<combinators_internal::Value<T>>(
      winner, when_any_internal::TakeValue<Task<T>>(handles[winner]));
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_WHEN_ANY_H_
