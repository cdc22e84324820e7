# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs programs of the oracle's language, program.proto, on asyncio.

    log = interpreter.run(program, library)

This is the run as a whole, and the log; operations.py and combinators.py have what each
operation does.
"""

import asyncio
import sys

import combinators
import operations
from outcomes import RAISED, Returned, numbers_of, outcome_of
from program import BLOCKS, SCOPES, kind_of
from virtual_loop import Deadlock, VirtualLoop


class Node:
    """An operation, made ready for running."""

    __slots__ = ("kind", "arguments", "label", "perform", "is_async", "is_scope", *BLOCKS, "block")

    def __init__(self, op, label):
        self.kind = kind_of(op)
        self.arguments = op[self.kind]
        self.label = label
        self.perform = getattr(operations, self.kind, None) or getattr(combinators, self.kind)
        self.is_async = asyncio.iscoroutinefunction(self.perform)
        self.is_scope = self.kind in SCOPES
        self.block = "block" in self.arguments
        holder = self.arguments["block"] if self.block else self.arguments
        for name, prefix in BLOCKS.items():
            setattr(self, name, make_nodes(holder.get(name, ()), label + ".", prefix))


def make_nodes(ops, outer, prefix=""):
    return [Node(op, f"{outer}{prefix}{number}") for number, op in enumerate(ops)]


class Frame:
    """One execution of a body: the timeouts that it is in, innermost last."""

    __slots__ = ("timeouts",)

    def __init__(self):
        self.timeouts = []


class World:
    """The shared objects, and the log."""

    def __init__(self, program, library, loop):
        self.asyncio = library
        self.loop = loop
        self.lines = []
        self.is_over = False
        self.bodies = [
            make_nodes(body.get("ops", ()), f"{number}.")
            for number, body in enumerate(program["bodies"])
        ]
        objects = program.get("objects", {})
        self.locks = [library.Lock() for _ in range(objects.get("locks", 0))]
        self.holders = [None] * len(self.locks)  # the task that holds it
        self.is_kept = [False] * len(self.locks)  # got by acquire_lock
        self.semaphores = [_semaphore(library, what) for what in objects.get("semaphores", ())]
        self.events = [library.Event() for _ in range(objects.get("events", 0))]
        self.condition_locks = [what.get("lock", 0) for what in objects.get("conditions", ())]
        self.conditions = [
            library.Condition(self.locks[lock]) for lock in self.condition_locks
        ]
        self.queues = [_queue(library, what) for what in objects.get("queues", ())]
        self.barriers = [library.Barrier(what["parties"]) for what in objects.get("barriers", ())]
        self.futures = [loop.create_future() for _ in range(objects.get("futures", 0))]
        self.handles = [None] * objects.get("handles", 0)
        self.timers = [None] * objects.get("timers", 0)
        self.groups = [None] * objects.get("groups", 0)

    def log(self, label, event, outcome="ok"):
        task = asyncio.current_task(self.loop)
        number = 0 if task is None else task.number
        self.lines.append(f"{self.loop.time()}\t{number}\t{label}\t{event}\t{outcome}")

    def spawn(self, number):
        return self.loop.create_task(self.run_body(number))

    async def run_body(self, number):
        """The coroutine of a task. Returns the task's result."""
        self.log(number, "start")
        try:
            returned = await self.run_block(self.bodies[number], Frame())
        except RAISED as error:
            self.log(number, "end", outcome_of(error))
            raise
        value = 0 if returned is None else returned.value
        self.log(number, "end", value)
        return value

    async def run_block(self, nodes, frame):
        """Returns None, or what the block was left with."""
        if self.is_over:
            raise GeneratorExit  # `_dispose` is at work
        for node in nodes:
            try:
                if node.is_scope:
                    self.log(node.label, node.kind + " enter")
                result = node.perform(self, node, frame)
                if node.is_async:
                    result = await result
            except RAISED as error:
                self.log(node.label, node.kind, outcome_of(error))
                raise
            if isinstance(result, Returned):
                self.log(node.label, node.kind, f"return {result.value}")
                return result
            self.log(node.label, node.kind, "ok" if result is None else result)
        return None

    def run_callback(self, nodes):
        for node in nodes:
            result = node.perform(self, node, None)
            self.log(node.label, node.kind, "ok" if result is None else result)


def _semaphore(library, what):
    kind = library.BoundedSemaphore if what.get("bounded") else library.Semaphore
    return kind(what.get("value", 0))


def _queue(library, what):
    kinds = {"FIFO": library.Queue, "LIFO": library.LifoQueue, "PRIORITY": library.PriorityQueue}
    return kinds[what.get("kind", "FIFO")](what.get("capacity", 0))


def run(program, library):
    """Runs the program. Returns the lines of its log."""
    loop = VirtualLoop(library.Task)
    world = World(program, library, loop)
    try:
        loop.run_until_complete(_root(world))
        leftovers = loop.unfinished()
        for task in leftovers:
            task.cancel()
        loop.run_until_done(leftovers)
        world.log("-", "run", "finished")
    except Deadlock:
        # Without the time: asyncio runs on to the timers of `as_completed` objects that
        # were left early, and finds out then; Orrery cancels those.
        world.lines.append(f"-\t0\t-\trun\tdeadlock {numbers_of(loop.unfinished())}")
    lines = world.lines
    _dispose(world)
    return lines


async def _root(world):
    """Task 0: starts the program's main task, and is over one step after it."""
    try:
        await world.spawn(0)
    except RAISED:
        pass  # the log has it


def _dispose(world):
    """Lets go of coroutines that are not over: each stands in some `finally`, perhaps
    within others, and would complain when it is collected."""
    complain, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        world.lines = []
        world.is_over = True
        for task in world.loop.unfinished():
            task._log_destroy_pending = False
            _close(task.get_coro())
        world.loop.close()
        world.loop.tasks.clear()
    finally:
        sys.unraisablehook = complain


def _close(coroutine):
    for _ in range(100):
        try:
            coroutine.close()
            break
        except BaseException:  # it waits in the next `finally`, or has failed in one
            pass
