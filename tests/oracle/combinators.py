# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Combinators, task groups and timeouts: operations like those in operations.py."""

import asyncio

from operations import awaitable
from outcomes import RAISED, CancelledError, list_text, outcome_of


def _awaited(world, node):
    """What an operation waits for: coroutines and tasks. Empty handles are left out."""
    awaited = []
    for which in node.arguments.get("awaited", ()):
        if "handle" in which:
            task = awaitable(world, world.handles[which["handle"]])
            if task is not None:
                awaited.append(task)
        else:
            awaited.append(world.run_body(which.get("body", 0)))
    return awaited


def _awaited_tasks(world, node):
    """The same as tasks, each only once."""
    awaited = (
        item if asyncio.isfuture(item) else world.loop.create_task(item)
        for item in _awaited(world, node)
    )
    return list(dict.fromkeys(awaited))


async def gather(world, node, frame):
    awaited = _awaited(world, node)
    if not awaited:
        return "none"
    results = await world.asyncio.gather(
        *awaited, return_exceptions=node.arguments.get("return_exceptions", False)
    )
    return list_text(
        outcome_of(result) if isinstance(result, RAISED) else result for result in results
    )


_MODES = {
    "ALL": asyncio.ALL_COMPLETED,
    "FIRST_COMPLETED": asyncio.FIRST_COMPLETED,
    "FIRST_ERROR": asyncio.FIRST_EXCEPTION,
}


async def wait(world, node, frame):
    tasks = _awaited_tasks(world, node)
    if not tasks:
        return "none"
    done, _ = await world.asyncio.wait(
        tasks,
        timeout=node.arguments.get("ticks"),
        return_when=_MODES[node.arguments.get("mode", "ALL")],
    )
    return list_text(place for place, task in enumerate(tasks) if task in done)


async def as_completed(world, node, frame):
    tasks = _awaited_tasks(world, node)
    if not tasks:
        return "none"
    for place, one in enumerate(
        world.asyncio.as_completed(tasks, timeout=node.arguments.get("ticks"))
    ):
        try:
            outcome = await one
        except (CancelledError, TimeoutError):
            raise
        except Exception as error:
            outcome = outcome_of(error)
        world.log(node.label, f"as_completed {place}", outcome)
    return None


async def wait_for(world, node, frame):
    ticks = node.arguments.get("ticks", 0)
    if node.block:
        return await world.asyncio.wait_for(_value_of_block(world, node, frame), ticks)
    task = awaitable(world, world.handles[node.arguments.get("handle", 0)])
    return "none" if task is None else await world.asyncio.wait_for(task, ticks)


async def _value_of_block(world, node, frame):
    returned = await world.run_block(node.ops, frame)
    return 0 if returned is None else returned.value


async def shield(world, node, frame):
    which = node.arguments
    if "handle" not in which:
        return await world.asyncio.shield(world.spawn(which.get("body", 0)))
    task = awaitable(world, world.handles[which["handle"]])
    return "none" if task is None else await world.asyncio.shield(task)


async def task_group(world, node, frame):
    which = node.arguments.get("group", 0)
    group = world.asyncio.TaskGroup()
    try:
        async with group:
            world.groups[which] = group
            for child in node.arguments.get("children", ()):
                task = group.create_task(world.run_body(child.get("body", 0)))
                world.handles[child.get("handle", 0)] = task
            return await world.run_block(node.ops, frame)
    finally:
        if world.groups[which] is group:
            world.groups[which] = None
        _log_requests(world, node)


def group_spawn(world, node, frame):
    group = world.groups[node.arguments.get("group", 0)]
    if group is None:
        return "refused"
    coroutine = world.run_body(node.arguments.get("body", 0))
    try:
        task = group.create_task(coroutine)
    except RuntimeError:
        coroutine.close()
        return "refused"
    world.handles[node.arguments.get("handle", 0)] = task
    return task.number


# Timeouts.


async def timeout(world, node, frame):
    ticks = node.arguments.get("ticks")
    when = None if ticks is None else world.loop.time() + ticks
    return await _run_under_timeout(world, node, frame, when)


async def timeout_at(world, node, frame):
    return await _run_under_timeout(world, node, frame, node.arguments.get("time", 0))


async def _run_under_timeout(world, node, frame, when):
    try:
        async with world.asyncio.Timeout(when) as scope:
            frame.timeouts.append(scope)
            try:
                return await world.run_block(node.ops, frame)
            finally:
                frame.timeouts.remove(scope)
    finally:
        _log_requests(world, node)


def _log_requests(world, node):
    task = asyncio.current_task(world.loop)
    if task is not None:  # None: the program is over
        world.log(node.label, f"{node.kind} leaves requests", task.cancelling())


def reschedule(world, node, frame):
    if not frame.timeouts:
        return "none"
    scope = frame.timeouts[-1]
    if scope.expired():
        return "passed"
    ticks = node.arguments.get("ticks")
    scope.reschedule(None if ticks is None else world.loop.time() + ticks)
    return None
