"""What shows a run to whoever looks into it from outside. It stands apart from this
folder's BUILD file, which is long."""

load("//build_defs:cc.bzl", "orrery_cc_library")

def sim_debugging():
    """Declares `dump_tasks`, `debugger`, `message` and `state_digest`."""
    orrery_cc_library(
        name = "dump_tasks",
        srcs = ["dump_tasks.cc"],
        hdrs = ["dump_tasks.h"],
        deps = [
            ":simulation",
            "//base:sim_time",
            "//base:task_report",
            "//base:task_tree",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "debugger",
        srcs = ["debugger.cc"],
        hdrs = ["debugger.h"],
        deps = [
            ":simulation",
            "//base:sim_time",
            "//base:task_report",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "message",
        srcs = ["message.cc"],
        hdrs = ["message.h"],
        deps = [
            ":simulation",
            "//base:digest",
            "//base:ids",
            "//base:source_site",
            "//base:trace_event",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "state_digest",
        srcs = ["state_digest.cc"],
        hdrs = ["state_digest.h"],
        deps = [
            ":simulation",
            "//base:digest",
            "//base:trace_event",
            "@abseil-cpp//absl/strings",
        ],
    )
