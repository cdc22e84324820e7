"""The tests of this folder."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "crash_states_test": [":disk_model", ":disk_script", "//base:prng", "//scheduler", "//scheduler:dfs_scheduler", "//sim:task", "//sim/disk", "//sim/disk:disk_faults", "//sim/disk:disk_options", "//sim/faults:chance", "//tests/exploration:search", "@abseil-cpp//absl/status"],
    "wal_crash_test": [":wal", ":wal_oracle", "//scheduler", "//scheduler:dfs_scheduler", "//sim:sleep", "//sim:task", "//sim/disk", "//sim/disk:disk_options", "//sim/disk:disks", "//sim/faults:latency_law", "//sim/node:world", "//tests/exploration:search", "@abseil-cpp//absl/status", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "wal_seeds_test": [":wal", ":wal_machine", "//base:seed", "//scheduler:random_scheduler", "//sim:run_result", "//sim/faults:fault"],
}

def storage_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
