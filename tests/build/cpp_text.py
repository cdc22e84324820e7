# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""C++ source as far as a text search needs it: code without comments and strings,
and the statements of coroutines.

This is no parser. It knows brackets and the few words that tell a block from a
braced list, which is enough to say which tokens share a full expression.
"""

import collections
import re

_TOKEN = re.compile(
    r"""
    (?P<raw>   (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)" )
  | (?P<line>  //(?:\\\n|[^\n])* )
  | (?P<block> /\*.*?\*/ )
  | (?P<string>(?:u8|[uUL])?"(?:\\.|[^"\\\n])*" )
  | (?P<number>\.?\d(?:[eEpP][+-]|'?[\w.])* )
  | (?P<char>  (?:u8|[uUL])?'(?:\\.|[^'\\\n])+' )
  | (?P<word>  [A-Za-z_]\w* )
  | (?P<punct> ->|::|\S )
    """,
    re.VERBOSE | re.DOTALL,
)

Token = collections.namedtuple("Token", "text line")

# A bracketed run of tokens. `open` is "(", "[", "{" or, for a block of statements,
# "block"; `items` holds Tokens and Groups.
Group = collections.namedtuple("Group", "open line items")

# One statement, or the head of one that a block follows: `if (x)`, `void F()`.
Statement = collections.namedtuple("Statement", "line items")

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_BLOCK_AFTER = {"else", "do", "try", "const", "noexcept", "override", "final", "mutable"}
_BLOCK_HEADS = {"namespace", "class", "struct", "union", "enum", "extern", "concept"}


def code_lines(text):
    """The lines of `text` with comments blank and strings empty."""

    def blank(match):
        lines = "\n" * match.group().count("\n")
        if match.group("line") or match.group("block"):
            return " " + lines
        if match.group("raw"):
            return '""' + lines
        if match.group("string") and not _is_include(text, match.start()):
            return '""' + lines
        return match.group()

    return _TOKEN.sub(blank, text).split("\n")


def _is_include(text, position):
    start = text.rfind("\n", 0, position) + 1
    return re.match(r"\s*#\s*include\b", text[start:position]) is not None


def tokens(text):
    """All tokens but comments and preprocessor lines. Every string is '"'."""
    result = []
    text = re.sub(r"(?m)^[ \t]*#(?:.*\\\n)*.*$", lambda m: "\n" * m.group().count("\n"), text)
    line = 1
    position = 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        if match.group("line") or match.group("block"):
            continue
        is_string = match.group("raw") or match.group("string")
        result.append(Token('"' if is_string else match.group(), line))
    return result


def tree(text):
    """The source as nested Groups, below one Group for the file."""
    root = Group("block", 1, [])
    open_groups = [root]
    for token in tokens(text):
        inner = open_groups[-1]
        if token.text in _CLOSING:
            kind = token.text
            if kind == "{" and _opens_block(inner):
                kind = "block"
            group = Group(kind, token.line, [])
            inner.items.append(group)
            open_groups.append(group)
        elif token.text in _CLOSING.values():
            if len(open_groups) > 1:
                open_groups.pop()
        else:
            inner.items.append(token)
    return root


def is_group(item, kind=None):
    return isinstance(item, Group) and (kind is None or item.open == kind)


def is_token(item, *texts):
    return isinstance(item, Token) and item.text in texts


def _opens_block(group):
    items = group.items
    if not items or is_token(items[-1], ";", ":") or is_group(items[-1], "block"):
        # `: {` is the body of a case; elsewhere a block may stand alone.
        return group.open == "block"
    last = items[-1]
    if is_group(last, "("):
        return True  # f() {, if () {, [] () {
    if is_group(last, "["):
        return is_lambda_head(items, len(items) - 1)
    if isinstance(last, Token) and last.text in _BLOCK_AFTER:
        return True
    if is_group(last, "{"):
        # The body of a constructor behind the last `member{value}`.
        return any(is_token(item, ":") for item in _statement_before(items))
    head = _statement_before(items)
    if group.open == "block" and any(is_token(item, *_BLOCK_HEADS) for item in head):
        return True
    return _is_return_type(head)


def _is_return_type(head):
    # `(...) -> Type<...> {`: an arrow behind parentheses, and only a type after it.
    for index in range(len(head) - 1, 0, -1):
        if is_token(head[index], "->"):
            return is_group(head[index - 1], "(") or is_token(head[index - 1], "mutable", "noexcept")
        if is_group(head[index], "{") or is_token(head[index], "=", ",", "return"):
            return False
    return False


def _statement_before(items):
    start = len(items)
    while start > 0 and not (
        is_token(items[start - 1], ";") or is_group(items[start - 1], "block")
    ):
        start -= 1
    return items[start:]


def is_lambda_head(items, index):
    """Whether items[index], a "[" group, opens a lambda and not a subscript."""
    if not is_group(items[index], "["):
        return False
    if index == 0:
        return not is_group(_first(items[index]), "[")  # not [[attribute]]
    before = items[index - 1]
    if is_group(before) and before.open in ("(", "["):
        return False
    if isinstance(before, Token) and re.match(r"\w|>$", before.text):
        return before.text in ("return", "co_return", "co_await", "co_yield", "case")
    return not is_group(_first(items[index]), "[")


def _first(group):
    return group.items[0] if group.items else None


def blocks(group):
    """All blocks at any depth, each once: bodies of functions, loops, lambdas, classes."""
    for item in group.items:
        if is_group(item):
            if item.open == "block":
                yield item
            yield from blocks(item)


def statements(block):
    """The statements of a block. The blocks that follow a head are not part of it, but
    a lambda's body is: ask full_expression() for what shares an expression."""
    start = 0
    items = block.items
    for index, item in enumerate(items):
        if is_token(item, ";") or (is_group(item, "block") and not _is_lambda_body(items, index)):
            if index > start:
                yield Statement(items[start].line, items[start:index])
            start = index + 1
    if start < len(items):
        yield Statement(items[start].line, items[start:])


def _is_lambda_body(items, index):
    # Back over `(parameters)`, `mutable`, `-> Type` to the captures.
    for before in range(index - 1, -1, -1):
        item = items[before]
        if is_group(item, "["):
            if is_lambda_head(items, before):
                return True
        elif is_group(item) and item.open != "(":
            return False
        elif is_token(item, ";", "=", ",", "if", "while", "for", "switch", "return"):
            return False
    return False


def full_expression(items):
    """Walks the items of a statement, brackets included, but not into blocks: what
    stands in a lambda's body is an expression of its own. Yields (siblings, index)."""
    for index, item in enumerate(items):
        yield items, index
        if is_group(item) and item.open != "block":
            yield from full_expression(item.items)
