# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Two logs beside each other, for people."""

import difflib

_WIDTH = 58


def side_by_side(left, right, names=("asyncio", "Orrery")):
    """Returns the lines of both logs in two columns: "|" stands between those that
    differ, "<" and ">" point at those that only one has."""
    rows = [_row(names[0], " ", names[1]), _row("-" * _WIDTH, " ", "-" * _WIDTH)]
    matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
    for kind, left_begin, left_end, right_begin, right_end in matcher.get_opcodes():
        ours = left[left_begin:left_end]
        theirs = right[right_begin:right_end]
        for number in range(max(len(ours), len(theirs))):
            if number >= len(ours):
                rows.append(_row("", ">", theirs[number]))
            elif number >= len(theirs):
                rows.append(_row(ours[number], "<", ""))
            else:
                rows.append(_row(ours[number], " " if kind == "equal" else "|", theirs[number]))
    return "\n".join(rows)


def _row(left, between, right):
    return f"{_column(left):{_WIDTH}} {between} {_column(right)}".rstrip()


def _column(line):
    """Time, task, label, event and outcome, under each other."""
    fields = line.split("\t")
    if len(fields) != 5:
        return line
    time, task, label, event, outcome = fields
    return f"{time:>3} {task:>2} {label:14} {event} {outcome}"
