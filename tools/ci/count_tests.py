# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Counts the test cases that one run of `bazel test` passed and failed.

    bazel test --build_event_json_file=events.json //...
    python3 tools/ci/count_tests.py events.json

prints "PASSED FAILED", and on standard error a line for each failure.

The cases are counted from the test.xml files. Which files those are is read from
the build's events, not from a search of bazel-testlogs: that folder still holds
the files of tests that have since been removed, and knows nothing of a test that
was not built.
"""

import collections
import json
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree

# One target's one run: `bazel test` writes a test.xml for each.
Result = collections.namedtuple("Result", "label run shard")


class Count:
    """How many cases passed, and what failed, in words."""

    def __init__(self):
        self.passed = 0
        self.failures = []


def read_events(path):
    with open(path, encoding="utf-8") as file:
        # A Bazel that was killed leaves half a line at the end.
        lines = [line for line in file.read().split("\n") if line]
    events = []
    for number, line in enumerate(lines, start=1):
        try:
            events.append(json.loads(line))
        except json.JSONDecodeError:
            if number < len(lines):
                raise
    return events


def count(events):
    """Returns the Count for the events of one build."""
    targets = []
    built = set()
    skipped = set()  # by target_compatible_with
    last_attempts = {}
    for event in events:
        identity = event["id"]
        if "testSize" in event.get("configured", {}):
            targets.append(identity["targetConfigured"]["label"])
        if event.get("completed", {}).get("success"):
            built.add(identity["targetCompleted"]["label"])
        if "targetCompleted" in identity and event.get("aborted", {}).get("reason") == "SKIPPED":
            skipped.add(identity["targetCompleted"]["label"])
        if "testResult" in event:
            key = identity["testResult"]
            result = Result(key["label"], key.get("run", 1), key.get("shard", 1))
            # Attempts come in order, and the last one decides.
            last_attempts[result] = event["testResult"]

    total = Count()
    for result in sorted(last_attempts):
        _count_result(result, last_attempts[result], total)
    ran = {result.label for result in last_attempts}
    for label in targets:
        # What was built and not run was left out by --test_tag_filters.
        if label not in ran and label not in built and label not in skipped:
            total.failures.append(f"{label}: was not built")
    return total


def _count_result(result, outcome, total):
    status = outcome.get("status", "NO_STATUS")
    failures_before = len(total.failures)
    path = _xml_path(outcome)
    if path is None:
        total.failures.append(f"{result.label}: left no test.xml ({status})")
        return
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        total.failures.append(f"{result.label}: test.xml is unreadable: {error}")
        return
    for case in root.iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            name = ".".join(filter(None, [case.get("classname"), case.get("name")]))
            total.failures.append(f"{result.label}: {name}")
        elif not _is_skipped(case):
            total.passed += 1
    # A leak is found after the last case: each has passed, the test has not.
    if status not in ("PASSED", "FLAKY") and len(total.failures) == failures_before:
        total.failures.append(f"{result.label}: outside of its test cases ({status})")


def _is_skipped(case):
    # GoogleTest marks disabled cases with `status`, skipped ones with `result`.
    return (
        case.find("skipped") is not None
        or case.get("status") == "notrun"
        or case.get("result") in ("skipped", "suppressed")
    )


def _xml_path(outcome):
    for output in outcome.get("testActionOutput", []):
        if output["name"] == "test.xml":
            uri = urllib.parse.urlparse(output["uri"])
            return urllib.request.url2pathname(uri.path)
    return None


def main(arguments):
    if len(arguments) != 2:
        sys.exit("usage: count_tests.py EVENTS_JSON")
    total = count(read_events(arguments[1]))
    for failure in total.failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    print(total.passed, len(total.failures))


if __name__ == "__main__":
    main(sys.argv)
