"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "as_completed_test": [":as_completed", ":cancel_each_task", ":test_words", ":timeout_error", ":when_all", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:invalid_state", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "exception_group_test": [":exception_group", "//sim:exception_text"],
    "gather_test": [":cancel_each_task", ":gather", ":task_outcome", ":test_words", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/sync:event", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "scoped_timer_test": [":scoped_timer", ":test_words", "//base:sim_time", "//base:source_site", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:task", "@abseil-cpp//absl/time"],
    "shield_test": [":cancel_each_task", ":shield", ":test_words", ":timeout", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "@abseil-cpp//absl/time"],
    "staggered_race_test": [":cancel_each_task", ":staggered_race", ":test_words", "//sim:cancelled", "//sim:clock", "//sim:exception_text", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "task_group_cancel_test": [":cancel_each_task", ":task_group", ":test_words", ":timeout", ":timeout_error", "//sim:cancelled", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "task_group_test": [":exception_group", ":task_group", ":test_words", "//sim:cancelled", "//sim:clock", "//sim:invalid_state", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/sync:event", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "task_outcome_test": [":task_outcome", "//sim:cancelled"],
    "timeout_scope_test": [":cancel_each_task", ":test_words", ":timeout_scope", "//sim:cancelled", "//sim:clock", "//sim:invalid_state", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "@abseil-cpp//absl/time"],
    "timeout_test": [":cancel_each_task", ":test_words", ":timeout", ":timeout_error", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:join_handle", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/sync:event"],
    "wait_test": [":cancel_each_task", ":wait", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/sync:event", "@abseil-cpp//absl/time"],
    "when_all_cancel_test": [":cancel_each_task", ":when_all", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task"],
    "when_all_settled_test": [":cancel_each_task", ":task_outcome", ":when_all_settled", "//sim:cancelled", "//sim:clock", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/time"],
    "when_all_test": [":when_all", "//base:source_site", "//scheduler:random_scheduler", "//sim:cancelled", "//sim:clock", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event"],
    "when_any_test": [":cancel_each_task", ":test_words", ":when_any", "//sim:cancelled", "//sim:clock", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/sync:event", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "with_cleanup_test": [":cancel_each_task", ":shield", ":test_words", ":timeout", ":with_cleanup", "//sim:cancelled", "//sim:clock", "//sim:join_handle", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/time"],
}

def combinators_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
        # It reads the names of its own functions.
        alone = ["when_all_test"],
    )
