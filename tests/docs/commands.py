# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a page, in a folder that looks like the tree."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import bazel_stand_in

# Commands that no test can run, word by word, and why. CI has to run them: see Ci.
CI_ONLY = {
    "./bazelw test //...": "the test that would run it is one of those tests",
    "CC=gcc ./bazelw test //...": "the same",
    "./bazelw test --config=asan_ubsan //...": "the same",
    ".ci/run": "the same",
    ".ci/run lint": "it may install what it needs",
}

# What may differ between two runs of one command, and what it is taken for. This is
# only for comparing: what a page shows was printed so.
_VARIES = [
    (re.compile(r"\b\d+us real"), "_us real"),
    (re.compile(r"\(\d+ ms( total)?\)"), r"(_ ms\1)"),
    # A trace's footer names the process that wrote it.
    (re.compile(r"\(\d+ bytes, version"), "(_ bytes, version"),
    # Where gtest_main was compiled.
    (re.compile(r"^Running main\(\) from .*\n", re.MULTILINE), ""),
]


def normalized(text):
    for pattern, replacement in _VARIES:
        text = pattern.sub(replacement, text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def commands_in(block):
    """The commands in a block of shell: a line each, or more with a backslash."""
    text = block.replace("\\\n", " ")
    commands = [re.sub(r"\s+#\s.*$", "", line).strip() for line in text.split("\n")]
    return [command for command in commands if command and not command.startswith("#")]


class Shell:
    """Runs commands, one after the other, in a folder of their own.

    It has links to what the tree has, `bazel-bin` and `bazel-testlogs`, and stands
    in for `bazel` and `./bazelw`. A command is run once; its output is kept.
    """

    def __init__(self, root, binaries):
        # Bazel's own test folder may be too deep for what is printed to be read.
        self._folder = tempfile.TemporaryDirectory(prefix="orrery_docs")
        self.folder = pathlib.Path(self._folder.name).resolve()
        self._binaries = binaries
        self._done = {}
        for entry in sorted(os.listdir(root)):
            if not entry.startswith(("bazel-", ".git")) and entry != "bazelw":
                os.symlink(os.path.join(root, entry), self.folder / entry)
        os.symlink(binaries, self.folder / "bazel-bin")
        (self.folder / "testlogs").mkdir()
        os.symlink("testlogs", self.folder / "bazel-testlogs")
        stand_in = pathlib.Path(__file__).resolve().parent / "bazel_stand_in.py"
        (self.folder / "bin").mkdir()
        for path in (self.folder / "bazelw", self.folder / "bin" / "bazel"):
            words = [sys.executable, "-B", str(stand_in)]
            path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
            path.chmod(0o755)

    def close(self):
        self._folder.cleanup()

    def run(self, command):
        """Returns the exit code and what the command printed, with "..." for the
        folder that it ran in."""
        if command not in self._done:
            env = bazel_stand_in.environment()
            env["PATH"] = f"{self.folder / 'bin'}:{env.get('PATH', '/usr/bin:/bin')}"
            env["ORRERY_DOCS_BINARIES"] = self._binaries
            done = subprocess.run(
                ["bash", "-c", command],
                check=False,
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=60,
            )
            output = done.stdout.decode("utf-8", "replace")
            self._done[command] = (done.returncode, output.replace(str(self.folder), "..."))
        return self._done[command]


# What a program was called with: its folder below the tree, CC, and its arguments.
class Call:
    def __init__(self, folder, cc, words):
        self.folder = folder
        self.cc = cc
        self.words = words

    def covers(self, other):
        """Whether it is the same call, perhaps with more flags and variables."""
        return (
            self.folder == other.folder
            and other.cc in ("", self.cc)
            and set(other.words) <= set(self.words)
            and [w for w in self.words if not w.startswith("-")]
            == [w for w in other.words if not w.startswith("-")]
        )


class Ci:
    """Finds out what .ci/run does by running it where everything that it calls only
    notes that it was called."""

    def __init__(self, script):
        self._script = script
        self._rehearsals = {}

    def runs(self, command):
        """Whether CI runs `command`, which is one of CI_ONLY."""
        words = shlex.split(command)
        if words[0] == ".ci/run":
            calls, last_line = self._rehearse(words[1:])
            counts = re.fullmatch(r"\d+ passed, \d+ failed", last_line)
            return bool(calls) and bool(counts)
        cc = ""
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            cc = value if name == "CC" else cc
        wanted = Call(".", cc, ["bazelw"] + words[1:])
        return any(call.covers(wanted) for call in self._rehearse([])[0])

    def _rehearse(self, arguments):
        key = tuple(arguments)
        if key not in self._rehearsals:
            with tempfile.TemporaryDirectory(prefix="orrery_ci") as folder:
                self._rehearsals[key] = self._rehearse_in(pathlib.Path(folder), arguments)
        return self._rehearsals[key]

    def _rehearse_in(self, folder, arguments):
        notes = folder / "notes"
        tree = folder / "tree"
        cache = folder / "cache" / "orrery-ci"
        for path in (tree / ".ci", tree / "examples" / "import", folder / "bin", cache):
            path.mkdir(parents=True)
        note = (
            "#!/bin/sh\n"
            f"for word in \"$PWD\" \"${{CC:-}}\" \"${{0##*/}}\" \"$@\"; do\n"
            f"  printf '%s\\0' \"$word\" >>{notes}\n"
            "done\n"
            f"printf '\\n' >>{notes}\n"
        )
        stubs = [tree / "bazelw"]
        stubs += [folder / "bin" / name for name in ("apt-get", "clang-format-19", "npm", "sudo")]
        version = re.search(r"BUILDIFIER=(\S+)", self._script)
        for machine in ("amd64", "arm64"):
            home = cache / f"buildifier-{version.group(1) if version else ''}"
            home = home / "node_modules" / "@bazel" / "buildifier"
            home.mkdir(parents=True, exist_ok=True)
            stubs.append(home / f"buildifier-linux_{machine}")
        for stub in stubs:
            stub.write_text(note, encoding="utf-8")
            stub.chmod(0o755)
        (tree / ".ci" / "run").write_text(self._script, encoding="utf-8")
        done = subprocess.run(
            ["bash", ".ci/run"] + arguments,
            check=False,
            cwd=tree,
            env={
                "HOME": str(folder),
                "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
                "XDG_CACHE_HOME": str(folder / "cache"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
        )
        calls = []
        for line in notes.read_text(encoding="utf-8").split("\n") if notes.exists() else []:
            words = line.split("\0")[:-1]
            if words:
                calls.append(Call(os.path.relpath(words[0], tree.resolve()), words[1], words[2:]))
        output = done.stdout.decode("utf-8", "replace").rstrip("\n")
        return calls, output.split("\n")[-1]
