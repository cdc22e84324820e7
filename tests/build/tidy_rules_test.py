# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for tidy.py: each rule flags what it should, and leaves alone what it should."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.getcwd(), "tests", "build"))
import tidy  # noqa: E402

HEADER = f"// {tidy.COPYRIGHT}\n// {tidy.LICENSE}\n"


def rules(text, path="sim/x.cc", header=HEADER, **more):
    return [finding.rule for finding in tidy.check(path, header + text, **more)]


def in_coroutine(body):
    return "Task<> F() {\n" + body + "\n}\n"


class RuleTest(unittest.TestCase):
    def expect(self, rule, flagged, passed, **more):
        for text in flagged:
            self.assertEqual(rules(text, **more), [rule], text)
        for text in passed:
            self.assertEqual(rules(text, **more), [], text)

    def expect_in_coroutine(self, rule, flagged, passed):
        self.expect(
            rule,
            [in_coroutine(body) for body in flagged],
            [in_coroutine(body) for body in passed],
        )


class TextTest(RuleTest):
    def test_tab(self):
        self.expect("tab", ["\tint x;\n"], ["  int x;\n"])

    def test_trailing_space(self):
        self.expect("trailing-space", ["int x; \n"], ["int x;\n"])

    def test_last_newline(self):
        self.expect("last-newline", ["int x;"], ["int x;\n"])

    def test_file_length(self):
        self.expect("file-length", ["\n" * 499], ["\n" * 498])

    def test_license_header(self):
        self.assertEqual(rules("int x;\n", header=""), ["license-header"])
        self.assertEqual(rules("int x;\n", header="// " + tidy.COPYRIGHT + "\n"), ["license-header"])
        header = HEADER.replace("//", "#")
        self.assertEqual(rules("x = 1\n", "a.py", header), [])
        self.assertEqual(rules("x=1\n", "a.sh", "#!/bin/sh\n" + header), [])
        self.assertEqual(rules("x=1\n", "bazelw", "#!/bin/sh\n"), ["license-header"])
        self.assertEqual(rules("Text.\n", "a.md", ""), [])

    def test_include_guard(self):
        def guarded(name, end):
            return f"\n#ifndef {name}\n#define {name}\n\nint x;\n\n#endif{end}\n"

        good = "ORRERY_SIM_SYNC_X_H_"
        self.expect(
            "include-guard",
            [
                "#pragma once\n",
                "int x;\n",
                guarded("SIM_SYNC_X_H_", "  // SIM_SYNC_X_H_"),
                guarded("ORRERY_SIM_X_H_", "  // ORRERY_SIM_X_H_"),
                guarded(good, ""),
                f"#ifndef {good}\n#define OTHER\n#endif  // {good}\n",
            ],
            [guarded(good, f"  // {good}"), "// #define A\n" + guarded(good, f"  // {good}")],
            path="sim/sync/x.h",
        )

    def test_include_form(self):
        self.expect(
            "include-form",
            [
                '#include "sim/task.h"\n',
                '#include "task.h"\n',
                "#include <orrery/sim/task.h>\n",
                '#include "orrery/sim/gone.h"\n',
            ],
            [
                '#include "orrery/sim/task.h"\n',
                '#include "orrery/traces/trace.pb.h"\n',
                '#include "absl/time/time.h"\n',
                "#include <vector>\n",
                '// #include "task.h"\n',
                'const char* k = "\\n#include \\"task.h\\"";\n',
                'const char* k = R"(\n#include "task.h"\n)";\n',
            ],
            exists=lambda path: path in ("sim/task.h", "traces/trace.proto"),
        )

    def test_std_random(self):
        self.expect(
            "std-random",
            [
                "std::mt19937 g;\n",
                "std::mt19937_64 g;\n",
                "std::uniform_int_distribution<int> d;\n",
                "std::uniform_real_distribution<> d;\n",
                "std::shuffle(a, b, g);\n",
            ],
            ["Prng g;\n", "// std::mt19937 is slow\n", 'F("std::mt19937");\n', "Shuffle(a);\n"],
        )

    def test_entropy(self):
        self.expect(
            "entropy",
            ["std::random_device d;\n", "absl::BitGen g;\n", "int x = rand();\n", "std::rand();\n"],
            ["prng.random(3);\n", "operand(3);\n", "int random;\n"],
        )

    def test_hash(self):
        self.expect(
            "hash",
            ["std::hash<int>{}(1);\n", "absl::HashOf(x);\n"],
            ["AbslHashValue(std::move(h), x);\n", "Digest d;\n"],
        )

    def test_real_clock(self):
        self.expect(
            "real-clock",
            [
                "std::chrono::steady_clock::now();\n",
                "std::chrono::system_clock::now();\n",
                "absl::Now();\n",
                "absl::SleepFor(d);\n",
            ],
            ["Now();\n", "clock->Now();\n", "absl::Nowhere();\n"],
        )

    def test_bans_hold_in_the_deterministic_folders_only(self):
        text = "std::mt19937 g;\nabsl::Now();\n"
        for folder in tidy.DETERMINISTIC_FOLDERS:
            self.assertEqual(rules(text, folder + "/a/x.cc"), ["std-random", "real-clock"])
        self.assertEqual(rules(text, "bench/x.cc"), [])

    def test_real_clock_allow_list_names_files(self):
        for path in tidy.REAL_CLOCK_ALLOWED:
            self.assertEqual(rules("absl::Now();\nstd::mt19937 g;\n", path), ["std-random"])

    def test_allow_needs_the_rule_and_a_reason(self):
        allow = "// tidy: allow"
        self.assertEqual(rules(f"absl::Now();  {allow}(real-clock) a footer\n"), [])
        self.assertEqual(rules(f"{allow}(real-clock) a footer\nabsl::Now();\n"), [])
        self.assertEqual(rules(f"absl::Now();  {allow}(real-clock)\n"), ["real-clock"])
        self.assertEqual(rules(f"absl::Now();  {allow}(tab) a footer\n"), ["real-clock"])
        self.assertEqual(rules(f"{allow}(real-clock) a footer\n\nabsl::Now();\n"), ["real-clock"])

    def test_findings_name_their_line(self):
        (finding,) = tidy.check("sim/x.cc", HEADER + '/* two\nlines */ F("a\\\nb");\nabsl::Now();\n')
        self.assertEqual(finding.line, 6)


