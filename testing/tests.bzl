"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "blocked_tasks_test": [":blocked_tasks", "@abseil-cpp//absl/strings"],
    "co_actions_test": [":co_actions", ":sim_test", "@abseil-cpp//absl/time"],
    "co_assert_test": [":co_assert", ":failure_capture", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor"],
    "escapes_test": [":allow_escape", ":call_stack", ":escapes", ":no_escape", "//base:sim_time", "//sim:clock", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/base:core_headers", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "event_tail_test": [":event_tail", "//sim:log", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/types:span"],
    "failure_capture_test": [":failure_capture", ":scoped_trace", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/strings"],
    "failure_report_test": [":failure_report", "//base:trace_event", "//sim:slow_step", "@abseil-cpp//absl/strings"],
    "matchers_test": [":matchers", "//sim:log", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event"],
    "no_escape_test": [":escapes", ":no_escape", "//sim:simulation", "//sim:task", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "program_build_test": [":program_build"],
    "run_stops_test": [":run_stops", "//base:trace_event", "//scheduler:random_scheduler", "//sim:debugger", "//sim:log", "//sim:random", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//traces:stop_point", "//traces:trace_reader", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "scoped_trace_test": [":scoped_trace", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/strings"],
    "sim_test_test": [":sim_test"],
    "status_macros_test": [":failure_capture", ":status_macros", "//sim:simulation", "//sim:sleep", "//sim:task", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor"],
    "status_matchers_test": [":status_matchers", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor"],
    "test_run_codec_test": [":failure_report", ":test_run_codec", "//base:task_report", "//sim:slow_step"],
}

def testing_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
        # They catch escapes, are run by other tests, or read the names of their own functions.
        alone = [
            "escapes_test",
            "event_tail_test",
            "no_escape_test",
            "run_stops_test",
            "sim_test_test",
        ],
    )
