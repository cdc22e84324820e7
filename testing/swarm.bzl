"""The libraries that look at all campaigns of a program together, and those that
fuzz. They stand apart from the BUILD file of this folder, which is long."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//build_defs:cc.bzl", "orrery_cc_library")

def swarm_libraries():
    """Declares them, and their tests."""
    orrery_cc_library(
        name = "missed_properties",
        srcs = ["missed_properties.cc"],
        hdrs = ["missed_properties.h"],
        deps = [
            "//base:property",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
        ],
    )

    cc_test(
        name = "missed_properties_test",
        size = "small",
        srcs = ["missed_properties_test.cc"],
        deps = [
            ":missed_properties",
            "//base:property",
            "@googletest//:gtest_main",
        ],
    )

    orrery_cc_library(
        name = "swarm",
        srcs = ["swarm.cc"],
        hdrs = ["swarm.h"],
        deps = [
            "//traces:campaign_results",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ],
    )

    cc_test(
        name = "swarm_test",
        size = "small",
        srcs = ["swarm_test.cc"],
        deps = [
            ":swarm",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest_main",
        ],
    )

    orrery_cc_library(
        name = "campaign_log",
        srcs = ["campaign_log.cc"],
        hdrs = ["campaign_log.h"],
        deps = [
            ":missed_properties",
            ":swarm",
            ":test_config",
            "//base:property",
            "//base:source_site",
            "//traces:campaign_results",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest",
        ],
    )

    orrery_cc_library(
        name = "fuzz_mutator",
        srcs = ["fuzz_mutator.cc"],
        hdrs = ["fuzz_mutator.h"],
        deps = [
            "//base:digest",
            "//base:prng",
            "@abseil-cpp//absl/container:flat_hash_map",
            "@abseil-cpp//absl/types:span",
        ],
    )

    cc_test(
        name = "fuzz_mutator_test",
        size = "small",
        srcs = ["fuzz_mutator_test.cc"],
        deps = [
            ":fuzz_mutator",
            "@googletest//:gtest_main",
        ],
    )

    orrery_cc_library(
        name = "sim_fuzz",
        srcs = ["sim_fuzz.cc"],
        hdrs = ["sim_fuzz.h"],
        visibility = ["//visibility:public"],
        deps = [
            ":failure_report",
            ":fuzz_mutator",
            ":repeat_commands",
            ":sim_test",
            ":sim_test_body",
            ":sim_test_options",
            ":test_run",
            "//base:seed",
            "//scheduler:bytes_scheduler",
            "//sim:simulation",
            "//traces:trace_file",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
        ],
    )

    cc_test(
        name = "sim_fuzz_test",
        size = "small",
        srcs = ["sim_fuzz_test.cc"],
        deps = [
            ":sim_fuzz",
            "@googletest//:gtest_main",
        ],
    )
