# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""What operations end in, and how the log says it."""

import asyncio

CancelledError = asyncio.CancelledError

# All that a program can raise. Not GeneratorExit, which ends abandoned coroutines.
RAISED = (Exception, CancelledError)


class ProgramError(Exception):
    """What a program raises: "A", "B" or "C"."""


class Returned:
    """What a block is left with after `return_value`."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


def make_error(name):
    if name == "CANCELLED":
        return CancelledError()
    if name == "TIMEOUT":
        return TimeoutError()
    return ProgramError(name)


def outcome_of(error):
    if isinstance(error, CancelledError):
        return "cancelled"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ProgramError):
        return error.args[0]
    if isinstance(error, asyncio.BrokenBarrierError):
        return "broken"
    if isinstance(error, BaseExceptionGroup):
        return f"group[{', '.join(outcome_of(inner) for inner in error.exceptions)}]"
    return f"{type(error).__name__}: {error}"  # Orrery has no such outcome


def end_of(future):
    """How a task or future has ended, or "pending"."""
    if not future.done():
        return "pending"
    if future.cancelled():
        return "cancelled"
    error = future.exception()
    return future.result() if error is None else outcome_of(error)


def list_text(items):
    return f"[{', '.join(str(item) for item in items)}]"


def numbers_of(tasks):
    """Without 0, which is not the program's."""
    return list_text(task.number for task in tasks if task.number > 0)
