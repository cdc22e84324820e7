# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Holds a table of which folder may include what against what they include.

The table follows the comment <!-- floors -->. In a row, the first cell is a folder,
`sim/`, and the second one what it may include beside itself: other folders,
`scheduler/`, and perhaps the words GoogleTest and protobuf. Test code is not held to
it: nobody else can link that.
"""

import re

# Libraries that few may include, and how that looks.
_LIBRARIES = {
    "GoogleTest": re.compile(r"(?:gtest|gmock)/"),
    "protobuf": re.compile(r"google/protobuf/|orrery/.*\.pb\.h$"),
}


def check(text, tree):
    """Yields (line, advice) for each include of the SourceTree that the table in
    `text` does not allow, if it has one."""
    rows = _rows(text)
    if rows is None:
        return
    for folder in _source_folders(tree):
        if folder not in rows:
            yield 1, f"{folder}/ has sources, and no row in the table of floors"
    for folder, (line, allowed) in sorted(rows.items()):
        for path in _sources(tree, folder):
            if tree.is_test_code(path):
                continue
            if path.endswith("_test.cc") and not tree.targets_of(path):
                yield line, f"{path} is in no target, so nothing runs it"
                continue
            for included in re.findall(r'(?m)^#include "([^"]+)"', tree.read(path)):
                advice = _judge(path, folder, included, allowed)
                if advice:
                    yield line, advice


def _judge(path, folder, included, allowed):
    for library, form in _LIBRARIES.items():
        if form.match(included) and library not in allowed:
            return f"{path} includes {included}: {folder}/ may not include {library}"
    match = re.match(r"orrery/([\w-]+)/", included)
    if match and match.group(1) != folder and match.group(1) not in allowed:
        return f"{path} includes {included}: {folder}/ may not include {match.group(1)}/"
    return None


def _rows(text):
    """Folder -> (line, what it may include), or None if there is no table."""
    rows = None
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip() == "<!-- floors -->":
            rows = {}
        elif rows and not row.startswith("|"):
            break
        elif rows is not None and (match := re.match(r"\| `([\w-]+)/` \|([^|]*)\|", row)):
            rows[match.group(1)] = (line, set(re.findall(r"[\w-]+", match.group(2))))
    return rows


def _sources(tree, folder):
    return sorted(
        str(path.relative_to(tree.root))
        for form in ("*.h", "*.cc")
        for path in (tree.root / folder).rglob(form)
        if "examples/import/" not in str(path)  # a workspace of its own
    )


def _source_folders(tree):
    entries = sorted(tree.root.iterdir())
    return [
        entry.name
        for entry in entries
        if entry.is_dir()
        and not entry.is_symlink()
        and not entry.name.startswith(".")
        and _sources(tree, entry.name)
    ]
