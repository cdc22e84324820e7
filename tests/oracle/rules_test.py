# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for rules.py: for each rule a program that shows it, with the rule and without.

What is expected without a rule is what Debian 12's CPython, 3.11.2, does; later ones
have some of the rules built in, so there it is looked at only with the rule on.
"""

import sys
import unittest

import interpreter
from rules import RULES, Library

IS_DEBIAN_12S = sys.version_info[:3] == (3, 11, 2)

ONE_LOCK = {"locks": 1, "conditions": [{"lock": 0}], "handles": 2}


def program(*bodies, **objects):
    return {"objects": objects, "bodies": [{"ops": ops} for ops in bodies]}


def with_handle(body, handle=0):
    return {"spawn": {"body": body, "handle": handle}}


class RuleTest(unittest.TestCase):
    def logs(self, program, *without):
        """The log, less time and outcome "ok", as "task label event outcome"."""
        library = Library([rule for rule in RULES if rule not in without])
        lines = [line.split("\t")[1:] for line in interpreter.run(program, library)]
        return [" ".join(fields).removesuffix(" ok") for fields in lines]

    def expect(self, rule, program, present, absent):
        """With the rule the log has the line `present`, and without it `absent`."""
        on = self.logs(program)
        self.assertIn(present, on)
        self.assertNotIn(absent, on)
        if IS_DEBIAN_12S:
            off = self.logs(program, rule)
            self.assertIn(absent, off)
            self.assertNotIn(present, off)

    def expect_before(self, rule, program, first, second):
        """With the rule `first` comes before `second`, and without it behind."""
        on = self.logs(program)
        self.assertLess(on.index(first), on.index(second))
        if IS_DEBIAN_12S:
            off = self.logs(program, rule)
            self.assertLess(off.index(second), off.index(first))

    def test_timeout_after_a_swallowed_cancel(self):
        swallow = {"try_catch": {"ops": [{"sleep": {"ticks": 9}}], "handler": []}}
        late = {"timeout": {"ticks": 1, "ops": [{"sleep": {"ticks": 9}}]}}
        self.expect(
            "timeout",
            program([{"call_soon": {"ops": [{"cancel": {"main": {}}}]}}, swallow, late], timers=1),
            "1 0.2 timeout timeout",
            "1 0.2 timeout cancelled",
        )

    def test_wait_for_runs_in_the_task_that_waits(self):
        inner = {"wait_for": {"ticks": 3, "block": {"ops": [{"cancelling": {"self": {}}}]}}}
        self.expect(
            "wait_for", program([inner]), "1 0.0.0 cancelling 0", "2 0.0.0 cancelling 0"
        )

    def test_wait_for_does_not_lose_a_cancel_to_a_result(self):
        waits = {"wait_for": {"ticks": 9, "handle": 0}}
        # The task ends, and in the same batch, behind it, the main task is cancelled.
        cancels = {"call_soon": {"ops": [{"cancel": {"main": {}}}]}}
        self.expect(
            "wait_for",
            program([with_handle(1), waits], [cancels, {"yield_now": {}}], handles=1, timers=1),
            "1 0.1 wait_for cancelled",
            "1 0.1 wait_for 0",
        )

    def test_gather_of_finished_tasks_does_not_suspend(self):
        gathers = {"gather": {"awaited": [{"handle": 0}]}}
        self.expect_before(
            "gather",
            program(
                [with_handle(1), {"yield_now": {}}, with_handle(2, 1), gathers],
                [],
                [],
                handles=2,
            ),
            "1 0.3 gather [0]",
            "3 2 start",
        )

    def test_task_group_restores_the_count_of_requests(self):
        group = {"task_group": {"children": [{"body": 1}], "ops": []}}
        self.expect(
            "task_group",
            program([group], [{"raise_error": {"error": "B"}}], handles=1, groups=1),
            "1 0.0 task_group leaves requests 0",
            "1 0.0 task_group leaves requests 1",
        )

    def test_task_group_with_errors_keeps_a_cancel_from_outside(self):
        group = {"task_group": {"children": [{"body": 1}], "ops": []}}
        caught = {"try_catch": {"kind": "ERROR", "ops": [group], "handler": []}}
        cancel = {"call_later": {"ticks": 1, "ops": [{"cancel": {"main": {}}}]}}
        # The child, cancelled with the group, fails when it cleans up.
        fails = {
            "try_finally": {"ops": [{"sleep": {"ticks": 9}}], "cleanup": [{"raise_error": {}}]}
        }
        self.expect(
            "task_group",
            program([cancel, caught, {"yield_now": {}}], [fails], handles=1, groups=1, timers=1),
            "1 0.2 yield_now cancelled",
            "1 0.2 yield_now",
        )

    def test_notify_is_handed_on_by_a_waiter_that_is_cancelled(self):
        waiter = [{"lock": {"lock": 0, "ops": [{"wait_condition": {"condition": 0}}]}}]
        notify_then_cancel = [
            {"lock": {"lock": 0, "ops": [{"notify": {"condition": 0, "count": 1}}]}},
            {"cancel": {"handle": 0}},
        ]
        self.expect(
            "notify",
            program(
                [
                    with_handle(1),
                    with_handle(1, 1),
                    {"yield_now": {}},
                    *notify_then_cancel,
                    {"sleep": {"ticks": 1}},
                ],
                waiter,
                **ONE_LOCK,
            ),
            "3 1.0.0 wait_condition",
            "3 1.0.0 wait_condition cancelled",
        )

    def test_semaphore_wakes_as_many_as_it_has_units(self):
        release = {"release_semaphore": {"semaphore": 0}}
        # Task 2 waits. Three units come, one is granted to it; before it runs, 3, 4 and
        # 5 come, who may not overtake; then 2 goes on, or is cancelled.
        self.expect_before(
            "semaphore",
            program(
                [
                    with_handle(1),
                    {"yield_now": {}},
                    *[with_handle(1, 1)] * 3,
                    *[release] * 4,
                    {"cancel": {"handle": 0}},
                    *[{"yield_now": {}}] * 2,
                    {"log": {}},
                    *[{"yield_now": {}}] * 5,
                ],
                [{"acquire_semaphore": {"semaphore": 0}}],
                semaphores=[{"value": 0}],
                handles=2,
            ),
            "4 1.0 acquire_semaphore",
            "1 0.12 log",
        )

    def test_uncancel_to_zero_drops_a_request_that_was_not_delivered(self):
        self.expect(
            "uncancel",
            program([{"cancel": {"self": {}}}, {"uncancel": {"self": {}}}, {"yield_now": {}}]),
            "1 0.2 yield_now",
            "1 0.2 yield_now cancelled",
        )

    def test_every_rule_is_a_switch_and_has_a_test(self):
        tests = " ".join(name for name in dir(self) if name.startswith("test_"))
        for rule in RULES:
            self.assertIn(f"test_{rule}", tests)
        with self.assertRaisesRegex(ValueError, "no rule .*'fast'"):
            Library(["fast"])


if __name__ == "__main__":
    unittest.main()
