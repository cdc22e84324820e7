# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Stands in for `bazel` and `./bazelw` where the documentation's commands are run.

A test cannot start Bazel, which waits for the very test. What it was to run has been
built, though, and lies in the folder that ORRERY_DOCS_BINARIES names. So

    bazelw run //examples:tutorial -- --program=trap
    bazelw test //examples/bank:lost_update_test --test_filter=X --test_env=Y=1
    bazelw test //examples/swarm:account_swarm

run those binaries with the folder, the variables and the outputs that Bazel gives
them, and leave out what Bazel itself says. They are built as the rest is: --config=opt
changes nothing.
"""

import os
import re
import shutil
import subprocess
import sys

# What the test that runs us was told by its own Bazel.
_NOT_INHERITED = re.compile(
    r"TEST_|TESTBRIDGE_|GTEST_|ORRERY_|BUILD_|BAZEL_|RUNFILES_|RUN_UNDER_RUNFILES|JAVA_RUNFILES"
    r"|XML_OUTPUT_FILE|PYTHON_RUNFILES|COVERAGE_|UNUSED_RUNFILES"
)


def stop(message):
    print(f"bazel_stand_in: {message}", file=sys.stderr)
    sys.exit(9)


def binary_of(label):
    folder, _, name = label[2:].partition(":")
    path = os.path.join(os.environ["ORRERY_DOCS_BINARIES"], folder, name or folder.split("/")[-1])
    if not os.access(path, os.X_OK):
        stop(f"{label} was not built; name it in the data of //tests/docs:docs_test")
    return path


def environment():
    return {
        name: value
        for name, value in os.environ.items()
        if not _NOT_INHERITED.match(name) or name == "ORRERY_DOCS_BINARIES"
    }


def run(label, arguments):
    env = environment()
    env["BUILD_WORKING_DIRECTORY"] = os.getcwd()
    env["BUILD_WORKSPACE_DIRECTORY"] = os.getcwd()
    binary = binary_of(label)
    sys.stdout.flush()
    os.chdir(os.environ["ORRERY_DOCS_BINARIES"])
    os.execve(binary, [binary] + arguments, env)


def swarm_of(label):
    """What an orrery_swarm_test says in the BUILD file; empty if `label` is another
    kind of test."""
    folder, _, name = label[2:].partition(":")
    path = os.path.join(folder, "BUILD.bazel")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for call in re.findall(r"^orrery_swarm_test\((.*?)^\)", text, re.DOTALL | re.MULTILINE):
        attributes = dict(re.findall(r"^    (\w+) = \"?(\w[^\",]*)", call, re.MULTILINE))
        if attributes.get("name") == name:
            return attributes
    return {}


def test(label, flags):
    swarm = swarm_of(label)
    shards = int(swarm.get("shards", 1))
    logs = os.path.join(os.getcwd(), "testlogs", label[2:].replace(":", "/"))
    if shards == 1:
        sys.exit(run_shard(label, flags, logs, swarm, {}))
    codes = []
    for shard in range(shards):
        variables = {"TEST_TOTAL_SHARDS": str(shards), "TEST_SHARD_INDEX": str(shard)}
        folder = os.path.join(logs, f"shard_{shard + 1}_of_{shards}")
        codes.append(run_shard(label, flags, folder, swarm, variables))
    sys.exit(max(codes))


def run_shard(label, flags, logs, swarm, variables):
    binaries = os.environ["ORRERY_DOCS_BINARIES"]
    binary = binary_of(label)
    outputs = os.path.join(logs, "test.outputs")
    scratch = os.path.join(logs, "tmp")
    for folder in (outputs, scratch):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    env = environment()
    env.update(
        TEST_SRCDIR=os.path.dirname(binaries),
        TEST_TARGET=label,
        TEST_TMPDIR=scratch,
        TEST_UNDECLARED_OUTPUTS_DIR=outputs,
        TEST_WORKSPACE=os.path.basename(binaries),
        TZ="UTC",
        **variables,
    )
    if swarm:
        env["ORRERY_SWARM_SEEDS"] = swarm["seeds"]
        env["ORRERY_SWARM_SCHEDULER"] = swarm.get("scheduler", "portfolio")
    arguments = [binary]
    shows_all = False
    for flag in flags:
        name, _, value = flag.partition("=")
        if name == "--test_env":
            variable, _, text = value.partition("=")
            env[variable] = text
        elif name == "--test_arg":
            arguments.append(value)
        elif name == "--test_filter":
            env["TESTBRIDGE_TEST_ONLY"] = value
        elif name == "--test_output":
            shows_all = value in ("all", "streamed")
        elif name not in ("--test_sharding_strategy", "--nocache_test_results"):
            stop(f"{flag}: it does not know what Bazel would do")
    done = subprocess.run(
        arguments,
        check=False,
        cwd=binaries,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if os.listdir(outputs):
        # Bazel 4 keeps an archive only.
        archive = shutil.make_archive(os.path.join(logs, "outputs"), "zip", outputs)
        shutil.rmtree(outputs)
        os.makedirs(outputs)
        shutil.move(archive, os.path.join(outputs, "outputs.zip"))
    if shows_all or done.returncode != 0:
        sys.stdout.buffer.write(done.stdout)
        sys.stdout.flush()
    return 0 if done.returncode == 0 else 3


def main(arguments):
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    rest = arguments[len(own) + 1 :]
    labels = [argument for argument in own[1:] if not argument.startswith("-")]
    flags = [argument for argument in own[1:] if argument.startswith("-")]
    if len(labels) != 1 or not labels[0].startswith("//") or "..." in labels[0]:
        stop(f"{' '.join(arguments)}: it runs one //folder:name")
    if own[0] == "run" and set(flags) <= {"--config=opt"}:
        run(labels[0], rest)
    elif own[0] == "test" and not rest:
        test(labels[0], flags)
    else:
        stop(f"{' '.join(arguments)}: it does not know what Bazel would do")


if __name__ == "__main__":
    main(sys.argv[1:])
