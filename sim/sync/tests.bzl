# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0

"""The unit tests of this folder. They stand apart from its BUILD file, which is
long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "barrier_test": [":barrier", ":cancel_everywhere", "//scheduler:random_scheduler", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "before_access_test": [":before_access", ":event", "//scheduler:random_scheduler", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "bounded_semaphore_test": [":bounded_semaphore", ":cancel_everywhere", "//sim:invalid_state", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "cancel_everywhere_test": [":cancel_everywhere", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn"],
    "channel_cancel_test": [":cancel_everywhere", ":channel", ":select", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "channel_test": [":channel", "//scheduler:random_scheduler", "//sim:clock", "//sim:post", "//sim:random", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "condition_variable_cancel_test": [":cancel_everywhere", ":condition_variable", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "condition_variable_test": [":condition_variable", "//scheduler:random_scheduler", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "event_test": [":cancel_everywhere", ":event", "//scheduler:random_scheduler", "//sim:clock", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "gone_test": [":barrier", ":channel", ":condition_variable", ":event", ":mutex", ":queue", ":rw_lock", ":semaphore", ":shared", "//scheduler:random_scheduler", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "guard_test": [":guard"],
    "lifo_queue_test": [":lifo_queue", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "mutex_cancel_test": [":cancel_everywhere", ":event", ":mutex", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "mutex_test": [":event", ":mutex", ":shared", "//scheduler:random_scheduler", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "priority_queue_test": [":priority_queue", "//sim:random", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "queue_cancel_test": [":cancel_everywhere", ":lifo_queue", ":priority_queue", ":queue", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "queue_shut_down_test": [":lifo_queue", ":priority_queue", ":queue", ":queue_shut_down", "//sim:invalid_state", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "queue_test": [":queue", "//scheduler:random_scheduler", "//sim:clock", "//sim:post", "//sim:random", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "rw_lock_test": [":cancel_everywhere", ":rw_lock", "//scheduler:random_scheduler", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/strings"],
    "select_test": [":channel", ":select", "//scheduler:random_scheduler", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "semaphore_test": [":cancel_everywhere", ":semaphore", "//scheduler:random_scheduler", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "shared_test": [":shared", "//scheduler:random_scheduler", "//sim:simulation", "//sim:spawn", "//sim:task"],
}

def sync_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
