# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs random programs on CPython's asyncio and on Orrery, and compares the logs.

    ./bazelw run //tests/oracle:compare -- --programs=100000 --seed=1

The first differences are made small and printed side by side. The exit code is 1 if
there are any. The last line is, for example, "100000 programs, 0 differences".

To look at one program, or at all of a file, a line of JSON each:

    ./bazelw run //tests/oracle:compare -- --seed=1 --first=4711 --programs=1 --show
    ./bazelw run //tests/oracle:compare -- --file=/tmp/programs.json --show
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import sys
import time

import generator
import interpreter
import shrinker
from engine import DOES_NOT_END, Engine, EngineError
from program import size, to_line, to_text
from rules import RULES, Library
from side_by_side import side_by_side

# Programs that one process of the engine runs. When it ends, sanitizers look for leaks.
CHUNK = 100


class Comparison:
    """Two ways to run a program; the second one is Orrery, or stands in for it."""

    def __init__(self, run_asyncio, run_orrery):
        self.run_asyncio = run_asyncio
        self.run_orrery = run_orrery

    def logs(self, program):
        return self.run_asyncio(program), self.run_orrery(program)

    def differs(self, program):
        ours, theirs = self.logs(program)
        return ours != theirs

    def hangs(self, program):
        return any(DOES_NOT_END in line for line in self.run_orrery(program))

    def report(self, program):
        """Returns the program and its two logs as text."""
        ours, theirs = self.logs(program)
        return f"{to_text(program)}\n\n{side_by_side(ours, theirs)}"


def find_differences(comparison, programs):
    """Returns (programs, lines of their logs, [(number, program) that differ])."""
    count = lines = 0
    different = []
    for number, program in programs:
        ours, theirs = comparison.logs(program)
        count += 1
        lines += len(ours)
        if ours != theirs:
            different.append((number, program))
    return count, lines, different


def generated(seed, numbers):
    return ((number, generator.generate(seed, number)) for number in numbers)


@contextlib.contextmanager
def _comparison(options):
    library = Library(options.rules)
    engine = Engine(options.engine.split())
    try:
        yield Comparison(lambda program: interpreter.run(program, library), engine.run)
    finally:
        engine.close()


def _work(task):
    options, numbers = task
    with _comparison(options) as comparison:
        return find_differences(comparison, generated(options.seed, numbers))


def run_all(options):
    """Compares the generated programs. Returns (programs, lines, differences)."""
    end = options.first + options.programs
    chunks = [
        (options, range(begin, min(begin + CHUNK, end)))
        for begin in range(options.first, end, CHUNK)
    ]
    count = lines = 0
    different = []
    with multiprocessing.Pool(options.jobs) as pool:
        for chunk_count, chunk_lines, chunk_different in pool.imap(_work, chunks):
            count += chunk_count
            lines += chunk_lines
            different += chunk_different
            if len(different) >= options.differences_max:
                print(f"stopped after {count} programs: enough differences", flush=True)
                pool.terminate()
                break
    return count, lines, different


def run_shown(options):
    """Compares the programs of a file, or a few generated ones, and prints them if asked."""
    if options.file:
        programs = read_programs(options.file)
    else:
        numbers = range(options.first, options.first + options.programs)
        programs = list(generated(options.seed, numbers))
    with _comparison(options) as comparison:
        if options.show:
            for _, program in programs:
                print(comparison.report(program), end="\n\n")
        return find_differences(comparison, programs)


def report(comparison, number, program):
    smallest = program
    if not comparison.hangs(program):  # else each attempt would take its full time
        smallest = shrinker.shrink(program, comparison.differs)
    print(f"program {number}: {size(program)} operations, made {size(smallest)}\n")
    print(comparison.report(smallest))
    print(f"\n{to_line(smallest)}\n", flush=True)


def read_programs(path):
    with open(path, encoding="utf-8") as file:
        return [(number, json.loads(line)) for number, line in enumerate(file) if line.strip()]


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--engine", required=True, help="Orrery's interpreter, a command")
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rules", type=lambda text: text.split(","), default=list(RULES))
    parser.add_argument("--file", help="programs to run instead, a line of JSON each")
    parser.add_argument("--show", action="store_true", help="print each program and its logs")
    parser.add_argument("--differences_max", type=int, default=20, help="stop there")
    parser.add_argument("--shrink_max", type=int, default=3, help="make so many small")
    return parser.parse_args(arguments)


def main(arguments):
    try:
        run(parse(arguments))
    except EngineError as error:
        sys.exit(str(error))


def run(options):
    if sys.version_info < (3, 11):
        sys.exit("the oracle needs CPython 3.11 or later: before it has no asyncio.timeout")
    began = time.monotonic()
    if options.file or options.show:
        count, lines, different = run_shown(options)
    else:
        count, lines, different = run_all(options)
    if different:
        with _comparison(options) as comparison:
            for number, program in different[: options.shrink_max]:
                report(comparison, number, program)
        print(f"different: {', '.join(str(number) for number, _ in different)}")
    seconds = time.monotonic() - began
    version = ".".join(str(part) for part in sys.version_info[:3])
    print(f"CPython {version}, seed {options.seed}, {lines} lines of log, {seconds:.1f} s")
    print(f"{count} programs, {len(different)} differences")
    if count == 0:
        sys.exit("there was no program")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
