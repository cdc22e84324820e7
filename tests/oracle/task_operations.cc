// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations on tasks and callbacks.

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "orrery/sim/post.h"
#include "orrery/sim/sleep.h"
#include "orrery/sim/spawn.h"
#include "orrery/sim/task_handle.h"
#include "orrery/tests/oracle/operations.h"

namespace orrery::oracle {
namespace {

OpOutcome LogLine(const Context&) { return OpOutcome(); }

OpOutcome SpawnTask(const Context& context) {
  World& world = context.world;
  const Op::Spawn& spawn = context.op().spawn();
  JoinHandle<int> task = Spawn(RunBody, &world, spawn.body());
  world.handles[spawn.handle()] = task;
  return OpOutcome(static_cast<int>(world.numbers().Of(task.id())));
}

Task<OpOutcome> SleepTicks(Context context) {
  co_await Sleep(Ticks(context.op().sleep().ticks()));
  co_return OpOutcome();
}

Task<OpOutcome> YieldNow(Context) {
  co_await Yield();
  co_return OpOutcome();
}

Task<OpOutcome> AwaitTask(Context context) {
  const int which = context.op().await_task().handle();
  JoinHandle<int> task = Awaitable(context, context.world.handles[which]);
  if (!task) co_return OpOutcome("none");
  const int result = co_await task;
  co_return OpOutcome(result);
}

OpOutcome Cancel(const Context& context) {
  const JoinHandle<int> task = TargetOf(context, context.op().cancel());
  return task ? OpOutcome(task.Cancel()) : OpOutcome("none");
}

OpOutcome Uncancel(const Context& context) {
  const JoinHandle<int> task = TargetOf(context, context.op().uncancel());
  return task ? OpOutcome(task.Uncancel()) : OpOutcome("none");
}

OpOutcome CountRequests(const Context& context) {
  const JoinHandle<int> task = TargetOf(context, context.op().cancelling());
  return task ? OpOutcome(task.CancelRequests()) : OpOutcome("none");
}

OpOutcome Query(const Context& context) {
  const JoinHandle<int> task = TargetOf(context, context.op().query());
  return OpOutcome(task ? EndOf(task) : "none");
}

OpOutcome ListTasks(const Context& context) {
  TaskNumbers& numbers = context.world.numbers();
  std::vector<size_t> tasks;
  for (const TaskHandle& task : AllTasks()) {
    if (numbers.Of(task.id()) != 0) tasks.push_back(numbers.Of(task.id()));
  }
  return OpOutcome(absl::StrCat("[", absl::StrJoin(tasks, ", "), "]"));
}

// Says that what the callback was added to has ended as `end` says, and runs
// the operations.
void CallAtEnd(World& world, const Node& node, const std::string& end) {
  world.Log(node.label, "add_callback called", end);
  RunCallback(world, node.ops);
}

OpOutcome AddCallback(const Context& context) {
  const Op::AddCallback& add = context.op().add_callback();
  World* world = &context.world;
  const Node* node = &context.node;
  if (add.has_future()) {
    // Not with the future in the callback: one that never ends would keep its
    // callback, and that the future.
    const int which = add.future();
    world->futures[which].GetFuture().AddDoneCallback([world, node, which] {
      CallAtEnd(*world, *node, EndOf(world->futures[which].GetFuture()));
    });
    return OpOutcome();
  }
  const JoinHandle<int> task =
      add.has_main() ? world->main : world->handles[add.handle()];
  if (!task) return OpOutcome("none");
  task.AddDoneCallback(
      [world, node, task] { CallAtEnd(*world, *node, EndOf(task)); });
  return OpOutcome();
}

// Returns a callback that runs the operations.
auto Callback(const Context& context) {
  return [world = &context.world, node = &context.node] {
    world->Log(node->label, absl::StrCat(node->event, " called"));
    RunCallback(*world, node->ops);
  };
}

OpOutcome CallSoon(const Context& context) {
  context.world.timers[context.op().call_soon().timer()] =
      Post(Callback(context));
  return OpOutcome();
}

OpOutcome CallLater(const Context& context) {
  const Op::CallLater& call = context.op().call_later();
  context.world.timers[call.timer()] =
      PostAfter(Ticks(call.ticks()), Callback(context));
  return OpOutcome();
}

OpOutcome CancelTimer(const Context& context) {
  const int which = context.op().cancel_timer().timer();
  std::optional<PostHandle>& timer = context.world.timers[which];
  if (!timer) return OpOutcome("none");
  timer->Cancel();
  return OpOutcome();
}

}  // namespace

JoinHandle<int> TargetOf(const Context& context, const Target& target) {
  World& world = context.world;
  switch (target.kind_case()) {
    case Target::kSelf:
      return JoinHandle<int>(CurrentTask().state());
    case Target::kMain:
      return world.main;
    default:
      return world.handles[target.handle()];
  }
}

JoinHandle<int> Awaitable(const Context&, JoinHandle<int> task) {
  // Ids ascend in the order of creation.
  if (!task || task.id() <= CurrentTask().id()) return JoinHandle<int>();
  return task;
}

Operation FindTaskOperation(Op::KindCase kind) {
  switch (kind) {
    case Op::kLog:
      return {.at_once = LogLine};
    case Op::kSpawn:
      return {.at_once = SpawnTask};
    case Op::kSleep:
      return {.suspending = SleepTicks};
    case Op::kYieldNow:
      return {.suspending = YieldNow};
    case Op::kAwaitTask:
      return {.suspending = AwaitTask};
    case Op::kCancel:
      return {.at_once = Cancel};
    case Op::kUncancel:
      return {.at_once = Uncancel};
    case Op::kCancelling:
      return {.at_once = CountRequests};
    case Op::kQuery:
      return {.at_once = Query};
    case Op::kAddCallback:
      return {.at_once = AddCallback};
    case Op::kAllTasks:
      return {.at_once = ListTasks};
    case Op::kCallSoon:
      return {.at_once = CallSoon};
    case Op::kCallLater:
      return {.at_once = CallLater};
    case Op::kCancelTimer:
      return {.at_once = CancelTimer};
    default:
      return {};
  }
}

}  // namespace orrery::oracle
