"""The tests of this folder."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "agreement_loop_test": [":agreement", ":search", "//scheduler", "//scheduler:dfs_scheduler", "//scheduler:dpor_scheduler", "//sim:cancelled", "//sim:join_handle", "//sim:post", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:exception_group", "//sim/combinators:task_group", "//sim/combinators:timeout", "//sim/combinators:when_all", "//sim/combinators:when_any", "//sim/sync:channel", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:select", "//sim/sync:shared", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "agreement_test": [":agreement", "//sim:cancelled", "//sim:future", "//sim:join_handle", "//sim:random", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/combinators:when_all", "//sim/combinators:when_any", "//sim/sync:condition_variable", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue", "//sim/sync:rw_lock", "//sim/sync:semaphore", "//sim/sync:shared", "//tests/corpus:programs", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "dfs_counts_test": [":search", "//scheduler", "//scheduler:dfs_scheduler", "//sim:future", "//sim:sleep", "//sim:spawn", "//sim:task", "@abseil-cpp//absl/strings"],
    "dpor_counts_test": [":search", "//scheduler", "//scheduler:dpor_scheduler", "//sim:task", "//tests/corpus:programs", "//tests/corpus:steps"],
    "random_agreement_test": [":search", "//base:prng", "//scheduler", "//scheduler:dfs_scheduler", "//scheduler:dpor_scheduler", "//sim:cancelled", "//sim:join_handle", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:event", "//sim/sync:mutex", "//sim/sync:queue", "//sim/sync:semaphore", "//sim/sync:shared", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
}

def exploration_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
