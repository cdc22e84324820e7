"""The code of the pages, which is compiled and run. It stands apart from the BUILD file, which is long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "allow_escape_snippets": ["//testing:sim_test"],
    "architecture_snippets": ["//scheduler", "//scheduler:draw_streams", "//scheduler:replay_scheduler", "//scheduler:schedule", "//sim:random", "//sim:simulation", "//sim:sleep", "//sim:spawn"],
    "asyncio_sync_snippets": ["//sim:dump_tasks", "//sim:future", "//sim:invalid_state", "//sim:thread_pool", "//sim/sync:barrier", "//sim/sync:bounded_semaphore", "//sim/sync:condition_variable", "//sim/sync:lifo_queue", "//sim/sync:priority_queue", "//sim/sync:queue_shut_down", "//sim/sync:semaphore", "//testing:sim_test", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "asyncio_tasks_snippets": ["//sim:cancelled", "//sim:progress", "//sim:runner", "//sim:task_handle", "//sim/combinators:as_completed", "//sim/combinators:exception_group", "//sim/combinators:gather", "//sim/combinators:shield", "//sim/combinators:staggered_race", "//sim/combinators:task_group", "//sim/combinators:task_outcome", "//sim/combinators:timeout", "//sim/combinators:timeout_error", "//sim/combinators:timeout_scope", "//sim/combinators:wait", "//sim/combinators:when_any", "//sim/combinators:with_cleanup", "//testing:sim_test", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "compilers_snippets": ["//sim:simulation", "//sim:sleep", "//sim:task"],
    "disk_snippets": ["//sim/disk:disks", "//sim/faults:fault", "//sim/node:world", "//testing:sim_test", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/time"],
    "exploring_snippets": ["//testing:sim_test"],
    "faults_nemesis_snippets": ["//sim:sleep", "//sim:task", "//sim/chaos:liveness", "//sim/chaos:mishap", "//sim/chaos:nemesis", "//sim/faults:chance", "//sim/net:network", "//sim/node:world", "//testing:sim_test", "@abseil-cpp//absl/status", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "faults_snippets": ["//sim:settings", "//sim/chaos:nemesis", "//sim/chaos:swarm_world", "//sim/disk:disks", "//sim/faults:buggify", "//sim/faults:chance", "//sim/faults:fault", "//sim/faults:swarm", "//sim/net:network", "//sim/node:world", "//testing:sim_test", "@abseil-cpp//absl/strings"],
    "mocks_snippets": ["//testing:sim_test"],
    "network_snippets": ["//sim/faults:fault", "//sim/net:network", "//sim/net:stream", "//sim/node:world", "//testing:sim_test", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/time"],
    "nodes_snippets": ["//sim:post", "//sim/node:world", "//testing:sim_test", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "rpc_snippets": ["//sim/faults:fault", "//sim/net:name_service", "//sim/net:network", "//sim/node:world", "//sim/rpc:message_port", "//sim/rpc:rpc_client", "//sim/rpc:rpc_faults", "//sim/rpc:rpc_server", "//testing:sim_test", "@abseil-cpp//absl/strings"],
    "writing_tests_snippets": ["//testing:sim_test", "@abseil-cpp//absl/strings"],
}

def snippets(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
