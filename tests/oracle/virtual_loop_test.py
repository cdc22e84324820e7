# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for virtual_loop.py and ordered.py: what asyncio leaves open, and they do not."""

import asyncio
import unittest

import ordered
from rules import Library
from virtual_loop import Deadlock, VirtualLoop


class VirtualLoopTest(unittest.TestCase):
    def setUp(self):
        self.loop = VirtualLoop(Library().Task)
        self.ran = []

    def tearDown(self):
        self.loop.close()

    def run_main(self, main):
        return self.loop.run_until_complete(main())

    def timers(self, *deadlines):
        """Sets a timer for each; it notes its place and the time."""
        return [
            self.loop.call_at(when, lambda place=place: self.ran.append((self.loop.time(), place)))
            for place, when in enumerate(deadlines)
        ]

    def run_for(self, ticks):
        self.loop.call_at(ticks, self.loop.stop)
        self.loop.run_forever()

    def test_equal_deadlines_fire_in_the_order_in_which_they_were_set(self):
        self.timers(*[3] * 100)
        self.run_for(4)
        self.assertEqual(self.ran, [(3, place) for place in range(100)])

    def test_deadlines_fire_in_order_whatever_the_order_in_which_they_were_set(self):
        self.timers(5, 1, 3, 1, 5, 0)
        self.run_for(6)
        self.assertEqual(self.ran, [(0, 5), (1, 1), (1, 3), (3, 2), (5, 0), (5, 4)])

    def test_canceled_timers_leave_the_others_in_order(self):
        # So many that asyncio builds its heap anew.
        timers = self.timers(*[3] * 400)
        for timer in timers[::4] + timers[1::4] + timers[2::4]:
            timer.cancel()
        self.run_for(4)
        self.assertEqual([place for _, place in self.ran], list(range(3, 400, 4)))

    def test_the_clock_does_not_stop_for_a_canceled_timer(self):
        self.timers(3)[0].cancel()

        async def main():
            await asyncio.sleep(7)
            return self.loop.time()

        self.assertEqual(self.run_main(main), 7)

    def test_a_timer_that_is_due_runs_behind_what_was_ready(self):
        self.timers(0)
        self.loop.call_soon(self.ran.append, "ready")
        self.run_for(0)
        self.assertEqual(self.ran, ["ready", (0, 0)])

    def test_what_is_posted_in_a_batch_runs_after_it(self):
        self.loop.call_soon(lambda: self.loop.call_soon(self.ran.append, "later"))
        self.loop.call_soon(self.ran.append, "first")
        self.run_for(1)
        self.assertEqual(self.ran, ["first", "later"])

    def test_tasks_are_numbered_as_they_are_made(self):
        async def main():
            tasks = [asyncio.create_task(asyncio.sleep(1)) for _ in range(3)]
            await asyncio.gather(*tasks, asyncio.sleep(1))
            return [task.number for task in tasks], len(self.loop.tasks)

        self.assertEqual(self.run_main(main), ([1, 2, 3], 5))

    def test_nothing_ready_and_no_timer_is_a_deadlock(self):
        async def main():
            await asyncio.sleep(2)
            await asyncio.Event().wait()

        task = self.loop.create_task(main())
        with self.assertRaises(Deadlock):
            self.loop.run_until_complete(task)
        self.assertEqual(self.loop.time(), 2)
        self.assertEqual(self.loop.unfinished(), [task])

    def test_run_until_done_ends_with_the_batch(self):
        async def main():
            await asyncio.sleep(1)
            self.loop.call_soon(self.ran.append, "next batch")

        task = self.loop.create_task(main())
        self.timers(1)
        self.loop.call_at(1, self.ran.append, "same batch")
        self.loop.run_until_done([task])
        self.assertEqual(self.ran, [(1, 0), "same batch"])


class OrderedTest(unittest.TestCase):
    """Sets of tasks go by address, so twenty tasks come in another order by chance."""

    def run_main(self, main):
        loop = VirtualLoop(Library().Task)
        try:
            return loop.run_until_complete(main())
        finally:
            loop.close()

    def test_a_task_group_cancels_its_children_in_spawn_order(self):
        canceled = []

        async def child(place):
            try:
                await asyncio.sleep(9)
            except asyncio.CancelledError:
                canceled.append(place)
                raise

        async def main():
            async with ordered.TaskGroup() as group:
                for place in range(20):
                    group.create_task(child(place))
                await asyncio.sleep(1)
                raise ValueError

        with self.assertRaises(ExceptionGroup):
            self.run_main(main)
        self.assertEqual(canceled, list(range(20)))

    def test_as_completed_starts_coroutines_in_their_order(self):
        async def value(number):
            return number

        async def main():
            return [await one for one in ordered.as_completed([value(n) for n in range(20)])]

        self.assertEqual(self.run_main(main), list(range(20)))

    def test_wait_returns_tasks_in_their_order(self):
        async def main():
            tasks = [asyncio.create_task(asyncio.sleep(n % 2 * 5)) for n in range(20)]
            done, pending = await ordered.wait(tasks, timeout=1)
            return [tasks.index(task) for task in done], [tasks.index(task) for task in pending]

        evens, odds = list(range(0, 20, 2)), list(range(1, 20, 2))
        self.assertEqual(self.run_main(main), (evens, odds))

    def test_an_ordered_set_is_a_set(self):
        numbers = ordered.OrderedSet([3, 1, 3, 2])
        numbers.add(1)
        numbers.add(9)
        numbers.discard(3)
        numbers.discard(4)
        self.assertEqual(list(numbers), [1, 2, 9])
        numbers.remove(2)
        self.assertEqual(len(numbers), 2)
        with self.assertRaises(KeyError):
            numbers.remove(2)
        self.assertFalse(ordered.OrderedSet())


if __name__ == "__main__":
    unittest.main()
