"""How a campaign is spread over machines: see docs/scaling.md."""

load("@rules_cc//cc:cc_test.bzl", "cc_test")

# What Bazel allows.
_MAX_SHARDS = 50

def orrery_swarm_test(name, seeds, shards = 1, scheduler = "portfolio", env = {}, **kwargs):
    """Declares a test that runs each of its simulated tests with many seeds.

    Each shard is a process that runs all tests of the program, each with its slice
    of the seeds: over all shards, each seed is run once. `--runs_per_test=N` repeats
    that with N times other seeds. Each process leaves a file of results in its
    test.outputs; `orrery merge` puts them together.

    Args:
      name: of the test.
      seeds: how many runs each simulated test has, over all shards.
      shards: how many processes they are spread over, at most 50.
      scheduler: the policy, as --orrery_scheduler takes it. A search such as "dfs"
        goes on from what it has done, so it cannot be spread.
      env: as for cc_test.
      **kwargs: as for cc_test: srcs, deps and so on.
    """
    if seeds < 1:
        fail("orrery_swarm_test %s: seeds = %d, expected at least 1" % (name, seeds))
    if shards < 1 or shards > _MAX_SHARDS:
        fail("orrery_swarm_test %s: shards = %d, expected 1 to %d, which is as far as Bazel goes; --runs_per_test multiplies it" % (name, shards, _MAX_SHARDS))
    if "shard_count" in kwargs:
        fail("orrery_swarm_test %s: say shards, not shard_count" % name)
    cc_test(
        name = name,
        env = dict(env, ORRERY_SWARM_SCHEDULER = scheduler, ORRERY_SWARM_SEEDS = str(seeds)),
        shard_count = shards,
        **kwargs
    )