class CoroutineTest(RuleTest):
    def test_condition(self):
        self.expect_in_coroutine(
            "co-await-in-condition",
            [
                "if (co_await A()) B();",
                "if (!co_await A()) { B(); }",
                "while (co_await A()) {}",
                "while (x < co_await A()) B();",
                "do { B(); } while (co_await A());",
                "for (int i = 0; co_await A(); ++i) {}",
                "switch (co_await A()) { default: B(); }",
                "if (x) { B(); } else if (co_await A()) { B(); }",
                "if (x = co_await A()) B();",
                "if (int y = 1; co_await A()) B();",
                "auto f = [&]() -> Task<> { if (co_await A()) B(); };",
            ],
            [
                "bool b = co_await A(); if (b) B();",
                "if (auto v = co_await A()) B();",
                "if (std::optional<int> v = co_await A()) B();",
                "if (auto v = co_await A(); v) B();",
                "for (auto& x : co_await A()) {}",
                "if (x) co_await A();",
                "while (true) { co_await A(); }",
                "EXPECT_TRUE(co_await A());",
                "// if (co_await A())\n",
                'Log("if (co_await A())");',
            ],
        )

    def test_temporary(self):
        self.expect_in_coroutine(
            "co-await-temporary",
            [
                "co_await Call([k] { return k; });",
                "co_await Call([=] { return k; });",
                "co_await Call([&a, k] { return k; });",
                "co_await Call([k = std::move(k)] { return k; });",
                "co_await [k]() -> Task<> { co_return; }();",
                'co_await Open({.path = "log"});',
                'int n = co_await Awaiter{"log"};',
                "co_await Send(Message{std::move(text)});",
                'co_return co_await Send({"a", "b"});',
                "Use([k] { return k; }, co_await A());",
            ],
            [
                "co_await Call([&k] { return k; });",
                "co_await Call([&] { return k; });",
                "co_await Call([this] { return k; });",
                "co_await Call([] { return 1; });",
                "co_await Sleep(Options{.seconds = 1});",
                'co_await Log("text");',
                'auto task = Open({.path = "log"}); co_await std::move(task);',
                "auto f = [k] { return k; }; co_await Call(f);",
                "co_await Call(table[k]);",
                "auto h = Spawn([k]() -> Task<> { co_await A(k); });",
            ],
        )

    def test_conditional(self):
        self.expect_in_coroutine(
            "co-await-in-conditional",
            ["auto x = a ? co_await A() : B();", "co_await A(b ? T() : U());"],
            ["auto x = a ? A() : B(); co_await x;", "co_await A([&] { return b ? 1 : 2; });"],
        )

    def test_braces(self):
        self.expect_in_coroutine(
            "co-await-in-braces",
            ["Pair p{1, co_await A()};", "co_return Pair{co_await A()};"],
            ["int a = co_await A(); Pair p{a, 1};", "Pair p{[&]() -> Task<> { co_await A(); }};"],
        )

    def test_two(self):
        self.expect_in_coroutine(
            "two-co-awaits",
            [
                "F(co_await A(), co_await B());",
                "int x = co_await A() + co_await B();",
                "EXPECT_EQ(co_await A(), co_await B());",
                "co_await (co_await A()).B();",
            ],
            [
                "co_await A(); co_await B();",
                "if (x) co_await A(); else co_await B();",
                "co_await A([&]() -> Task<> { co_await B(); });",
                "for (auto& x : co_await A()) co_await B(x);",
                "switch (x) { case 1: co_await A(); break; default: co_await B(); }",
            ],
        )
        self.assertEqual(
            rules(in_coroutine("std::vector<int> v{co_await A(), co_await B()};")),
            ["co-await-in-braces", "two-co-awaits"],
        )

    def test_captures(self):
        self.expect_in_coroutine(
            "capturing-coroutine",
            [
                "auto t = [&]() -> Task<> { co_await A(); }();",
                "Run([k]() -> Task<int> { co_return k; }());",
                "auto t = [this] { if (x) { co_return; } }();",
            ],
            [
                "auto t = [](int k) -> Task<> { co_await A(k); }(1);",
                "Spawn([&]() -> Task<> { co_await A(); });",
                "int n = [&] { return 1; }();",
                "co_await [&]() -> Task<> { co_await A(); }();",
            ],
        )

    def test_looks_into_every_kind_of_block(self):
        bad = "if (co_await A()) B();"
        for text in [
            f"class X {{ Task<> F() const {{ {bad} }} }};",
            f"class X {{ X() : a_{{1}}, b_(2) {{ {bad} }} }};",
            f"auto F() -> Task<std::vector<int>> {{ {bad} }}",
            f"namespace a::b {{ Task<> F() noexcept {{ {bad} }} }}",
            f'SIM_TEST(A, B, {{.runs = 3, .scheduler = "random"}}) {{ {bad} }}',
            f"Task<> F() {{ try {{ {bad} }} catch (...) {{ }} }}",
            f"Task<> F() {{ switch (x) {{ case 1: {{ {bad} }} }} }}",
            f"Task<> F() {{ G([&](int a) mutable {{ {bad} }}); }}",
            f"#define BRACE {{\nTask<> F() {{ {bad} }}",
        ]:
            self.assertEqual(rules(text + "\n"), ["co-await-in-condition"], text)


class TreeTest(unittest.TestCase):
    def test_sources(self):
        for name in ["a.h", "a.cc", "a.proto", "a.py", "BUILD.bazel", "defs.bzl", "README.md", "bazelw"]:
            self.assertTrue(tidy.is_source(name), name)
        for name in ["a.o", "a.json", "LICENSE"]:
            self.assertFalse(tidy.is_source(name), name)

    def test_walk_follows_no_links(self):
        root = os.path.join(os.environ.get("TEST_TMPDIR", "."), "tree")
        os.makedirs(os.path.join(root, "sim"))
        os.makedirs(os.path.join(root, "node_modules"))
        os.symlink("sim", os.path.join(root, "bazel-out"))
        for path in ["sim/a.h", "node_modules/b.h", "c.md"]:
            open(os.path.join(root, path), "w").close()
        self.assertEqual(list(tidy.source_files(root)), ["c.md", "sim/a.h"])


if __name__ == "__main__":
    unittest.main()
