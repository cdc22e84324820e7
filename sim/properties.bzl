"""What a program claims about itself. It stands apart from this folder's BUILD file,
which is long."""

load("//build_defs:cc.bzl", "orrery_cc_library")

def sim_properties():
    """Declares the library `properties`."""
    orrery_cc_library(
        name = "properties",
        srcs = ["properties.cc"],
        hdrs = ["properties.h"],
        deps = [
            ":simulation",
            ":sleep",
            ":task",
            "//base:property",
            "//base:sim_time",
            "//base:source_site",
            "@abseil-cpp//absl/strings",
            "@abseil-cpp//absl/time",
        ],
    )
