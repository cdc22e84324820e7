# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for docs.py: each rule flags what it should, and leaves alone what it should."""

import os
import pathlib
import sys
import tempfile
import textwrap
import unittest

sys.path.insert(0, os.path.join(os.getcwd(), "tests", "docs"))
import commands  # noqa: E402
import docs  # noqa: E402
from markdown import Page  # noqa: E402
from source_tree import SourceTree  # noqa: E402

CODE = """\
int before;
namespace n {
  // [snippet: twice]
  int Twice(int x) {
    // [snippet: body]
    return 2 * x;
    // [end: body]
  }
  // [end: twice]
}
// [snippet: open]
"""

BUILD = """\
load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//rules:cc.bzl", "orrery_cc_library")
load(":tests.bzl", tests = "declare_tests")

exports_files(["exported.txt"])

orrery_cc_library(
    name = "code",
    srcs = ["code.cc"] + select({"x": ["chosen.cc"]}),
)

cc_test(
    name = "manual_test",
    srcs = ["manual.cc"],
    tags = ["manual"],
)

cc_test(
    name = "shown_test",
    srcs = ["shown.cc"],
    tags = ["manual"],
)

sh_test(
    name = "script_test",
    srcs = glob(["*.sh"]),
)

tests("made")

# [snippet: rule]
alias(name = "a")
# [end: rule]
"""

RULES = """\
load("@rules_cc//cc:cc_library.bzl", "cc_library")

def orrery_cc_library(name, **kwargs):
    cc_library(name = name, **kwargs)

def orrery_swarm_test(name, **kwargs):
    cc_library(name = name)
"""

MACROS = """\
load("@rules_cc//cc:cc_test.bzl", "cc_test")

def declare_tests(name):
    cc_test(name = name + "_test", srcs = [name + ".cc"])
"""

CI = """\
#!/bin/bash
BUILDIFIER=1.0
cd "$(dirname "$0")/.." || exit 1
[ "${1:-all}" = lint ] || CC=gcc ./bazelw test --jobs=2 --config=asan_ubsan //...
[ "${1:-all}" = broken ] || "$XDG_CACHE_HOME"/orrery-ci/buildifier-1.0/node_modules/@bazel/buildifier/buildifier-linux_amd64 -r .
echo '0 passed, 1 failed'
"""


def fenced(language, marker, text):
    return f"<!-- {marker} -->\n```{language}\n{text}```\n"


class DocsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("sim/code.cc", CODE)
        self.write("sim/chosen.cc", CODE)
        self.write("sim/manual.cc", CODE)
        self.write("sim/shown.cc", CODE)
        self.write("sim/script.sh", CODE)
        self.write("sim/made.cc", CODE)
        self.write("sim/BUILD.bazel", BUILD)
        self.write("sim/tests.bzl", MACROS)
        self.write("rules/cc.bzl", RULES)
        self.write(
            "tests/docs/BUILD.bazel",
            '_RUN = ["//sim:shown_test"]\nsh_test(name = "t", data = _RUN + [":x"])\n',
        )
        self.write("docs/other.md", "# A title\n## It's `code`, and [a link](x)\n# A title\n")
        self.write("README.md", "")
        self.write("tools/BUILD", "".join(f'sh_binary(name="{n}")\n' for n in ("fail", "not_built", "say", "test")))
        self.write("tools/say", '#!/bin/sh\necho "$@"\n').chmod(0o755)
        self.write("tools/fail", "#!/bin/sh\necho no\nexit 1\n").chmod(0o755)
        self.write(
            "tools/test",
            "#!/bin/sh\necho $TEST_TARGET $TESTBRIDGE_TEST_ONLY $X\n"
            'echo "replay: cat bazel-testlogs/tools/test/test.outputs/outputs.zip"\n'
            "echo saved >$TEST_UNDECLARED_OUTPUTS_DIR/file\nexit 1\n",
        ).chmod(0o755)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def checker(self, text, path="README.md"):
        shell = commands.Shell(str(self.root), str(self.root))
        self.addCleanup(shell.close)
        checker = docs.Checker(path, text, SourceTree(self.root), shell, commands.Ci(CI))
        checker.check()
        return checker

    def expect(self, rule, flagged=(), passed=(), **more):
        for text in flagged:
            found = [finding.rule for finding in self.checker(text, **more).findings]
            self.assertEqual(found, [rule], text)
        for text in passed:
            self.assertEqual(self.checker(text, **more).findings, [], text)


TWICE = "int Twice(int x) {\n  return 2 * x;\n}\n"


