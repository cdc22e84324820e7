# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for tools/ci/count_tests.py."""

import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.getcwd(), "tools", "ci"))
import count_tests  # noqa: E402


class CountTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.events = []

    def add_target(self, label):
        self.events.append({
            "id": {"targetConfigured": {"label": label}},
            "configured": {"targetKind": "cc_test rule", "testSize": "SMALL"},
        })

    def add_result(self, label, cases, status="PASSED", shard=1, attempt=1):
        outputs = [{"name": "test.log", "uri": "file:///nowhere"}]
        if cases is not None:
            path = self.folder / f"with space {len(self.events)}.xml"
            path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
            outputs.append({"name": "test.xml", "uri": path.as_uri()})
        self.events.append({
            "id": {"testResult": {"label": label, "run": 1, "shard": shard, "attempt": attempt}},
            "testResult": {"testActionOutput": outputs, "status": status},
        })

    def expect(self, passed, *failures):
        total = count_tests.count(self.events)
        self.assertEqual(total.passed, passed)
        self.assertEqual(total.failures, list(failures))

    def test_counts_each_case(self):
        self.add_target("//a:b")
        self.add_result("//a:b", '<testcase name="x"/><testcase name="y"/>')
        self.expect(2)

    def test_counts_failures_and_errors(self):
        self.add_target("//a:b")
        self.add_result(
            "//a:b",
            '<testcase classname="A" name="x"><failure/></testcase>'
            '<testcase name="y"><error/></testcase><testcase name="z"/>',
            status="FAILED",
        )
        self.expect(1, "//a:b: A.x", "//a:b: y")

    def test_adds_up_shards(self):
        self.add_target("//a:b")
        self.add_result("//a:b", '<testcase name="x"/>', shard=1)
        self.add_result("//a:b", '<testcase name="y"/>', shard=2)
        self.expect(2)

    def test_last_attempt_decides(self):
        self.add_target("//a:b")
        self.add_result("//a:b", '<testcase name="x"><failure/></testcase>', status="FAILED")
        self.add_result("//a:b", '<testcase name="x"/>', attempt=2)
        self.expect(1)

    def test_skipped_and_disabled_cases_are_neither(self):
        self.add_target("//a:b")
        self.add_result(
            "//a:b",
            '<testcase name="v"><skipped/></testcase>'
            '<testcase name="w" status="run" result="skipped"/>'
            '<testcase name="x" status="notrun" result="suppressed"/>'
            '<testcase name="y" status="run" result="completed"/>',
        )
        self.expect(1)

    def test_leak_found_at_exit_is_a_failure(self):
        self.add_target("//a:b")
        self.add_result("//a:b", '<testcase name="x"/>', status="FAILED")
        self.expect(1, "//a:b: outside of its test cases (FAILED)")

    def test_test_that_was_not_built_is_a_failure(self):
        self.add_target("//a:b")
        self.expect(0, "//a:b: was not built")

    def test_test_that_a_tag_leaves_out_is_neither(self):
        self.add_target("//a:b")
        self.events.append({
            "id": {"targetCompleted": {"label": "//a:b"}},
            "completed": {"success": True},
        })
        self.expect(0)

    def test_test_that_a_compiler_leaves_out_is_neither(self):
        self.add_target("//x:a")
        self.events.append(
            {"id": {"targetCompleted": {"label": "//x:a"}}, "aborted": {"reason": "SKIPPED"}}
        )
        self.add_target("//x:b")
        self.events.append(
            {"id": {"targetCompleted": {"label": "//x:b"}}, "aborted": {"reason": "ANALYSIS_FAILURE"}}
        )
        self.expect(0, "//x:b: was not built")

    def test_libraries_are_no_tests(self):
        self.events.append({
            "id": {"targetConfigured": {"label": "//a:library"}},
            "configured": {"targetKind": "cc_library rule"},
        })
        self.expect(0)

    def test_missing_xml_is_a_failure(self):
        self.add_target("//a:b")
        self.add_result("//a:b", None, status="REMOTE_FAILURE")
        self.expect(0, "//a:b: left no test.xml (REMOTE_FAILURE)")

    def test_torn_xml_is_a_failure(self):
        self.add_target("//a:b")
        self.add_result("//a:b", "<testcase")
        total = count_tests.count(self.events)
        self.assertEqual(total.passed, 0)
        self.assertRegex(total.failures[0], "//a:b: test.xml is unreadable: .*")

    def test_reads_events_of_a_build_that_was_killed(self):
        path = self.folder / "events.json"
        path.write_text('{"id": {"started": {}}}\n{"id": {"testRes')
        self.assertEqual(count_tests.read_events(path), [{"id": {"started": {}}}])


if __name__ == "__main__":
    unittest.main()
