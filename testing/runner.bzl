"""The libraries that run a simulated test many times. They stand apart from the
BUILD file of this folder, which is long."""

load("@protobuf//bazel:cc_proto_library.bzl", "cc_proto_library")
load("@protobuf//bazel:proto_library.bzl", "proto_library")
load("//build_defs:cc.bzl", "orrery_cc_library")

def runner_libraries():
    """Declares them."""
    proto_library(
        name = "test_payload_proto",
        srcs = ["test_payload.proto"],
        import_prefix = "orrery",
        strip_import_prefix = "/",
    )

    cc_proto_library(
        name = "test_payload_cc_proto",
        deps = [":test_payload_proto"],
    )

    orrery_cc_library(
        name = "test_run_codec",
        srcs = ["test_run_codec.cc"],
        hdrs = ["test_run_codec.h"],
        deps = [
            ":test_payload_cc_proto",
            ":test_run",
            "//base:digest",
            "//base:ids",
            "//base:sim_time",
            "//base:task_report",
            "//sim:slow_step",
            "@abseil-cpp//absl/time",
        ],
    )

    orrery_cc_library(
        name = "test_program",
        srcs = ["test_program.cc"],
        hdrs = ["test_program.h"],
        deps = [
            ":crash_report",
            ":current_test",
            ":repeat_commands",
            ":run_stops",
            ":sim_test_body",
            ":test_config",
            ":test_payload_cc_proto",
            ":test_run",
            ":test_run_codec",
            "//base:property",
            "//base:seed",
            "//base:trace_sink",
            "//explorer:run",
            "//explorer:run_recorder",
            "//explorer:signature",
            "//sim:simulation",
            "//sim/faults:fault",
            "//traces:trace_file",
            "//traces:trace_writer",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest",
        ],
    )

    orrery_cc_library(
        name = "failure_explainer",
        srcs = ["failure_explainer.cc"],
        hdrs = ["failure_explainer.h"],
        deps = [
            ":crash_report",
            ":current_test",
            ":event_tail",
            ":test_config",
            ":test_payload_cc_proto",
            ":test_program",
            ":test_run",
            "//base:choice",
            "//base:digest",
            "//explorer:campaign",
            "//explorer:isolate",
            "//scheduler",
            "//scheduler:replay_scheduler",
            "//traces:trace_reader",
            "//traces:trace_writer",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ],
    )

    orrery_cc_library(
        name = "campaign_check",
        srcs = ["campaign_check.cc"],
        hdrs = ["campaign_check.h"],
        deps = [
            ":current_test",
            ":determinism_check",
            ":failure_explainer",
            ":repeat_commands",
            ":test_config",
            ":test_program",
            "//base:seed",
            "//explorer:campaign",
            "//explorer:isolate",
            "//explorer:run_recorder",
            "//scheduler:lenient_scheduler",
            "//traces:trace_file",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "shrink_test_run",
        srcs = ["shrink_test_run.cc"],
        hdrs = ["shrink_test_run.h"],
        deps = [
            ":crash_report",
            ":current_test",
            ":failure_explainer",
            ":repeat_commands",
            ":sim_test_options",
            ":test_config",
            ":test_program",
            ":test_run",
            "//base:choice",
            "//base:digest",
            "//base:trace_sink",
            "//explorer:isolate",
            "//explorer:run",
            "//explorer:shrink",
            "//explorer:shrink_options",
            "//explorer:shrink_text",
            "//scheduler:replay_scheduler",
            "//scheduler:schedule",
            "//traces:format",
            "//traces:trace_reader",
            "//traces:trace_writer",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ],
    )

    orrery_cc_library(
        name = "shrink_replay",
        srcs = ["shrink_replay.cc"],
        hdrs = ["shrink_replay.h"],
        deps = [
            ":current_test",
            ":shrink_test_run",
            ":sim_test_body",
            ":test_config",
            ":test_program",
            "//explorer:shrink_options",
            "//traces:trace_reader",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "test_campaign",
        srcs = ["test_campaign.cc"],
        hdrs = ["test_campaign.h"],
        deps = [
            ":campaign_check",
            ":campaign_log",
            ":current_test",
            ":failure_explainer",
            ":missed_properties",
            ":repeat_commands",
            ":shrink_test_run",
            ":sim_test_body",
            ":sim_test_options",
            ":swarm",
            ":test_config",
            ":test_program",
            "//explorer:campaign",
            "//explorer:run",
            "//scheduler",
            "//sim/faults:fault_totals",
            "//traces:campaign_results",
            "//traces:digest_sample",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest",
        ],
    )

    orrery_cc_library(
        name = "test_runner",
        srcs = ["test_runner.cc"],
        hdrs = ["test_runner.h"],
        deps = [
            ":allow_escape",
            ":current_test",
            ":determinism_check",
            ":escapes",
            ":replay_test_run",
            ":sim_test_body",
            ":sim_test_options",
            ":test_campaign",
            ":test_config",
            "//scheduler:make_scheduler",
            "//traces:replay_spec",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest",
        ],
    )
