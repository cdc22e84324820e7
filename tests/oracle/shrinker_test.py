# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for shrinker.py, on differences that were planted."""

import unittest

import generator
import interpreter
import shrinker
from compare import Comparison, find_differences, generated
from program import kind_of, size, walk
from rules import RULES, Library


class _ForgetfulLibrary(Library):
    """Its events forget to wake those who wait, whom a cancel then finds."""

    def __init__(self):
        super().__init__()

        class Event(self.Event):
            def set(self):
                self._value = True

        self.Event = Event


class ShrinkerTest(unittest.TestCase):
    def compare(self, other):
        return Comparison(
            lambda program: interpreter.run(program, Library()),
            lambda program: interpreter.run(program, other),
        )

    def expect_small(self, other, at_most, seed=3):
        """Shrinks the first differences; each is then of `at_most` operations."""
        comparison = self.compare(other)
        numbers = range(1500)
        _, _, different = find_differences(comparison, generated(seed, numbers))
        self.assertGreaterEqual(len(different), 3)
        smallest = []
        for _, program in different[:3]:
            small = shrinker.shrink(program, comparison.differs)
            self.assertTrue(comparison.differs(small))
            self.assertLessEqual(size(small), at_most, comparison.report(small))
            smallest.append(small)
        return smallest

    def test_a_lost_wake_up_shrinks_to_a_waiter_and_a_set(self):
        for small in self.expect_small(_ForgetfulLibrary(), at_most=8):
            kinds = {kind_of(op) for _, op in walk(small)}
            self.assertLessEqual({"wait_event", "set_event"}, kinds)

    def test_a_rule_that_is_missing_shrinks_to_a_few_operations(self):
        for rule in ("wait_for", "task_group"):
            with self.subTest(rule):
                self.expect_small(Library([other for other in RULES if other != rule]), at_most=8)

    def test_no_operation_of_the_smallest_program_can_go(self):
        comparison = self.compare(_ForgetfulLibrary())
        (small, *_) = self.expect_small(_ForgetfulLibrary(), at_most=8)
        for place in range(size(small)):
            self.assertFalse(comparison.differs(shrinker._without(small, place, 1)))

    def test_the_program_given_stays_as_it_was(self):
        program = generator.generate(3, 5)
        copy = generator.generate(3, 5)
        small = shrinker.shrink(program, lambda candidate: size(candidate) >= 2)
        self.assertEqual(program, copy)
        self.assertEqual(size(small), 2)

    def test_attempts_are_limited(self):
        attempts = []

        def differs(candidate):
            attempts.append(candidate)
            return False

        program = generator.generate(3, 5)
        self.assertEqual(shrinker.shrink(program, differs, attempts_max=10), program)
        self.assertEqual(len(attempts), 10)

    def test_numbers_lists_and_bodies_get_smaller(self):
        program = {
            "bodies": [
                {
                    "ops": [
                        {"timeout": {"ticks": 7, "ops": [{"gather": {
                            "awaited": [{"body": 1}, {"body": 3}, {"handle": 0}],
                            "return_exceptions": True,
                        }}]}},
                    ]
                },
                {"ops": [{"log": {}}]},
                {"ops": [{"log": {}}]},
                {"ops": [{"sleep": {"ticks": 5}}]},
            ]
        }  # fmt: skip

        def differs(candidate):
            return any(
                {"body": len(candidate["bodies"]) - 1} in op.get("gather", {}).get("awaited", ())
                for _, op in walk(candidate)
            ) and any(op.get("sleep", {}).get("ticks", 0) > 2 for _, op in walk(candidate))

        small = shrinker.shrink(program, differs)
        gather = {"awaited": [{"body": 1}], "return_exceptions": False}
        self.assertEqual(
            small["bodies"], [{"ops": [{"gather": gather}]}, {"ops": [{"sleep": {"ticks": 5}}]}]
        )


if __name__ == "__main__":
    unittest.main()
