"""The tests of this folder."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "barriers_broken_test": [":any_order", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:barrier", "//testing:sim_test"],
    "barriers_test": [":any_order", ":awaitable", "//sim:cancelled", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:barrier", "//testing:sim_test"],
    "conditions_cancel_test": [":any_order", ":waiters", "//sim:cancelled", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/sync:condition_variable", "//sim/sync:mutex", "//testing:sim_test"],
    "conditions_test": [":any_order", "//sim:clock", "//sim:run_result", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/sync:condition_variable", "//sim/sync:event", "//sim/sync:mutex", "//testing:sim_test"],
    "eager_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim:task_local", "//sim/combinators:gather", "//sim/combinators:task_group", "//testing:sim_test"],
    "events_test": [":any_order", ":waiters", "//sim:cancelled", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//testing:sim_test"],
    "futures_callbacks_test": ["//sim:future", "//sim:post", "//sim:sleep", "//testing:sim_test"],
    "futures_test": [":any_order", "//sim:cancelled", "//sim:future", "//sim:invalid_state", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//testing:matchers", "//testing:sim_test"],
    "locks_test": [":any_order", ":awaitable", ":waiters", "//sim:cancelled", "//sim:future", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//sim/sync:mutex", "//testing:sim_test"],
    "loop_order_test": ["//base:source_site", "//sim:clock", "//sim:post", "//sim:progress", "//sim:simulation", "//sim:sleep", "//testing:sim_test"],
    "loop_runs_test": [":any_order", "//sim:compute", "//sim:post", "//sim:progress", "//sim:run_result", "//sim:runner", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//testing:sim_test"],
    "queues_kinds_test": ["//sim:invalid_state", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:lifo_queue", "//sim/sync:priority_queue", "//sim/sync:queue", "//sim/sync:queue_shut_down", "//testing:sim_test"],
    "queues_put_test": [":any_order", ":waiters", "//sim:cancelled", "//sim:clock", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//sim/sync:queue", "//testing:sim_test"],
    "queues_test": [":any_order", ":waiters", "//sim:clock", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/sync:event", "//sim/sync:queue", "//testing:sim_test"],
    "runners_test": ["//base:seed", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:join_handle", "//sim:post", "//sim:progress", "//sim:run_result", "//sim:runner", "//sim:simulation", "//sim:simulation_options", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim:task_local"],
    "semaphores_test": [":any_order", ":awaitable", ":waiters", "//sim:cancelled", "//sim:clock", "//sim:invalid_state", "//sim:post", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:timeout", "//sim/sync:bounded_semaphore", "//sim/sync:condition_variable", "//sim/sync:mutex", "//sim/sync:semaphore", "//testing:sim_test", "@abseil-cpp//absl/strings"],
    "staggered_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:sleep", "//sim:task", "//sim/combinators:staggered_race", "//testing:sim_test"],
    "taskgroups_cancel_test": [":any_order", ":thrown", "//sim:cancelled", "//sim:clock", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:exception_group", "//sim/combinators:task_group", "//sim/sync:event", "//testing:sim_test"],
    "taskgroups_test": [":any_order", ":thrown", "//base:source_site", "//sim:cancelled", "//sim:clock", "//sim:invalid_state", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim:task_local", "//sim/combinators:task_group", "//testing:sim_test"],
    "tasks_as_completed_test": [":any_order", "//sim:clock", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:as_completed", "//sim/combinators:timeout_error", "//testing:sim_test"],
    "tasks_basics_test": [":any_order", "//sim:clock", "//sim:future", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//testing:sim_test"],
    "tasks_cancel_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//testing:sim_test"],
    "tasks_context_test": [":any_order", "//sim:clock", "//sim:future", "//sim:post", "//sim:random", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_local", "//sim/combinators:gather", "//testing:sim_test"],
    "tasks_gather_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:gather", "//sim/combinators:task_outcome", "//testing:sim_test"],
    "tasks_reports_test": [":any_order", "//base:task_report", "//sim:dump_tasks", "//sim:future", "//sim:run_result", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//testing:matchers", "//testing:sim_test", "@abseil-cpp//absl/strings"],
    "tasks_shield_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:gather", "//sim/combinators:shield", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//testing:sim_test"],
    "tasks_uncancel_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//testing:sim_test"],
    "tasks_wait_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:wait", "//testing:sim_test"],
    "threads_test": [":any_order", "//sim:clock", "//sim:future", "//sim:run_blocking", "//sim:run_result", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_local", "//sim:thread_pool", "//sim/combinators:gather", "//testing:sim_test"],
    "timeouts_nested_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:exception_group", "//sim/combinators:task_group", "//sim/combinators:timeout_error", "//sim/combinators:timeout_scope", "//testing:sim_test"],
    "timeouts_test": [":any_order", "//base:sim_time", "//base:source_site", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:invalid_state", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:timeout_error", "//sim/combinators:timeout_scope", "//testing:sim_test"],
    "waitfor_test": [":any_order", "//sim:cancelled", "//sim:clock", "//sim:future", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim:task_handle", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//testing:sim_test"],
}

def conformance_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
        # It reads the names of its own functions.
        alone = ["tasks_reports_test"],
    )
