"""The unit tests of the check of determinism, one for each header."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

_TESTS = {
    "check_jobs_test": [":check_jobs", "//traces:trace_reader", "@abseil-cpp//absl/status", "@abseil-cpp//absl/strings", "@googletest//:gtest_main"],
    "memory_scrambler_test": [":memory_scrambler", ":perturbation", "//sim:frame_pool", "@googletest//:gtest"],
    "other_process_test": [":other_process", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time", "@googletest//:gtest"],
    "perturbation_test": [":perturbation", "@abseil-cpp//absl/strings", "@googletest//:gtest_main"],
    "record_diff_test": [":record_diff", "//sim:log", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//traces:trace_writer", "@googletest//:gtest_main"],
    "run_recorder_test": [":run_recorder", "//scheduler:random_scheduler", "//sim:log", "//sim:random", "//sim:simulation", "//sim:spawn", "//traces:trace_reader", "//traces:trace_writer", "@googletest//:gtest_main"],
}

def determinism_tests():
    """Declares a cc_test for each of _TESTS, whose source is NAME.cc."""
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            srcs = [name + ".cc"],
            deps = deps,
        )
