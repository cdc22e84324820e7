"""Unit tests of this folder."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "campaign_test": [":campaign", ":sample_runs", "//scheduler:fifo_scheduler", "//scheduler:random_scheduler", "//scheduler:replay_scheduler", "//sim:random", "//sim:sleep", "@abseil-cpp//absl/status", "@abseil-cpp//absl/time"],
    "choice_log_test": [":choice_log"],
    "isolate_test": [":isolate", ":sample_runs", "//base:choice", "//base:trace_sink", "//scheduler:random_scheduler", "//sim:random", "//sim:sleep", "//sim:task", "@abseil-cpp//absl/time"],
    "isolated_campaign_test": [":campaign", ":sample_runs", "//scheduler:random_scheduler", "//sim:random", "//sim:sleep", "@abseil-cpp//absl/time"],
    "progress_test": [":progress"],
    "signature_test": [":signature", "//base:task_report", "//base:trace_event"],
}

def explorer_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
