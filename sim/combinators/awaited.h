// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// What combinators take: tasks that have not begun, handles of tasks that have,
// and futures; and how they start it, watch it, and take its result.

#ifndef ORRERY_SIM_COMBINATORS_AWAITED_H_
#define ORRERY_SIM_COMBINATORS_AWAITED_H_

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/future.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_state.h"

namespace orrery::combinators_internal {

// What stands for a result in a tuple or a vector.
template <typename T>
using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename A>
struct AwaitedTraits {
  static constexpr bool kIsAwaited = false;
};
template <typename T>
struct AwaitedTraits<Task<T>> {
  static constexpr bool kIsAwaited = true;
  using Result = T;
  using Handle = JoinHandle<T>;
};
template <typename T>
struct AwaitedTraits<JoinHandle<T>> {
  static constexpr bool kIsAwaited = true;
  using Result = T;
  using Handle = JoinHandle<T>;
};
template <typename T>
struct AwaitedTraits<Future<T>> {
  static constexpr bool kIsAwaited = true;
  using Result = T;
  using Handle = Future<T>;
};

// A Task<T>, a JoinHandle<T> or a Future<T>.
template <typename A>
concept Awaited = AwaitedTraits<A>::kIsAwaited;
template <typename A>
concept AwaitedHandle = Awaited<A> && !spawn_internal::IsTask<A>::value;

template <typename A>
using ResultOf = typename AwaitedTraits<A>::Result;
template <typename A>
using HandleOf = typename AwaitedTraits<A>::Handle;

// Returns a handle of `awaited`, which is started if it is a Task.
template <typename T>
JoinHandle<T> Start(Task<T> awaited, const SourceSite& site) {
  return spawn_internal::SpawnTask<T>(std::move(awaited), {}, site);
}
template <typename T>
JoinHandle<T> Start(JoinHandle<T> awaited, const SourceSite&) {
  return awaited;
}
template <typename T>
Future<T> Start(Future<T> awaited, const SourceSite&) {
  return awaited;
}

inline Completion& CompletionOf(const TaskHandle& handle) {
  ORRERY_CHECK(static_cast<bool>(handle),
               "a JoinHandle was given to a combinator that is empty");
  return *handle.state();
}
template <typename T>
Completion& CompletionOf(const Future<T>& future) {
  return *future.state();
}

// Returns the error of what has ended; null if it ended otherwise. It counts as
// seen.
inline std::exception_ptr ErrorOf(Completion& ended) {
  ended.retrieved = true;
  if (ended.end != End::kError) return nullptr;
  if (!ended.is_task) return static_cast<FutureState&>(ended).error;
  return Simulation::Current("a combinator")
      .ErrorOf(static_cast<TaskState*>(&ended));
}

// Returns `awaited` as it is to be awaited for its result to be moved out if
// nobody else can ask for it, or if it cannot be copied.
template <typename A>
decltype(auto) ToAwait(A& awaited) {
  using T = ResultOf<A>;
  if constexpr (AwaitedHandle<A> &&
                (std::is_void_v<T> || std::is_copy_constructible_v<T>)) {
    return std::as_const(awaited);
  } else {
    return std::move(awaited);
  }
}

// Returns the result of what has ended with one. It is moved out if nobody else
// can ask for it, which is so if `A` is a Task, or if it cannot be copied.
template <typename A, typename T = ResultOf<A>>
Value<T> TakeValue(const HandleOf<A>& ended) {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    // The result itself is not const.
    T& result = const_cast<T&>(ended.Result());
    if constexpr (spawn_internal::IsTask<A>::value ||
                  !std::is_copy_constructible_v<T>) {
      return std::move(result);
    } else {
      return result;
    }
  }
}

}  // namespace orrery::combinators_internal

#endif  // ORRERY_SIM_COMBINATORS_AWAITED_H_
