# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""The places where CPython itself changed its asyncio, each a switch of its own.

Orrery does what CPython 3.13 does; Debian 12 has 3.11.2. `Library` is asyncio as the
interpreter uses it. It is stock asyncio, except for the rules that are switched on:
each gives one place the behavior that it has in 3.13.
"""

import asyncio
import asyncio.tasks
import asyncio.timeouts
import collections

import ordered

# Rule -> what 3.11.2 does where the rule is off.
RULES = {
    "timeout": "once a task has swallowed a cancel, its later timeouts end as cancels",
    "wait_for": "a cancel is lost if the result is there; one trip more; waits in a task of its own",
    "gather": "suspends even where all are done",
    "task_group": "leaves a request behind; an error swallows a cancel from outside",
    "notify": "a notify that meets a waiter just cancelled is lost",
    "semaphore": "a cancelled waiter wakes at most one other, however many units are left",
    "uncancel": "back at zero, a request that was not delivered yet is delivered all the same",
}

CancelledError = asyncio.CancelledError


class Library:
    """asyncio, with the `rules` named."""

    def __init__(self, rules=tuple(RULES)):
        unknown = set(rules) - set(RULES)
        if unknown:
            raise ValueError(f"there is no rule {sorted(unknown)}: {', '.join(RULES)}")

        def pick(rule, changed, stock):
            return changed if rule in rules else stock

        self.Task = pick("uncancel", _UncancelingTask, _Task)
        self.Timeout = pick("timeout", _Timeout, asyncio.timeouts.Timeout)
        self.TaskGroup = pick("task_group", _TaskGroup, ordered.TaskGroup)
        self.Condition = pick("notify", _Condition, asyncio.Condition)
        self.Semaphore = pick("semaphore", _Semaphore, asyncio.Semaphore)
        self.BoundedSemaphore = pick("semaphore", _BoundedSemaphore, asyncio.BoundedSemaphore)
        self.wait_for = pick("wait_for", self._wait_for, asyncio.wait_for)
        self.gather = pick("gather", _gather, asyncio.gather)
        self.wait = ordered.wait
        self.as_completed = ordered.as_completed
        self.shield = asyncio.shield
        self.sleep = asyncio.sleep
        self.Lock = asyncio.Lock
        self.Event = asyncio.Event
        self.Queue = asyncio.Queue
        self.LifoQueue = asyncio.LifoQueue
        self.PriorityQueue = asyncio.PriorityQueue

    def Barrier(self, parties):
        barrier = asyncio.Barrier(parties)
        barrier._cond = self.Condition()
        return barrier

    async def _wait_for(self, awaitable, timeout):
        """Runs a coroutine in the task that waits, under a timeout."""
        if timeout > 0:
            async with self.Timeout(asyncio.get_running_loop().time() + timeout):
                return await awaitable
        task = asyncio.ensure_future(awaitable)
        if task.done():
            return task.result()
        await _cancel_and_wait(task)
        try:
            return task.result()
        except CancelledError as error:
            raise TimeoutError from error


async def _cancel_and_wait(task):
    over = asyncio.get_running_loop().create_future()

    def wake(_):
        if not over.done():
            over.set_result(None)

    task.add_done_callback(wake)
    try:
        task.cancel()
        await over
    finally:
        task.remove_done_callback(wake)


class _Task(asyncio.tasks._PyTask):
    """A task, in Python: the one in C lets nobody take back a request."""

    number = 0
    done_callbacks = None  # while gather looks at its tasks: those that are due at once

    def add_done_callback(self, fn, *, context=None):
        if _Task.done_callbacks is not None and self.done():
            _Task.done_callbacks.append((fn, self))
        else:
            super().add_done_callback(fn, context=context)


class _UncancelingTask(_Task):
    def uncancel(self):
        left = super().uncancel()
        if left == 0:
            self._must_cancel = False
        return left


def _gather(*awaitables, return_exceptions=False):
    """Looks at the tasks that are done right away."""
    _Task.done_callbacks = due = []
    try:
        gathered = asyncio.gather(*awaitables, return_exceptions=return_exceptions)
    finally:
        _Task.done_callbacks = None
    for callback, task in due:
        callback(task)
    return gathered


class _Timeout(asyncio.timeouts.Timeout):
    """Counts only the requests that were made since it began."""

    async def __aenter__(self):
        self._requests_before = asyncio.current_task().cancelling()
        return await super().__aenter__()

    async def __aexit__(self, kind, error, traceback):
        was_expired = self.expired()
        await super().__aexit__(None, None, None)  # takes the request back
        if not was_expired or kind is None or not issubclass(kind, CancelledError):
            return None
        if self._task.cancelling() <= self._requests_before:
            raise TimeoutError from error
        return None


class _TaskGroup(ordered.TaskGroup):
    """Takes its own request back when all children are over, and keeps those of others."""

    async def __aexit__(self, kind, error, traceback):
        self._exiting = True
        is_cancelled = kind is not None and issubclass(kind, CancelledError)
        cancelled = error if is_cancelled else None
        if kind is not None and not self._aborting:
            self._abort()

        while self._tasks:
            self._on_completed_fut = self._loop.create_future()
            try:
                await self._on_completed_fut
            except CancelledError as request:
                if not self._aborting:
                    cancelled = request
                    self._abort()
            self._on_completed_fut = None

        if self._parent_cancel_requested and self._parent_task.uncancel() == 0:
            cancelled = None
        if cancelled is not None and not self._errors:
            raise cancelled
        if kind is not None and not is_cancelled:
            self._errors.append(error)
        if not self._errors:
            return None
        if self._parent_task.cancelling():
            # The cancel from outside is delivered at the next await.
            self._parent_task.uncancel()
            self._parent_task.cancel()
        raise BaseExceptionGroup("unhandled errors in a TaskGroup", self._errors) from None


class _Condition(asyncio.Condition):
    """A waiter that fails hands its notify on."""

    async def wait(self):
        if not self.locked():
            raise RuntimeError("the lock is not held")
        notified = asyncio.get_running_loop().create_future()
        self.release()
        try:
            try:
                self._waiters.append(notified)
                try:
                    await notified
                    return True
                finally:
                    self._waiters.remove(notified)
            finally:
                await self._acquire_whatever_comes()
        except BaseException:
            self._hand_on()
            raise

    async def _acquire_whatever_comes(self):
        cancelled = None
        while True:
            try:
                await self.acquire()
                break
            except CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    def _hand_on(self):
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(False)
                break


class _Semaphore(asyncio.Semaphore):
    """A waiter that goes on, or gives up, wakes as many others as there are units."""

    async def acquire(self):
        if not self.locked():
            self._value -= 1
            return True
        if self._waiters is None:
            self._waiters = collections.deque()
        granted = asyncio.get_running_loop().create_future()
        self._waiters.append(granted)
        try:
            try:
                await granted
            finally:
                self._waiters.remove(granted)
        except CancelledError:
            if granted.done() and not granted.cancelled():
                self._value += 1
            raise
        finally:
            self._wake_as_many_as_there_are_units()
        return True

    def _wake_as_many_as_there_are_units(self):
        for waiter in self._waiters:
            if self._value <= 0:
                break
            if not waiter.done():
                self._value -= 1
                waiter.set_result(True)


class _BoundedSemaphore(_Semaphore, asyncio.BoundedSemaphore):
    pass
