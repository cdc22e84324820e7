# Copyright 2026 The Orrery Authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that the documentation is true, or makes it so.

    docs.py check  MODULE.bazel    prints what is not, and then exits with 1
    docs.py update MODULE.bazel    rewrites what is shown in README.md and docs/

Each fenced block says above it, in a comment, where its text comes from:

    cpp   <!-- snippet: FILE NAME -->            the lines of FILE between
                                                 "// [snippet: NAME]" and "// [end: NAME]";
                                                 a target compiles FILE
          <!-- not compiled: REASON -->          for one of the reasons in NOT_COMPILED
    sh    <!-- run -->                           the commands are run
          <!-- run, fails -->                    ... and fail, on purpose
          <!-- run, printed after "TEXT" by: COMMAND -->
                                                 ... and are what COMMAND prints after TEXT;
                                                 "run, fails, printed ..." as above
    text  <!-- output of: COMMAND -->            what COMMAND prints; it may fail if a block
                                                 above says so
          <!-- output of: COMMAND
               from: TEXT to: TEXT -->           ... from the first line with the one text
                                                 to the next with the other
          <!-- output of: printed after "TEXT" by: COMMAND -->
                                                 what the command prints that COMMAND prints
    else  <!-- snippet: FILE NAME -->            as above, with "# [snippet: NAME]" or "//"
          <!-- not compiled: REASON -->          in any words

