# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""What each operation of the language does on asyncio: a function for each, of its name.
combinators.py has the rest of them.

A function returns the outcome, None for "ok", or Returned; what it raises is raised in
the task. Those that may suspend are coroutines.
"""

import asyncio

from outcomes import (
    RAISED,
    CancelledError,
    Returned,
    end_of,
    make_error,
    numbers_of,
    outcome_of,
)


# Tasks.


def log(world, node, frame):
    pass


def spawn(world, node, frame):
    task = world.spawn(node.arguments.get("body", 0))
    world.handles[node.arguments.get("handle", 0)] = task
    return task.number


async def sleep(world, node, frame):
    await world.asyncio.sleep(node.arguments.get("ticks", 0))


async def yield_now(world, node, frame):
    await world.asyncio.sleep(0)


async def await_task(world, node, frame):
    task = awaitable(world, world.handles[node.arguments.get("handle", 0)])
    return "none" if task is None else await task


def awaitable(world, task):
    """Tasks wait only for tasks made after them: circles would overflow the stack of
    whoever cancels them."""
    if task is None or task.number <= asyncio.current_task().number:
        return None
    return task


def _target(world, which):
    if "self" in which:
        return asyncio.current_task()
    if "main" in which:
        return world.loop.tasks[1]
    return world.handles[which.get("handle", 0)]


def cancel(world, node, frame):
    task = _target(world, node.arguments)
    return "none" if task is None else int(task.cancel())


def uncancel(world, node, frame):
    task = _target(world, node.arguments)
    return "none" if task is None else task.uncancel()


def cancelling(world, node, frame):
    task = _target(world, node.arguments)
    return "none" if task is None else task.cancelling()


def query(world, node, frame):
    task = _target(world, node.arguments)
    return "none" if task is None else end_of(task)


def add_callback(world, node, frame):
    if "future" in node.arguments:
        subject = world.futures[node.arguments["future"]]
    else:
        subject = _target(world, node.arguments)
    if subject is None:
        return "none"

    def call(done):
        world.log(node.label, "add_callback called", end_of(done))
        world.run_callback(node.ops)

    subject.add_done_callback(call)
    return None


def all_tasks(world, node, frame):
    return numbers_of(sorted(asyncio.all_tasks(world.loop), key=lambda task: task.number))


# Locks and conditions.


async def lock(world, node, frame):
    which = node.arguments.get("lock", 0)
    async with world.locks[which]:
        world.log(node.label, "lock locked")
        world.holders[which] = asyncio.current_task()
        world.is_kept[which] = False
        try:
            return await world.run_block(node.ops, frame)
        finally:
            world.holders[which] = None


async def acquire_lock(world, node, frame):
    which = node.arguments.get("lock", 0)
    await world.locks[which].acquire()
    world.holders[which] = asyncio.current_task()
    world.is_kept[which] = True


def release_lock(world, node, frame):
    which = node.arguments.get("lock", 0)
    if world.holders[which] is not asyncio.current_task() or not world.is_kept[which]:
        return "not-held"
    world.holders[which] = None
    world.locks[which].release()
    return None


async def wait_condition(world, node, frame):
    which = node.arguments.get("condition", 0)
    its_lock = world.condition_locks[which]
    task = asyncio.current_task()
    if world.holders[its_lock] is not task:
        return "not-held"
    is_kept = world.is_kept[its_lock]
    world.holders[its_lock] = None
    try:
        await world.conditions[which].wait()
    finally:  # it holds the lock again in any case
        world.holders[its_lock] = task
        world.is_kept[its_lock] = is_kept


def notify(world, node, frame):
    which = node.arguments.get("condition", 0)
    if world.holders[world.condition_locks[which]] is not asyncio.current_task():
        return "not-held"
    if "count" in node.arguments:
        world.conditions[which].notify(node.arguments["count"])
    else:
        world.conditions[which].notify_all()
    return None


# Semaphores.


async def semaphore(world, node, frame):
    await world.semaphores[node.arguments.get("semaphore", 0)].acquire()
    world.log(node.label, "semaphore acquired")
    try:
        return await world.run_block(node.ops, frame)
    finally:
        world.log(node.label, "semaphore released", release_semaphore(world, node, frame) or "ok")


async def acquire_semaphore(world, node, frame):
    await world.semaphores[node.arguments.get("semaphore", 0)].acquire()


def release_semaphore(world, node, frame):
    try:
        world.semaphores[node.arguments.get("semaphore", 0)].release()
    except ValueError:
        return "too-many"
    return None


# Events.


async def wait_event(world, node, frame):
    await world.events[node.arguments.get("event", 0)].wait()


def set_event(world, node, frame):
    world.events[node.arguments.get("event", 0)].set()


def clear_event(world, node, frame):
    world.events[node.arguments.get("event", 0)].clear()


# Queues.


def _queue(world, node):
    return world.queues[node.arguments.get("queue", 0)]


async def put(world, node, frame):
    await _queue(world, node).put(node.arguments.get("item", 0))


async def get(world, node, frame):
    return await _queue(world, node).get()


def try_put(world, node, frame):
    try:
        _queue(world, node).put_nowait(node.arguments.get("item", 0))
    except asyncio.QueueFull:
        return "full"
    return None


def try_get(world, node, frame):
    try:
        return _queue(world, node).get_nowait()
    except asyncio.QueueEmpty:
        return "empty"


def task_done(world, node, frame):
    try:
        _queue(world, node).task_done()
    except ValueError:
        return "too-many"
    return None


async def join_queue(world, node, frame):
    await _queue(world, node).join()


# Barriers.


async def wait_barrier(world, node, frame):
    return await world.barriers[node.arguments.get("barrier", 0)].wait()


async def reset_barrier(world, node, frame):
    await world.barriers[node.arguments.get("barrier", 0)].reset()


async def abort_barrier(world, node, frame):
    await world.barriers[node.arguments.get("barrier", 0)].abort()


# Futures.


def _future(world, node):
    return world.futures[node.arguments.get("future", 0)]


def set_result(world, node, frame):
    try:
        _future(world, node).set_result(node.arguments.get("value", 0))
    except asyncio.InvalidStateError:
        return "invalid"
    return None


def set_error(world, node, frame):
    try:
        _future(world, node).set_exception(make_error(node.arguments.get("error", "A")))
    except asyncio.InvalidStateError:
        return "invalid"
    return None


def cancel_future(world, node, frame):
    return int(_future(world, node).cancel())


async def await_future(world, node, frame):
    return await _future(world, node)


# Callbacks.


def _callback(world, node):
    def call():
        world.log(node.label, f"{node.kind} called")
        world.run_callback(node.ops)

    return call


def call_soon(world, node, frame):
    timer = world.loop.call_soon(_callback(world, node))
    world.timers[node.arguments.get("timer", 0)] = timer


def call_later(world, node, frame):
    timer = world.loop.call_later(node.arguments.get("ticks", 0), _callback(world, node))
    world.timers[node.arguments.get("timer", 0)] = timer


def cancel_timer(world, node, frame):
    timer = world.timers[node.arguments.get("timer", 0)]
    if timer is None:
        return "none"
    timer.cancel()
    return None


# Control flow.


def raise_error(world, node, frame):
    raise make_error(node.arguments.get("error", "A"))


_CAUGHT = {
    "ANY": lambda error: True,
    "ERROR": lambda error: not isinstance(error, (CancelledError, TimeoutError)),
    "TIMED_OUT": lambda error: isinstance(error, TimeoutError),
    "WAS_CANCELLED": lambda error: isinstance(error, CancelledError),
}


async def try_catch(world, node, frame):
    try:
        return await world.run_block(node.ops, frame)
    except RAISED as error:
        if not _CAUGHT[node.arguments.get("kind", "ANY")](error):
            raise
        world.log(node.label, "try_catch caught", outcome_of(error))
        returned = await world.run_block(node.handler, frame)
        if returned is None and node.arguments.get("reraise"):
            raise
        return returned


async def try_finally(world, node, frame):
    error = returned = None
    try:
        returned = await world.run_block(node.ops, frame)
    except RAISED as raised:
        error = raised
    world.log(node.label, "try_finally cleans up")
    await world.run_block(node.cleanup, frame)
    if error is not None:
        raise error
    return returned


def return_value(world, node, frame):
    return Returned(node.arguments.get("value", 0))


async def repeat(world, node, frame):
    for _ in range(node.arguments.get("times", 0)):
        returned = await world.run_block(node.ops, frame)
        if returned is not None:
            return returned
    return None
