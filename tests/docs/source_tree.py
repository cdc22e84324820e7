# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""What pages say about the tree, held against the tree: labels, files, snippets."""

import ast
import builtins
import collections
import re
import textwrap
import types

# A rule's call in a BUILD file.
Target = collections.namedtuple("Target", "rule name sources tags data testonly")


class Package:
    """What the BUILD file of a folder declares: found by calling it.

    Starlark is a subset of Python, so stand-ins for the rules hear each call,
    also those that a macro of ours makes.
    """

    def __init__(self, root, folder, build_file):
        self.targets = []
        self.files = set()  # named in exports_files
        self._root = root
        self._folder = folder
        self._execute(build_file)

    def _execute(self, path):
        """Returns the names that the file defines."""
        text = path.read_text(encoding="utf-8")
        scope = {}
        functions = {
            "exports_files": self._export,
            "glob": self._glob,
            "native": self._native(),
            "rule": lambda **_: self._rule("rule"),
            "select": _select,
        }
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Name) and not hasattr(builtins, node.id):
                scope[node.id] = functions.get(node.id) or self._rule(node.id)
        scope["load"] = lambda label, *names, **others: scope.update(
            self._load(label, dict({name: name for name in names}, **others))
        )
        exec(compile(text, str(path), "exec"), scope)
        return scope

    def _load(self, label, names):
        if label.startswith("@"):
            return {name: self._rule(original) for name, original in names.items()}
        folder, _, file = label.lstrip("/").rpartition(":")
        loaded = self._execute(self._root / (folder if label[0] == "/" else self._folder) / file)
        return {name: loaded[original] for name, original in names.items()}

    def _rule(self, rule):
        def call(*_, name=None, srcs=(), hdrs=(), tags=(), data=(), testonly=False, **__):
            if isinstance(name, str):
                sources = list(srcs) + list(hdrs)
                is_test = bool(testonly) or rule.endswith("_test")
                self.targets.append(Target(rule, name, sources, list(tags), list(data), is_test))

        # What Bazel defines has members, `attr.label` for one.
        for member in ("bool", "int", "label", "label_list", "string", "string_dict", "string_list"):
            setattr(call, member, lambda *_, **__: None)
        return call

    def _native(self):
        """What a macro calls Bazel's own rules by."""
        rules = {rule: self._rule(rule) for rule in ("filegroup", "genrule", "test_suite")}
        return types.SimpleNamespace(package_name=lambda: self._folder, **rules)

    def _export(self, srcs, **_):
        self.files.update(srcs)

    def _glob(self, include, exclude=(), **_):
        folder = self._root / self._folder
        found = {path for form in include for path in folder.glob(form)}
        found -= {path for form in exclude for path in folder.glob(form)}
        return sorted(str(path.relative_to(folder)) for path in found)


def _select(choices):
    return [item for value in choices.values() for item in value]


class SourceTree:
    """The tree at `root`, a pathlib.Path."""

    def __init__(self, root):
        self.root = root
        self._packages = {}

    def exists(self, path):
        return (self.root / path).exists()

    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def package(self, folder):
        """The Package in `folder`, or None."""
        if folder not in self._packages:
            paths = [self.root / folder / name for name in ("BUILD.bazel", "BUILD")]
            found = [path for path in paths if path.is_file()]
            self._packages[folder] = Package(self.root, folder, found[0]) if found else None
        return self._packages[folder]

    def has_label(self, label):
        """Whether "//folder:name", "//folder" or "//folder/..." leads anywhere."""
        folder, colon, name = label[2:].partition(":")
        if folder == "..." or folder.endswith("/..."):
            return not colon and (self.root / folder[:-3]).is_dir()
        package = self.package(folder)
        if package is None:
            return False
        if not colon:
            return True
        return (
            name in package.files
            or any(target.name == name for target in package.targets)
            or (self.root / folder / name).is_file()
        )

    def targets_of(self, path):
        """(label, Target) for each that names the file at `path` in its sources."""
        parts = path.split("/")
        for depth in range(len(parts) - 1, -1, -1):
            folder = "/".join(parts[:depth])
            package = self.package(folder)
            if package is not None:
                name = "/".join(parts[depth:])
                return [
                    (f"//{folder}:{target.name}", target)
                    for target in package.targets
                    if name in target.sources
                ]
        return []

    def compiled_by(self, path):
        """The labels of the C++ targets that compile the file at `path`, as it is or
        joined with others (build_defs/tests.bzl)."""
        targets = self.targets_of(path)
        for label, target in list(targets):
            if target.rule == "genrule":
                folder = label[2:].split(":")[0]
                targets += self.targets_of(f"{folder}/{target.name}.cc")
        return [
            label
            for label, target in targets
            if re.search(r"\bcc_|_cc_", target.rule)
            and ("manual" not in target.tags or self._is_run_by_docs(label))
        ]

    def is_test_code(self, path):
        """Whether nothing but tests can be made of the file at `path`."""
        targets = self.targets_of(path)
        return bool(targets) and all(target.testonly for _, target in targets)

    def _is_run_by_docs(self, label):
        # What is tagged "manual" is built only as a part of something else.
        package = self.package("tests/docs")
        return package is not None and any(
            label in target.data or label.replace("//tests/docs", "") in target.data
            for target in package.targets
        )

    def snippet(self, path, name):
        """The lines between "// [snippet: NAME]" and "// [end: NAME]" in a file,
        without their common indentation. None if there is no such region."""
        if not (self.root / path).is_file():
            return None
        lines = []
        inside = False
        for line in self.read(path).split("\n"):
            match = re.match(r"\s*(?://|#) \[(snippet|end): ([\w-]+)\]", line)
            if not match:
                if inside:
                    lines.append(line)
                continue
            # Another region's marker in the middle of this one is left out.
            if match.group(2) != name:
                continue
            if match.group(1) == "end":
                return textwrap.dedent("\n".join(lines) + "\n") if inside else None
            inside = True
        return None
