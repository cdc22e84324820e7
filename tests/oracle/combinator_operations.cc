// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Combinators, task groups and timeouts.

#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "orrery/sim/cancelled.h"
#include "orrery/sim/clock.h"
#include "orrery/sim/combinators/as_completed.h"
#include "orrery/sim/combinators/gather.h"
#include "orrery/sim/combinators/shield.h"
#include "orrery/sim/combinators/task_group.h"
#include "orrery/sim/combinators/task_outcome.h"
#include "orrery/sim/combinators/timeout.h"
#include "orrery/sim/combinators/timeout_error.h"
#include "orrery/sim/combinators/timeout_scope.h"
#include "orrery/sim/combinators/wait.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task_handle.h"
#include "orrery/tests/oracle/operations.h"

namespace orrery::oracle {
namespace {

using AwaitedList = google::protobuf::RepeatedPtrField<Awaited>;

template <typename List>
std::string ListText(const List& items) {
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

// ---- What is awaited --------------------------------------------------------

bool AreAllBodies(const AwaitedList& list) {
  return std::all_of(list.begin(), list.end(),
                     [](const Awaited& one) { return one.has_body(); });
}

// Returns tasks that have not begun. To be called if all are bodies: where they
// are not, combinators get handles, so that both forms are tried.
std::vector<Task<int>> NewTasks(const Context& context,
                                const AwaitedList& list) {
  std::vector<Task<int>> tasks;
  for (const Awaited& one : list) {
    tasks.push_back(RunBody(&context.world, one.body()));
  }
  return tasks;
}

// Returns tasks that have begun, and begins the bodies among them. Empty
// handles are left out.
std::vector<JoinHandle<int>> Handles(const Context& context,
                                     const AwaitedList& list) {
  std::vector<JoinHandle<int>> handles;
  for (const Awaited& one : list) {
    JoinHandle<int> handle;
    if (one.has_body()) {
      handle = Spawn(RunBody, &context.world, one.body());
    } else {
      handle = Awaitable(context, context.world.handles[one.handle()]);
    }
    if (handle) handles.push_back(handle);
  }
  return handles;
}

// The same, each only once.
std::vector<JoinHandle<int>> DistinctHandles(const Context& context,
                                             const AwaitedList& list) {
  std::vector<JoinHandle<int>> distinct;
  for (const JoinHandle<int>& handle : Handles(context, list)) {
    if (std::find(distinct.begin(), distinct.end(), handle) == distinct.end()) {
      distinct.push_back(handle);
    }
  }
  return distinct;
}

// ---- Combinators ------------------------------------------------------------

template <typename A>
Task<OpOutcome> GatherAll(std::vector<A> awaited) {
  const std::vector<int> results = co_await Gather(std::move(awaited));
  co_return OpOutcome(ListText(results));
}

template <typename A>
Task<OpOutcome> GatherWithErrors(std::vector<A> awaited) {
  const std::vector<TaskOutcome<int>> outcomes =
      co_await GatherSettled(std::move(awaited));
  std::vector<std::string> texts;
  for (const TaskOutcome<int>& outcome : outcomes) {
    if (outcome.ok()) {
      texts.push_back(absl::StrCat(outcome.value()));
    } else {
      texts.push_back(outcome.cancelled() ? "cancelled"
                                          : TextOf(outcome.error()));
    }
  }
  co_return OpOutcome(ListText(texts));
}

template <typename A>
Task<OpOutcome> GatherEither(bool return_exceptions, std::vector<A> awaited) {
  return return_exceptions ? GatherWithErrors(std::move(awaited))
                           : GatherAll(std::move(awaited));
}

Task<OpOutcome> Nothing() { co_return OpOutcome("none"); }

Task<OpOutcome> GatherTasks(Context context) {
  const Op::Gather& op = context.op().gather();
  if (op.awaited().empty()) return Nothing();
  if (AreAllBodies(op.awaited())) {
    return GatherEither(op.return_exceptions(),
                        NewTasks(context, op.awaited()));
  }
  std::vector<JoinHandle<int>> handles = Handles(context, op.awaited());
  if (handles.empty()) return Nothing();
  return GatherEither(op.return_exceptions(), std::move(handles));
}

WaitUntil ModeOf(Op::Wait::Mode mode) {
  switch (mode) {
    case Op::Wait::FIRST_COMPLETED:
      return WaitUntil::kFirstCompleted;
    case Op::Wait::FIRST_ERROR:
      return WaitUntil::kFirstException;
    default:
      return WaitUntil::kAllCompleted;
  }
}

Task<OpOutcome> WaitForTasks(Context context) {
  const Op::Wait& op = context.op().wait();
  const std::vector<JoinHandle<int>> handles =
      DistinctHandles(context, op.awaited());
  if (handles.empty()) co_return OpOutcome("none");
  WaitOptions options;
  options.until = ModeOf(op.mode());
  if (op.has_ticks()) options.timeout = Ticks(op.ticks());
  const WaitResult<JoinHandle<int>> result = co_await Wait(handles, options);
  std::vector<size_t> done;
  for (size_t place = 0; place < handles.size(); ++place) {
    if (std::find(result.done.begin(), result.done.end(), handles[place]) !=
        result.done.end()) {
      done.push_back(place);
    }
  }
  co_return OpOutcome(ListText(done));
}

template <typename A>
Task<OpOutcome> TakeAll(Context context, std::vector<A> awaited) {
  const Op::AsCompleted& op = context.op().as_completed();
  AsCompleted<A> all(std::move(awaited), op.has_ticks()
                                             ? Ticks(op.ticks())
                                             : absl::InfiniteDuration());
  for (int place = 0; all.HasNext(); ++place) {
    std::string outcome;
    try {
      const int result = co_await all.Next();
      outcome = absl::StrCat(result);
    } catch (const Cancelled&) {
      throw;
    } catch (const TimeoutError&) {
      throw;
    } catch (...) {
      outcome = TextOf(std::current_exception());
    }
    context.world.Log(context.node.label, absl::StrCat("as_completed ", place),
                      outcome);
  }
  co_return OpOutcome();
}

Task<OpOutcome> TakeAsCompleted(Context context) {
  const AwaitedList& list = context.op().as_completed().awaited();
  if (list.empty()) return Nothing();
  if (AreAllBodies(list)) return TakeAll(context, NewTasks(context, list));
  std::vector<JoinHandle<int>> handles = DistinctHandles(context, list);
  if (handles.empty()) return Nothing();
  return TakeAll(context, std::move(handles));
}

Task<int> ValueOfBlock(Context context) {
  const OpOutcome outcome =
      co_await RunBlock(context.world, context.node.ops, context.frame);
  co_return outcome.value();
}

Task<OpOutcome> WaitFor(Context context) {
  const Op::WaitFor& op = context.op().wait_for();
  const absl::Duration delay = Ticks(op.ticks());
  if (op.has_block()) {
    const int value = co_await WithTimeout(delay, ValueOfBlock(context));
    co_return OpOutcome(value);
  }
  const JoinHandle<int> task =
      Awaitable(context, context.world.handles[op.handle()]);
  if (!task) co_return OpOutcome("none");
  const int value = co_await WithTimeout(delay, task);
  co_return OpOutcome(value);
}

Task<OpOutcome> ShieldTask(Context context) {
  const Awaited& op = context.op().shield();
  if (op.has_body()) {
    const int value = co_await Shield(RunBody(&context.world, op.body()));
    co_return OpOutcome(value);
  }
  const JoinHandle<int> task =
      Awaitable(context, context.world.handles[op.handle()]);
  if (!task) co_return OpOutcome("none");
  const int value = co_await Shield(task);
  co_return OpOutcome(value);
}

// ---- Scopes -----------------------------------------------------------------

// Awaits what a scope has in it, and logs the requests to cancel that there are
// when it has been left.
Task<OpOutcome> LoggingRequests(Context context, Task<OpOutcome> scope) {
  OpOutcome outcome;
  std::exception_ptr error;
  try {
    outcome = co_await std::move(scope);
  } catch (...) {
    error = std::current_exception();
  }
  context.world.Log(context.node.label,
                    absl::StrCat(context.node.event, " leaves requests"),
                    absl::StrCat(CurrentTask().CancelRequests()));
  if (error) std::rethrow_exception(error);
  co_return outcome;
}

Task<OpOutcome> RunInGroup(TaskGroup& group, Context context) {
  const Op::TaskGroup& op = context.op().task_group();
  World& world = context.world;
  world.groups[op.group()] = &group;
  for (const Op::Spawn& child : op.children()) {
    world.handles[child.handle()] = group.Spawn(RunBody, &world, child.body());
  }
  OpOutcome outcome = co_await RunBlock(world, context.node.ops, context.frame);
  co_return outcome;
}

// Leaves the variable empty behind the group, if it is still its.
Task<OpOutcome> RunGroup(Context context) {
  TaskGroup*& variable =
      context.world.groups[context.op().task_group().group()];
  TaskGroup* entered = nullptr;
  auto body = [&entered](TaskGroup& group, Context inner) {
    entered = &group;
    return RunInGroup(group, inner);
  };
  OpOutcome outcome;
  std::exception_ptr error;
  try {
    outcome = co_await WithTaskGroup(body, context);
  } catch (...) {
    error = std::current_exception();
  }
  if (variable == entered) variable = nullptr;
  if (error) std::rethrow_exception(error);
  co_return outcome;
}

Task<OpOutcome> GroupScope(Context context) {
  return LoggingRequests(context, RunGroup(context));
}

OpOutcome SpawnInGroup(const Context& context) {
  const Op::GroupSpawn& op = context.op().group_spawn();
  World& world = context.world;
  TaskGroup* group = world.groups[op.group()];
  if (group == nullptr) return OpOutcome("refused");
  try {
    JoinHandle<int> task = group->Spawn(RunBody, &world, op.body());
    world.handles[op.handle()] = task;
    return OpOutcome(static_cast<int>(world.numbers().Of(task.id())));
  } catch (const InvalidStateError&) {
    return OpOutcome("refused");
  }
}

Task<OpOutcome> RunUnderTimeout(TimeoutScope& scope, Context context) {
  std::vector<TimeoutScope*>& timeouts = context.frame->timeouts;
  timeouts.push_back(&scope);
  OpOutcome outcome;
  std::exception_ptr error;
  try {
    outcome = co_await RunBlock(context.world, context.node.ops, context.frame);
  } catch (...) {
    error = std::current_exception();
  }
  timeouts.erase(std::find(timeouts.begin(), timeouts.end(), &scope));
  if (error) std::rethrow_exception(error);
  co_return outcome;
}

Task<OpOutcome> Timeout(Context context) {
  const Op::Timeout& op = context.op().timeout();
  if (!op.has_ticks()) {
    return LoggingRequests(
        context,
        WithDeadlineScope(absl::InfiniteFuture(), RunUnderTimeout, context));
  }
  return LoggingRequests(
      context, WithTimeoutScope(Ticks(op.ticks()), RunUnderTimeout, context));
}

Task<OpOutcome> TimeoutAt(Context context) {
  const absl::Time when = SimEpoch() + Ticks(context.op().timeout_at().time());
  return LoggingRequests(context,
                         WithDeadlineScope(when, RunUnderTimeout, context));
}

OpOutcome Reschedule(const Context& context) {
  const Op::Reschedule& op = context.op().reschedule();
  if (context.frame->timeouts.empty()) return OpOutcome("none");
  TimeoutScope& scope = *context.frame->timeouts.back();
  if (scope.Expired()) return OpOutcome("passed");
  scope.Reschedule(op.has_ticks() ? Now() + Ticks(op.ticks())
                                  : absl::InfiniteFuture());
  return OpOutcome();
}

}  // namespace

Operation FindCombinator(Op::KindCase kind) {
  switch (kind) {
    case Op::kGather:
      return {.suspending = GatherTasks};
    case Op::kWait:
      return {.suspending = WaitForTasks};
    case Op::kAsCompleted:
      return {.suspending = TakeAsCompleted};
    case Op::kWaitFor:
      return {.suspending = WaitFor};
    case Op::kShield:
      return {.suspending = ShieldTask};
    case Op::kTaskGroup:
      return {.suspending = GroupScope};
    case Op::kGroupSpawn:
      return {.at_once = SpawnInGroup};
    case Op::kTimeout:
      return {.suspending = Timeout};
    case Op::kTimeoutAt:
      return {.suspending = TimeoutAt};
    case Op::kReschedule:
      return {.at_once = Reschedule};
    default:
      return {};
  }
}

}  // namespace orrery::oracle
