# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for the tutorial as it is called: what it prints, and what its flags do."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

TUTORIAL = os.path.abspath(sys.argv.pop(1))

SEQUENTIAL = ["[0.000s] Démarré", "[1.000s] Bonjour", "[3.000s] Monde", "[3.000s] Terminé"]
CONCURRENT = ["[0.000s] Démarré", "[1.000s] Bonjour", "[2.000s] Monde", "[2.000s] Terminé"]


def call(*flags, **more):
    return subprocess.run(
        [TUTORIAL, *flags], check=False, capture_output=True, encoding="utf-8", timeout=60, **more
    )


def lines(*flags):
    """The lines printed, with no number for the real time."""
    done = call(*flags)
    assert done.returncode == 0, done
    return re.sub(r"\d+us real", "_us real", done.stdout).split("\n")


class TutorialTest(unittest.TestCase):
    def program(self, name, *flags):
        """The log lines and the last line of one program."""
        first, *log, total, empty, end = lines(f"--program={name}", *flags)
        self.assertTrue(first.startswith(f"{name}: "), first)
        self.assertEqual([empty, end], ["", ""])
        return [line.strip() for line in log], total.strip()

    def test_the_four_programs_take_what_they_should(self):
        three = "total 3.000s simulated, _us real"
        two = "total 2.000s simulated, _us real"
        self.assertEqual(self.program("sequential"), (SEQUENTIAL, three))
        self.assertEqual(self.program("concurrent"), (CONCURRENT, two))
        self.assertEqual(self.program("trap"), (SEQUENTIAL, three))
        log, total = self.program("synchronous")
        self.assertEqual([line for line in log if "tick" not in line], SEQUENTIAL)
        self.assertEqual(total, three)

    def test_the_ticker_is_late_or_on_time(self):
        late = [line for line in self.program("synchronous")[0] if "tick" in line]
        self.assertEqual(len(late), 6)
        self.assertTrue(all(line.startswith("[3.000s] tick") for line in late), late)
        self.assertTrue(all(line.endswith(" late") for line in late[:5]), late)
        on_time = self.program("ticker")[0]
        ticks = [f"[{time}s] tick" for time in ("0.500", "1.000", "1.500", "2.000")]
        self.assertEqual([line for line in on_time if "tick" in line], ticks)
        self.assertEqual([line for line in on_time if "tick" not in line], CONCURRENT)

    def test_without_flags_it_runs_them_all_in_order(self):
        names = [line.split(":")[0] for line in lines() if re.match(r"\w+: ", line)]
        self.assertEqual(names, ["sequential", "concurrent", "trap", "synchronous", "ticker"])

    def test_a_seed_names_a_run(self):
        runs = {}
        for seed in range(20):
            flags = ["--program=ticker", "--scheduler=random", f"--seed={seed}"]
            runs[seed] = lines(*flags)
            self.assertEqual(runs[seed], lines(*flags))
        self.assertGreater(len({"\n".join(run) for run in runs.values()}), 1)

    def test_a_trace_goes_where_it_was_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            env = dict(os.environ, BUILD_WORKING_DIRECTORY=folder)
            for path in ("x.orrery", os.path.join(folder, "y.orrery")):
                done = call("--program=trap", f"--trace={path}", cwd="/", env=env)
                self.assertEqual(done.returncode, 0, done.stderr)
                with open(os.path.join(folder, path), "rb") as file:
                    self.assertEqual(file.read()[1:5], b"\x89ORY")

    def test_help_names_programs_and_policies(self):
        text = " ".join(call("--help").stdout.split())
        self.assertIn("sequential, concurrent, trap, synchronous, ticker", text)
        self.assertIn("fifo, pct, portfolio", text)

    def test_what_cannot_be_is_refused(self):
        for flags, message in [
            (["--program=x"], "no such program; known: sequential, concurrent, trap"),
            (["--scheduler=x"], "no such policy; known: bytes, delay, dfs, dpor, fifo, pct"),
            (["--scheduler=fifo:depth=3"], 'no option "depth"'),
            (["--seed=-1"], "'-1'"),
            (["--seed=abc"], "'abc'"),
            (["--trace=x"], "--program"),
            (["--trace=/gone/x", "--program=trap"], "/gone/x"),
            (["--trace=/", "--program=trap"], "/: Is a directory"),
            (["trap"], '"trap": it takes flags only'),
            (["--no_such_flag"], "no_such_flag"),
        ]:
            done = call(*flags)
            self.assertEqual(done.returncode, 1, flags)
            self.assertEqual(done.stdout, "", flags)
            self.assertIn(message, done.stderr, flags)


if __name__ == "__main__":
    unittest.main()
