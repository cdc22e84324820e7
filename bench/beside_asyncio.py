# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Times Orrery and CPython's asyncio side by side, in one run.

Usage: beside_asyncio.py BENCHMARKS

BENCHMARKS is the program of //bench:benchmarks. Prints a line for each workload
that both have: nanoseconds an operation, and how many times as long asyncio
takes. Times vary with the machine; the ratios vary less.
"""

import json
import platform
import subprocess
import sys

import asyncio_twins


def time_orrery(program):
    """Returns {(workload, setup): (operation, nanoseconds an operation)}."""
    pattern = "^(" + "|".join(asyncio_twins.TWINS) + ")/.*/(fifo|random.choices)$"
    result = subprocess.run(
        [program, f"--benchmark_filter={pattern}", "--benchmark_format=json"],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    times = {}
    for row in json.loads(result.stdout)["benchmarks"]:
        workload, operation, setup = row["name"].split("/")
        times[workload, setup] = operation, row["s/op"] * 1e9
    return times


def main(program):
    orrery = time_orrery(program)
    twins = asyncio_twins.time_all()
    print(f"nanoseconds an operation; asyncio of CPython {platform.python_version()}")
    print(f"{'':3} {'operation':<12} {'fifo':>8} {'random':>8} {'asyncio':>9}  asyncio / fifo")
    for workload, twin in twins.items():
        operation, fifo = orrery[workload, "fifo"]
        _, random = orrery[workload, "random+choices"]
        print(f"{workload:3} {operation:<12} {fifo:8.1f} {random:8.1f} {twin:9.0f}  {twin / fifo:8.0f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