class BlockTest(DocsTest):
    def test_fence(self):
        self.expect(
            "fence",
            ["* item\n  ```\n  text\n", "<!-- run -->\n```sh\ntrue\n"],
            ["Text with ``` in it.\n", fenced("sh", "run", "true\n")],
        )

    def test_marker(self):
        self.expect(
            "marker",
            [
                "```cpp\nint x;\n```\n",
                "```\ntext\n```\n",
                "<!-- snippet: sim/code.cc twice -->\n\n```cpp\n" + TWICE + "```\n",
                fenced("sh", "snippet: sim/code.cc twice", "true\n"),
                fenced("sh", "run it", "true\n"),
                fenced("sh", "run, printed by: tools/say x", "true\n"),
                fenced("text", "run", "x\n"),
                fenced("text", "output of: .ci/run", "x\n"),
                fenced("cpp", "snippet: sim/code.cc", "int x;\n"),
                fenced("cpp", "not compiled: too long", "int x;\n"),
                fenced("cpp", "not compiled", "int x;\n"),
                fenced("", "run", "x\n"),
            ],
            [
                fenced("cpp", "not compiled: a broken idiom", "int x;\n"),
                fenced("cpp", "not compiled: signatures", "int x;\n"),
                fenced("", "not compiled: a commit's message", "sim: x\n"),
                fenced("sh", "run", "true\n"),
            ],
        )

    def test_snippet(self):
        self.expect(
            "snippet",
            [
                fenced("cpp", "snippet: sim/gone.cc twice", TWICE),
                fenced("cpp", "snippet: sim/code.cc thrice", TWICE),
                fenced("cpp", "snippet: sim/code.cc open", ""),
                fenced("cpp", "snippet: sim/manual.cc twice", TWICE),
                fenced("cpp", "snippet: sim/script.sh twice", TWICE),
            ],
            [
                fenced("cpp", "snippet: sim/code.cc twice", TWICE),
                fenced("cpp", "snippet: sim/code.cc body", "return 2 * x;\n"),
                fenced("cpp", "snippet: sim/chosen.cc twice", TWICE),
                fenced("cpp", "snippet: sim/shown.cc twice", TWICE),
                fenced("cpp", "snippet: sim/made.cc twice", TWICE),
            ],
        )

    def test_stale_snippet(self):
        self.expect("stale", [fenced("cpp", "snippet: sim/code.cc twice", "int Twice();\n")])
        finding = self.checker(fenced("cpp", "snippet: sim/code.cc body", "old\n")).findings[0]
        self.assertIn(docs.UPDATE, finding.advice)
        self.assertIn("-old\n    +return 2 * x;", finding.advice)

    def test_build_files_have_snippets_too(self):
        page = fenced("python", "snippet: sim/BUILD.bazel rule", 'alias(name = "a")\n')
        # Nobody compiles a BUILD file, and nobody has to.
        self.expect("snippet", [], [page])


