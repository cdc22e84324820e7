# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the pictures of reports that docs/ shows.

    python3 pictures.py TUTORIAL TRANSFER_TEST ORRERY MODULE.bazel

puts them into the docs/ of the tree that MODULE.bazel is the root of.
"""

import os
import pathlib
import struct
import subprocess
import sys
import tempfile

import browser

WIDTH = 1400
MAX_BYTES = 250 * 1024

# Each picture, and how high its window is.
PICTURES = {"report_tutorial.png": 640, "report_bank.png": 760}


def png_size(data):
    """The width and height of a PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        raise ValueError("this is no PNG")
    return struct.unpack(">II", data[16:24])


def _trace_of_transfer(program, folder):
    # It fails on purpose. What Bazel tells a test is what the trace keeps.
    environment = dict(
        os.environ,
        TEST_TARGET="//tests/docs:transfer_deadlock_test",
        TEST_UNDECLARED_OUTPUTS_DIR=str(folder),
        ORRERY_TRACE_LEVEL="events",
    )
    for variable in ("TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", "TEST_SHARD_STATUS_FILE", "XML_OUTPUT_FILE"):
        environment.pop(variable, None)
    run = subprocess.run([program], env=environment, capture_output=True, text=True, check=False)
    traces = sorted(folder.glob("*.orrery"))
    if run.returncode != 1 or len(traces) != 1:
        raise AssertionError(f"{program} was to fail and to leave a trace: {traces}\n{run.stdout}{run.stderr}")
    return traces[0]


def make_reports(tutorial, transfer, orrery, folder):
    """Returns the path of the report for each of PICTURES."""
    trace = folder / "concurrent.orrery"
    subprocess.run(
        [tutorial, "--program=concurrent", f"--trace={trace}"], check=True, stdout=subprocess.DEVNULL
    )
    outputs = folder / "transfer"
    outputs.mkdir()
    # A name that is the same everywhere: it stands in the command to replay it.
    traces = {"report_tutorial.png": trace.name, "report_bank.png": "transfer.orrery"}
    _trace_of_transfer(transfer, outputs).rename(folder / "transfer.orrery")
    reports = {}
    for picture, name in traces.items():
        report = folder / (picture + ".html")
        subprocess.run(
            [orrery, "report", name, f"--output={report}"], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        reports[picture] = report
    return reports


def take(reports, folder):
    with browser.Browser(width=WIDTH) as window:
        for picture, report in reports.items():
            window.resize(WIDTH, PICTURES[picture])
            window.open(report)
            window.screenshot(folder / picture)


def main(arguments):
    browser.require()
    *programs, module = arguments[1:]
    docs = pathlib.Path(module).resolve().parent / "docs"
    with tempfile.TemporaryDirectory() as folder:
        take(make_reports(*map(os.path.abspath, programs), pathlib.Path(folder)), docs)
    for picture in PICTURES:
        print(f"docs/{picture}: {(docs / picture).stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv)
