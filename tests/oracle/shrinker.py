# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Makes a program small that two interpreters log differently.

    smallest = shrinker.shrink(program, differs)

`differs(program)` says whether a program shows the difference. Every edit leaves a
program that ends: operations go, or become pauses, blocks take the place of what held
them, and numbers get smaller.
"""

import copy

from program import CALLBACKS, blocks, bodies_named, kind_of


def shrink(program, differs, attempts_max=20000):
    """Returns a program that differs and that no edit makes smaller, or the smallest
    one found in `attempts_max` attempts."""
    search = _Search(program, differs, attempts_max)
    improved = True
    while improved and search.attempts_left > 0:
        improved = search.remove_operations()
        for edits in (_unwrapped, _pausing, _with_shorter_lists, _with_smaller_numbers, _without_bodies):
            improved |= search.take(edits)
        improved = improved or search.remove_pairs()
    return search.program


class _Search:
    def __init__(self, program, differs, attempts_max):
        self.program = program
        self.differs = differs
        self.attempts_left = attempts_max

    def attempt(self, candidate):
        if self.attempts_left <= 0:
            return False
        self.attempts_left -= 1
        if not self.differs(candidate):
            return False
        self.program = candidate
        return True

    def remove_operations(self):
        """Removes half of all operations at a time, then a quarter, down to each one."""
        improved = False
        size = max(len(_places(self.program)) // 2, 1)
        while size > 0:
            start = 0
            while start < len(_places(self.program)) and self.attempts_left > 0:
                if self.attempt(_without(self.program, start, size)):
                    improved = True
                else:
                    start += size
            size //= 2
        return improved

    def remove_pairs(self):
        """Removes two operations at once, where only both can go: a lock and its release."""
        for first in range(len(_places(self.program))):
            for second in range(first + 1, len(_places(self.program))):
                candidate = _without(self.program, second, 1)
                if self.attempt(_without(candidate, first, 1)):
                    return True
        return False

    def take(self, edits):
        """Makes those of the edits that keep the difference, one after the other."""
        improved = False
        number = 0
        while self.attempts_left > 0:
            candidate = copy.deepcopy(self.program)
            edit = _nth(edits(candidate), number)
            if edit is None:
                return improved
            edit()
            if self.attempt(candidate):
                improved = True  # what was the next edit has this one's number now
            else:
                number += 1
        return improved


def _nth(items, number):
    for place, item in enumerate(items):
        if place == number:
            return item
    return None


def _lists(program):
    """Yields each list of operations, the outer ones before the inner ones."""
    for body in program["bodies"]:
        yield from _lists_of(body["ops"])


def _lists_of(ops):
    yield ops
    for op in ops:
        for _, inner in blocks(op):
            yield from _lists_of(inner)


def _places(program):
    return [(ops, place) for ops in _lists(program) for place in range(len(ops))]


def _without(program, start, size):
    """A copy without `size` operations, counted as `_places` does."""
    candidate = copy.deepcopy(program)
    doomed = {}
    for ops, place in _places(candidate)[start : start + size]:
        doomed.setdefault(id(ops), (ops, set()))[1].add(place)
    for ops, places in doomed.values():
        ops[:] = [op for place, op in enumerate(ops) if place not in places]
    return candidate


# Edits: each yields functions that change the program at hand, of which one is called.


def _unwrapped(program):
    """What stands in a block takes the place of the operation that holds it."""
    for ops, place in _places(program):
        for _, inner in blocks(ops[place]):

            def edit(ops=ops, place=place, inner=inner):
                ops[place : place + 1] = inner

            yield edit


def _pausing(program):
    """A pause takes the place of an operation, which may only have had to take its time."""
    called = {id(ops) for ops in _blocks_of_callbacks(program)}
    for ops, place in _places(program):
        if kind_of(ops[place]) not in _PAUSES and id(ops) not in called:
            for kind, arguments in _PAUSES.items():

                def edit(ops=ops, place=place, pause={kind: dict(arguments)}):
                    ops[place] = pause

                yield edit


def _blocks_of_callbacks(program):
    """Yields those in which nothing may pause."""
    for ops, place in _places(program):
        if kind_of(ops[place]) in CALLBACKS:
            for _, inner in blocks(ops[place]):
                yield from _lists_of(inner)


_PAUSES = {"yield_now": {}, "sleep": {"ticks": 1}}


def _with_shorter_lists(program):
    for ops, place in _places(program):
        (arguments,) = ops[place].values()
        for name in ("awaited", "children"):
            for number in range(len(arguments.get(name, ()))):
                yield lambda items=arguments[name], number=number: items.pop(number)


def _with_smaller_numbers(program):
    for ops, place in _places(program):
        (arguments,) = ops[place].values()
        for name, value in arguments.items():
            if isinstance(value, bool):
                if value:
                    yield lambda arguments=arguments, name=name: arguments.update({name: False})
            elif isinstance(value, int) and value not in (0, 1) and name != "body":
                for smaller in {0, 1, value // 2} if value > 0 else {0}:
                    yield lambda arguments=arguments, name=name, smaller=smaller: arguments.update(
                        {name: smaller}
                    )


def _without_bodies(program):
    """Bodies that nobody names go, and those behind them move up."""
    named = {
        holder["body"]
        for ops, place in _places(program)
        for holder in bodies_named(ops[place])
    }
    for number in range(len(program["bodies"]) - 1, 0, -1):
        if number not in named:
            yield lambda number=number: _remove_body(program, number)


def _remove_body(program, number):
    del program["bodies"][number]
    for ops, place in _places(program):
        for holder in bodies_named(ops[place]):
            if holder["body"] > number:
                holder["body"] -= 1
