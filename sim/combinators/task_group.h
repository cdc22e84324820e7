// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// `WithTaskGroup`: a block of code with tasks that do not outlive it; as
// asyncio.TaskGroup.
//
//   Task<> Serve(TaskGroup& group, Queue<Request>& requests) {
//     for (;;) {
//       Request request = co_await requests.Get();
//       group.Spawn("request", Handle, std::move(request));
//     }
//   }
//   co_await WithTaskGroup(Serve, std::ref(requests));
//
// It is over when the block and all its tasks are. If one of them throws, the
// other tasks are cancelled, in the order in which they were spawned, and the
// block with them; when all have come to their ends, an ExceptionGroup is
// thrown that has every error. A task that ends as cancelled is no error.

#ifndef ORRERY_SIM_COMBINATORS_TASK_GROUP_H_
#define ORRERY_SIM_COMBINATORS_TASK_GROUP_H_

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "orrery/base/source_site.h"
#include "orrery/base/trace_event.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/combinators/awaited.h"
#include "orrery/sim/combinators/where_awaited.h"
#include "orrery/sim/completion.h"
#include "orrery/sim/frame_pool.h"
#include "orrery/sim/future_state.h"
#include "orrery/sim/join_handle.h"
#include "orrery/sim/ring.h"
#include "orrery/sim/runnable.h"
#include "orrery/sim/simulation.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task.h"
#include "orrery/sim/task_handle.h"
#include "orrery/sim/task_state.h"

namespace orrery {

// The future is what the block's task waits in for the end of the children.
class TaskGroup : private FutureState {
 public:
  // Starts `callable(arguments...)`, which returns a Task, as a task of this
  // group called `name`. See `Spawn`, which this is but for the group. May be
  // called by whoever has the group, while the block runs or any of the tasks.
  //
  // Throws InvalidStateError, and calls nothing, if the group is over, or is
  // ending since there was an error, a cancel, or a call of `Cancel`.
  template <typename F, typename... Arguments>
    requires spawn_internal::Spawnable<F, Arguments...>
  auto Spawn(TaskName name, F&& callable, Arguments&&... arguments) {
    return SpawnAt(name.name, name.site, std::forward<F>(callable),
                   std::forward<Arguments>(arguments)...);
  }

  // The same for a task without a name, and with at most four arguments.
  template <typename F>
    requires spawn_internal::Spawnable<F>
  auto Spawn(F&& f, SourceSite site = SourceSite::current()) {
    return SpawnAt({}, site, std::forward<F>(f));
  }
  template <typename F, typename A>
    requires spawn_internal::Spawnable<F, A>
  auto Spawn(F&& f, A&& a, SourceSite site = SourceSite::current()) {
    return SpawnAt({}, site, std::forward<F>(f), std::forward<A>(a));
  }
  template <typename F, typename A, typename B>
    requires spawn_internal::Spawnable<F, A, B>
  auto Spawn(F&& f, A&& a, B&& b, SourceSite site = SourceSite::current()) {
    return SpawnAt({}, site, std::forward<F>(f), std::forward<A>(a),
                   std::forward<B>(b));
  }
  template <typename F, typename A, typename B, typename C>
    requires spawn_internal::Spawnable<F, A, B, C>
  auto Spawn(F&& f, A&& a, B&& b, C&& c,
             SourceSite site = SourceSite::current()) {
    return SpawnAt({}, site, std::forward<F>(f), std::forward<A>(a),
                   std::forward<B>(b), std::forward<C>(c));
  }
  template <typename F, typename A, typename B, typename C, typename D>
    requires spawn_internal::Spawnable<F, A, B, C, D>
  auto Spawn(F&& f, A&& a, B&& b, C&& c, D&& d,
             SourceSite site = SourceSite::current()) {
    return SpawnAt({}, site, std::forward<F>(f), std::forward<A>(a),
                   std::forward<B>(b), std::forward<C>(c), std::forward<D>(d));
  }

  // Cancels the tasks and the block. What they do about it is up to them, but
  // WithTaskGroup then returns where it would have thrown `Cancelled`. Does
  // nothing if the group is ending already.
  void Cancel();

  // Whether the group takes no more tasks.
  bool IsEnding() const { return aborting_ || (leaving_ && children_.empty()); }

