"""What a program claims about itself, and what it is told from outside. They stand apart
from this folder's BUILD file, which is long."""

load("//build_defs:cc.bzl", "orrery_cc_library")

def sim_properties():
    """Declares the libraries `properties` and `settings`."""
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

    orrery_cc_library(
        name = "settings",
        srcs = ["settings.cc"],
        hdrs = ["settings.h"],
        deps = [
            "@abseil-cpp//absl/container:btree",
            "@abseil-cpp//absl/status",
            "@abseil-cpp//absl/status:statusor",
            "@abseil-cpp//absl/strings",
        ],
    )