class CommandTest(DocsTest):
    def test_command(self):
        self.expect(
            "command",
            [
                fenced("sh", "run", "false\n"),
                fenced("sh", "run", "true\nfalse  # this one\n"),
                fenced("sh", "run", "./bazelw run //tools:not_built\n"),
                fenced("sh", "run", "./bazelw run //tools:fail\n"),
                fenced("sh", "run", "./bazelw run --config=asan //tools:say\n"),
                fenced("sh", "run", "./bazelw build //tools:say\n"),
                fenced("sh", "run", "./bazelw test //tools/...\n"),
                fenced("sh", "run", "./bazelw test //tools:test\n"),
                fenced("sh", "run, fails", "./bazelw run //tools:say\n"),
                fenced("text", "output of: true from: x to: y", "x\n"),
                fenced("text", "output of: echo x; exit 1", "y\n"),
            ],
            [
                fenced("sh", "run", "true  # says nothing\n\n# a remark\ntrue && \\\n  true\n"),
                fenced("sh", "run", "./bazelw run //tools:say -- x\nbazel-bin/tools/say x\n"),
                fenced("sh", "run", "./bazelw run --config=opt //tools:say\n"),
                fenced("sh", "run", "tools/say in the tree | grep tree\n"),
                fenced("sh", "run, fails", "bazel test //tools:test\n"),
                fenced("sh", "run, fails", "tools/fail\n") + fenced("text", "output of: tools/fail", "no\n"),
                fenced("text", "output of: ./bazelw run //tools:say -- a b", "a b\n"),
                fenced("text", "output of: printf 'a\\nb\\nc\\nd' from: b to: c", "b\nc\n"),
            ],
        )

    def test_tests_have_what_bazel_gives_them(self):
        command = "./bazelw test //tools:test --test_filter=A.B --test_env=X=7"
        page = fenced("sh", "run, fails", command + "\n")
        page += fenced("text", f"output of: {command} from: A.B to: 7", "//tools:test A.B 7\n")
        self.expect("command", [], [page])
        checker = self.checker(
            fenced("sh", "run, fails", "./bazelw test //tools:test\n")
            + fenced("sh", "run", "unzip -p bazel-testlogs/tools/test/test.outputs/outputs.zip\n")
        )
        self.assertEqual(checker.findings, [])

    def test_a_swarm_has_its_shards(self):
        self.write(
            "swarm/BUILD.bazel",
            'load("//rules:cc.bzl", "orrery_swarm_test")\n\norrery_swarm_test(\n    name = "run",\n'
            '    scheduler = "pct:depth=3",\n    seeds = 40,\n    shards = 2,\n)\n',
        )
        self.write(
            "swarm/run",
            "#!/bin/sh\necho $TEST_SHARD_INDEX-$TEST_TOTAL_SHARDS $ORRERY_SWARM_SEEDS"
            " $ORRERY_SWARM_SCHEDULER >$TEST_UNDECLARED_OUTPUTS_DIR/file\n",
        ).chmod(0o755)
        shards = "bazel-testlogs/swarm/run/shard_*_of_2/test.outputs/outputs.zip"
        command = f"for zip in {shards}; do unzip -p $zip; done"
        checker = self.checker(
            fenced("sh", "run", "./bazelw test //swarm:run\n")
            + fenced("text", f"output of: {command}", "0-2 40 pct:depth=3\n1-2 40 pct:depth=3\n")
        )
        self.assertEqual(checker.findings, [])

    def test_programs_do_not_hear_of_the_test_that_runs_them(self):
        os.environ["XML_OUTPUT_FILE"] = os.environ["TEST_TARGET"] = "mine"
        self.expect("stale", [], [fenced("text", "output of: echo $XML_OUTPUT_FILE$TEST_TARGET", "\n")])

    def test_a_command_that_another_prints(self):
        marker = 'run, printed after "replay: " by: ./bazelw test //tools:test'
        printed = "cat bazel-testlogs/tools/test/test.outputs/outputs.zip\n"
        self.expect("stale", [fenced("sh", marker, "true\n")], [fenced("sh", marker, printed)])
        self.expect("command", [fenced("sh", marker.replace("replay", "rerun"), "true\n")])
        marker = 'output of: printed after "say: " by: echo say: echo three words'
        self.expect(
            "stale",
            [fenced("text", marker, "three\n")],
            [
                fenced("text", marker, "three words\n"),
                fenced("text", 'output of: printed after "say: " by: echo say: seq 3 from: 2 to: 3', "2\n3\n"),
            ],
        )

    def test_ci_only(self):
        self.assertIn("./bazelw test //...", commands.CI_ONLY)
        self.expect(
            "command",
            [],
            [fenced("sh", "run", command + "\n") for command in commands.CI_ONLY],
        )

    def test_ci_that_does_not_run_it(self):
        ci = commands.Ci(CI.replace("--config=asan_ubsan ", ""))
        self.assertTrue(ci.runs("CC=gcc ./bazelw test //..."))
        self.assertFalse(ci.runs("./bazelw test --config=asan_ubsan //..."))
        self.assertFalse(ci.runs("CC=clang-19 ./bazelw test //..."))
        self.assertFalse(ci.runs("./bazelw test //sim/..."))
        self.assertTrue(ci.runs(".ci/run lint"))
        self.assertFalse(commands.Ci("#!/bin/bash\nBUILDIFIER=1\n").runs(".ci/run"))

    def test_stale_output(self):
        checker = self.checker(fenced("text", "output of: tools/say new", "old\n") + "after\n")
        self.assertEqual([finding.rule for finding in checker.findings], ["stale"])
        self.assertEqual(
            checker.updated(), fenced("text", "output of: tools/say new", "new\n") + "after\n"
        )

    def test_what_varies_is_no_difference(self):
        for here, there in [
            ("total 3.000s simulated, 26us real", "total 3.000s simulated, 4711us real"),
            ("[  FAILED  ] A.B (2 ms)", "[  FAILED  ] A.B (13 ms)"),
            ("trace: x (915 bytes, version 1)", "trace: x (913 bytes, version 1)"),
            ("x", "Running main() from /usr/src/gtest_main.cc\nx\n"),
        ]:
            self.assertEqual(commands.normalized(here), commands.normalized(there))
        self.assertNotEqual(
            commands.normalized("total 3.000s simulated, 26us real"),
            commands.normalized("total 2.000s simulated, 26us real"),
        )

    def test_the_folder_is_not_shown(self):
        self.expect("stale", [], [fenced("text", "output of: echo $PWD/x", ".../x\n")])


