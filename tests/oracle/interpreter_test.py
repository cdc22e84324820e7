# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for interpreter.py and operations.py: what programs log."""

import pathlib
import re
import unittest

import families
import interpreter
from program import CALLBACKS, IN_CALLBACKS, SCOPES, to_text
from rules import Library

HERE = pathlib.Path(__file__).resolve().parent


def run(*bodies, **objects):
    """The lines of the log, with spaces for tabs and no outcome "ok"."""
    program = {"objects": objects, "bodies": [{"ops": ops} for ops in bodies]}
    lines = interpreter.run(program, Library())
    return [line.replace("\t", " ").removesuffix(" ok") for line in lines]


def after_start(*bodies, **objects):
    lines = run(*bodies, **objects)
    return lines[1:]


class LogTest(unittest.TestCase):
    def test_a_line_has_time_task_label_event_and_outcome(self):
        program = {"bodies": [{"ops": [{"sleep": {"ticks": 3}}, {"return_value": {"value": 7}}]}]}
        self.assertEqual(
            interpreter.run(program, Library()),
            [
                "0\t1\t0\tstart\tok",
                "3\t1\t0.0\tsleep\tok",
                "3\t1\t0.1\treturn_value\treturn 7",
                "3\t1\t0\tend\t7",
                "3\t0\t-\trun\tfinished",
            ],
        )

    def test_labels_are_paths(self):
        caught = {
            "try_catch": {
                "ops": [{"log": {}}, {"raise_error": {"error": "C"}}],
                "handler": [{"repeat": {"times": 2, "ops": [{"log": {}}]}}],
            }
        }
        cleaned = {"try_finally": {"ops": [], "cleanup": [{"log": {}}]}}
        self.assertEqual(
            after_start([caught, cleaned]),
            [
                "0 1 0.0 try_catch enter",
                "0 1 0.0.0 log",
                "0 1 0.0.1 raise_error C",
                "0 1 0.0 try_catch caught C",
                "0 1 0.0.h0 repeat enter",
                "0 1 0.0.h0.0 log",
                "0 1 0.0.h0.0 log",
                "0 1 0.0.h0 repeat",
                "0 1 0.0 try_catch",
                "0 1 0.1 try_finally enter",
                "0 1 0.1 try_finally cleans up",
                "0 1 0.1.c0 log",
                "0 1 0.1 try_finally",
                "0 1 0 end 0",
                "0 0 - run finished",
            ],
        )

    def test_tasks_that_are_left_are_cancelled_in_the_order_in_which_they_were_made(self):
        spawn = {"spawn": {"body": 1}}
        log = run([spawn, spawn, {"yield_now": {}}], [{"sleep": {"ticks": 5}}], handles=1)
        begin = log.index("0 1 0 end 0")
        self.assertEqual(
            log[begin + 1 :],
            [
                "0 2 1.0 sleep cancelled",
                "0 2 1 end cancelled",
                "0 3 1.0 sleep cancelled",
                "0 3 1 end cancelled",
                "0 0 - run finished",
            ],
        )

    def test_a_deadlock_names_who_is_left(self):
        spawn = {"spawn": {"body": 1}}
        waits = {"wait_event": {"event": 0}}
        log = run([spawn, {"sleep": {"ticks": 4}}, waits], [waits], events=1, handles=1)
        self.assertEqual(log[-1], "- 0 - run deadlock [1, 2]")

    def test_what_is_abandoned_in_a_deadlock_logs_no_more(self):
        forever = {"wait_event": {"event": 0}}
        nested = {"task_group": {"ops": [{"try_finally": {"ops": [forever], "cleanup": [forever]}}]}}
        log = run([{"timeout": {"ops": [nested]}}], events=1, groups=1)
        self.assertEqual(log[-1], "- 0 - run deadlock [1]")

    def test_a_group_lists_its_errors(self):
        cleans_up = {
            "try_finally": {
                "ops": [{"sleep": {"ticks": 1}}],
                "cleanup": [{"raise_error": {"error": "B"}}],
            }
        }
        inner = {"task_group": {"ops": [cleans_up]}}
        fails = [{"yield_now": {}}, {"raise_error": {"error": "TIMEOUT"}}]
        outer = {"task_group": {"children": [{"body": 1}], "ops": fails}}
        log = run([outer], [inner], handles=1, groups=1)
        self.assertIn("0 1 0.0 task_group group[group[B], timeout]", log)


