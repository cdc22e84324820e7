// Copyright 2026 The Orrery Authors
// SPDX-License-Identifier: Apache-2.0
//
// Operations on locks, semaphores, events, queues, barriers and futures.

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "absl/cleanup/cleanup.h"
#include "orrery/sim/invalid_state.h"
#include "orrery/sim/task_handle.h"
#include "orrery/tests/oracle/operations.h"

namespace orrery::oracle {
namespace {

// ---- Locks ------------------------------------------------------------------

Task<OpOutcome> LockScope(Context context) {
  World& world = context.world;
  const Node& node = context.node;
  World::Lock& lock = *world.locks[context.op().lock().lock()];
  Mutex::Guard guard = co_await lock.mutex.Lock();
  world.Log(node.label, "lock locked");
  lock.holder = CurrentTask();
  auto leave = absl::MakeCleanup([&lock] { lock.holder = TaskHandle(); });
  OpOutcome outcome = co_await RunBlock(world, node.ops, context.frame);
  co_return outcome;
}

Task<OpOutcome> AcquireLock(Context context) {
  World::Lock& lock = *context.world.locks[context.op().acquire_lock().lock()];
  Mutex::Guard guard = co_await lock.mutex.Lock();
  lock.kept.emplace(std::move(guard));
  lock.holder = CurrentTask();
  co_return OpOutcome();
}

OpOutcome ReleaseLock(const Context& context) {
  World::Lock& lock = *context.world.locks[context.op().release_lock().lock()];
  if (lock.holder != CurrentTask() || !lock.kept) return OpOutcome("not-held");
  lock.holder = TaskHandle();
  lock.kept.reset();
  return OpOutcome();
}

// ---- Conditions -------------------------------------------------------------

Task<OpOutcome> WaitCondition(Context context) {
  World& world = context.world;
  World::Condition& condition =
      *world.conditions[context.op().wait_condition().condition()];
  World::Lock& lock = *condition.lock;
  const TaskHandle self = CurrentTask();
  if (lock.holder != self) co_return OpOutcome("not-held");
  lock.holder = TaskHandle();
  // It holds the lock again in any case.
  auto again = absl::MakeCleanup([&lock, &self] { lock.holder = self; });
  co_await condition.variable.Wait();
  co_return OpOutcome();
}

OpOutcome Notify(const Context& context) {
  const Op::Notify& op = context.op().notify();
  World::Condition& condition = *context.world.conditions[op.condition()];
  if (condition.lock->holder != CurrentTask()) return OpOutcome("not-held");
  if (op.has_count()) {
    condition.variable.Notify(op.count());
  } else {
    condition.variable.NotifyAll();
  }
  return OpOutcome();
}

// ---- Semaphores -------------------------------------------------------------

OpOutcome Release(Semaphore& semaphore) {
  try {
    semaphore.Release();
  } catch (const InvalidStateError&) {
    return OpOutcome("too-many");
  }
  return OpOutcome();
}

Task<OpOutcome> SemaphoreScope(Context context) {
  World& world = context.world;
  const Node& node = context.node;
  Semaphore& semaphore =
      *world.semaphores[context.op().semaphore().semaphore()];
  co_await semaphore.Acquire();
  world.Log(node.label, "semaphore acquired");
  auto leave = absl::MakeCleanup([&] {
    world.Log(node.label, "semaphore released", Release(semaphore).text());
  });
  OpOutcome outcome = co_await RunBlock(world, node.ops, context.frame);
  co_return outcome;
}

Task<OpOutcome> AcquireSemaphore(Context context) {
  const int which = context.op().acquire_semaphore().semaphore();
  co_await context.world.semaphores[which]->Acquire();
  co_return OpOutcome();
}

OpOutcome ReleaseSemaphore(const Context& context) {
  const int which = context.op().release_semaphore().semaphore();
  return Release(*context.world.semaphores[which]);
}

// ---- Events -----------------------------------------------------------------

Task<OpOutcome> WaitEvent(Context context) {
  co_await context.world.events[context.op().wait_event().event()]->Wait();
  co_return OpOutcome();
}

OpOutcome SetEvent(const Context& context) {
  context.world.events[context.op().set_event().event()]->Set();
  return OpOutcome();
}

OpOutcome ClearEvent(const Context& context) {
  context.world.events[context.op().clear_event().event()]->Clear();
  return OpOutcome();
}

// ---- Queues -----------------------------------------------------------------

template <typename Q>
Task<OpOutcome> PutInto(Q& queue, int item) {
  co_await queue.Put(item);
  co_return OpOutcome();
}

template <typename Q>
Task<OpOutcome> GetFrom(Q& queue) {
  const int item = co_await queue.Get();
  co_return OpOutcome(item);
}

template <typename Q>
Task<OpOutcome> JoinOf(Q& queue) {
  co_await queue.Join();
  co_return OpOutcome();
}

Task<OpOutcome> PutItem(Context context) {
  const Op::Put& put = context.op().put();
  return std::visit([&](auto& queue) { return PutInto(*queue, put.item()); },
                    context.world.queues[put.queue()]);
}

Task<OpOutcome> GetItem(Context context) {
  return std::visit([](auto& queue) { return GetFrom(*queue); },
                    context.world.queues[context.op().get().queue()]);
}

OpOutcome TryPutItem(const Context& context) {
  const Op::Put& put = context.op().try_put();
  const bool fits =
      std::visit([&](auto& queue) { return queue->TryPut(put.item()); },
                 context.world.queues[put.queue()]);
  return fits ? OpOutcome() : OpOutcome("full");
}

OpOutcome TryGetItem(const Context& context) {
  const std::optional<int> item =
      std::visit([](auto& queue) { return queue->TryGet(); },
                 context.world.queues[context.op().try_get().queue()]);
  return item ? OpOutcome(*item) : OpOutcome("empty");
}

OpOutcome TaskDone(const Context& context) {
  try {
    std::visit([](auto& queue) { queue->TaskDone(); },
               context.world.queues[context.op().task_done().queue()]);
  } catch (const InvalidStateError&) {
    return OpOutcome("too-many");
  }
  return OpOutcome();
}

Task<OpOutcome> JoinQueue(Context context) {
  return std::visit([](auto& queue) { return JoinOf(*queue); },
                    context.world.queues[context.op().join_queue().queue()]);
}

// ---- Barriers ---------------------------------------------------------------

Task<OpOutcome> WaitBarrier(Context context) {
  const int which = context.op().wait_barrier().barrier();
  const size_t index = co_await context.world.barriers[which]->Wait();
  co_return OpOutcome(static_cast<int>(index));
}

Task<OpOutcome> ResetBarrier(Context context) {
  const int which = context.op().reset_barrier().barrier();
  co_await context.world.barriers[which]->Reset();
  co_return OpOutcome();
}

Task<OpOutcome> AbortBarrier(Context context) {
  const int which = context.op().abort_barrier().barrier();
  co_await context.world.barriers[which]->Abort();
  co_return OpOutcome();
}

// ---- Futures ----------------------------------------------------------------

OpOutcome SetResult(const Context& context) {
  const Op::SetResult& set = context.op().set_result();
  const bool was_set = context.world.futures[set.future()].TrySet(set.value());
  return was_set ? OpOutcome() : OpOutcome("invalid");
}

OpOutcome SetError(const Context& context) {
  const Op::SetError& set = context.op().set_error();
  const bool was_set = context.world.futures[set.future()].TrySetException(
      MakeError(set.error()));
  return was_set ? OpOutcome() : OpOutcome("invalid");
}

OpOutcome CancelFuture(const Context& context) {
  const int future = context.op().cancel_future().future();
  return OpOutcome(context.world.futures[future].GetFuture().Cancel());
}

Task<OpOutcome> AwaitFuture(Context context) {
  const int which = context.op().await_future().future();
  const Future<int> future = context.world.futures[which].GetFuture();
  const int value = co_await future;
  co_return OpOutcome(value);
}

}  // namespace

Operation FindObjectOperation(Op::KindCase kind) {
  switch (kind) {
    case Op::kLock:
      return {.suspending = LockScope};
    case Op::kAcquireLock:
      return {.suspending = AcquireLock};
    case Op::kReleaseLock:
      return {.at_once = ReleaseLock};
    case Op::kWaitCondition:
      return {.suspending = WaitCondition};
    case Op::kNotify:
      return {.at_once = Notify};
    case Op::kSemaphore:
      return {.suspending = SemaphoreScope};
    case Op::kAcquireSemaphore:
      return {.suspending = AcquireSemaphore};
    case Op::kReleaseSemaphore:
      return {.at_once = ReleaseSemaphore};
    case Op::kWaitEvent:
      return {.suspending = WaitEvent};
    case Op::kSetEvent:
      return {.at_once = SetEvent};
    case Op::kClearEvent:
      return {.at_once = ClearEvent};
    case Op::kPut:
      return {.suspending = PutItem};
    case Op::kGet:
      return {.suspending = GetItem};
    case Op::kTryPut:
      return {.at_once = TryPutItem};
    case Op::kTryGet:
      return {.at_once = TryGetItem};
    case Op::kTaskDone:
      return {.at_once = TaskDone};
    case Op::kJoinQueue:
      return {.suspending = JoinQueue};
    case Op::kWaitBarrier:
      return {.suspending = WaitBarrier};
    case Op::kResetBarrier:
      return {.suspending = ResetBarrier};
    case Op::kAbortBarrier:
      return {.suspending = AbortBarrier};
    case Op::kSetResult:
      return {.at_once = SetResult};
    case Op::kSetError:
      return {.at_once = SetError};
    case Op::kCancelFuture:
      return {.at_once = CancelFuture};
    case Op::kAwaitFuture:
      return {.suspending = AwaitFuture};
    default:
      return {};
  }
}

}  // namespace orrery::oracle
