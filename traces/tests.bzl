"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "campaign_merge_test": [":campaign_merge", ":campaign_results"],
    "campaign_results_test": [":campaign_cc_proto", ":campaign_results", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings", "@protobuf"],
    "digest_sample_test": [":digest_sample", "//base:prng"],
    "divergence_text_test": [":divergence_text", ":replay_checker", ":sample_trace", ":trace_reader", "//base:choice", "//base:trace_event", "//scheduler:replay_scheduler"],
    "event_decoder_test": [":rare_records", ":trace_cc_proto", ":trace_reader", "//base:trace_event"],
    "mapped_file_test": [":mapped_file", ":packer", "@abseil-cpp//absl/strings"],
    "packer_test": [":packer", ":trace_cc_proto", "@abseil-cpp//absl/types:span", "@protobuf"],
    "recover_trace_test": [":recover_trace", ":sample_trace", ":trace_diff", ":trace_file", ":trace_reader", ":trace_text", ":trace_writer", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "replay_checker_test": [":replay_checker", ":sample_trace", ":trace_reader", ":trace_writer", "//base:choice", "//base:trace_event", "//base:trace_sink"],
    "replay_spec_test": [":replay_spec", ":sample_trace", ":trace_file", "//base:choice", "//scheduler", "//scheduler:make_scheduler", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "stop_point_test": [":stop_point"],
    "trace_damage_test": [":sample_trace", ":trace_diff", ":trace_json", ":trace_reader", ":trace_text", "//base:prng", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/types:span"],
    "trace_diff_test": [":sample_trace", ":trace_diff", ":trace_reader", "//base:trace_event", "@abseil-cpp//absl/strings"],
    "trace_file_test": [":format", ":trace_file", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_json_test": [":sample_trace", ":trace_cc_proto", ":trace_json", ":trace_reader", ":trace_text", "@abseil-cpp//absl/strings", "@protobuf", "@protobuf//:json_util"],
    "trace_reader_test": [":sample_trace", ":trace_diff", ":trace_file", ":trace_reader", ":trace_text", ":trace_writer", "//base:trace_event", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/types:span"],
    "trace_records_test": [":format", ":sample_trace", ":trace_cc_proto", ":trace_reader", ":trace_writer", "//base:choice", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_ring_test": [":format", ":sample_trace", ":trace_diff", ":trace_file", ":trace_reader", ":trace_writer", "//base:choice", "//base:prng", "//base:trace_event", "//bench:synthetic_load", "//scheduler:random_scheduler", "//scheduler:replay_scheduler", "//sim:join_handle", "//sim:random", "//sim:simulation", "//sim:sleep", "//sim:spawn", "//sim:task", "//sim/sync:mutex", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "trace_survival_test": [":sample_trace", ":trace_file", ":trace_reader", ":trace_writer", "//base:choice", "//base:prng", "//base:trace_event", "//base:trace_sink", "//bench:synthetic_load", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_text_test": [":sample_trace", ":trace_reader", ":trace_text", "//base:trace_event", "@abseil-cpp//absl/strings"],
    "trace_writer_file_test": [":format", ":sample_trace", ":trace_file", ":trace_reader", ":trace_writer", "//scheduler:random_scheduler", "//sim:simulation", "//tests:sample_programs", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "trace_writer_test": [":format", ":sample_trace", ":trace_cc_proto", ":trace_reader", ":trace_writer", "//base:choice", "//base:trace_event", "//scheduler:random_scheduler", "//tests:sample_programs", "@abseil-cpp//absl/time"],
    "verify_trace_test": [":sample_trace", ":trace_audit", ":trace_file", ":trace_writer", ":verify_trace", "//scheduler:random_scheduler", "//tests:sample_programs", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings", "@abseil-cpp//absl/time"],
    "wire_test": [":sample_trace", ":trace_cc_proto", ":trace_reader", ":trace_text", ":wire", "//base:prng", "@abseil-cpp//absl/strings"],
}

def traces_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
