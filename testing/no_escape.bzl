"""What keeps simulations from the real world: see no_escape.h. It stands apart
from this folder's BUILD file, which is long."""

load("@rules_cc//cc:cc_binary.bzl", "cc_binary")
load("@rules_cc//cc:cc_test.bzl", "cc_test")
load("//build_defs:cc.bzl", "orrery_cc_library")

def no_escape_libraries():
    """Declares no_escape and what it consists of."""
    orrery_cc_library(
        name = "escapes",
        srcs = ["escapes.cc"],
        hdrs = ["escapes.h"],
        deps = [
            "//base:check",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
        ],
    )

    orrery_cc_library(
        name = "allow_escape",
        srcs = ["allow_escape.cc"],
        hdrs = ["allow_escape.h"],
        visibility = ["//visibility:public"],
        deps = [
            ":escapes",
            "//base:source_site",
            "//sim:simulation",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "call_stack",
        srcs = ["call_stack.cc"],
        hdrs = ["call_stack.h"],
        deps = [
            "@abseil-cpp//absl/base:core_headers",
            "@abseil-cpp//absl/debugging:symbolize",
            "@abseil-cpp//absl/strings",
        ],
    )

    orrery_cc_library(
        name = "caught_escape",
        srcs = ["caught_escape.cc"],
        hdrs = ["caught_escape.h"],
        linkopts = ["-ldl"],
        deps = [
            ":allow_escape",
            ":call_stack",
            ":escapes",
            "//base:check",
            "//base:prng",
            "//base:sim_time",
            "//base:source_site",
            "//sim:simulation",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/types:span",
        ],
    )

    orrery_cc_library(
        name = "no_escape",
        srcs = [
            "no_escape_absl.cc",
            "no_escape_clock.cc",
            "no_escape_entropy.cc",
            "no_escape_file.cc",
            "no_escape_process.cc",
            "no_escape_socket.cc",
            "no_escape_syscall.cc",
        ],
        hdrs = ["no_escape.h"],
        # In the program itself, though nothing there asks for it.
        alwayslink = True,
        linkstatic = True,
        visibility = ["//visibility:public"],
        deps = [
            ":allow_escape",
            ":caught_escape",
            "//base:sim_time",
            "@abseil-cpp//absl/base:core_headers",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ],
    )

    # Fail on purpose; run by sim_test_escapes_test.
    for name, sim_test in {
        "escape_sample": ":sim_test",
        "escape_sample_with_escapes": ":sim_test_with_escapes",
    }.items():
        cc_binary(
            name = name,
            testonly = True,
            srcs = ["escape_sample.cc"],
            deps = [
                sim_test,
                "@abseil-cpp//absl/time",
                "@googletest//:gtest_main",
            ],
        )

    cc_test(
        name = "sim_test_escapes_test",
        size = "small",
        srcs = ["sim_test_escapes_test.cc"],
        data = [
            ":escape_sample",
            ":escape_sample_with_escapes",
            ":sim_test_test",
        ],
        deps = [
            ":subprocess",
            "@abseil-cpp//absl/strings",
            "@googletest//:gtest_main",
        ],
    )
