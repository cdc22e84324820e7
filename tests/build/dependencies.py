# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Compares the places that say what this project depends on.

    MODULE.bazel                           for Bazel 8 and 9
    third_party/debian/repositories.bzl    for Bazel 4 on Debian, from WORKSPACE
    bazelw                                 the Debian packages that it installs
    docs/dependencies.md                   for people
    each BUILD and .bzl file               the repositories that it really uses

    python3 dependencies.py MODULE.bazel     prints what differs, and then exits with 1
"""

import ast
import pathlib
import re
import sys

# What Bazel 4 looks up by itself, and MODULE.bazel has no use for.
ONLY_FOR_BAZEL_4 = {
    "bazel_skylib": "loaded by Bazel's own rules",
    "com_google_protobuf": "where Bazel 4 takes protoc from; @protobuf stands on it",
    "remote_coverage_tools": "what `bazel coverage` merges its reports with",
    "rules_java": "loaded by Bazel's own rules",
    "rules_proto": "loaded by Bazel's own rules",
}

# Repositories that Bazel provides under every version.
BUILT_IN = {"bazel_tools", "local_config_cc"}


def modules(text):
    """The names that a MODULE.bazel file depends on."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "bazel_dep":
            names += [word.value.value for word in node.keywords if word.arg == "name"]
    return set(names)


class DebianRepositories:
    """What debian_repositories() declares: found by calling it.

    Starlark is a subset of Python, so a stand-in for `native` and for
    repository_rule() hears each declaration.
    """

    def __init__(self, text):
        self.names = set()
        self.packages = set()
        scope = {
            "attr": self._AnyAttribute(),
            "native": self,
            "repository_rule": lambda **_: self._declare,
        }
        exec(compile(text, "repositories.bzl", "exec"), scope)
        scope["debian_repositories"]()

    class _AnyAttribute:
        def __getattr__(self, name):
            return lambda **_: None

    def _declare(self, name, needs=None, **_):
        self.names.add(name)
        self.packages.update((needs or {}).values())

    def existing_rule(self, _):
        return None

    def local_repository(self, name, path):
        del path
        self.names.add(name)


def used_repositories(text):
    """The external repositories that a BUILD or .bzl file names."""
    code = re.sub(r"(?m)^\s*#.*$", "", text)
    return set(re.findall(r'"@([\w.+~-]+)(?://|")', code))


def bazelw_packages(text):
    """The Debian packages that bazelw installs: the first words of its lists."""
    return {
        line.split()[0]
        for block in re.findall(r"(?s)<<'LIST'\n(.*?)\nLIST\n", text)
        for line in block.splitlines()
    }


def compare(module_text, debian_text, bazelw_text, docs_text, uses):
    """Returns a line for each difference. `uses` maps a file's path to its text."""
    found = []
    module_names = modules(module_text)
    debian = DebianRepositories(debian_text)
    packages = bazelw_packages(bazelw_text)

    for name in sorted(module_names - debian.names):
        found.append(f"{name}: in MODULE.bazel, not in third_party/debian/repositories.bzl")
    for name in sorted(debian.names - module_names - set(ONLY_FOR_BAZEL_4)):
        found.append(f"{name}: in third_party/debian/repositories.bzl, not in MODULE.bazel")
    for name in sorted(set(ONLY_FOR_BAZEL_4) & module_names):
        found.append(f"{name}: in MODULE.bazel, yet tests/build/dependencies.py excuses it")
    for name in sorted(set(ONLY_FOR_BAZEL_4) - debian.names):
        found.append(f"{name}: gone, yet tests/build/dependencies.py still excuses it")
    for path, text in sorted(uses.items()):
        for name in sorted(used_repositories(text) - BUILT_IN - module_names):
            found.append(f"{path}: uses @{name}, which MODULE.bazel does not name")
    for package in sorted(debian.packages - packages):
        found.append(f"{package}: repositories.bzl needs it, bazelw does not install it")
    for name in sorted(module_names | packages):
        if f"`{name}`" not in docs_text:
            found.append(f"{name}: not in docs/dependencies.md")
    return found


def build_files(root):
    """The paths and texts of all BUILD and .bzl files but the shims themselves."""
    texts = {}
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if parts[0].startswith(("bazel-", ".")) or parts[:2] == ("third_party", "debian"):
            continue
        # A workspace of its own, with a MODULE.bazel of its own.
        if parts[:2] == ("examples", "import") or "node_modules" in parts:
            continue
        if path.name in ("BUILD", "BUILD.bazel") or path.suffix == ".bzl":
            texts["/".join(parts)] = path.read_text(encoding="utf-8")
    return texts


def main(arguments):
    # Given as a file of the tree: a test finds the tree by following its link.
    root = pathlib.Path(arguments[1]).resolve().parent

    def read(path):
        return (root / path).read_text(encoding="utf-8")

    found = compare(
        read("MODULE.bazel"),
        read("third_party/debian/repositories.bzl"),
        read("bazelw"),
        read("docs/dependencies.md"),
        build_files(root),
    )
    for line in found:
        print(line)
    print(f"{len(found)} differences")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main(sys.argv)
