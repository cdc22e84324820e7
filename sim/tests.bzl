"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "cancel_test": [":cancelled", ":clock", ":future", ":post", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler", "//sim/sync:event", "//sim/sync:mutex"],
    "clock_test": [":clock", ":compute", ":simulation", ":sleep", ":spawn", ":task"],
    "compute_test": [":clock", ":compute", ":post", ":simulation", ":sleep", ":spawn", ":task", "//base:ids", "//base:sim_time"],
    "cost_test": [":cost", ":simulation", ":task", "//scheduler", "//scheduler:random_scheduler"],
    "driving_test": [":cancelled", ":clock", ":future", ":post", ":progress", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "dump_tasks_test": [":dump_tasks", ":future", ":simulation", ":sleep", ":spawn", ":task"],
    "eager_start_test": [":cancelled", ":clock", ":post", ":simulation", ":sleep", ":spawn", ":task", ":task_handle", "//base:trace_sink", "//scheduler", "//scheduler:random_scheduler", "@abseil-cpp//absl/strings"],
    "exception_text_test": [":exception_text"],
    "frame_pool_test": [":frame_pool", "//base:prng"],
    "future_test": [":cancelled", ":clock", ":future", ":invalid_state", ":simulation", ":sleep", ":spawn", ":task"],
    "join_handle_test": [":clock", ":join_handle", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "live_lock_test": [":clock", ":post", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "local_values_test": [":local_values"],
    "log_test": [":log", ":post", ":simulation", ":sleep", ":spawn", ":task"],
    "loop_storage_test": [":loop_storage", "//base:prng", "@abseil-cpp//absl/strings"],
    "message_test": [":message", ":simulation", ":spawn", ":state_digest", ":task", "//base:digest", "//base:trace_sink", "//sim/sync:queue"],
    "order_test": [":clock", ":post", ":simulation", ":sleep", ":spawn", "//sim/combinators:when_all", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue"],
    "post_test": [":clock", ":post", ":simulation", ":sleep", ":task", "//base:trace_sink", "//scheduler:random_scheduler"],
    "progress_test": [":progress"],
    "properties_test": [":post", ":properties", ":simulation", ":sleep", ":spawn", ":task", "//base:property", "//scheduler:random_scheduler"],
    "random_test": [":post", ":random", ":simulation", ":sleep", ":spawn", ":task", "//base:trace_sink", "//scheduler:random_scheduler"],
    "ready_queue_test": [":ready_queue", "//base:prng"],
    "run_blocking_test": [":clock", ":future", ":run_blocking", ":simulation", ":sleep", ":spawn", ":task", ":thread_pool", "//base:ids", "//sim/combinators:when_all"],
    "run_result_test": [":run_result", ":slow_step"],
    "runner_test": [":cancelled", ":clock", ":future", ":runner", ":simulation", ":sleep", ":spawn", ":task", ":task_handle", ":task_local", "//scheduler:random_scheduler"],
    "seam_test": [":clock", ":post", ":random", ":simulation", ":sleep", ":spawn", ":task", "//base:prng", "//base:trace_sink", "//scheduler", "//sim/combinators:when_all", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue", "//sim/sync:shared"],
    "settings_test": [":settings", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "simulation_lifetime_test": [":clock", ":log", ":post", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue"],
    "simulation_test": [":clock", ":post", ":random", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:replay_scheduler", "//sim/sync:event"],
    "sleep_test": [":clock", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "slow_step_detector_test": [":slow_step", ":slow_step_detector", "//base:source_site"],
    "spawn_test": [":simulation", ":sleep", ":spawn", "//scheduler:random_scheduler", "//sim/sync:event", "//sim/sync:mutex"],
    "step_info_test": [":compute", ":log", ":post", ":simulation", ":sleep", ":spawn", ":task", "//sim/combinators:gather", "//sim/sync:mutex", "//sim/sync:queue", "//sim/sync:shared"],
    "task_access_test": [":post", ":simulation", ":sleep", ":spawn", ":task", "//scheduler", "//sim/combinators:when_all", "//sim/sync:event", "//sim/sync:mutex"],
    "task_end_test": [":log", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler", "//sim/sync:mutex"],
    "task_local_test": [":post", ":random", ":run_blocking", ":simulation", ":sleep", ":spawn", ":task", ":task_local", ":thread_pool", "//base:seed", "//base:source_site", "//scheduler:random_scheduler", "//sim/combinators:when_all"],
    "task_result_test": [":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "task_test": [":simulation", ":sleep", ":spawn", ":task"],
    "text_arena_test": [":text_arena", "@abseil-cpp//absl/strings"],
    "thread_pool_test": [":cancelled", ":clock", ":compute", ":future", ":simulation", ":sleep", ":spawn", ":task", ":thread_pool", "//base:ids", "//base:seed", "//base:sim_time", "//base:trace_event", "//base:trace_sink", "//scheduler:random_scheduler", "//sim/combinators:when_all", "@abseil-cpp//absl/strings"],
    "time_control_test": [":cancelled", ":clock", ":future", ":post", ":simulation", ":sleep", ":spawn", ":task", ":time_control", "//scheduler:random_scheduler"],
    "timer_queue_test": [":timer_queue", "//base:prng"],
}

def sim_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
        # They read the names of their own functions.
        alone = [
            "cancel_test",
            "compute_test",
            "dump_tasks_test",
            "live_lock_test",
            "time_control_test",
        ],
    )
