"""The libraries behind --orrery_replay. They stand apart from the BUILD file of
this folder, which is long."""

load("//build_defs:cc.bzl", "orrery_cc_library")

def replay_libraries():
    """Declares them."""
    orrery_cc_library(
        name = "replay_mode",
        hdrs = ["replay_mode.h"],
        deps = ["@abseil-cpp//absl/strings"],
    )

    orrery_cc_library(
        name = "program_build",
        srcs = ["program_build.cc"],
        hdrs = ["program_build.h"],
        deps = [
            "//base:digest",
            "//traces:format",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
            "@zlib",
        ],
    )

    orrery_cc_library(
        name = "run_settings",
        srcs = ["run_settings.cc"],
        hdrs = ["run_settings.h"],
        deps = [
            "//sim:settings",
            "//traces:format",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "replayed_run",
        srcs = ["replayed_run.cc"],
        hdrs = ["replayed_run.h"],
        deps = [
            ":crash_report",
            ":current_test",
            ":repeat_commands",
            ":run_settings",
            ":sim_test_body",
            ":test_config",
            ":test_program",
            ":test_run",
            "//base:sim_time",
            "//base:trace_sink",
            "//scheduler",
            "//traces:divergence_text",
            "//traces:trace_reader",
            "//traces:trace_writer",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest",
        ],
    )

    orrery_cc_library(
        name = "strict_replay",
        srcs = ["strict_replay.cc"],
        hdrs = ["strict_replay.h"],
        deps = [
            ":crash_report",
            ":event_tail",
            ":replayed_run",
            ":run_stops",
            ":test_config",
            "//base:sim_time",
            "//scheduler:replay_scheduler",
            "//sim:simulation",
            "//traces:replay_checker",
            "//traces:stop_point",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "lenient_replay",
        srcs = ["lenient_replay.cc"],
        hdrs = ["lenient_replay.h"],
        deps = [
            ":crash_report",
            ":event_tail",
            ":repeat_commands",
            ":replayed_run",
            ":run_stops",
            ":test_config",
            ":test_run",
            "//explorer:signature",
            "//scheduler:realign_scheduler",
            "//traces:stop_point",
            "//traces:trace_reader",
            "//traces:trace_recording",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "prefix_replay",
        srcs = ["prefix_replay.cc"],
        hdrs = ["prefix_replay.h"],
        deps = [
            ":current_test",
            ":replayed_run",
            ":test_campaign",
            ":test_config",
            "//scheduler:make_scheduler",
            "//scheduler:prefix_scheduler",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "replay_test_run",
        srcs = ["replay_test_run.cc"],
        hdrs = ["replay_test_run.h"],
        deps = [
            ":current_test",
            ":lenient_replay",
            ":prefix_replay",
            ":replay_mode",
            ":replayed_run",
            ":run_settings",
            ":shrink_replay",
            ":sim_test_body",
            ":sim_test_options",
            ":strict_replay",
            ":test_config",
            "//traces:trace_reader",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest",
        ],
    )
