# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""CPython's own event loop, on a clock that jumps.

The loop is asyncio's, with nothing of it replaced but three things that asyncio
leaves open: what time it is, which of two timers of one deadline comes first (the
one that was set first), and what happens when nothing will ever happen again.
"""

import asyncio
import asyncio.base_events
import asyncio.events
import heapq


class Deadlock(BaseException):
    """Nothing is ready, and no timer is set."""


class _FirstSetFirst(asyncio.events.TimerHandle):
    """A timer that asyncio's heap puts behind those set before it for the same time."""

    __slots__ = ("_number",)

    def __lt__(self, other):
        return (self._when, self._number) < (other._when, other._number)


class VirtualLoop(asyncio.base_events.BaseEventLoop):
    """Time is a whole number of ticks. It moves only when nothing is ready, straight to
    the next deadline."""

    def __init__(self, task_class):
        super().__init__()
        # A timer is due if its deadline is before now and this.
        self._clock_resolution = 0.5
        self._selector = self
        self._now = 0
        self._timers = 0
        self._task_class = task_class
        self._until = None
        self.tasks = []  # all that were made: their numbers are their places
        # Errors that nobody looks at are not what is compared here.
        self.set_exception_handler(lambda loop, context: None)

    def time(self):
        return self._now

    def select(self, timeout):
        """Waits for `timeout`, or for ever. asyncio's loop asks its selector for this."""
        if timeout is None:
            raise Deadlock
        self._now += timeout
        return ()

    def _process_events(self, events):
        pass

    def call_at(self, when, callback, *args, context=None):
        timer = _FirstSetFirst(when, callback, args, self, context)
        timer._number = self._timers
        self._timers += 1
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True  # it counts when it is cancelled
        return timer

    def create_task(self, coro, *, name=None, context=None):
        task = self._task_class(coro, loop=self, name=name, context=context)
        task.number = len(self.tasks)
        self.tasks.append(task)
        return task

    def unfinished(self):
        """The tasks that are not done, in the order in which they were made."""
        return [task for task in self.tasks if not task.done()]

    def run_until_done(self, tasks):
        """Runs whole batches until all of `tasks` are done."""
        self._until = tasks
        try:
            if not all(task.done() for task in tasks):
                self.run_forever()
        finally:
            self._until = None

    def _run_once(self):
        super()._run_once()
        if self._until is not None and all(task.done() for task in self._until):
            self.stop()
