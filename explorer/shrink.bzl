"""Making failing runs small: the libraries and their tests."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//build_defs:cc.bzl", "orrery_cc_library")

def shrink_targets():
    """Declares them in the package that calls it."""
    orrery_cc_library(
        name = "detailed_run",
        srcs = ["detailed_run.cc"],
        hdrs = ["detailed_run.h"],
        deps = [
            "//base:access",
            "//base:ids",
            "//scheduler:deviations",
            "//scheduler:schedule",
            "//scheduler:straight_scheduler",
        ],
    )

    orrery_cc_library(
        name = "run_log",
        srcs = ["run_log.cc"],
        hdrs = ["run_log.h"],
        deps = [
            ":detailed_run",
            "//base:check",
            "//base:ids",
            "//scheduler",
            "//scheduler:deviations",
            "//scheduler:draw_ordinals",
            "@abseil-cpp//absl/container:flat_hash_map",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "shrink",
        srcs = ["shrink.cc"],
        hdrs = ["shrink.h"],
        deps = [
            ":run",
            ":shrink_cost",
            ":shrink_options",
            ":shrink_passes",
            ":shrink_search",
            ":shrink_trials",
            "//base:choice",
            "//scheduler:deviations",
            "//scheduler:lenient_scheduler",
            "//scheduler:replay_scheduler",
            "//scheduler:schedule",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "shrink_options",
        hdrs = ["shrink_options.h"],
        deps = [
            ":run",
            "//base:seed",
            "//scheduler:schedule",
        ],
    )

    orrery_cc_library(
        name = "shrink_trials",
        srcs = ["shrink_trials.cc"],
        hdrs = ["shrink_trials.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":detailed_run",
            ":run",
            ":run_log",
            ":shrink_cost",
            ":shrink_options",
            "//base:digest",
            "//base:trace_event",
            "//scheduler",
            "//scheduler:deviation_scheduler",
            "//scheduler:deviations",
            "//scheduler:lenient_scheduler",
            "//scheduler:schedule",
            "//scheduler:straight_scheduler",
            "@abseil-cpp//absl/container:flat_hash_set",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "shrink_passes",
        srcs = ["shrink_passes.cc"],
        hdrs = ["shrink_passes.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":shrink_trials",
            "//base:choice",
        ],
    )

    orrery_cc_library(
        name = "shrink_search",
        srcs = ["shrink_search.cc"],
        hdrs = ["shrink_search.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":shrink_trials",
            "//base:access",
            "@abseil-cpp//absl/container:flat_hash_map",
        ],
    )

    orrery_cc_library(
        name = "shrink_cost",
        srcs = ["shrink_cost.cc"],
        hdrs = ["shrink_cost.h"],
        deps = [
            ":detailed_run",
            "//base:choice",
            "//base:ids",
        ],
    )

    orrery_cc_library(
        name = "shrink_text",
        srcs = ["shrink_text.cc"],
        hdrs = ["shrink_text.h"],
        deps = [
            ":shrink",
            ":shrink_cost",
            ":shrink_options",
            "//base:choice",
            "//base:ids",
            "//base:trace_event",
            "//base:trace_sink",
            "//scheduler:deviations",
            "//traces:trace_text",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
        ],
    )

    cc_test(
        name = "shrink_text_test",
        size = "small",
        srcs = ["shrink_text_test.cc"],
        deps = [
            ":shrink_text",
            "//base:choice",
            "//base:ids",
            "//base:trace_event",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest_main",
        ],
    )

    cc_test(
        name = "shrink_test",
        size = "small",
        srcs = ["shrink_test.cc"],
        deps = [
            ":isolate",
            ":run",
            ":run_log",
            ":shrink",
            ":shrink_options",
            "//base:seed",
            "//base:source_site",
            "//base:trace_event",
            "//scheduler:random_scheduler",
            "//scheduler:replay_scheduler",
            "//scheduler:schedule",
            "//sim:join_handle",
            "//sim:random",
            "//sim:run_result",
            "//sim:simulation",
            "//sim:spawn",
            "//sim:task",
            "//sim/sync:shared",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest_main",
        ],
    )

    cc_test(
        name = "run_log_test",
        size = "small",
        srcs = ["run_log_test.cc"],
        deps = [
            ":run_log",
            "//scheduler:deviation_scheduler",
            "//scheduler:deviations",
            "//scheduler:ready_list",
            "@googletest//:gtest_main",
        ],
    )

    cc_test(
        name = "shrink_passes_test",
        size = "small",
        srcs = ["shrink_passes_test.cc"],
        deps = [
            ":shrink_passes",
            "@googletest//:gtest_main",
        ],
    )
