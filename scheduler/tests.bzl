"""The unit tests of this folder, one for each header. They stand apart from its
BUILD file, which is long."""

load("//build_defs:tests.bzl", "orrery_cc_tests")

_TESTS = {
    "bytes_scheduler_test": [":bytes_scheduler", ":fifo_scheduler", ":model_corpus", ":model_program", ":scheduler"],
    "delay_bound_scheduler_test": [":delay_bound_scheduler", ":model_campaign", ":model_corpus", ":model_program", ":scheduler", "//base:ids", "//base:seed"],
    "deviation_scheduler_test": [":deviation_scheduler", ":deviations", ":ready_list", ":scheduler", "//base:choice", "//base:ids"],
    "dfs_scheduler_test": [":dfs_scheduler", ":model_corpus", ":model_program", ":scheduler", "//base:choice", "//base:seed", "//base:trace_event", "@abseil-cpp//absl/strings"],
    "dpor_scheduler_test": [":dfs_scheduler", ":dpor_scheduler", ":model_corpus", ":model_program", ":scheduler", "//base:choice", "//base:seed", "//base:trace_event", "@abseil-cpp//absl/strings"],
    "dpor_search_test": [":dfs_scheduler", ":dpor_scheduler", ":model_corpus", ":model_program", ":scheduler", "//base:access", "//base:prng", "//base:seed"],
    "draw_streams_test": [":draw_streams", "//base:choice", "//base:ids", "//base:seed"],
    "entity_slots_test": [":entity_slots", ":run_profile", "//base:ids"],
    "fifo_scheduler_test": [":fifo_scheduler", ":scheduler"],
    "lenient_scheduler_test": [":lenient_scheduler", ":schedule", ":scheduler", "//base:choice"],
    "make_scheduler_test": [":make_scheduler", ":random_scheduler", ":scheduler", "//base:seed", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "model_program_test": [":fifo_scheduler", ":model_program", ":random_scheduler", ":scheduler", "//base:access", "//base:ids"],
    "pct_scheduler_test": [":model_campaign", ":model_corpus", ":model_program", ":pct_scheduler", ":scheduler", "//base:ids", "//base:seed"],
    "policies_test": [":make_scheduler", ":model_campaign", ":model_corpus", ":model_program", ":scheduler", "//base:seed", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "portfolio_scheduler_test": [":fifo_scheduler", ":make_scheduler", ":model_campaign", ":model_corpus", ":model_program", ":pct_scheduler", ":portfolio_scheduler", ":random_scheduler", ":scheduler", ":surw_scheduler", ":urw_scheduler", "//base:seed", "@abseil-cpp//absl/status:statusor"],
    "pos_scheduler_test": [":model_campaign", ":model_corpus", ":model_program", ":pos_scheduler", ":scheduler", "//base:access", "//base:ids", "//base:prng", "//base:seed"],
    "prefix_scheduler_test": [":fifo_scheduler", ":prefix_scheduler", ":random_scheduler", "//base:seed"],
    "profiled_scheduler_test": [":model_corpus", ":model_program", ":profiled_scheduler", ":random_scheduler", ":run_profile", ":scheduler", "//base:seed"],
    "race_analysis_test": [":race_analysis", ":scheduler", ":touch", "//base:access", "//base:ids", "//base:sim_time"],
    "random_scheduler_test": [":random_scheduler", ":scheduler"],
    "realign_scheduler_test": [":entity_matcher", ":realign_scheduler", "//base:sim_time"],
    "replay_scheduler_test": [":replay_scheduler", ":schedule", ":scheduler"],
    "run_profile_test": [":run_profile", ":scheduler", "//base:access", "//base:ids", "//base:sim_time"],
    "schedule_test": [":schedule", "//base:choice", "@abseil-cpp//absl/strings"],
    "scheduler_options_test": [":scheduler_options", "@abseil-cpp//absl/status", "@abseil-cpp//absl/status:statusor", "@abseil-cpp//absl/strings"],
    "scheduler_test": [":scheduler"],
    "state_text_test": [":state_text"],
    "straight_scheduler_test": [":ready_list", ":scheduler", ":straight_scheduler", "//base:access", "//base:ids"],
    "surw_scheduler_test": [":model_campaign", ":model_corpus", ":model_program", ":scheduler", ":surw_scheduler", ":urw_scheduler", "//base:ids", "//base:seed"],
    "urw_scheduler_test": [":model_campaign", ":model_corpus", ":model_program", ":random_scheduler", ":scheduler", ":urw_scheduler", "//base:seed"],
}

def scheduler_tests(name):
    """Declares a cc_test for each of _TESTS, whose source is TEST.cc, and NAME, all of them."""
    orrery_cc_tests(
        name = name,
        tests = _TESTS,
    )
