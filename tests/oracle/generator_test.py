# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for generator.py: what random programs reach, measured in their logs."""

import collections
import unittest

import families
import generator
import interpreter
from program import IN_CALLBACKS, CALLBACKS, bodies_named, blocks, kind_of, size, walk
from rules import Library

PROGRAMS = 4000

# What stands for any number, and for any list.
NUMBER, LIST = "number", "list"

# Operation -> outcomes that it has to be seen with.
ERRORS = {"A", "B", "C", "timeout", "cancelled"}
EXPECTED = {
    "log": {"ok"},
    "spawn": {NUMBER},
    "sleep": {"ok", "cancelled"},
    "yield_now": {"ok", "cancelled"},
    "await_task": {NUMBER, "none", "A", "timeout", "cancelled"},
    "cancel": {"0", "1", "none"},
    "uncancel": {NUMBER, "none"},
    "cancelling": {"0", "1", "none"},
    "query": {NUMBER, "pending", "cancelled", "none"},
    "add_callback": {"ok", "none"},
    "all_tasks": {LIST},
    "lock": ERRORS | {"ok", "return"},
    "acquire_lock": {"ok", "cancelled"},
    "release_lock": {"ok", "not-held"},
    "wait_condition": {"ok", "cancelled"},
    "notify": {"ok"},
    "semaphore": {"ok", "cancelled", "timeout", "return"},
    "acquire_semaphore": {"ok", "cancelled"},
    "release_semaphore": {"ok", "too-many"},
    "wait_event": {"ok", "cancelled"},
    "set_event": {"ok"},
    "clear_event": {"ok"},
    "put": {"ok", "cancelled"},
    "get": {NUMBER, "cancelled"},
    "try_put": {"ok", "full"},
    "try_get": {NUMBER, "empty"},
    "task_done": {"ok", "too-many"},
    "join_queue": {"ok", "cancelled"},
    "wait_barrier": {"0", "1", "2", "broken", "cancelled"},
    "reset_barrier": {"ok"},
    "abort_barrier": {"ok"},
    "set_result": {"ok", "invalid"},
    "set_error": {"ok", "invalid"},
    "cancel_future": {"0", "1"},
    "await_future": ERRORS | {NUMBER},
    "gather": ERRORS | {LIST, "none"},
    "wait": {LIST, "cancelled", "none"},
    "as_completed": {"ok", "timeout", "cancelled", "none"},
    "wait_for": {NUMBER, "none", "timeout", "cancelled"},
    "shield": ERRORS | {NUMBER, "none"},
    "task_group": {"ok", "return", "cancelled", "group"},
    "group_spawn": {NUMBER, "refused"},
    "timeout": ERRORS | {"ok", "return", "group"},
    "timeout_at": {"ok", "return", "timeout", "cancelled"},
    "reschedule": {"ok", "none", "passed"},
    "call_soon": {"ok"},
    "call_later": {"ok"},
    "cancel_timer": {"ok", "none"},
    "raise_error": ERRORS,
    "try_catch": ERRORS | {"ok", "return", "group"},
    "try_finally": ERRORS | {"ok", "return"},
    "return_value": {"return"},
    "repeat": ERRORS | {"ok", "return"},
    "end": ERRORS | {NUMBER, "broken", "group"},
    "run": {"finished", "deadlock"},
}


def simplify(outcome):
    """The outcome's kinds: a number is also NUMBER."""
    if outcome.startswith("["):
        return {LIST}
    word = outcome.split("[")[0].split(" ")[0]
    return {word, NUMBER} if word.isdigit() else {word}


class GeneratorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        library = Library()
        cls.programs = [generator.generate(1, number) for number in range(PROGRAMS)]
        cls.logs = [interpreter.run(program, library) for program in cls.programs]

    def test_reaches_every_operation_and_outcome(self):
        seen = collections.defaultdict(collections.Counter)
        for log in self.logs:
            for line in log:
                _, _, _, event, outcome = line.split("\t")
                seen[event].update(simplify(outcome))
        self.assertLessEqual(families.KINDS, set(EXPECTED))
        for event, outcomes in EXPECTED.items():
            for outcome in outcomes:
                self.assertGreater(seen[event][outcome], 0, f"{event} never ended in {outcome}")

    def test_no_outcome_is_one_that_only_python_has(self):
        known = set().union(*EXPECTED.values()) | {"broken", "pending"}
        for log in self.logs:
            for line in log:
                outcome = line.split("\t")[4]
                self.assertTrue(simplify(outcome) & known, line)

    def test_most_programs_do_not_end_in_a_deadlock(self):
        deadlocks = sum("deadlock" in log[-1] for log in self.logs)
        self.assertLess(deadlocks, PROGRAMS / 5)
        self.assertGreater(deadlocks, PROGRAMS / 50)

    def test_most_steps_meet_others_at_their_instant(self):
        shared = total = 0
        for log in self.logs:
            tasks = collections.defaultdict(set)
            for line in log:
                time, task = line.split("\t")[:2]
                tasks[time].add(task)
            shared += sum(len(names) > 1 for names in tasks.values())
            total += len(tasks)
        self.assertGreater(shared, total / 2)

    def test_a_number_names_one_program(self):
        for number in (0, 7, PROGRAMS - 1):
            self.assertEqual(generator.generate(1, number), self.programs[number])
        self.assertNotEqual(generator.generate(2, 0), self.programs[0])

    def test_programs_are_neither_small_nor_large(self):
        sizes = sorted(size(program) for program in self.programs)
        self.assertGreater(sizes[PROGRAMS // 2], 20)
        self.assertLess(sizes[-1], 400)
        self.assertLess(max(len(log) for log in self.logs), 2000)

    def test_bodies_name_only_those_behind_them(self):
        for program in self.programs:
            for label, op in walk(program):
                for holder in bodies_named(op):
                    self.assertGreater(holder["body"], int(label.split(".")[0]))
                    self.assertLess(holder["body"], len(program["bodies"]))

    def test_callbacks_hold_only_what_they_may(self):
        found = 0
        for program in self.programs:
            for _, op in walk(program):
                if kind_of(op) in CALLBACKS:
                    for _, inner in blocks(op):
                        found += len(inner)
                        for inner_op in inner:
                            self.assertIn(kind_of(inner_op), IN_CALLBACKS)
                            self.assertNotIn({"self": {}}, inner_op.values())
        self.assertGreater(found, 1000)


if __name__ == "__main__":
    unittest.main()