Commands are run in order, each once a page, in a folder that looks like the tree
(commands.py); those of commands.CI_ONLY are left to CI. Beside that, links, labels
and the paths of files have to lead somewhere, and a table of floors (floors.py) has
to be kept by all sources.
"""

import collections
import difflib
import os
import pathlib
import re
import sys

import commands
import floors
from markdown import Page
from source_tree import SourceTree

Finding = collections.namedtuple("Finding", "line rule advice")

UPDATE = "./bazelw run //tests/docs:update"

# Why a block of C++ may stand there that no compiler has seen.
NOT_COMPILED = ("a broken idiom", "signatures")

# Languages whose blocks are not searched for labels: `//` is a comment there.
_SLASH_COMMENTS = ("cpp", "proto")

_LABEL = re.compile(r"(?<![\w:/@.])//(?:\.\.\.|\w[\w.+/-]*[\w.])?(?::[\w.+-]*[\w+-])?(?![/\w])")


class Checker:
    """Checks one page and collects what it should show instead."""

    def __init__(self, path, text, tree, shell, ci):
        self._path = path
        self._page = Page(text)
        self._tree = tree
        self._shell = shell
        self._ci = ci
        folders = "|".join(sorted(_folders(tree.root)))
        # With an extension, or with a "/" behind a folder: others may be just words.
        self._file = re.compile(rf"(?:orrery/)?((?:{folders})/(?:[\w./-]+/|[\w./-]+\.\w+|))")
        self._failing = set()  # the commands that are said to fail
        self.findings = []
        self.texts = {}  # line of a block -> the text that it should have

    def check(self):
        for line in self._page.bad_fences:
            self._find(line, "fence", "put the fence at the start of a line, and close it")
        for block in self._page.blocks:
            self._check_block(block)
        self._check_links()
        self._check_names()
        for line, advice in floors.check(self._page.text, self._tree):
            self._find(line, "floor", advice)
        return sorted(self.findings)

    def updated(self):
        return self._page.with_texts(self.texts)

    def _find(self, line, rule, advice):
        self.findings.append(Finding(line, rule, advice))

    # ---- Blocks ----------------------------------------------------------------

    def _check_block(self, block):
        marker = block.marker
        kinds = {"sh": ("run",), "text": ("output",)}.get(block.language, ("snippet", "not"))
        if not marker or re.match(r"\w+", marker)[0] not in kinds:
            forms = {"run": "<!-- run -->", "output": "<!-- output of: COMMAND -->"}
            form = forms.get(kinds[0], "<!-- snippet: FILE NAME -->")
            self._find(block.line, "marker", f"say directly above where it comes from: {form}")
        elif kinds == ("run",):
            self._check_commands(block)
        elif kinds == ("output",):
            self._check_output(block)
        elif match := re.fullmatch(r"snippet: (\S+) ([\w-]+)", marker):
            self._check_snippet(block, *match.groups())
        elif match := re.fullmatch(r"not compiled: (.+)", marker):
            if block.language == "cpp" and match.group(1) not in NOT_COMPILED:
                allowed = '" or "'.join(NOT_COMPILED)
                self._find(block.line, "marker", f'compile it, or give as reason "{allowed}"')
        else:
            self._find(block.line, "marker", f'"{marker}" is not of a form that docs.py lists')

    def _check_snippet(self, block, file, name):
        text = self._tree.snippet(file, name)
        if text is None:
            self._find(block.line, "snippet", f"{file} has no [snippet: {name}] with its [end: {name}]")
            return
        if block.language == "cpp" and not self._tree.compiled_by(file):
            self._find(block.line, "snippet", f"no target compiles {file}")
        self._compare(block, text, f"differs from {file}")

    def _compare(self, block, text, what):
        if commands.normalized(block.text) == commands.normalized(text):
            return
        self.texts[block.line] = text
        changes = difflib.unified_diff(
            block.text.split("\n")[:-1], text.split("\n")[:-1], "here", "there", lineterm="", n=1
        )
        lines = "".join(f"\n    {line}" for line in list(changes)[2:])
        self._find(block.line, "stale", f"{what}; rewrite it with {UPDATE}{lines}")

    # ---- Commands --------------------------------------------------------------

    def _run(self, line, command):
        try:
            return self._shell.run(command)
        except Exception as error:  # it may have taken too long, or there is no bash
            self._find(line, "command", f"{command}: {error}")
            return None

    def _printed(self, line, text):
        """The command that `printed after "TEXT" by: COMMAND` means."""
        before, printer = re.fullmatch(r'printed after "([^"]+)" by: (.+)', text).groups()
        done = self._run(line, printer)
        printed = done and re.search(rf"(?m)^{re.escape(before)}(.*)$", done[1])
        if printed:
            return printed.group(1).strip()
        self._find(line, "command", f'{printer}: prints no line with "{before}"')
        return None

    def _check_commands(self, block):
        match = re.fullmatch(r'run(, fails)?(?:, (printed after "[^"]+" by: .+))?', block.marker)
        if not match:
            self._find(block.line, "marker", f'"{block.marker}" is not of a form that docs.py lists')
            return
        fails, printed = match.groups()
        text = block.text
        if printed:
            command = self._printed(block.line, printed)
            if command is None:
                return
            text = command + "\n"
            self._compare(block, text, "is not what is printed")
        for command in commands.commands_in(text):
            self._check_command(block.line, command, bool(fails))

    def _check_command(self, line, command, fails):
        if command in commands.CI_ONLY:
            if not self._ci.runs(command):
                self._find(line, "command", f"{command}: left to CI, but .ci/run does not run it")
            return
        if fails:
            self._failing.add(command)
        done = self._run(line, command)
        if done is None or (done[0] != 0) == fails:
            return
        self._find_exit_code(line, command, done)

    def _find_exit_code(self, line, command, done):
        end = "".join(f"\n    {text}" for text in done[1].rstrip().split("\n")[-12:])
        said = f"exit code {done[0]}" if done[0] else "it succeeds, and is said to fail"
        self._find(line, "command", f"{command}: {said}{end}")

    def _check_output(self, block):
        match = re.fullmatch(r"output of: (.+?)(?: from: (.+) to: (.+))?", block.marker)
        command, first, last = match.groups() if match else (None, None, None)
        if not match or command in commands.CI_ONLY:
            self._find(block.line, "marker", "name a command whose output a test can see")
            return
        if command.startswith('printed after "'):
            command = self._printed(block.line, command)
        done = command and self._run(block.line, command)
        if done is None:
            return
        if done[0] != 0 and command not in self._failing:
            self._find_exit_code(block.line, command, done)
            return
        lines = done[1].rstrip("\n").split("\n")
        if first:
            start = next((i for i, text in enumerate(lines) if first in text), None)
            end = next((i for i, text in enumerate(lines) if last in text and i >= (start or 0)), None)
            if start is None or end is None:
                wanted = f'from "{first}" to "{last}"'
                self._find(block.line, "command", f"{command}: prints nothing {wanted}")
                return
            lines = lines[start : end + 1]
        text = "".join(line.rstrip() + "\n" for line in lines).lstrip("\n")
        self._compare(block, text, f"is not what {command} prints")

    # ---- What is named -----------------------------------------------------------

    def _check_links(self):
        folder = os.path.dirname(self._path)
        for link in self._page.links():
            if re.match(r"[a-z]+:", link.text):
                continue
            target, _, anchor = link.text.partition("#")
            path = os.path.normpath(os.path.join(folder, target)) if target else self._path
            if path.startswith("..") or not self._tree.exists(path):
                self._find(link.line, "link", f"{link.text}: there is no {path}")
            elif anchor and path.endswith(".md"):
                page = Page(self._tree.read(path)) if target else self._page
                if anchor not in page.anchors():
                    self._find(link.line, "link", f"{link.text}: {path} has no such heading")

    def _check_names(self):
        spans = [(span.line, span.text) for span in self._page.code_spans()]
        for block in self._page.blocks:
            if block.language not in _SLASH_COMMENTS:
                spans += [
                    (block.line + i, text) for i, text in enumerate(block.text.split("\n"), start=1)
                ]
        for line, text in spans:
            for label in _LABEL.findall(text):
                if label != "//" and not self._tree.has_label(label):
                    self._find(line, "label", f"there is no {label}")
        for span in self._page.code_spans():
            match = self._file.fullmatch(span.text)
            if match and not self._tree.exists(match.group(1)):
                self._find(span.line, "path", f"there is no {match.group(1)}")


def _folders(root):
    return [
        entry.name
        for entry in os.scandir(root)
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")
    ]


def pages(root):
    """The paths of the pages, from the root."""
    top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    return top + sorted(f"docs/{path.name}" for path in (root / "docs").glob("*.md"))


def main(arguments):
    mode = arguments[1]
    # A file of the root, perhaps as a link: so a test finds the tree behind its copy.
    root = pathlib.Path(arguments[2]).resolve().parent
    binaries = os.getcwd()
    tree = SourceTree(root)
    ci = commands.Ci(tree.read(".ci/run"))
    count = 0
    for path in pages(root):
        text = tree.read(path)
        shell = commands.Shell(root, binaries)
        checker = Checker(path, text, tree, shell, ci)
        findings = checker.check()
        shell.close()
        if mode == "update" and checker.texts:
            (root / path).write_text(checker.updated(), encoding="utf-8")
            print(f"{path}: rewrote {len(checker.texts)} blocks")
            findings = [finding for finding in findings if finding.rule != "stale"]
        for finding in findings:
            print(f"{path}:{finding.line}: {finding.rule}: {finding.advice}")
        count += len(findings)
    print(f"{len(pages(root))} pages, {count} findings")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main(sys.argv)
