# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Lists which scenarios of CPython's own asyncio tests are answered by which test.

    python3 list.py check MODULE.bazel     fails if docs/conformance.md is stale
    python3 list.py update MODULE.bazel    rewrites it

A test in this folder names each scenario that it answers in the comment directly
above it:

    // Answers: test_tasks.py BaseTaskTests.test_cancel_yield
    SIM_TEST(TaskCancelTest, ...) {

upstream.txt has the names of all scenarios of the files that are looked at.
left_out.txt says, for those that no test answers, why:

    test_tasks.py BaseTaskTests.test_task_repr: Python's repr()
"""

import collections
import pathlib
import re
import sys

MIN_ANSWERED = 326

# A scenario of CPython's: "test_tasks.py" and "BaseTaskTests.test_cancel".
Scenario = collections.namedtuple("Scenario", "file name")
# A test of ours: its file, and "Suite.Name".
Answer = collections.namedtuple("Answer", "file test")

_ANSWER = re.compile(r"Answers: (\S+\.py) (\w+\.\w+)(?= |$)")
# SIM_TEST and TEST with all their kin. A long name stands on the next line.
_TEST = re.compile(r"\w*TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)")
_LEFT_OUT = re.compile(r"(\S+\.py) (\w+\.\w+): (\S.*)")

INTRODUCTION = """\
# Conformance with asyncio

CPython tests its asyncio with a suite that has grown for ten years. Each scenario of it that makes sense in C++ is a
test of Orrery's, written anew; this page says which, and why the others are left out. The names are those of CPython
3.13.0, in `Lib/test/test_asyncio/`; of `test_base_events.py`, only what is about the loop itself is listed.

The page is generated from [the tests](../tests/conformance): `./bazelw run //tests/conformance:update` rewrites it, and
a test fails when it is stale.
"""
# The page is one table, and longer than a file should be.
LAST_LINE = "<!-- tidy: allow(file-length) generated: a line for each scenario -->\n"


def upstream_scenarios(text):
    """The scenarios named in upstream.txt, in its order."""
    return [Scenario(*line.split(" ", 1)) for line in text.splitlines() if line]


def answers_in(file, text):
    """Yields (Scenario, Answer) for each answer in a test file, and (None, message)
    for each that is in the wrong place."""
    lines = text.split("\n")
    comment = []
    for index, line in enumerate(lines):
        if line.startswith("//"):
            comment.append(line[2:].strip())
            continue
        # clang-format breaks long lines, in comments too.
        words = " ".join(comment)
        comment = []
        answers = _ANSWER.findall(words)
        if len(answers) != words.count("Answers:"):
            yield None, f'{file}:{index}: write "// Answers: <file> <Class>.<test>"'
        test = line and _TEST.match("\n".join(lines[index : index + 3]))
        for answer in answers:
            scenario = Scenario(*answer)
            if test:
                yield scenario, Answer(file, ".".join(test.groups()))
            else:
                yield None, f"{file}:{index}: no test follows the answer to {scenario.name}"


class Conformance:
    """What is answered, what is left out, and what is wrong about either."""

    def __init__(self, upstream, tests, left_out):
        """`upstream` and `left_out` are texts; `tests` maps a file's name to its text."""
        self.scenarios = upstream_scenarios(upstream)
        self.answers = {}
        self.reasons = {}
        self.problems = []
        known = set(self.scenarios)
        for file, text in sorted(tests.items()):
            for scenario, answer in answers_in(file, text):
                if scenario is None:
                    self.problems.append(answer)
                else:
                    self._add(self.answers, known, scenario, answer, "answered")
        for line in left_out.splitlines():
            if match := _LEFT_OUT.fullmatch(line):
                scenario = Scenario(*match.groups()[:2])
                self._add(self.reasons, known, scenario, match.group(3), "left out")
            else:
                self.problems.append(f'left_out.txt: not "<file> <Class>.<test>: <reason>": {line}')
        for scenario in self.scenarios:
            name = " ".join(scenario)
            if scenario in self.answers and scenario in self.reasons:
                self.problems.append(f"{name}: answered, and left out as well")
            if scenario not in self.answers and scenario not in self.reasons:
                self.problems.append(f"{name}: neither answered nor left out")

    def _add(self, table, known, scenario, value, how):
        name = " ".join(scenario)
        if scenario not in known:
            self.problems.append(f"{name}: {how}, but upstream.txt has no such scenario")
        elif scenario in table:
            self.problems.append(f"{name}: {how} twice")
        else:
            table[scenario] = value

    def files(self):
        """(file, its scenarios) in the order of upstream.txt."""
        by_file = collections.defaultdict(list)
        for scenario in self.scenarios:
            by_file[scenario.file].append(scenario)
        return by_file.items()

    def page(self):
        """The text of docs/conformance.md."""
        out = [INTRODUCTION, "| upstream file | scenarios | answered | left out |", "|---|---|---|---|"]
        for file, scenarios in self.files():
            answered = sum(scenario in self.answers for scenario in scenarios)
            left_out = sum(scenario in self.reasons for scenario in scenarios)
            out.append(f"| `{file}` | {len(scenarios)} | {answered} | {left_out} |")
        out.append(
            f"| **total** | {len(self.scenarios)} | {len(self.answers)} | {len(self.reasons)} |"
        )
        for file, scenarios in self.files():
            out.append(f"\n## {file}\n")
            out.append("| scenario | test |\n|---|---|")
            for scenario in scenarios:
                if answer := self.answers.get(scenario):
                    link = f"[{answer.file}](../tests/conformance/{answer.file})"
                    out.append(f"| {scenario.name} | {answer.test}, {link} |")
            left_out = [scenario for scenario in scenarios if scenario in self.reasons]
            if left_out:
                out.append("\nLeft out:\n\n| scenario | why |\n|---|---|")
                out += [f"| {scenario.name} | {self.reasons[scenario]} |" for scenario in left_out]
        return "\n".join(out) + "\n\n" + LAST_LINE


def read(root):
    """The Conformance of the tree at `root`."""
    folder = root / "tests" / "conformance"
    tests = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*_test.cc")}
    return Conformance(
        (folder / "upstream.txt").read_text(encoding="utf-8"),
        tests,
        (folder / "left_out.txt").read_text(encoding="utf-8"),
    )


def main(arguments):
    what, module = arguments[1:]
    # A file of the root, perhaps as a link: so a test finds the tree behind its copy.
    root = pathlib.Path(module).resolve().parent
    page = root / "docs" / "conformance.md"
    conformance = read(root)
    problems = list(conformance.problems)
    answered = len(conformance.answers)
    if answered < MIN_ANSWERED:
        problems.append(f"{answered} scenarios are answered, fewer than {MIN_ANSWERED}")
    if what == "update":
        page.write_text(conformance.page(), encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != conformance.page():
        problems.append(
            "docs/conformance.md is stale: ./bazelw run //tests/conformance:update"
        )
    for problem in problems:
        print(problem)
    print(f"{len(conformance.scenarios)} scenarios, {answered} answered, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(sys.argv)
