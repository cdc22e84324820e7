# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for list.py: it finds every answer, and whatever is wrong about one."""

import importlib.util
import os
import unittest

# Its name is that of a type, which an import would hide.
_SPEC = importlib.util.spec_from_file_location(
    "conformance_list", os.path.join(os.getcwd(), "tests", "conformance", "list.py")
)
conformance_list = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(conformance_list)

UPSTREAM = """\
test_a.py First.test_one
test_a.py First.test_two
test_b.py Second.test_one
"""

TESTS = """\
// Answers: test_a.py First.test_one
SIM_TEST(ATest, KeepsItsPromise) {}

// It is about this, too.
// Answers: test_b.py
// Second.test_one
SIM_TEST_F(BTest,
           KeepsAPromiseWithALongName) {}
"""

LEFT_OUT = "test_a.py First.test_two: Python's repr()\n"


def problems(tests=TESTS, left_out=LEFT_OUT, upstream=UPSTREAM):
    return conformance_list.Conformance(upstream, {"a_test.cc": tests}, left_out).problems


class ListTest(unittest.TestCase):
    def test_a_complete_list_has_no_problems(self):
        self.assertEqual(problems(), [])

    def test_the_page_has_every_scenario_and_the_totals(self):
        conformance = conformance_list.Conformance(UPSTREAM, {"a_test.cc": TESTS}, LEFT_OUT)
        page = conformance.page()
        link = "[a_test.cc](../tests/conformance/a_test.cc)"
        self.assertIn("| `test_a.py` | 2 | 1 | 1 |\n| `test_b.py` | 1 | 1 | 0 |\n", page)
        self.assertIn("| **total** | 3 | 2 | 1 |\n", page)
        self.assertIn(f"| First.test_one | ATest.KeepsItsPromise, {link} |\n", page)
        self.assertIn(f"| Second.test_one | BTest.KeepsAPromiseWithALongName, {link} |\n", page)
        self.assertIn("| First.test_two | Python's repr() |\n", page)

    def test_one_test_may_answer_several(self):
        both = "// Answers: test_a.py First.test_two\n" + TESTS
        self.assertEqual(problems(tests=both, left_out=""), [])

    def test_tests_of_all_kinds_may_answer(self):
        for kind in ("TEST", "TEST_F", "SIM_TEST_P", "ANY_ORDER_SIM_TEST"):
            self.assertEqual(problems(tests=TESTS.replace("SIM_TEST(", f"{kind}(")), [])

    def test_a_scenario_that_nobody_answers(self):
        self.assertEqual(
            problems(left_out=""), ["test_a.py First.test_two: neither answered nor left out"]
        )

    def test_a_scenario_answered_twice(self):
        twice = TESTS + "// Answers: test_a.py First.test_one\nTEST(C, D) {}\n"
        self.assertEqual(problems(tests=twice), ["test_a.py First.test_one: answered twice"])

    def test_a_scenario_answered_and_left_out(self):
        both = LEFT_OUT + "test_a.py First.test_one: no reason\n"
        self.assertEqual(
            problems(left_out=both), ["test_a.py First.test_one: answered, and left out as well"]
        )

    def test_a_scenario_left_out_twice(self):
        self.assertEqual(
            problems(left_out=LEFT_OUT * 2), ["test_a.py First.test_two: left out twice"]
        )

    def test_a_scenario_that_does_not_exist(self):
        wrong = "// Answers: test_a.py First.test_six\n" + TESTS
        self.assertEqual(
            problems(tests=wrong),
            ["test_a.py First.test_six: answered, but upstream.txt has no such scenario"],
        )

    def test_a_reason_is_needed(self):
        self.assertIn(
            'left_out.txt: not "<file> <Class>.<test>: <reason>": test_a.py First.test_two',
            problems(left_out="test_a.py First.test_two\n"),
        )

    def test_an_answer_stands_directly_above_its_test(self):
        for between in ("\n", "int x;\n"):
            apart = TESTS.replace("test_one\nSIM_TEST(", f"test_one\n{between}SIM_TEST(")
            self.assertIn(
                "a_test.cc:1: no test follows the answer to First.test_one", problems(tests=apart)
            )

    def test_an_answer_of_another_form(self):
        wrong = TESTS.replace("// Answers: test_a.py First", "// Answers: First")
        self.assertIn(
            'a_test.cc:1: write "// Answers: <file> <Class>.<test>"', problems(tests=wrong)
        )


if __name__ == "__main__":
    unittest.main()
