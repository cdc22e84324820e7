"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

_TESTS = {
    "clock_test": [":clock", ":simulation", ":sleep", ":spawn", ":task"],
    "exception_text_test": [":exception_text"],
    "frame_pool_test": [":frame_pool", "//base:prng"],
    "join_handle_test": [":clock", ":join_handle", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "log_test": [":log", ":post", ":simulation", ":sleep", ":spawn", ":task"],
    "loop_storage_test": [":loop_storage", "//base:prng", "@abseil-cpp//absl/strings"],
    "order_test": [":clock", ":post", ":simulation", ":sleep", ":spawn", ":when_all", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue"],
    "post_test": [":clock", ":post", ":simulation", ":sleep", ":task", "//base:trace_sink", "//scheduler:random_scheduler"],
    "random_test": [":post", ":random", ":simulation", ":sleep", ":spawn", ":task", "//base:trace_sink", "//scheduler:random_scheduler"],
    "ready_queue_test": [":ready_queue", "//base:prng"],
    "run_result_test": [":run_result"],
    "seam_test": [":clock", ":post", ":random", ":simulation", ":sleep", ":spawn", ":task", ":when_all", "//base:prng", "//base:trace_sink", "//scheduler", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue", "//sim/sync:shared"],
    "simulation_lifetime_test": [":clock", ":log", ":post", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue"],
    "simulation_test": [":clock", ":post", ":random", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:replay_scheduler", "//sim/sync:event"],
    "sleep_test": [":clock", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "spawn_test": [":simulation", ":sleep", ":spawn", "//scheduler:random_scheduler", "//sim/sync:event", "//sim/sync:mutex"],
    "task_access_test": [":post", ":simulation", ":sleep", ":spawn", ":task", ":when_all", "//scheduler", "//sim/sync:event", "//sim/sync:mutex"],
    "task_end_test": [":log", ":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler", "//sim/sync:mutex"],
    "task_result_test": [":simulation", ":sleep", ":spawn", ":task", "//scheduler:random_scheduler"],
    "task_test": [":simulation", ":sleep", ":spawn", ":task"],
    "text_arena_test": [":text_arena", "@abseil-cpp//absl/strings"],
    "timer_queue_test": [":timer_queue", "//base:prng"],
    "when_all_test": [":clock", ":simulation", ":sleep", ":spawn", ":task", ":when_all", "//base:source_site", "//scheduler:random_scheduler", "//sim/sync:event"],
}

def sim_tests():
    """Declares a cc_test for each of _TESTS, whose source is NAME.cc."""
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            srcs = [name + ".cc"],
            deps = deps + ["@googletest//:gtest_main"],
        )
