# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Takes a Markdown page apart: its fenced blocks, its links, its code spans.

What stands directly above a fenced block, in an HTML comment, says where its
text comes from; docs.py has the list of such markers.
"""

import collections
import re

# A fenced block. `line` is that of the opening fence, from 1; `text` has no fences
# and ends with a newline; `marker` is the comment above, on one line, or "".
Block = collections.namedtuple("Block", "line language marker text")

# Something at a place: a link's target, a code span's text.
Found = collections.namedtuple("Found", "line text")


class Page:
    def __init__(self, text):
        self.text = text
        self.blocks = []
        self.bad_fences = []  # lines of fences that are indented or not closed
        self._prose = []  # the lines, with fenced blocks and comments left empty
        self._parse(text.split("\n"))

    def _parse(self, lines):
        opened = None
        for number, line in enumerate(lines, start=1):
            if re.match(r"\s+```", line):
                self.bad_fences.append(number)
            if not line.startswith("```"):
                self._prose.append("" if opened else line)
                continue
            self._prose.append("")
            if opened is None:
                opened = number
                continue
            body = lines[opened : number - 1]
            self.blocks.append(
                Block(
                    opened,
                    lines[opened - 1][3:].strip(),
                    _marker_above(lines[: opened - 1]),
                    "".join(line + "\n" for line in body),
                )
            )
            opened = None
        if opened is not None:
            self.bad_fences.append(opened)
        self._prose = re.sub(
            r"<!--.*?-->",
            lambda comment: "\n" * comment.group().count("\n"),
            "\n".join(self._prose),
            flags=re.DOTALL,
        ).split("\n")

    def with_texts(self, texts):
        """Returns the page with other texts in its blocks; `texts` maps the line of a
        block to its text."""
        lines = self.text.split("\n")
        for block in reversed(self.blocks):
            if block.line in texts:
                old = block.text.count("\n")
                lines[block.line : block.line + old] = texts[block.line].split("\n")[:-1]
        return "\n".join(lines)

    def links(self):
        """The targets of links and pictures."""
        return self._find(r"\[[^\]]*\]\(([^)\s]+)\)")

    def code_spans(self):
        return self._find(r"`([^`]+)`")

    def _find(self, pattern):
        # Over all of the prose at once: a link's text may go over a line's end.
        prose = "\n".join(self._prose)
        return [
            Found(prose.count("\n", 0, match.start()) + 1, match.group(1))
            for match in re.finditer(pattern, prose)
        ]

    def anchors(self):
        """The anchors of the headings, as GitHub makes them."""
        seen = collections.Counter()
        anchors = set()
        for line in self._prose:
            match = re.match(r"#{1,6} +(.*?)(?: +#+)?$", line)
            if not match:
                continue
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", match.group(1))
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        return anchors


def _marker_above(lines):
    """The text of the comment that ends on the last of `lines`."""
    if not lines or not lines[-1].rstrip().endswith("-->"):
        return ""
    start = next(i for i in range(len(lines), 0, -1) if "<!--" in lines[i - 1] or i == 1)
    match = re.fullmatch(r"<!--(.*)-->\s*", "\n".join(lines[start - 1 :]), re.DOTALL)
    return " ".join(match.group(1).split()) if match else ""
