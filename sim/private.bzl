"""The parts of the event loop that nobody outside of this folder sees. They stand
apart from its BUILD file, which is long."""

load("//build_defs:cc.bzl", "orrery_cc_library")

def sim_private_libraries():
    """Declares a library for each part."""

    orrery_cc_library(
        name = "ready_queue",
        srcs = ["ready_queue.cc"],
        hdrs = ["ready_queue.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":pause_gate",
            ":runnable",
            "//base:access",
            "//scheduler",
        ],
    )

    orrery_cc_library(
        name = "pause_gate",
        hdrs = ["pause_gate.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":runnable",
            "//base:ids",
        ],
    )

    orrery_cc_library(
        name = "node_clock",
        hdrs = ["node_clock.h"],
        visibility = ["//visibility:private"],
        deps = ["//base:sim_time"],
    )

    orrery_cc_library(
        name = "await_sites",
        srcs = ["await_sites.cc"],
        hdrs = ["await_sites.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":promise",
            "//base:source_site",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "timer_queue",
        srcs = ["timer_queue.cc"],
        hdrs = ["timer_queue.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":runnable",
            "//base:sim_time",
        ],
    )

    orrery_cc_library(
        name = "text_arena",
        hdrs = ["text_arena.h"],
        visibility = ["//visibility:private"],
        deps = ["@abseil-cpp//absl/strings"],
    )

    orrery_cc_library(
        name = "local_values",
        hdrs = ["local_values.h"],
        visibility = ["//visibility:private"],
    )

    orrery_cc_library(
        name = "slow_step_detector",
        srcs = ["slow_step_detector.cc"],
        hdrs = ["slow_step_detector.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":slow_step",
            "//base:sim_time",
            "//base:source_site",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ],
    )

    orrery_cc_library(
        name = "recorder",
        hdrs = ["recorder.h"],
        visibility = ["//visibility:private"],
        deps = [
            "//base:choice",
            "//base:ids",
            "//base:sim_time",
            "//base:trace_event",
            "//base:trace_sink",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "clock_control",
        srcs = ["clock_control.cc"],
        hdrs = ["clock_control.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":ring",
            "//base:sim_time",
            "//base:source_site",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "spin_watch",
        srcs = ["spin_watch.cc"],
        hdrs = ["spin_watch.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":posted_callback",
            ":runnable",
            ":task_state",
            "//base:ids",
            "//base:source_site",
            "//base:trace_event",
            "@abseil-cpp//absl/functional:function_ref",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "loop_storage",
        srcs = ["loop_storage.cc"],
        hdrs = ["loop_storage.h"],
        visibility = ["//visibility:private"],
        deps = [
            ":history",
            ":local_values",
            ":ready_queue",
            ":recorder",
            ":task_state",
            ":text_arena",
            ":timer_queue",
            "//base:access",
            "//base:ids",
            "//base:source_site",
            "//scheduler:fifo_scheduler",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
        ],
    )
