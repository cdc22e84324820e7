# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for compare.py, engine.py and side_by_side.py, with stand-ins for Orrery."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

import compare
import generator
import interpreter
from engine import Engine, EngineError
from rules import Library
from side_by_side import side_by_side

HERE = pathlib.Path(__file__).resolve().parent

# An engine that is asyncio with the rules that are its arguments.
ASYNCIO = """
import sys
sys.path.insert(0, {here!r})
import json, interpreter, rules
library = rules.Library(sys.argv[1].split(","))
for line in sys.stdin:
    print("\\n".join(interpreter.run(json.loads(line), library)), end="\\n\\n", flush=True)
"""

# An engine that answers with the number of bodies, and does what it is told by a program
# of one body with one operation: "log" it dies of, "yield_now" it never finishes, and
# after "all_tasks" it ends with a complaint.
MOODY = """
import json, sys, time
status = 0
for line in sys.stdin:
    bodies = json.loads(line)["bodies"]
    if bodies == [{"ops": [{"log": {}}]}]:
        print("begun", flush=True)
        sys.exit("it broke")
    if bodies == [{"ops": [{"yield_now": {}}]}]:
        time.sleep(1000)
    if bodies == [{"ops": [{"all_tasks": {}}]}]:
        status = "it leaks"
    print(len(bodies), end="\\n\\n", flush=True)
sys.exit(status)
"""


class EngineTest(unittest.TestCase):
    def setUp(self):
        self.engine = Engine([sys.executable, "-c", MOODY], seconds_max=2)
        self.addCleanup(self.engine.close)

    def run_ops(self, *bodies):
        return self.engine.run({"bodies": [{"ops": list(ops)} for ops in bodies]})

    def test_answers_one_program_after_the_other(self):
        self.assertEqual(self.run_ops([], []), ["2"])
        self.assertEqual(self.run_ops([]), ["1"])

    def test_long_programs_and_answers_pass(self):
        self.assertEqual(self.run_ops([{"log": {}}] * 100000), ["1"])

    def test_a_program_that_kills_it_is_answered_and_the_next_one_runs(self):
        self.assertEqual(
            self.run_ops([{"log": {}}]), ["begun", "-\t-\t-\tengine died\tstatus 1: it broke"]
        )
        self.assertEqual(self.run_ops([]), ["1"])

    def test_a_program_that_does_not_end_is_answered_and_the_next_one_runs(self):
        self.assertEqual(
            self.run_ops([{"yield_now": {}}]),
            ["-\t-\t-\tengine does not end\tstatus -9: "],
        )
        self.assertEqual(self.run_ops([]), ["1"])


    def test_a_complaint_at_the_end_is_an_error(self):
        engine = Engine([sys.executable, "-c", MOODY])
        self.assertEqual(engine.run({"bodies": [{"ops": [{"all_tasks": {}}]}]}), ["1"])
        with self.assertRaisesRegex(EngineError, "status 1: it leaks"):
            engine.close()


class SideBySideTest(unittest.TestCase):
    def test_lines_stand_beside_each_other_and_differences_are_marked(self):
        left = ["0\t1\t0\tstart\tok", "1\t1\t0.0\tsleep\tok", "left only", "2\t1\t0\tend\t0"]
        right = ["0\t1\t0\tstart\tok", "1\t1\t0.0\tsleep\tcancelled", "2\t1\t0\tend\t0", "more"]
        rows = side_by_side(left, right).split("\n")[2:]
        self.assertEqual([row[59:60] for row in rows], [" ", "|", "<", " ", ">"])
        self.assertEqual(rows[0].split(), ["0", "1", "0", "start", "ok"] * 2)
        self.assertEqual(rows[2], f"{'left only':58} <")
        self.assertEqual(rows[4], f"{'':58} > more")


class CompareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "engine.py").write_text(ASYNCIO.format(here=str(HERE)))

    def compare(self, *arguments, rules="all"):
        """Returns (exit code, what it prints)."""
        rules = ",".join(compare.RULES) if rules == "all" else rules
        engine = f"{sys.executable} {self.folder / 'engine.py'} {rules}"
        output = io.StringIO()
        with contextlib.redirect_stdout(output), self.assertRaises(SystemExit) as exit:
            compare.main([f"--engine={engine}", *arguments])
        return exit.exception.code, output.getvalue()

    def test_no_difference(self):
        code, text = self.compare("--programs=250", "--seed=4", "--jobs=2")
        self.assertEqual(code, 0, text)
        self.assertEqual(text.split("\n")[-2], "250 programs, 0 differences")

    def test_differences_are_made_small_and_shown(self):
        rules = ",".join(set(compare.RULES) - {"wait_for"})
        code, text = self.compare("--programs=1000", "--seed=4", "--shrink_max=1", rules=rules)
        self.assertEqual(code, 1, text)
        self.assertIn("asyncio", text)
        self.assertRegex(text, r"program \d+: \d+ operations, made \d\n")
        self.assertRegex(text, r"wait_for .*\|.* wait_for|<|>")
        self.assertRegex(text.split("\n")[-2], r"^\d+ programs, [1-9]\d* differences$")

    def test_with_the_rule_off_on_both_sides_there_is_no_difference(self):
        rules = ",".join(sorted(set(compare.RULES) - {"wait_for"}))
        code, text = self.compare("--programs=250", "--seed=4", f"--rules={rules}", rules=rules)
        self.assertEqual(code, 0, text)

    def test_programs_of_a_file_are_shown(self):
        path = self.folder / "programs.json"
        programs = [{"bodies": [{"ops": [{"sleep": {"ticks": 3}}]}]}, generator.generate(1, 1)]
        path.write_text("\n".join(map(json.dumps, programs)) + "\n")
        code, text = self.compare(f"--file={path}", "--show")
        self.assertEqual(code, 0, text)
        self.assertIn("0.0  sleep ticks=3", text)
        self.assertIn("2 programs, 0 differences", text)

    def test_no_program_is_an_error(self):
        code, _ = self.compare("--programs=0")
        self.assertEqual(code, "there was no program")

    def test_logs_do_not_depend_on_what_ran_before(self):
        library = Library()
        first = interpreter.run(generator.generate(1, 40), library)
        for number in range(40):
            interpreter.run(generator.generate(1, number), library)
        self.assertEqual(interpreter.run(generator.generate(1, 40), library), first)

    def test_logs_do_not_depend_on_addresses(self):
        program = generator.generate(1, 41)
        logs = set()
        for seed in range(3):
            engine = Engine(
                ["env", f"PYTHONHASHSEED={seed}", sys.executable, str(self.folder / "engine.py"),
                 ",".join(compare.RULES)]
            )  # fmt: skip
            logs.add("\n".join(engine.run(program)))
            engine.close()
        self.assertEqual(logs, {"\n".join(interpreter.run(program, Library()))})


if __name__ == "__main__":
    unittest.main()
