# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Finds coroutine code that g++ 12 silently miscompiles, or that depends on the
order in which a compiler evaluates. docs/compilers.md has each rule with examples.

The search errs on the side of finding: it cannot see types, so it takes every
captured value for one with a destructor.
"""

from cpp_text import (
    blocks,
    full_expression,
    is_group,
    is_lambda_head,
    is_token,
    statements,
    tree,
    Token,
)

CONDITION = "co-await-in-condition"
TEMPORARY = "co-await-temporary"
CONDITIONAL = "co-await-in-conditional"
BRACES = "co-await-in-braces"
TWO = "two-co-awaits"
CAPTURES = "capturing-coroutine"

ADVICE = {
    CONDITION: "await into a variable first, and test that: g++ 12 never finishes this",
    TEMPORARY: "make this temporary in a statement before the co_await, or capture by "
    "reference: g++ 12 destroys it twice",
    CONDITIONAL: "write if and else around the co_await: g++ 12 frees the operands of ?: twice",
    BRACES: "await into variables first, and list those: g++ 12 refuses this or destroys it twice",
    TWO: "give each co_await a statement: compilers evaluate them in different orders",
    CAPTURES: "pass what the lambda needs as parameters, or give the lambda to Spawn: "
    "its captures die before the coroutine ends",
}

# What betrays, inside braces, a member with a destructor.
_OWNERS = ("string", "move", "make_unique", "make_shared", "StrCat", "StrFormat", "vector")


def find(text):
    """Yields (line, rule) for each finding in a source file."""
    for block in blocks(tree(text)):
        for statement in statements(block):
            yield from _find_in_statement(statement.items)


def _find_in_statement(items):
    while items and is_token(items[0], "else"):
        items = items[1:]
    head = items[0] if items else None
    if is_token(head, "if", "while", "for", "switch"):
        rest = items[1:]
        while rest and is_token(rest[0], "constexpr"):
            rest = rest[1:]
        if rest and is_group(rest[0], "("):
            yield from _find_in_condition(head, rest[0])
            yield from _find_in_statement(rest[1:])
            return
    yield from _find_in_expression(items)


def _find_in_condition(head, parentheses):
    parts = _split(parentheses.items, ";")
    is_range = head.text == "for" and len(parts) == 1
    for part in parts:
        if not is_range and _awaits(part) and not _declares(part):
            yield head.line, CONDITION
        yield from _find_in_expression(part)


def _declares(items):
    """Whether it is `Type name = ...`."""
    equals = next((i for i, item in enumerate(items) if is_token(item, "=")), None)
    if equals is None or equals < 2:
        return False
    name = items[equals - 1]
    is_name = is_group(name, "[") or (isinstance(name, Token) and name.text.isidentifier())
    return is_name and not any(
        is_token(item, ".", "->", "!") or is_group(item, "(") for item in items[:equals]
    )


def _find_in_expression(items):
    awaits = _awaits(items)
    if len(awaits) > 1:
        yield awaits[1].line, TWO
    for siblings, index in full_expression(items):
        item = siblings[index]
        if is_lambda_head(siblings, index):
            if awaits and _captures_a_value(item):
                yield item.line, TEMPORARY
            elif not awaits and item.items and _is_called_coroutine(siblings, index):
                yield item.line, CAPTURES
        elif is_group(item, "{") and awaits:
            if _awaits(item.items):
                yield item.line, BRACES
            elif _owns(item.items):
                yield item.line, TEMPORARY
        elif is_token(item, "?") and awaits:
            yield item.line, CONDITIONAL


def _awaits(items):
    """The co_await tokens of one full expression."""
    return [
        siblings[index]
        for siblings, index in full_expression(items)
        if is_token(siblings[index], "co_await")
        and not (index > 0 and is_token(siblings[index - 1], "operator"))
    ]


def _captures_a_value(captures):
    for capture in _split(captures.items, ","):
        if capture and not is_token(capture[0], "&", "this"):
            return True
    return False


def _owns(items):
    return any(
        is_token(siblings[index], '"', *_OWNERS) for siblings, index in full_expression(items)
    )


def _is_called_coroutine(siblings, index):
    for body in range(index + 1, len(siblings)):
        if is_group(siblings[body], "block"):
            is_called = body + 1 < len(siblings) and is_group(siblings[body + 1], "(")
            return is_called and _is_coroutine(siblings[body])
    return False


def _is_coroutine(group):
    return any(
        is_token(item, "co_await", "co_return", "co_yield")
        or (is_group(item) and _is_coroutine(item))
        for item in group.items
    )


def _split(items, separator):
    parts = [[]]
    for item in items:
        if is_token(item, separator):
            parts.append([])
        else:
            parts[-1].append(item)
    return parts
