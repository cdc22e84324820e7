// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `Spawn`: starts a task that runs beside the current one.
//
//   JoinHandle<> hello = Spawn("hello", SayAfter, absl::Seconds(1), "Bonjour");
//   JoinHandle<> world = Spawn(SayAfter, absl::Seconds(2), "Monde");
//
// The new task's first step comes when the scheduler picks it, never within
// `Spawn`, unless the options say so. The callable and its arguments are copied
// or moved into the task, so what a lambda has captured lives as long as the
// coroutine that uses it, and goes with it when the task is over; references
// are passed with std::ref, as for std::thread.

#ifndef ORRERY_SIM_SPAWN_H_
#define ORRERY_SIM_SPAWN_H_

#include <concepts>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "orrery/base/check.h"
#include "orrery/base/source_site.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// The name of a task and the place where it was spawned. Text converts to it.
struct TaskName {
  template <typename Text>
    requires std::convertible_to<const Text&, absl::string_view>
  TaskName(const Text& text,  // NOLINT: "client" is a name
           SourceSite spawned_at = SourceSite::current())
      : name(text), site(spawned_at) {}

  absl::string_view name;
  SourceSite site;
};

// When a task takes its first step.
enum class Start : uint8_t {
  kQueued,  // in its turn
  // Within `Spawn`, up to where it first waits: if it never does, it is over
  // when `Spawn` returns. What asyncio's eager task factory does. It is part of
  // the step of whoever spawns it, so no scheduler comes in between. Outside of
  // a step there is nothing it could be part of: it starts in its turn.
  kEager,
};

// How a task is spawned:
//   Spawn({.name = "lookup", .start = Start::kEager}, LookUp, key);
struct SpawnOptions {
  absl::string_view name = {};
  Start start = Start::kQueued;
  SourceSite site = SourceSite::current();  // where it is spawned, for reports
};

namespace spawn_internal {

template <typename F, typename... Arguments>
using TaskOf = std::invoke_result_t<std::decay_t<F>&,
                                    std::unwrap_ref_decay_t<Arguments>&&...>;

template <typename T>
struct IsTask : std::false_type {};
template <typename T>
struct IsTask<Task<T>> : std::true_type {};

template <typename F, typename... Arguments>
concept Spawnable =
    std::invocable<std::decay_t<F>&, std::unwrap_ref_decay_t<Arguments>&&...> &&
    IsTask<TaskOf<F, Arguments...>>::value;

// Whether calling the function leaves nothing behind outside of the coroutine
// frame: it is not an object with state, and it takes every parameter by value.
template <typename F>
struct TakesValues : std::false_type {};
template <typename R, typename... Parameters>
struct TakesValues<R (*)(Parameters...)>
    : std::bool_constant<(!std::is_reference_v<Parameters> && ...)> {};

// Keeps the callable and the arguments alive around the task that they make.
template <typename T, typename F, typename... Arguments>
Task<T> CallKeeping(F callable, Arguments... arguments) {
  Task<T> task = std::invoke(callable, std::forward<Arguments>(arguments)...);
  co_return co_await std::move(task);
}

// Starts a coroutine that was made already. For combinators: what its arguments
// refer to is the caller's affair.
template <typename T>
JoinHandle<T> SpawnTask(Task<T> task, absl::string_view name,
                        const SourceSite& site) {
  ORRERY_CHECK(task, "an empty Task was given to be run beside others");
  return JoinHandle<T>(Simulation::Current("Spawn").AddTask(
      NewTaskState<T>(), task.Release(), name, site));
}

template <typename F, typename... Arguments>
auto SpawnAt(absl::string_view name, const SourceSite& site, F&& callable,
             Arguments&&... arguments) {
  using T = typename TaskOf<F, Arguments...>::Result;
  Simulation::Current("Spawn");  // says so, if there is none
  if constexpr (TakesValues<std::decay_t<F>>::value) {
    Task<T> task = callable(std::forward<Arguments>(arguments)...);
    ORRERY_CHECK(task,
                 "Spawn was given a function that returned an empty Task");
    return SpawnTask<T>(std::move(task), name, site);
  } else {
    return SpawnTask<T>(
        CallKeeping<T, std::decay_t<F>, std::unwrap_ref_decay_t<Arguments>...>(
            std::forward<F>(callable), std::forward<Arguments>(arguments)...),
        name, site);
  }
}

}  // namespace spawn_internal

