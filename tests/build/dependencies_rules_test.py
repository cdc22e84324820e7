# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for dependencies.py: each kind of difference is found."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.getcwd(), "tests", "build"))
import dependencies  # noqa: E402

MODULE = 'module(name = "orrery")\nbazel_dep(name = "absl", version = "1")\n'
DEBIAN = """
_rule = repository_rule(implementation = 1, attrs = {"needs": attr.string_dict()})

def debian_repositories():
    for name in ["absl", "com_google_protobuf", "remote_coverage_tools"]:
        if not native.existing_rule(name):
            _rule(name = name, needs = {"/usr/include/absl": "libabsl-dev"})
    for name in ["bazel_skylib", "rules_java", "rules_proto"]:
        native.local_repository(name = name, path = "/usr")
"""
BAZELW = "packages() {\n  cat <<'LIST'\nlibabsl-dev Abseil\nLIST\n}\n"
DOCS = "| `absl` | `libabsl-dev` |"


class DependenciesTest(unittest.TestCase):
    def compare(self, module=MODULE, debian=DEBIAN, bazelw=BAZELW, docs=DOCS, **uses):
        return dependencies.compare(module, debian, bazelw, docs, uses)

    def test_same_everywhere(self):
        self.assertEqual(self.compare(BUILD='load("@absl//:x.bzl", "x")'), [])

    def test_only_in_module(self):
        module = MODULE + 'bazel_dep(name = "zlib", version = "1")\n'
        self.assertEqual(
            self.compare(module=module, docs=DOCS + "`zlib`"),
            ["zlib: in MODULE.bazel, not in third_party/debian/repositories.bzl"],
        )

    def test_only_in_debian(self):
        debian = DEBIAN.replace('"absl",', '"absl", "zlib",')
        self.assertEqual(
            self.compare(debian=debian),
            ["zlib: in third_party/debian/repositories.bzl, not in MODULE.bazel"],
        )

    def test_excuse_that_is_no_longer_needed(self):
        debian = DEBIAN.replace('"rules_java", ', "")
        self.assertEqual(
            self.compare(debian=debian),
            ["rules_java: gone, yet tests/build/dependencies.py still excuses it"],
        )
        module = MODULE + 'bazel_dep(name = "rules_java", version = "1")\n'
        self.assertEqual(
            self.compare(module=module, docs=DOCS + "`rules_java`"),
            ["rules_java: in MODULE.bazel, yet tests/build/dependencies.py excuses it"],
        )

    def test_used_and_not_declared(self):
        self.assertEqual(
            self.compare(BUILD='# "@not_this//:x"\ndeps = ["@zlib", "@gtest//:x", "@absl//:y"]'),
            ["BUILD: uses @gtest, which MODULE.bazel does not name", "BUILD: uses @zlib, which MODULE.bazel does not name"],
        )

    def test_needed_and_not_installed(self):
        bazelw = BAZELW.replace("libabsl-dev", "libgtest-dev")
        self.assertEqual(
            self.compare(bazelw=bazelw, docs=DOCS + "`libgtest-dev`"),
            ["libabsl-dev: repositories.bzl needs it, bazelw does not install it"],
        )

    def test_missing_from_the_docs(self):
        self.assertEqual(
            self.compare(docs=""),
            [
                "absl: not in docs/dependencies.md",
                "libabsl-dev: not in docs/dependencies.md",
            ],
        )


if __name__ == "__main__":
    unittest.main()
