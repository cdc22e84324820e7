# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks what all sources have in common, as far as a text search can see it.

    python3 tidy.py MODULE.bazel [FILE...]

looks at the tree that MODULE.bazel is the root of, or at some files of it. Each
finding is a line "file:line: rule: what to do". Where a rule is wrong about a
line, that line or the one above it says so: `// tidy: allow(rule) why`.
"""

import collections
import os
import pathlib
import re
import sys

import coroutine_rules
from cpp_text import code_lines

Finding = collections.namedtuple("Finding", "line rule advice")

MAX_LINES = 500

COPYRIGHT = "Copyright 2026 The Orrery Authors"
LICENSE = "SPDX-License-Identifier: Apache-2.0"

# Quoted includes that are not ours: Google style quotes all but the system's.
FOREIGN_INCLUDES = ("absl/", "benchmark/", "gmock/", "google/protobuf/", "gtest/")

# Where a run must be a function of program, policy and seed.
DETERMINISTIC_FOLDERS = ("base", "scheduler", "sim", "traces")

# Files there that may look at the real clock, and what for.
REAL_CLOCK_ALLOWED = {
    "traces/trace_writer.cc": "a trace's footer says when it was written; nothing reads it back",
}

Ban = collections.namedtuple("Ban", "rule pattern advice")
BANS = [
    Ban(
        "std-random",
        r"\bstd::(?:mt19937(?:_64)?|minstd_rand0?|ranlux\w+|knuth_b|default_random_engine"
        r"|\w+_distribution|shuffle|sample)\b",
        "draw from orrery::Prng or through the Scheduler: libraries differ in these",
    ),
    Ban(
        "entropy",
        r"\bstd::random_device\b|\babsl::(?:BitGen|InsecureBitGen|Uniform|Bernoulli)\b"
        r"|(?<![\w.>:])(?:std::|::)?(?:s?rand|random|drand48|getrandom|getentropy|arc4random)\s*\(",
        "draw through the Scheduler: this differs in every run",
    ),
    Ban(
        "hash",
        r"\bstd::hash\b|\babsl::(?:Hash|HashOf)\b",
        "use orrery::Digest: these differ between libraries or runs",
    ),
    Ban(
        "real-clock",
        r"\b(?:steady_clock|system_clock|high_resolution_clock|utc_clock)\b"
        r"|\babsl::(?:Now|GetCurrentTimeNanos|SleepFor)\b"
        r"|\b(?:clock_gettime|gettimeofday|nanosleep|usleep)\s*\(|\bstd::this_thread::sleep_",
        "use simulated time, or list the file in REAL_CLOCK_ALLOWED with a reason",
    ),
]

_ALLOW = re.compile(r"tidy: allow\(([\w-]+)\)\s+\S")


def check(path, text, exists=lambda path: True):
    """Returns the findings for the file at `path`, from the root. `exists` tells
    whether the tree has a file."""
    found = _check_text(text)
    suffix = pathlib.PurePosixPath(path).suffix
    if suffix in (".h", ".cc", ".proto"):
        found += _check_header(text, "//")
    elif suffix in (".py", ".sh") or text.startswith("#!"):
        found += _check_header(text, "#")
    if suffix in (".h", ".cc"):
        found += _check_includes(text, exists)
        found += _check_bans(path, text)
        for line, rule in coroutine_rules.find(text):
            found.append(Finding(line, rule, coroutine_rules.ADVICE[rule]))
    if suffix == ".h":
        found += _check_guard(path, text)
    lines = text.split("\n")
    return sorted({f for f in found if not _is_allowed(f, lines)})


def _is_allowed(finding, lines):
    # Line numbers count from 1, so lines[finding.line - 2] is the one above.
    near = lines[max(finding.line - 2, 0) : finding.line]
    return any(match.group(1) == finding.rule for line in near for match in _ALLOW.finditer(line))


def _check_text(text):
    found = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if "\t" in line:
            found.append(Finding(number, "tab", "use spaces"))
        if line != line.rstrip():
            found.append(Finding(number, "trailing-space", "remove the space at the end"))
    if text and not text.endswith("\n"):
        found.append(Finding(len(lines), "last-newline", "end the file with a newline"))
    if len(lines) - 1 > MAX_LINES:
        found.append(
            Finding(len(lines) - 1, "file-length", f"keep it under {MAX_LINES} lines: find its second idea")
        )
    return found


def _check_header(text, comment):
    lines = text.split("\n")
    if lines[0].startswith("#!"):
        lines = lines[1:]
    if lines[:2] == [f"{comment} {COPYRIGHT}", f"{comment} {LICENSE}"]:
        return []
    advice = f'begin with "{comment} {COPYRIGHT}" and "{comment} {LICENSE}"'
    return [Finding(1, "license-header", advice)]


def _check_includes(text, exists):
    found = []
    for number, line in enumerate(code_lines(text), start=1):
        match = re.match(r'\s*#\s*include\s+(?:"([^"]+)"|<(orrery/[^>]+)>)', line)
        if not match or (match.group(1) or "").startswith(FOREIGN_INCLUDES):
            continue
        included = match.group(1)
        if included is None or not included.startswith("orrery/"):
            found.append(Finding(number, "include-form", 'write "orrery/<folder>/<header>"'))
            continue
        source = re.sub(r"\.pb\.h$", ".proto", included[len("orrery/") :])
        if not exists(source):
            found.append(Finding(number, "include-form", f"there is no {source}"))
    return found


def _check_bans(path, text):
    if path.split("/")[0] not in DETERMINISTIC_FOLDERS:
        return []
    found = []
    for number, line in enumerate(code_lines(text), start=1):
        for ban in BANS:
            if ban.rule == "real-clock" and path in REAL_CLOCK_ALLOWED:
                continue
            if re.search(ban.pattern, line):
                found.append(Finding(number, ban.rule, ban.advice))
    return found


def _check_guard(path, text):
    guard = "ORRERY_" + re.sub(r"\W", "_", path).upper() + "_"
    directives = [
        (number, line)
        for number, line in enumerate(code_lines(text), start=1)
        if line.startswith("#")
    ]
    opening = [line.strip() for _, line in directives[:2]]
    if opening != [f"#ifndef {guard}", f"#define {guard}"]:
        number = directives[0][0] if directives else 1
        return [Finding(number, "include-guard", f"name the guard {guard}")]
    lines = text.rstrip("\n").split("\n")
    if lines[-1] != f"#endif  // {guard}":
        return [Finding(len(lines), "include-guard", f'end with "#endif  // {guard}"')]
    return []


def is_source(name):
    return name in ("bazelw", "run", "BUILD", "WORKSPACE", ".bazelrc") or name.endswith(
        (".h", ".cc", ".proto", ".py", ".sh", ".bzl", ".bazel", ".md")
    )


def source_files(root):
    """The paths of all sources below root, sorted. Links are not followed: they lead
    into Bazel's outputs."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in (".git", "node_modules", "__pycache__")
            and not os.path.islink(os.path.join(folder, name))
        )
        for name in sorted(filter(is_source, names)):
            yield os.path.relpath(os.path.join(folder, name), root)


def main(arguments):
    # A file of the root, perhaps as a link: so a test finds the tree behind its copy.
    root = pathlib.Path(arguments[1]).resolve().parent
    files = arguments[2:] or list(source_files(root))
    findings = 0
    for path in files:
        text = (root / path).read_text(encoding="utf-8")
        for finding in check(path, text, lambda other: (root / other).is_file()):
            print(f"{path}:{finding.line}: {finding.rule}: {finding.advice}")
            findings += 1
    print(f"{len(files)} files, {findings} findings")
    if not files:
        sys.exit("there is no source to look at")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main(sys.argv)
