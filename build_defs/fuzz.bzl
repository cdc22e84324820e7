"""How a file of SIM_FUZZ is built: see testing/sim_fuzz.h."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

# As strings, so that they mean Orrery's own targets in whichever workspace this is
# used.
_CLANG = str(Label("//build_defs:clang"))
_NO_FUZZER = str(Label("//build_defs:no_fuzzer"))
_GTEST_MAIN = str(Label("@googletest//:gtest_main"))
_SIM_FUZZ = str(Label("//testing:sim_fuzz"))

def orrery_fuzz_test(
        name,
        srcs,
        deps = [],
        corpus = [],
        runs = 10000,
        seed = 1,
        args = [],
        copts = [],
        data = [],
        linkopts = [],
        replay_tags = [],
        **kwargs):
    """Declares the test NAME, which is libFuzzer, and NAME_replay, which is GoogleTest.

    NAME runs the corpus and then `runs` inputs, the same ones each time. To fuzz on,
    run the program by hand: its options are libFuzzer's. With a compiler other than
    clang, Bazel skips it.

    Args:
      name: of the test.
      srcs: with one SIM_FUZZ; with more than one, the environment variable
        ORRERY_FUZZ names the one to fuzz.
      deps: what `srcs` need beside //testing:sim_fuzz.
      corpus: files to begin with, each the bytes of a run.
      runs: how many inputs are tried, the corpus included.
      seed: for libFuzzer's own choices; from 1.
      args: further options for libFuzzer.
      copts: for `srcs`.
      data: as for cc_test.
      linkopts: as for cc_test.
      replay_tags: tags of NAME_replay.
      **kwargs: as for cc_test, for NAME.
    """
    if seed < 1:
        fail("orrery_fuzz_test %s: seed = %d, and libFuzzer takes 0 for a random one" % (name, seed))
    inputs = ["-seed_inputs=" + ",".join(["$(location %s)" % file for file in corpus])] if corpus else []
    cc_test(
        name = name,
        srcs = srcs,
        args = ["-seed=%d" % seed, "-runs=%d" % runs] + inputs + args,
        copts = copts + ["-fsanitize=fuzzer-no-link"],
        data = data + corpus,
        linkopts = linkopts + ["-fsanitize=fuzzer"],
        linkstatic = True,
        target_compatible_with = select({
            _CLANG: [],
            "//conditions:default": [_NO_FUZZER],
        }),
        deps = deps + [_SIM_FUZZ],
        **kwargs
    )
    cc_test(
        name = name + "_replay",
        size = kwargs.get("size"),
        srcs = srcs,
        copts = copts,
        data = data,
        linkopts = linkopts,
        tags = replay_tags,
        visibility = kwargs.get("visibility"),
        deps = deps + [_SIM_FUZZ, _GTEST_MAIN],
    )
