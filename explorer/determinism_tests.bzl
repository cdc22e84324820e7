"""The unit tests of the check of determinism, one for each header."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "check_jobs_test": [":check_jobs", "//traces:trace_reader", "@abseil-cpp//absl/status", "@abseil-cpp//absl/strings", "@googletest//:gtest_main"],
    "memory_scrambler_test": [":memory_scrambler", ":perturbation", "//sim:frame_pool", "@googletest//:gtest"],
    "other_process_test": [":other_process", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time", "@googletest//:gtest"],
    "perturbation_test": [":perturbation", "@abseil-cpp//absl/strings", "@googletest//:gtest_main"],
    "record_diff_test": [":record_diff", "//sim:log", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//traces:trace_writer", "@googletest//:gtest_main"],
    "run_recorder_test": [":run_recorder", "//scheduler:random_scheduler", "//sim:log", "//sim:random", "//sim:simulation", "//sim:spawn", "//traces:trace_reader", "//traces:trace_writer", "@googletest//:gtest_main"],
}

def determinism_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
        deps = [],
        alone = [
            "memory_scrambler_test",
            "other_process_test",
        ],
    )
