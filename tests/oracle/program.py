# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Programs of the oracle's language, program.proto, as the `json` module reads them.

An operation is {kind: arguments}. Blocks of operations stand in its arguments under the
names in BLOCKS.
"""

import json

# Name -> what stands before a number in the labels of its operations.
BLOCKS = {"ops": "", "handler": "h", "cleanup": "c"}

# Kinds that are entered, and log that.
SCOPES = {
    "lock", "semaphore", "task_group", "timeout", "timeout_at", "try_catch", "try_finally",
    "repeat",
}  # fmt: skip

# Kinds that a callback may hold: they do not suspend, nor concern the running task.
IN_CALLBACKS = {
    "log", "spawn", "cancel", "uncancel", "cancelling", "query", "add_callback", "all_tasks",
    "release_semaphore", "set_event", "clear_event", "try_put", "try_get", "task_done",
    "set_result", "set_error", "cancel_future", "group_spawn", "call_soon", "call_later",
    "cancel_timer",
}  # fmt: skip

# Their operations run later, outside of the task.
CALLBACKS = {"add_callback", "call_soon", "call_later"}


def kind_of(op):
    (kind,) = op
    return kind


def blocks(op):
    """Yields (prefix of labels, list of operations) for each block of `op`."""
    (arguments,) = op.values()
    holders = [arguments]
    if "block" in arguments:  # of wait_for: beside a handle, only one of them is there
        holders.append(arguments["block"])
    for holder in holders:
        for name, prefix in BLOCKS.items():
            if name in holder:
                yield prefix, holder[name]


def walk(program):
    """Yields (label, operation) for all operations of the program."""
    for number, body in enumerate(program["bodies"]):
        yield from walk_block(f"{number}.", "", body.get("ops", []))


def walk_block(outer, prefix, ops):
    for number, op in enumerate(ops):
        label = f"{outer}{prefix}{number}"
        yield label, op
        for inner_prefix, inner in blocks(op):
            yield from walk_block(f"{label}.", inner_prefix, inner)


def size(program):
    """The number of operations in the program."""
    return sum(1 for _ in walk(program))


def bodies_named(op):
    """Yields the argument dictionaries in which `op` itself names a body."""
    (arguments,) = op.values()
    for holder in [arguments, *arguments.get("awaited", ()), *arguments.get("children", ())]:
        if "body" in holder:
            yield holder


def to_line(program):
    return json.dumps(program, separators=(",", ":"))


def describe(op):
    """Returns the operation in one line, without its blocks: 'spawn body=1 handle=0'."""
    ((kind, arguments),) = op.items()
    words = [kind]
    for name, value in arguments.items():
        if name in BLOCKS or name == "block":
            continue
        words.append(name if value == {} else f"{name}={_short(value)}")
    return " ".join(words)


def _short(value):
    if isinstance(value, list):
        return "[" + ", ".join(_short(item) for item in value) + "]"
    if isinstance(value, dict):
        return " ".join(
            name if item == {} else f"{name}={_short(item)}" for name, item in value.items()
        )
    return str(value)


def to_text(program):
    """Returns the program for people, an operation a line with its label."""
    lines = [f"objects {_short(program.get('objects', {}))}"]
    for number, body in enumerate(program["bodies"]):
        lines.append(f"body {number}" + (" (main)" if number == 0 else ""))
        for label, op in walk_block(f"{number}.", "", body.get("ops", [])):
            lines.append(f"{'  ' * label.count('.')}{label}  {describe(op)}")
    return "\n".join(lines)