// Starts `callable(arguments...)`, which returns a Task, as a task called
// `name`.
template <typename F, typename... Arguments>
  requires spawn_internal::Spawnable<F, Arguments...>
auto Spawn(TaskName name, F&& callable, Arguments&&... arguments) {
  return spawn_internal::SpawnAt(name.name, name.site,
                                 std::forward<F>(callable),
                                 std::forward<Arguments>(arguments)...);
}

// The same with more of a say.
template <typename F, typename... Arguments>
  requires spawn_internal::Spawnable<F, Arguments...>
auto Spawn(SpawnOptions options, F&& callable, Arguments&&... arguments) {
  auto handle = spawn_internal::SpawnAt(options.name, options.site,
                                        std::forward<F>(callable),
                                        std::forward<Arguments>(arguments)...);
  if (options.start == Start::kEager) {
    Simulation::Current("Spawn").StartEagerly(handle.state());
  }
  return handle;
}

// The same for a task without a name. One overload for each number of
// arguments: a default argument, which is what takes the place of the call,
// cannot stand behind a parameter pack.
template <typename F>
  requires spawn_internal::Spawnable<F>
auto Spawn(F&& callable, SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable));
}
template <typename F, typename A1>
  requires spawn_internal::Spawnable<F, A1>
auto Spawn(F&& callable, A1&& a1, SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable),
                                 std::forward<A1>(a1));
}
template <typename F, typename A1, typename A2>
  requires spawn_internal::Spawnable<F, A1, A2>
auto Spawn(F&& callable, A1&& a1, A2&& a2,
           SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable),
                                 std::forward<A1>(a1), std::forward<A2>(a2));
}
template <typename F, typename A1, typename A2, typename A3>
  requires spawn_internal::Spawnable<F, A1, A2, A3>
auto Spawn(F&& callable, A1&& a1, A2&& a2, A3&& a3,
           SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable),
                                 std::forward<A1>(a1), std::forward<A2>(a2),
                                 std::forward<A3>(a3));
}
template <typename F, typename A1, typename A2, typename A3, typename A4>
  requires spawn_internal::Spawnable<F, A1, A2, A3, A4>
auto Spawn(F&& callable, A1&& a1, A2&& a2, A3&& a3, A4&& a4,
           SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable),
                                 std::forward<A1>(a1), std::forward<A2>(a2),
                                 std::forward<A3>(a3), std::forward<A4>(a4));
}
template <typename F, typename A1, typename A2, typename A3, typename A4,
          typename A5>
  requires spawn_internal::Spawnable<F, A1, A2, A3, A4, A5>
auto Spawn(F&& callable, A1&& a1, A2&& a2, A3&& a3, A4&& a4, A5&& a5,
           SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable),
                                 std::forward<A1>(a1), std::forward<A2>(a2),
                                 std::forward<A3>(a3), std::forward<A4>(a4),
                                 std::forward<A5>(a5));
}
template <typename F, typename A1, typename A2, typename A3, typename A4,
          typename A5, typename A6>
  requires spawn_internal::Spawnable<F, A1, A2, A3, A4, A5, A6>
auto Spawn(F&& callable, A1&& a1, A2&& a2, A3&& a3, A4&& a4, A5&& a5, A6&& a6,
           SourceSite site = SourceSite::current()) {
  return spawn_internal::SpawnAt({}, site, std::forward<F>(callable),
                                 std::forward<A1>(a1), std::forward<A2>(a2),
                                 std::forward<A3>(a3), std::forward<A4>(a4),
                                 std::forward<A5>(a5), std::forward<A6>(a6));
}

}  // namespace orrery

#endif  // ORRERY_SIM_SPAWN_H_
