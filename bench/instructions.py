# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts instructions per operation and fails where one is over its budget.

Usage: instructions.py COUNT_TARGET BUDGETS

Runs COUNT_TARGET under callgrind. The same binary gives the same counts, whatever
else the machine does, which no clock can say. BUDGETS has a line for each
workload and setup: its name, the setup, and the budget with clang and with g++.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile


def read_budgets(path):
    """Returns {(workload, setup): {"clang": n, "gcc": n}}."""
    budgets = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if len(words) != 4 or not all(word.isdigit() for word in words[2:]):
                raise SystemExit(f"{path}:{number}: expected WORKLOAD SETUP CLANG GCC, found: {line.strip()}")
            budgets[words[0], words[1]] = {"clang": int(words[2]), "gcc": int(words[3])}
    return budgets


def count(program, folder):
    """Runs `program` under callgrind; returns what it printed and the counts."""
    out = os.path.join(folder, "counts")
    result = subprocess.run(
        [
            "valgrind",
            "--tool=callgrind",
            "--collect-atstart=no",
            "--toggle-collect=orrery_counted",
            "--dump-after=orrery_counted",
            f"--callgrind-out-file={out}",
            program,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise SystemExit(f"valgrind's exit code is {result.returncode}:\n{result.stderr}")
    counts = []
    for path in sorted(glob.glob(out + ".*"), key=lambda name: int(name.rsplit(".", 1)[1])):
        with open(path, encoding="utf-8") as file:
            totals = re.search(r"^totals: (\d+)", file.read(), re.MULTILINE)
        counts.append(int(totals.group(1)))
    return result.stdout.splitlines(), counts


def main(program, budgets_path):
    budgets = read_budgets(budgets_path)
    with tempfile.TemporaryDirectory() as folder:
        (compiler, *lines), counts = count(os.path.abspath(program), folder)
    # One dump more is made when the program ends.
    if len(counts) < len(lines) or not lines:
        raise SystemExit(f"{len(lines)} workloads ran, but callgrind counted {len(counts)}")
    problems = []
    print(f"instructions per operation, {compiler}")
    for line, total in zip(lines, counts):
        name, operation, setup, operations = line.split()
        per_operation = total / int(operations)
        budget = budgets.pop((name, setup), {}).get(compiler)
        print(f"  {name} {operation:<11} {setup:<15} {per_operation:9.1f}  budget {budget}")
        if budget is None:
            problems.append(f"{name} {setup} has no budget")
        elif per_operation > budget:
            problems.append(f"{name} {setup}: {per_operation:.1f} instructions for each {operation}, budget {budget}")
    problems += [f"{name} {setup} has a budget but did not run" for name, setup in budgets]
    for problem in problems:
        print(f"FAILED: {problem}")
    if problems:
        print("Make it faster again. If it has to be slower, raise the budget and say why in the commit.")
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