class AnswerTest(unittest.TestCase):
    """Where asyncio would raise, or circles would arise, the language has answers."""

    def test_a_task_waits_only_for_tasks_that_were_made_after_it(self):
        log = run(
            [{"spawn": {"body": 1, "handle": 0}}, {"await_task": {"handle": 0}}],
            [{"await_task": {"handle": 0}}],
            handles=1,
        )
        self.assertIn("0 2 1.0 await_task none", log)
        self.assertIn("0 1 0.1 await_task 0", log)

    def test_only_the_holder_of_a_lock_uses_it(self):
        log = after_start(
            [
                {"release_lock": {"lock": 0}},
                {"notify": {"condition": 0}},
                {"wait_condition": {"condition": 0}},
                {"lock": {"lock": 0, "ops": [{"release_lock": {"lock": 0}}]}},
                {"acquire_lock": {"lock": 0}},
                {"notify": {"condition": 0}},
                {"release_lock": {"lock": 0}},
            ],
            locks=1,
            conditions=[{"lock": 0}],
        )
        self.assertEqual(
            [line for line in log if "enter" not in line and "locked" not in line][:-2],
            [
                "0 1 0.0 release_lock not-held",
                "0 1 0.1 notify not-held",
                "0 1 0.2 wait_condition not-held",
                "0 1 0.3.0 release_lock not-held",
                "0 1 0.3 lock",
                "0 1 0.4 acquire_lock",
                "0 1 0.5 notify",
                "0 1 0.6 release_lock",
            ],
        )

    def test_answers_of_objects(self):
        log = after_start(
            [
                {"release_semaphore": {"semaphore": 0}},
                {"try_get": {"queue": 0}},
                {"try_put": {"queue": 0, "item": 4}},
                {"try_put": {"queue": 0, "item": 5}},
                {"get": {"queue": 0}},
                {"task_done": {"queue": 0}},
                {"task_done": {"queue": 0}},
                {"set_result": {"future": 0, "value": 3}},
                {"set_error": {"future": 0, "error": "A"}},
                {"cancel_future": {"future": 0}},
                {"await_future": {"future": 0}},
                {"group_spawn": {"group": 0, "body": 0}},
                {"cancel": {"handle": 0}},
                {"cancel_timer": {"timer": 0}},
                {"reschedule": {}},
            ],
            semaphores=[{"value": 1, "bounded": True}],
            queues=[{"capacity": 1}],
            futures=1,
            groups=1,
            handles=1,
            timers=1,
        )
        self.assertEqual(
            [line.split(" ", 4)[4] if line.count(" ") > 3 else "" for line in log[:-2]],
            "too-many,empty,,full,4,,too-many,,invalid,0,3,refused,none,none,none".split(","),
        )

    def test_a_group_that_fails_refuses_children(self):
        fails = {
            "try_catch": {
                "kind": "WAS_CANCELLED",
                "ops": [{"sleep": {"ticks": 2}}],
                "handler": [{"group_spawn": {"group": 0, "body": 1}}],
            }
        }
        group = {"task_group": {"children": [{"body": 1}], "ops": [fails]}}
        log = run([group], [{"raise_error": {}}], handles=1, groups=1)
        self.assertIn("0 1 0.0.0.h0 group_spawn refused", log)

    def test_a_timeout_that_has_passed_cannot_be_moved(self):
        swallows = {"try_catch": {"ops": [{"sleep": {"ticks": 2}}], "handler": [{"reschedule": {}}]}}
        log = run([{"timeout": {"ticks": 1, "ops": [swallows]}}])
        self.assertIn("1 1 0.0.0.h0 reschedule passed", log)

    def test_a_moved_timeout_fires_at_its_new_deadline(self):
        ops = [{"reschedule": {"ticks": 5}}, {"sleep": {"ticks": 9}}]
        log = run([{"timeout_at": {"time": 2, "ops": ops}}])
        self.assertIn("5 1 0.0 timeout_at timeout", log)

    def test_callbacks_run_as_task_0(self):
        called = {"ops": [{"set_event": {"event": 0}}]}
        log = run(
            [
                {"call_later": {"ticks": 2, **called}},
                {"add_callback": {"main": {}, **called}},
                {"wait_event": {"event": 0}},
            ],
            events=1,
            timers=1,
        )
        self.assertIn("2 0 0.0 call_later called", log)
        self.assertIn("2 0 0.0.0 set_event", log)
        self.assertIn("2 0 0.1 add_callback called 0", log)


class LanguageTest(unittest.TestCase):
    def kinds(self):
        """The operations that program.proto names."""
        text = (HERE / "program.proto").read_text(encoding="utf-8")
        oneof = re.search(r"message Op \{\s*oneof kind \{(.*?)\n  \}", text, re.DOTALL).group(1)
        return re.findall(r"^\s*\w+ (\w+) = \d+;", oneof, re.MULTILINE)

    def test_every_operation_is_interpreted_and_generated(self):
        kinds = self.kinds()
        self.assertEqual(len(kinds), 53)
        for kind in kinds:
            self.assertTrue(callable(interpreter.Node({kind: {}}, "0.0").perform), kind)
        self.assertEqual(sorted(kinds), sorted(families.KINDS))

    def test_sets_of_kinds_name_operations(self):
        for kinds in (SCOPES, IN_CALLBACKS, CALLBACKS):
            self.assertLessEqual(kinds, set(self.kinds()))

    def test_what_callbacks_may_do_does_not_suspend(self):
        for kind in IN_CALLBACKS:
            node = interpreter.Node({kind: {}}, "0.0")
            self.assertFalse(node.is_async, kind)

    def test_a_program_is_shown_as_a_tree(self):
        spawns = {"spawn": {"body": 1, "handle": 0}}
        program = {
            "objects": {"handles": 1},
            "bodies": [
                {"ops": [{"wait_for": {"ticks": 2, "block": {"ops": [spawns]}}}]},
                {"ops": [{"cancel": {"main": {}}}]},
            ],
        }
        self.assertEqual(
            to_text(program).split("\n"),
            [
                "objects handles=1",
                "body 0 (main)",
                "  0.0  wait_for ticks=2",
                "    0.0.0  spawn body=1 handle=0",
                "body 1",
                "  1.0  cancel main",
            ],
        )


if __name__ == "__main__":
    unittest.main()
