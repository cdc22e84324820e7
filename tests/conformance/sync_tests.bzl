"""The tests of what tasks share, and of the loop itself. They stand apart from the
BUILD file, which is long."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

_TESTS = {
    "barriers_broken_test": [":any_order", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:barrier", "//testing:sim_test"],
    "barriers_test": [":any_order", ":awaitable", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:barrier", "//testing:sim_test"],
    "conditions_cancel_test": [":any_order", ":waiters", "//sim:cancelled", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/sync:condition_variable", "//sim/sync:mutex", "//testing:sim_test"],
    "conditions_test": [":any_order", "//sim:clock", "//sim:run_result", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/sync:condition_variable", "//sim/sync:event", "//sim/sync:mutex", "//testing:sim_test"],
    "events_test": [":any_order", ":waiters", "//sim:cancelled", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//testing:sim_test"],
    "locks_test": [":any_order", ":awaitable", ":waiters", "//sim:cancelled", "//sim:future", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//sim/sync:mutex", "//testing:sim_test"],
    "loop_order_test": ["//base:source_site", "//sim:clock", "//sim:post", "//sim:progress", "//sim:simulation", "//sim:sleep", "//testing:sim_test"],
    "loop_runs_test": [":any_order", "//sim:compute", "//sim:post", "//sim:progress", "//sim:run_result", "//sim:runner", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//testing:sim_test"],
    "queues_kinds_test": ["//sim:invalid_state", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:lifo_queue", "//sim/sync:priority_queue", "//sim/sync:queue", "//sim/sync:queue_shut_down", "//testing:sim_test"],
    "queues_put_test": [":any_order", ":waiters", "//sim:cancelled", "//sim:clock", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//sim/sync:queue", "//testing:sim_test"],
    "queues_test": [":any_order", ":waiters", "//sim:clock", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/sync:event", "//sim/sync:queue", "//testing:sim_test"],
    "semaphores_test": [":any_order", ":awaitable", ":waiters", "//sim:cancelled", "//sim:clock", "//sim:invalid_state", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:timeout", "//sim/sync:bounded_semaphore", "//sim/sync:condition_variable", "//sim/sync:mutex", "//sim/sync:semaphore", "//testing:sim_test", "@abseil-cpp//absl/strings"],
    "threads_test": [":any_order", "//sim:clock", "//sim:future", "//sim:run_blocking", "//sim:run_result", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_local", "//sim:thread_pool", "//sim/combinators:gather", "//testing:sim_test"],
}

def sync_tests():
    """Declares a cc_test for each of _TESTS, whose source is NAME.cc."""
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            srcs = [name + ".cc"],
            deps = deps + ["@googletest//:gtest_main"],
        )