  // For WithTaskGroup: a group that the running task waits for.
  explicit TaskGroup(const SourceSite& site);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  // The block is over, as `how` says; `error` is what it threw for kError.
  void Leave(End how, std::exception_ptr error);
  bool HasChildren() const { return !children_.empty(); }
  // Waits until there are none, or until the task is cancelled; that is passed
  // on to `CancelledWhileLeaving`.
  FutureState::Awaiter WaitForChildren();
  void CancelledWhileLeaving();
  // Throws what the group as a whole has come to, if that is not a value.
  void ThrowErrors();
  [[noreturn]] static void FailWithoutResult();

 private:
  struct Child : Notice {
    static void* operator new(size_t size) { return FramePool::Allocate(size); }
    static void operator delete(void* block, size_t size) {
      FramePool::Deallocate(block, size);
    }
    Child() : Notice(&ChildIsOver) {}

    TaskGroup* group = nullptr;
    TaskHandle task;
    Child* next = nullptr;  // of the group's children
    Child* prev = nullptr;
  };

  template <typename F, typename... Arguments>
  auto SpawnAt(absl::string_view name, const SourceSite& site, F&& callable,
               Arguments&&... arguments) {
    if (IsEnding()) Refuse();
    auto handle =
        spawn_internal::SpawnAt(name, site, std::forward<F>(callable),
                                std::forward<Arguments>(arguments)...);
    Add(handle);
    return handle;
  }
  [[noreturn]] void Refuse() const;
  void Add(const TaskHandle& task);
  // Cancels all that are not over, and takes no more.
  void Abort();
  void CancelBlock();
  static void ChildIsOver(Notice* notice, Simulation& simulation);

  TaskState* block_;      // the task in which the block runs
  Ring<Child> children_;  // whose ends have not been seen
  std::vector<std::exception_ptr> errors_;
  std::exception_ptr block_error_;
  bool leaving_ = false;  // the block is over
  bool waiting_ = false;  // its task waits, or is about to go on
  bool aborting_ = false;
  bool block_cancelled_ = false;   // the group has asked its task to cancel
  bool throws_cancelled_ = false;  // somebody else has
  bool seen_cancelled_ = false;
};

namespace task_group_internal {

template <typename F, typename... Arguments>
using BodyResult =
    typename std::invoke_result_t<F&, TaskGroup&, Arguments&&...>::Result;

}  // namespace task_group_internal

// Runs `body(group, arguments...)`, which returns a Task, as a block with a
// group of tasks. Callable and arguments are kept until all are over;
// references are passed with std::ref.
//
// Returns what the body returns. Otherwise:
//   ExceptionGroup     the body or tasks have thrown: their errors, in the
//                      order in which the tasks ended, the body's last
//   Cancelled          somebody has asked the waiting task to cancel, and there
//                      were no errors. If there were, they are thrown, and
//                      `Cancelled` where the task waits next
//   InvalidStateError  `Cancel` has ended a body that was to return a value
template <typename F, typename... Arguments>
Task<task_group_internal::BodyResult<F, Arguments...>> WithTaskGroup(
    F body, Arguments... arguments) {
  using T = task_group_internal::BodyResult<F, Arguments...>;
  const SourceSite site = co_await WhereAwaited();
  TaskGroup group(site);
  std::optional<combinators_internal::Value<T>> result;
  End how = End::kValue;
  std::exception_ptr error;
  try {
    Task<T> task =
        std::invoke(body, group, std::forward<Arguments>(arguments)...);
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      result.emplace(co_await std::move(task));
    }
  } catch (const Cancelled&) {
    how = End::kCancelled;
  } catch (...) {
    how = End::kError;
    error = std::current_exception();
  }
  group.Leave(how, std::move(error));
  while (group.HasChildren()) {
    try {
      co_await group.WaitForChildren();
    } catch (const Cancelled&) {
      group.CancelledWhileLeaving();
    }
  }
  group.ThrowErrors();
  if constexpr (!std::is_void_v<T>) {
    if (!result.has_value()) TaskGroup::FailWithoutResult();
    co_return *std::move(result);
  }
}

}  // namespace orrery

#endif  // ORRERY_SIM_COMBINATORS_TASK_GROUP_H_