class NameTest(DocsTest):
    def test_link(self):
        self.expect(
            "link",
            ["[x](gone.md)", "[a\nb](other.md)", "[x](docs/other.md#gone)", "[x](#gone)", "![p](p.png)"],
            [
                "[x](#here)\n\n# Here\n",
                "[x](sim/code.cc)",
                "[x](docs/other.md#its-code-and-a-link)",
                "[x](docs/other.md#a-title-1)",
                "[x](https://example.com/gone)",
                fenced("text", "output of: echo '[x](gone.md)'", "[x](gone.md)\n"),
            ],
        )
        self.expect("link", ["[x](docs/other.md)"], ["[x](other.md)", "[x](../sim)"], path="docs/p.md")

    def test_label(self):
        self.expect(
            "label",
            ["`//gone`", "`//sim:gone`", "`a //sim:gone b`", "`//gone/...`", "`//docs`"],
            [
                "`//sim`",
                "`//sim:code`",
                "`//sim:exported.txt`",
                "`//sim:script.sh`",
                "`//sim:made_test`",
                "`//...`",
                "`//sim/...`",
                "`a // b`",
                "`https://gone`",
                "`@other//gone:x`",
                "//gone outside of code",
                fenced("cpp", "not compiled: signatures", "int x;  //gone\n"),
            ],
        )
        self.expect("label", [fenced("", "not compiled: a label", "//sim:gone\n")])

    def test_path(self):
        self.expect(
            "path",
            ["`sim/gone.h`", "`orrery/sim/gone.h`", "`sim/gone/`"],
            [
                "`sim/code.cc`",
                "`orrery/sim/code.cc`",
                "`sim/`",
                "`other/gone.h`",
                "`sim/*.h`",
                "`see sim/gone.h`",
                "`sim/or`",
            ],
        )


class FloorTest(DocsTest):
    TABLE = textwrap.dedent(
        """\
        <!-- floors -->
        | folder | may include | holds |
        |---|---|---|
        | `base/` | | words |
        | `sim/` | `base/` | the world |
        | `testing/` | `sim/`, GoogleTest | tests |

        | `tests/` | | another table |
        """
    )

    BUILD = textwrap.dedent(
        """\
        maker = rule(implementation = None, attrs = {"deps": attr.label_list()})
        cc_test(name = "x_test", srcs = ["x_test.cc"])
        cc_library(name = "fixture", testonly = True, hdrs = ["fixture.h"])
        cc_library(name = "both_fixture", testonly = True, hdrs = ["both.h"])
        cc_library(name = "both", hdrs = ["both.h"])
        maker(name = "made")
        """
    )

    def include(self, path, included):
        self.write("sim/BUILD.bazel", self.BUILD)
        self.write(path, f'#include "{included}"\n')
        rules = [(finding.rule, finding.line) for finding in self.checker(self.TABLE).findings]
        (self.root / path).unlink()
        return rules

    def test_floor(self):
        self.write("base/x.h", "")
        self.assertEqual(self.checker(self.TABLE).findings, [])
        for path, included in [
            ("sim/x.cc", "orrery/base/x.h"),
            ("sim/sync/x.cc", "orrery/sim/x.h"),
            ("sim/x_test.cc", "gtest/gtest.h"),
            ("sim/x_test.cc", "orrery/testing/x.h"),
            ("sim/fixture.h", "orrery/sim/x.pb.h"),
            ("testing/x.h", "gmock/gmock.h"),
            ("testing/x.h", "orrery/sim/x.h"),
            ("sim/x.cc", "absl/time/time.h"),
        ]:
            self.assertEqual(self.include(path, included), [], included)
        for path, included, line in [
            ("base/x.cc", "orrery/sim/x.h", 4),
            ("sim/sync/x.cc", "orrery/testing/x.h", 5),
            ("sim/both.h", "orrery/testing/x.h", 5),
            ("sim/x.cc", "gtest/gtest.h", 5),
            ("sim/x.cc", "google/protobuf/message.h", 5),
            ("sim/in_no_target_test.cc", "gtest/gtest.h", 5),
            ("testing/x.h", "orrery/base/x.h", 6),
            ("bench/x.h", "orrery/bench/x.h", 1),
        ]:
            self.assertEqual(self.include(path, included), [("floor", line)], included)

    def test_no_table_no_floors(self):
        self.assertEqual(self.checker("Text.\n").findings, [])


class PageTest(unittest.TestCase):
    def test_markers_may_have_several_lines(self):
        page = Page("<!-- output of: a\n     from: b to: c -->\n```text\nx\n```\n")
        self.assertEqual(page.blocks[0].marker, "output of: a from: b to: c")

    def test_texts_are_replaced_where_they_stand(self):
        text = textwrap.dedent(
            """\
            # Title
            ```text
            one
            ```
            between
            ```text
            ```
            """
        )
        page = Page(text)
        self.assertEqual(page.with_texts({}), text)
        self.assertEqual(
            page.with_texts({2: "a\nb\n", 6: "c\n"}),
            text.replace("one", "a\nb").replace("```text\n```", "```text\nc\n```"),
        )


if __name__ == "__main__":
    unittest.main()
