"""The unit tests of this folder, one for each header."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "access_test": [":access", ":ids", "@abseil-cpp//absl/strings"],
    "check_test": [":check", "@abseil-cpp//absl/strings"],
    "choice_test": [":choice", "@abseil-cpp//absl/strings"],
    "clean_function_test": [":source_site", "@abseil-cpp//absl/strings"],
    "digest_test": [":digest"],
    "ids_test": [":ids"],
    "prng_test": [":prng"],
    "property_test": [":property"],
    "seed_test": [":seed"],
    "sim_time_test": [":sim_time", "@abseil-cpp//absl/time"],
    "source_site_test": [":source_site", "@abseil-cpp//absl/strings"],
    "task_report_test": [":sim_time", ":task_report", ":trace_event"],
    "task_tree_test": [":task_report", ":task_tree", "@abseil-cpp//absl/strings"],
    "trace_event_test": [":source_site", ":trace_event", "@abseil-cpp//absl/strings"],
}

def base_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
        # It reads the names of its own functions.
        alone = ["source_site_test"],
    )
