# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""asyncio with its sets in order.

asyncio keeps tasks in sets, which go by address: so it cancels the children of a task
group in an order that differs from run to run. Here the same code, CPython's own, runs
with sets that remember the order in which they were filled.
"""

import ast
import asyncio
import asyncio.taskgroups
import asyncio.tasks
import inspect
import sys
import textwrap


class OrderedSet(dict):
    """What asyncio asks of a set, in the order in which it was filled."""

    def __init__(self, items=()):
        super().__init__((item, None) for item in items)

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)

    def remove(self, item):
        del self[item]


class _Sets(ast.NodeTransformer):
    """Makes a call of `set` of each set that is written with braces."""

    def visit_SetComp(self, node):
        self.generic_visit(node)
        return _call_set(ast.GeneratorExp(node.elt, node.generators))

    def visit_Set(self, node):
        self.generic_visit(node)
        return _call_set(ast.List(node.elts, ast.Load()))


def _call_set(items):
    return ast.Call(ast.Name("set", ast.Load()), [items], [])


def ordered(*definitions):
    """Compiles functions and classes of one module again, with `set` being OrderedSet.

    They see each other, and all else in their module as it is. Returns them in a list.
    """
    names = dict(vars(sys.modules[definitions[0].__module__]), set=OrderedSet)
    for definition in definitions:
        source = textwrap.dedent(inspect.getsource(definition))
        tree = ast.fix_missing_locations(_Sets().visit(ast.parse(source)))
        exec(compile(tree, inspect.getsourcefile(definition), "exec"), names)
    return [names[definition.__name__] for definition in definitions]


def _tasks_module_parts():
    # From 3.13 on, as_completed is made of a class.
    iterator = getattr(asyncio.tasks, "_AsCompletedIterator", None)
    parts = [asyncio.tasks._wait, asyncio.tasks.wait, asyncio.tasks.as_completed]
    return parts + ([iterator] if iterator else [])


wait, as_completed = ordered(*_tasks_module_parts())[1:3]
(TaskGroup,) = ordered(asyncio.taskgroups.TaskGroup)
