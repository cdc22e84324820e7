"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

_TESTS = {
    "campaign_merge_test": [":campaign_merge", ":campaign_results"],
    "campaign_results_test": [":campaign_cc_proto", ":campaign_results", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings", "@protobuf"],
    "digest_sample_test": [":digest_sample", "//base:prng"],
    "event_decoder_test": [":trace_cc_proto", ":trace_reader", "//base:trace_event"],
    "packer_test": [":packer", ":trace_cc_proto", "@protobuf"],
    "replay_checker_test": [":replay_checker", ":sample_trace", ":trace_reader", ":trace_writer", "//base:choice", "//base:trace_event", "//base:trace_sink"],
    "replay_spec_test": [":replay_spec", ":sample_trace", ":trace_file", "//base:choice", "//scheduler", "//scheduler:make_scheduler", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_damage_test": [":sample_trace", ":trace_diff", ":trace_json", ":trace_reader", ":trace_text", "//base:prng", "@abseil-cpp//absl/strings"],
    "trace_diff_test": [":sample_trace", ":trace_diff", ":trace_reader", "//base:trace_event", "@abseil-cpp//absl/strings"],
    "trace_file_test": [":format", ":trace_file", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_json_test": [":sample_trace", ":trace_cc_proto", ":trace_json", ":trace_reader", ":trace_text", "@abseil-cpp//absl/strings", "@protobuf", "@protobuf//:json_util"],
    "trace_reader_test": [":sample_trace", ":trace_diff", ":trace_file", ":trace_reader", ":trace_text", "//base:trace_event", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_records_test": [":format", ":sample_trace", ":trace_cc_proto", ":trace_reader", ":trace_writer", "//base:choice", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_text_test": [":sample_trace", ":trace_reader", ":trace_text", "//base:trace_event", "@abseil-cpp//absl/strings"],
    "trace_writer_file_test": [":format", ":sample_trace", ":trace_file", ":trace_reader", ":trace_writer", "//scheduler:random_scheduler", "//sim:simulation", "//tests:sample_programs", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_writer_test": [":format", ":sample_trace", ":trace_cc_proto", ":trace_reader", ":trace_writer", "//base:choice", "//base:trace_event", "//scheduler:random_scheduler", "//tests:sample_programs", "@abseil-cpp//absl/time"],
}

def traces_tests():
    """Declares a cc_test for each of _TESTS, whose source is NAME.cc."""
    for name, deps in _TESTS.items():
        cc_test(
            name = name,
            size = "small",
            srcs = [name + ".cc"],
            deps = deps + ["@googletest//:gtest_main"],
        )
