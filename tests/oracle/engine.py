# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Orrery's interpreter, a process that runs one program after the other."""

import os
import selectors
import subprocess
import tempfile
import time

from program import to_line


DOES_NOT_END = "does not end"


class EngineError(Exception):
    """A process that ended otherwise than it should."""


class Engine:
    """Asks `command`, a list: a program a line, answered by the lines of its log and an
    empty line.

    A program that kills the process, or does not end, is answered with the log so far
    and a last line that says so; the next one gets a new process.
    """

    def __init__(self, command, seconds_max=20):
        self._command = command
        self._seconds_max = seconds_max
        self._process = None
        self._errors = tempfile.TemporaryFile()

    def run(self, program):
        """Returns the lines of the program's log."""
        if self._process is None:
            self._start()
        try:
            self._process.stdin.write(to_line(program).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it says why below
        return self._answer()

    def close(self):
        """Ends the process. Raises EngineError if it complains, of a leak for one."""
        complaint = None
        if self._process is not None:
            self._process.stdin.close()
            try:
                self._process.wait(self._seconds_max)
            except subprocess.TimeoutExpired:
                pass
            if self._process.poll() != 0:
                complaint = self._stop("did not end well")
            else:
                self._process.stdout.close()
                self._selector.close()
        self._errors.close()
        if complaint:
            raise EngineError(complaint)

    def _start(self):
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def _answer(self):
        text = b""
        deadline = time.monotonic() + self._seconds_max
        while not (text.endswith(b"\n\n") or text == b"\n"):
            if not self._selector.select(max(deadline - time.monotonic(), 0)):
                return self._lines(text) + [self._stop(DOES_NOT_END)]
            part = os.read(self._process.stdout.fileno(), 1 << 16)
            if not part:
                return self._lines(text) + [self._stop("died")]
            text += part
        return self._lines(text)

    @staticmethod
    def _lines(text):
        return [line for line in text.decode().split("\n") if line]

    def _stop(self, how):
        self._process.kill()
        status = self._process.wait()
        self._selector.close()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process = None
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip()
        self._errors.seek(0)
        self._errors.truncate()
        return f"-\t-\t-\tengine {how}\tstatus {status}: {said[:2000]}"
